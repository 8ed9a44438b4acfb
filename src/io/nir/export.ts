import { denseLayer, type Layer, type Maps } from "../../engine/network/architecture.ts";
import { currentPerTrace } from "../../engine/network/layers.ts";
import { InputError } from "../../errors.ts";
import type { TrainedNetwork } from "../networkFile.ts";
import { type NirGraph, type NirNode, type NirValue, tensor } from "./graph.ts";

/** How a network becomes a NIR graph. */
export interface NirExportOptions {
  /** Time step of the tool that will run the graph [ms]; it decides what one spike weighs there. */
  readonly dtMs?: number;
  /** Write what NIR cannot say as metadata only, instead of refusing. */
  readonly lossy?: boolean;
}

/** Of snnTorch, which takes 1e-4 s when it reads a graph. */
const USUAL_STEP = 0.1;

/**
 * A trained network as a NIR graph: Input, Affine and LIF for each hidden layer, Affine and LI, or LIF where it fires, for the readout, Output.
 * Shared kernels become Conv2d, average pools AvgPool2d, and Flatten stands between maps and an Affine; neurons of maps
 * are numbered as there, channels first, where this project's (y, x, channel) has them last.
 * Times are in seconds. A spike is taken to last one time step, as tools on a grid do, and r = tau / dt, so that a
 * spike moves the potential by its weight; biases become the current of one step.
 *
 * NIR has neither the subtractive reset that these networks were trained with nor a refractory period, nor max pools.
 * @returns  the graph and what was lost
 * @throws   InputError when something would be lost and `lossy` was not asked for, or for a max pool
 */
export function networkToNir(
  network: TrainedNetwork,
  { dtMs = USUAL_STEP, lossy = false }: NirExportOptions = {},
): { graph: NirGraph; warnings: string[] } {
  const { sizes, weights, biases, neuron, inputGain, metadata } = network;
  if (!(dtMs > 0 && dtMs < Infinity))
    throw new InputError(`dt: expected a time step in ms above 0, got ${dtMs}`);
  if (network.wiring)
    throw new InputError("nir: expected layers without delays, got delays or further synapses");
  const layers = network.layers ?? sizes.slice(1).map((post, l) => denseLayer(sizes[l], post));
  if (layers.some(({ pool }) => pool?.kind === "max")) {
    throw new InputError(
      "nir: expected average pools, got a max pool of spikes, which follows the largest trace; NIR has no such node",
    );
  }
  const lost = ["the reset subtracts the threshold, and NIR only knows a reset to a fixed potential"];
  if (neuron.tauRef > 0)
    lost.push(`the refractory period of ${neuron.tauRef} ms, which NIR has no field for`);
  if (!lossy) {
    throw new InputError(
      `nir: cannot be written without loss: ${lost.join("; ")}; use --lossy to write it all the same`,
    );
  }
  const depth = sizes.length - 1;
  const nodes: Record<string, NirNode> = {};
  const names: string[] = [];
  const put = (name: string, node: NirNode) => {
    nodes[name] = node;
    names.push(name);
  };
  put("input", { type: "Input", fields: { shape: integers(shapeOf(sizes[0], layers[0].conv?.from)) } });
  const scale = currentPerTrace(network.neuron.tauMem, network.durationMs) * dtMs;
  layers.forEach((layer, l) => {
    const gain = l === 0 ? inputGain : neuron.vThreshold;
    const bias = tensor(Float32Array.from(biases[l], b => b * scale));
    const { conv, pool } = layer;
    // The maps below, whose neurons an Affine sees in a row.
    const maps = pool?.to ?? layers[l - 1]?.conv?.to;
    if (pool) put(`pool_${l + 1}`, averagePool(pool));
    if (conv) put(`conv_${l + 1}`, convolution(conv, weights[l], gain, bias));
    else {
      if (maps) put(`flatten_${l + 1}`, flatten(maps));
      const weight = transpose(weights[l], layer, gain, maps);
      put(`affine_${l + 1}`, { type: "Affine", fields: { weight, bias } });
    }
    const readout = l === depth - 1;
    put(
      readout ? "readout" : `hidden_${l + 1}`,
      neurons(
        shapeOf(layer.post, conv?.to),
        readout ? { ...neuron, vThreshold: network.readoutThreshold ?? Infinity } : neuron,
        dtMs,
      ),
    );
  });
  put("output", { type: "Output", fields: { shape: integers([sizes[depth]]) } });
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
    edges: names.slice(1).map((name, k) => [names[k], name] as const),
    metadata: Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, fact(value)])),
  };
  return { graph, warnings: lost };
}

function averagePool({ size }: NonNullable<Layer["pool"]>): NirNode {
  const side = integers([size, size]);
  return { type: "AvgPool2d", fields: { kernel_size: side, stride: side, padding: integers([0, 0]) } };
}

function convolution(
  { size, stride, padding, from, to }: NonNullable<Layer["conv"]>,
  weights: Float32Array,
  gain: number,
  bias: NirValue,
): NirNode {
  // [row, column, from, to] to [to, from, row, column]
  const [ins, outs] = [from.channels, to.channels];
  const places = size * size;
  const kernel = new Float32Array(weights.length);
  for (let place = 0; place < places; place++)
    for (let c = 0; c < ins; c++)
      for (let o = 0; o < outs; o++)
        kernel[(o * ins + c) * places + place] = weights[(place * ins + c) * outs + o] * gain;
  return {
    type: "Conv2d",
    fields: {
      input_shape: integers([from.height, from.width]),
      weight: tensor(kernel, [outs, ins, size, size]),
      stride: integers([stride, stride]),
      padding: integers([padding, padding]),
      dilation: integers([1, 1]),
      groups: tensor(BigInt64Array.of(1n), []),
      bias,
    },
  };
}

function flatten(maps: Maps): NirNode {
  const [start, end] = [0n, -1n].map(dim => tensor(BigInt64Array.of(dim), [])) as [NirValue, NirValue];
  return {
    type: "Flatten",
    fields: { start_dim: start, end_dim: end, input_type: integers(shapeOf(0, maps)) },
  };
}

function neurons(
  shape: readonly number[],
  { tauMem, vThreshold }: TrainedNetwork["neuron"],
  dtMs: number,
): NirNode {
  const size = shape.reduce((product, n) => product * n, 1);
  const all = (value: number) => tensor(new Float32Array(size).fill(value), shape);
  const [tau, dt] = [tauMem / 1000, dtMs / 1000];
  const fires = vThreshold < Infinity;
  const spiking = { v_threshold: all(vThreshold), v_reset: all(0) };
  if (tauMem === Infinity) {
    const fields = { r: all(1 / dt), ...(fires && spiking) };
    return { type: fires ? "IF" : "I", fields };
  }
  const fields = { tau: all(tau), r: all(tau / dt), v_leak: all(0), ...(fires && spiking) };
  return { type: fires ? "LIF" : "LI", fields };
}

/** Of a population as NIR has it: channels, height and width, or a row of neurons. */
function shapeOf(n: number, maps?: Maps): readonly number[] {
  return maps ? [maps.channels, maps.height, maps.width] : [n];
}

function integers(values: readonly number[]): NirValue {
  return tensor(BigInt64Array.from(values, BigInt));
}

function fact(value: string | number | boolean): NirValue {
  return typeof value === "number" ? tensor(Float64Array.of(value), []) : String(value);
}

/** [sources, post] to NIR's [post, sources], with the sources channels first where they are maps. */
function transpose(
  weights: Float32Array,
  { sources, post }: Layer,
  gain: number,
  { height, width, channels }: Maps = { height: 1, width: sources, channels: 1 },
): NirValue {
  const out = new Float32Array(weights.length);
  const places = height * width;
  for (let i = 0; i < sources; i++) {
    const column = (i % channels) * places + Math.floor(i / channels);
    for (let j = 0; j < post; j++) out[j * sources + column] = weights[i * post + j] * gain;
  }
  return tensor(out, [post, sources]);
}
