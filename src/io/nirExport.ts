import { InputError } from "../errors.ts";
import { currentPerBias, type TrainedNetwork } from "./networkFile.ts";
import { type NirGraph, type NirNode, type NirValue, tensor } from "./nirGraph.ts";

export interface NirExportOptions {
  /** Time step of the tool that will run the graph [ms]; it decides what one spike weighs there. */
  readonly dtMs?: number;
  /** Write what NIR cannot say as metadata only, instead of refusing. */
  readonly lossy?: boolean;
}

/** Of snnTorch, which takes 1e-4 s when it reads a graph. */
const USUAL_STEP = 0.1;

/**
 * A trained network as a NIR graph: Input, Affine and LIF for each hidden layer, Affine and LI for the readout, Output.
 * Times are in seconds. A spike is taken to last one time step, as tools on a grid do, and r = tau / dt, so that a
 * spike moves the potential by its weight; biases become the current of one step.
 *
 * NIR has neither the subtractive reset that these networks were trained with nor a refractory period.
 * @returns  the graph and what was lost
 * @throws   InputError when something would be lost and `lossy` was not asked for
 */
export function networkToNir(
  network: TrainedNetwork,
  { dtMs = USUAL_STEP, lossy = false }: NirExportOptions = {},
): { graph: NirGraph; warnings: string[] } {
  const { sizes, weights, biases, neuron, inputGain, metadata } = network;
  if (!(dtMs > 0 && dtMs < Infinity))
    throw new InputError(`dt: expected a time step in ms above 0, got ${dtMs}`);
  const lost = ["the reset subtracts the threshold, and NIR only knows a reset to a fixed potential"];
  if (neuron.tauRef > 0)
    lost.push(`the refractory period of ${neuron.tauRef} ms, which NIR has no field for`);
  if (!lossy) {
    throw new InputError(
      `nir: cannot be written without loss: ${lost.join("; ")}; use --lossy to write it all the same`,
    );
  }
  const depth = sizes.length - 1;
  const nodes: Record<string, NirNode> = {
    input: { type: "Input", fields: { shape: shapeOf(sizes[0]!) } },
  };
  const names = ["input"];
  const scale = currentPerBias(network) * dtMs;
  for (let l = 0; l < depth; l++) {
    const gain = l === 0 ? inputGain : neuron.vThreshold;
    nodes[`affine_${l + 1}`] = {
      type: "Affine",
      fields: {
        weight: tensor(transpose(weights[l]!, sizes[l]!, sizes[l + 1]!, gain), [sizes[l + 1]!, sizes[l]!]),
        bias: tensor(Float32Array.from(biases[l]!, b => b * scale)),
      },
    };
    const name = l === depth - 1 ? "readout" : `hidden_${l + 1}`;
    nodes[name] = neurons(sizes[l + 1]!, neuron, dtMs, l === depth - 1);
    names.push(`affine_${l + 1}`, name);
  }
  nodes.output = { type: "Output", fields: { shape: shapeOf(sizes[depth]!) } };
  names.push("output");
  const facts: Record<string, string | number | boolean> = {
    ...metadata,
    time_unit: "s",
    dt: dtMs / 1000,
    presentation: network.durationMs / 1000,
    encoder: network.encoder,
    max_spikes: network.maxSpikes,
    input_gain: inputGain,
    reset: "subtract",
    t_ref: neuron.tauRef / 1000,
  };
  const graph: NirGraph = {
    type: "NIRGraph",
    nodes,
    edges: names.slice(1).map((name, k) => [names[k]!, name] as const),
    metadata: Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, fact(value)])),
  };
  return { graph, warnings: lost };
}

function neurons(
  size: number,
  { tauMem, vThreshold }: TrainedNetwork["neuron"],
  dtMs: number,
  readout: boolean,
): NirNode {
  const all = (value: number) => tensor(new Float32Array(size).fill(value));
  const [tau, dt] = [tauMem / 1000, dtMs / 1000];
  const spiking = { v_threshold: all(vThreshold), v_reset: all(0) };
  if (tauMem === Infinity) {
    const fields = { r: all(1 / dt), ...(readout ? {} : spiking) };
    return { type: readout ? "I" : "IF", fields };
  }
  const fields = { tau: all(tau), r: all(tau / dt), v_leak: all(0), ...(readout ? {} : spiking) };
  return { type: readout ? "LI" : "LIF", fields };
}

function shapeOf(n: number): NirValue {
  return tensor(BigInt64Array.of(BigInt(n)));
}

function fact(value: string | number | boolean): NirValue {
  return typeof value === "number" ? tensor(Float64Array.of(value), []) : String(value);
}

/** [pre, post] to NIR's [post, pre]. */
function transpose(weights: Float32Array, pre: number, post: number, gain: number): Float32Array {
  const out = new Float32Array(weights.length);
  for (let i = 0; i < pre; i++)
    for (let j = 0; j < post; j++) out[j * pre + i] = weights[i * post + j]! * gain;
  return out;
}
