import { InputError, shown } from "../../../errors.ts";
import type { Arena } from "../../kernels/arena.ts";
import { expectFinite } from "../../network/expect.ts";
import type { Network, Population } from "../../network/network.ts";
import type { Projection } from "../../network/synapses/projection.ts";
import { WeightWatch } from "../../network/synapses/weightWatch.ts";
import { delaySteps, longestDelay } from "../delays.ts";
import type { Source } from "./batchInputs.ts";
import { LatticeLayer, type WeightMatrix } from "./latticeLayer.ts";
import { LatticeTables } from "./latticeTables.ts";
import { Readout } from "./readout.ts";

/** Weights of a projection beyond which a full matrix of them is too large. */
const MOST_WEIGHTS = 2 ** 28;

/** A population of neurons, and whom it hears. */
export interface Stage {
  readonly index: number;
  readonly population: Population;
  readonly sources: readonly Source[];
  readonly runs: LatticeLayer | Readout;
  /** Takes in weights that have changed outside. */
  takeWeights(): void;
}

/**
 * The populations of a feed-forward network, each after those that it hears.
 * @param currents  constant input currents by population [mV/ms]
 * @throws InputError for a network that is not feed-forward, learns, or has neurons or delays of other kinds
 */
export function stagesOf(
  network: Network,
  currents: Readonly<Record<string, number | ArrayLike<number>>>,
  arena: Arena,
  dt: number,
  steps: number,
): Stage[] {
  const { populations, projections, stimuli } = network;
  if (stimuli.length > 0) {
    throw new InputError(
      "stimuli: expected none, as the samples are the input; constant currents are an option",
    );
  }
  for (const { plasticity, target, place } of projections) {
    if (plasticity) throw new InputError(`projections[${place}].plasticity: expected none; use Simulation`);
    if (target !== null)
      throw new InputError(
        `projections[${place}].target: expected the membrane, got ${shown(target)}; use Simulation`,
      );
  }
  return inOrder(network).map(index => {
    const { name } = populations[index];
    return within(`populations.${name}`, () =>
      stageOf(network, index, currents[name] ?? 0, arena, dt, steps),
    );
  });
}

function stageOf(
  { populations, projections }: Network,
  index: number,
  given: number | ArrayLike<number>,
  arena: Arena,
  dt: number,
  steps: number,
): Stage {
  const population = populations[index];
  const { size, initial } = population;
  const model = population.model!;
  const step = model.lattice(dt);
  const { parameters } = step;
  const each = typeof given === "number" ? new Float64Array(size).fill(given) : given;
  if (each.length !== size) throw new InputError(`currents: expected one or ${size}, got ${each.length}`);
  const settles = Float64Array.from({ length: size }, (_, j) => {
    expectFinite(`currents[${j}]`, each[j]);
    const drive = parameters.bias + each[j];
    if (drive === 0) return parameters.vRest;
    if (parameters.tauMem === Infinity) {
      throw new InputError(`currents[${j}]: expected 0 without a leak, got ${drive}; use Simulation`);
    }
    return parameters.vRest + drive * parameters.tauMem;
  });
  const starts = initial ?? new Float64Array(size).fill(parameters.vRest);
  const sources: Source[] = [];
  const heard: { readonly watch: WeightWatch; readonly matrix: () => WeightMatrix }[] = [];
  let firstRow = 0;
  for (const { synapses, from, to, place } of projections) {
    if (to !== index) continue;
    const path = `projections[${place}]`;
    const delay = delaySteps(synapses.minDelay, dt, path);
    if (longestDelay(synapses, dt, path) !== delay) {
      throw new InputError(`${path}.delay: expected one for all synapses; use Simulation`);
    }
    sources.push({ population: from, firstRow, delay });
    heard.push({
      watch: new WeightWatch(synapses, path),
      matrix: () => ({ pre: synapses.pre, weights: full(synapses, path) }),
    });
    firstRow += synapses.pre;
  }
  const tables = new LatticeTables(model, dt, steps);
  const incoming = () => heard.map(({ matrix }) => matrix());
  const common = [settles, starts, incoming()] as const;
  const runs =
    parameters.vThreshold === Infinity
      ? new Readout(model, dt, steps, ...common)
      : new LatticeLayer(arena, size, parameters, tables, dt, ...common);
  const takeWeights = () => {
    const changed = heard.filter(({ watch }) => watch.changed());
    if (changed.length > 0) runs.take(incoming());
  };
  return { index, population, sources, runs, takeWeights };
}

/** Neurons of the populations behind the input, each after those that it hears. @throws InputError for a loop */
function inOrder({ populations, projections }: Network): number[] {
  const done = populations.map(({ model }) => !model);
  const order: number[] = [];
  while (done.includes(false)) {
    const next = populations.findIndex(
      (_, p) => !done[p] && projections.every(({ from, to }) => to !== p || done[from]),
    );
    if (next === -1) {
      const loop = populations.filter((_, p) => !done[p]).map(({ name }) => name);
      throw new InputError(
        `projections: expected a feed-forward network, got a loop among ${loop.join(", ")}; use Simulation`,
      );
    }
    done[next] = true;
    order.push(next);
  }
  return order;
}

/** The weights of any projection as a full matrix, gain included. */
function full(synapses: Projection, path: string): Float32Array {
  const { pre, post, gain } = synapses;
  if (pre * post > MOST_WEIGHTS) {
    throw new InputError(
      `${path}: expected at most ${MOST_WEIGHTS} pairs of neurons, got ${pre} x ${post}; use Simulation`,
    );
  }
  const weights = new Float32Array(pre * post);
  for (let row = 0; row < pre; row++) {
    for (let cursor = 0; cursor < synapses.rowLength(row); ) {
      cursor = synapses.deliver(row, cursor, (target, weight) => {
        weights[row * post + target] += weight * gain;
      });
    }
  }
  return weights;
}

function within<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError && !error.message.startsWith("projections")
      ? new InputError(`${path}: ${error.message}`)
      : error;
  }
}
