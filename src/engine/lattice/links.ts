import { receivingRows } from "../actors.ts";
import type { Arena } from "../kernels/arena.ts";
import type { Network } from "../network/network.ts";
import { PlasticSynapses } from "../network/plasticity/plasticSynapses.ts";
import type { PopulationState } from "../populationState.ts";
import { Arrivals } from "./arrivals.ts";
import type { Crew } from "./crew.ts";
import { longestDelay } from "./delays.ts";
import { DenseRows } from "./denseRows.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import { ShiftRows, shiftOf } from "./shiftRows.ts";
import { StaticProjection } from "./staticRows.ts";
import { pairsOf, StdpRows } from "./stdpRows.ts";

/**
 * A projection as a lattice delivers it: by kernels over rows, or, where it learns by general rules or reaches modulators,
 * synapse by synapse.
 */
export interface Link {
  readonly from: number;
  readonly to: number;
  /** [steps] */
  readonly longest: number;
  readonly rows: StaticProjection | DenseRows | StdpRows | ShiftRows | null;
  /** The same rows, where they learn. */
  readonly learns: StdpRows | ShiftRows | null;
  readonly plastic: PlasticSynapses | null;
  /** Spikes on their way to those that are reached one by one. */
  readonly arrivals: Arrivals | null;
  /** What they do there, as `PlasticSynapses.arrive`. */
  readonly arrive: ((row: number, cursor: number, t: number) => number) | null;
}

/**
 * @param states    by population
 * @param receiver  what takes an input to a neuron of a population now, or to its modulator of a name
 * @param reached   the first step whose spikes are not all fired
 * @throws InputError for delays that the lattice would swallow
 */
export function linksOf(
  { projections }: Network,
  states: readonly PopulationState<LatticeGroup>[],
  arena: Arena,
  crew: Crew,
  dt: number,
  receiver: (
    population: number,
    gain: number,
    target: string | null,
  ) => (neuron: number, amount: number) => void,
  reached: () => number,
): Link[] {
  return projections.map(({ synapses, plasticity, from, to, target, place }) => {
    const path = `projections[${place}]`;
    const group = states[to].neurons;
    const longest = longestDelay(synapses, dt, path);
    const none = { rows: null, learns: null, plastic: null, arrivals: null, arrive: null };
    const link = { from, to, longest, ...none };
    const arrivals = () => new Arrivals(synapses, longest, dt, path);
    if (plasticity) {
      const pairs = target === null ? pairsOf(synapses, plasticity, group) : null;
      const shift = target === null ? shiftOf(synapses, plasticity, group) : null;
      if (!pairs && !shift) {
        const receive = receiver(to, 1, target);
        const plastic = new PlasticSynapses(synapses, plasticity, states[to], receive, null, group.double);
        const arrive = plastic.arrive.bind(plastic);
        return { ...link, plastic, arrivals: arrivals(), arrive };
      }
      const learns = shift
        ? new ShiftRows(arena, crew, synapses, shift, states[to], dt, path)
        : new StdpRows(arena, crew, synapses, pairs!, group, dt, path, reached);
      return { ...link, rows: learns, learns };
    }
    if (target !== null) {
      const receive = receiver(to, synapses.gain, target);
      const receiveRow = synapses.matrix ? receivingRows(states[to], target) : null;
      const arrive = (row: number, cursor: number, t: number) => {
        if (!receiveRow) return synapses.deliver(row, cursor, receive);
        receiveRow(t, synapses.heldWeights, row * synapses.post, synapses.gain);
        return synapses.post;
      };
      return { ...link, arrivals: arrivals(), arrive };
    }
    const dense = synapses.full && !group.step.counts && !group.double;
    const rows = dense
      ? new DenseRows(arena, crew, synapses, group, dt, path)
      : new StaticProjection(arena, crew, synapses, group, dt, path);
    return { ...link, rows };
  });
}
