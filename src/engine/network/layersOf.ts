import { InputError, shown } from "../../errors.ts";
import {
  type Architecture,
  convLayer,
  denseLayer,
  type Layer,
  type Maps,
  neuronsOf,
  type Pool,
} from "./architecture.ts";
import { within } from "./expect.ts";
import { currentPerTrace, gainOf, type LayeredNetwork } from "./layers.ts";
import { MEMBRANE } from "./modulators.ts";
import type { NetworkSpec, PopulationSpec, ProjectionSpec } from "./network.ts";
import type { NeuronSpec } from "./neurons/index.ts";

type Cell = LayeredNetwork["neuron"];

/** A population of the chain, and the projection that reaches it. */
interface Step {
  readonly name: string;
  readonly population: PopulationSpec;
  readonly projection: ProjectionSpec;
  /** What the projection passes through before its synapses; its size is in `connect`. */
  readonly max: boolean;
}

/**
 * The reverse of `layeredSpec`: a network as the layers that it is made of, where it is a chain from one input over LIF
 * neurons to a readout, each population fully connected to the next or by a kernel.
 * @param currents  constant input of populations [1/ms], beside that of stimuli
 * @param inputGain trace that one input spike adds where the layers are trained
 * @param durationMs  of a presentation
 * @throws InputError that names the population or projection that no such layer has
 */
export function layersOf(
  spec: NetworkSpec,
  currents: Readonly<Record<string, ArrayLike<number>>>,
  inputGain: number,
  durationMs: number,
): LayeredNetwork {
  const steps = chain(spec);
  const neuron = cellOf(steps);
  const sizes = [
    Object.values(spec.populations).find(isInput)!.size,
    ...steps.map(step => step.population.size),
  ];
  const layers = steps.map(({ projection, max }, l) =>
    within(projectionName(projection), () => layerOf(projection, max, sizes[l], sizes[l + 1])),
  );
  const weights = layers.map((layer, l) =>
    weightsOf(steps[l].projection, layer, gainOf(layer, l === 0 ? inputGain : neuron.vThreshold)),
  );
  const drives = constantInput(spec, currents);
  const scale = currentPerTrace(neuron.tauMem, durationMs);
  const biases = layers.map(({ columns }, l) => {
    const { name } = steps[l];
    const drive = drives.get(name);
    if (!drive) return new Float32Array(columns);
    const odd = drive.findIndex((value, j) => value !== drive[j % columns]);
    if (odd >= 0)
      throw new InputError(
        `population ${name}: expected one constant input for all places of a map, got ${drive[odd]} and ${drive[odd % columns]}`,
      );
    return Float32Array.from(drive.subarray(0, columns), value => value / scale);
  });
  const architecture: Architecture = { sizes, layers };
  return { architecture, weights, biases, neuron, durationMs, inputGain };
}

const isInput = ({ neuron }: PopulationSpec) => neuron === "input";

const projectionName = ({ name, from, to }: ProjectionSpec) => `projection ${name ?? `${from}->${to}`}`;

const fail = (where: string, expected: string, got: unknown) =>
  new InputError(`${where}: expected ${expected}, got ${typeof got === "string" ? got : shown(got)}`);

/** The populations from the input up, with max pools in the step that follows them. */
function chain({ populations, projections = [] }: NetworkSpec): Step[] {
  const inputs = Object.keys(populations).filter(name => isInput(populations[name]));
  if (inputs.length !== 1)
    throw fail("network", "one input population", inputs.length === 0 ? "none" : inputs.join(", "));
  const left = new Set(Object.keys(populations));
  const steps: Step[] = [];
  let at = inputs[0];
  let max = false;
  for (;;) {
    left.delete(at);
    const onwards = projections.filter(({ from }) => from === at);
    if (onwards.length === 0) break;
    if (onwards.length > 1)
      throw fail(
        `population ${at}`,
        "one projection from it",
        onwards.map(({ to }) => `one onto ${to}`).join(", "),
      );
    const [projection] = onwards as [ProjectionSpec];
    const { to } = projection;
    if (!left.has(to)) throw fail(projectionName(projection), "no way back", `one onto ${to}`);
    const population = populations[to];
    const own = (population.neuron as NeuronSpec).model === "max-pool";
    if (own && max) throw fail(`population ${to}`, "a layer after a max pool", "another");
    if (!own) steps.push({ name: to, population, projection, max });
    [at, max] = [to, own];
  }
  if (max || steps.length === 0) throw fail(`population ${at}`, "a readout above it", "none");
  const [stray] = left;
  if (stray !== undefined)
    throw fail(`population ${stray}`, `a place in the chain that ends at ${at}`, "none");
  return steps;
}

const cellFields = ["tauMem", "vThreshold", "tauRef", "reset", "vReset", "vRest"];

/** Constants of the hidden neurons, which are the same in all layers. */
function cellOf(steps: readonly Step[]): Cell {
  const readout = steps.at(-1);
  let cell: Cell | null = null;
  for (const step of steps) {
    const { name, population } = step;
    const where = `population ${name}`;
    const { model = "lif", ...given } = population.neuron as { model?: string } & Record<string, unknown>;
    const { tauMem = 20, vThreshold = Infinity, tauRef = 0, reset = "subtract", vRest = 0 } = given;
    const last = step === readout;
    const stray = Object.keys(given).find(key => !cellFields.includes(key));
    if (stray !== undefined) throw fail(where, `no ${stray}`, given[stray]);
    if (model !== "lif" && !(last && model === "li")) throw fail(where, last ? "li" : "lif neurons", model);
    if (vRest !== 0) throw fail(where, "vRest 0", vRest);
    if (population.initial !== undefined) throw fail(where, "potentials that begin at 0", "others");
    if (last) {
      // Whether it fires is how it is read: its weights mean the same.
      if (vThreshold !== Infinity && reset !== "subtract") throw fail(where, "reset subtract", reset);
      // Without a hidden layer there is no threshold, and no spike that one would stand for.
      cell ??= { tauMem: tauMem as number, vThreshold: 1, tauRef: 0 };
      if (tauMem !== cell.tauMem) throw fail(where, `tauMem ${cell.tauMem} as below it`, tauMem);
      continue;
    }
    if (reset !== "subtract") throw fail(where, "reset subtract", reset);
    if (vThreshold === Infinity)
      throw fail(where, "neurons that fire below the readout", "vThreshold Infinity");
    const own = { tauMem, vThreshold, tauRef } as Cell;
    cell ??= own;
    for (const key of ["tauMem", "vThreshold", "tauRef"] as const)
      if (own[key] !== cell[key]) throw fail(where, `${key} ${cell[key]} as below it`, own[key]);
  }
  return cell!;
}

function layerOf(projection: ProjectionSpec, max: boolean, pre: number, post: number): Layer {
  const { connect = { kind: "all" }, delay = 0, plasticity, target = MEMBRANE } = projection;
  if (target !== MEMBRANE) throw new InputError(`expected the membrane as its target, got ${shown(target)}`);
  if (plasticity !== undefined) throw new InputError("expected no plasticity of its own, got some");
  if (delay !== 0)
    throw new InputError(`expected no delay, got ${typeof delay === "number" ? `${delay} ms` : "delays"}`);
  if (connect.kind === "all" && !max) return denseLayer(pre, post);
  if (connect.kind !== "convolution")
    throw new InputError(`expected all synapses or those of a kernel, got ${connect.kind}`);
  const [height, width, channels] = connect.shape;
  const { pool: side = 1, dilation = 1, stride = 1, padding = "valid", filters } = connect;
  const from: Maps = { height, width, channels };
  const seen: Maps = { height: Math.floor(height / side), width: Math.floor(width / side), channels };
  const pool: Pool | null =
    side === 1 && !max ? null : { kind: max ? "max" : "average", size: side, from, to: seen };
  const [rows, columns] = connect.kernel;
  // A kernel as large as the pooled maps joins all of them.
  const whole =
    pool !== null && rows === seen.height && columns === seen.width && (padding === 0 || padding === "valid");
  if (whole && filters === post) return denseLayer(pre, post, pool);
  if (rows !== columns) throw new InputError(`expected a square kernel, got ${rows} x ${columns}`);
  if (dilation !== 1 || typeof stride !== "number")
    throw new InputError("expected one stride and no dilation, got others");
  if (padding === "same" && (rows % 2 === 0 || stride !== 1))
    throw new InputError(`expected a padding in numbers for an even kernel or a stride, got "same"`);
  const around = padding === "same" ? (rows - 1) / 2 : padding === "valid" ? 0 : padding;
  const out = (size: number) => Math.floor((size + 2 * around - rows) / stride) + 1;
  const to: Maps = { height: out(seen.height), width: out(seen.width), channels: filters };
  if (neuronsOf(to) !== post) throw new InputError(`expected ${neuronsOf(to)} targets, got ${post}`);
  return convLayer({ size: rows, stride, padding: around, from: seen, to }, pool);
}

/** Weights of which one spike of the layer below, which stands for `gain`, moves a potential as in the network. */
function weightsOf(projection: ProjectionSpec, { rows, columns }: Layer, gain: number): Float32Array {
  const { weights, gain: own = 1 } = projection;
  const n = rows * columns;
  if (typeof weights === "function")
    throw fail(projectionName(projection), "weights in numbers", "a function");
  const all = typeof weights === "number" ? new Float32Array(n).fill(weights) : Float32Array.from(weights);
  if (all.length !== n) throw fail(projectionName(projection), `${n} weights`, String(all.length));
  return own === gain ? all : all.map(w => (w * own) / gain);
}

/** [neurons] by population [1/ms]. */
function constantInput(
  { populations, stimuli = [] }: NetworkSpec,
  currents: Readonly<Record<string, ArrayLike<number>>>,
): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  const add = (to: string, current: number | ArrayLike<number>) => {
    const { size } = populations[to];
    const sum = sums.get(to) ?? new Float64Array(size);
    sums.set(
      to,
      sum.map((value, j) => value + (typeof current === "number" ? current : current[j])),
    );
  };
  for (const [to, current] of Object.entries(currents)) if (populations[to]) add(to, current);
  stimuli.forEach((stimulus, s) => {
    const where = `stimuli[${s}] onto ${stimulus.to}`;
    if (stimulus.kind !== "current") throw fail(where, "a constant current", stimulus.kind);
    const { current, ...others } = stimulus;
    const stray = Object.keys(others).find(key => !["name", "to", "kind"].includes(key));
    if (stray !== undefined || current === undefined)
      throw fail(where, "a constant current", stray ?? "none");
    add(stimulus.to, current);
  });
  return sums;
}
