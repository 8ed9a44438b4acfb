import type { Arena } from "../kernels/arena.ts";
import type { Network } from "../network/network.ts";
import { PlasticSynapses } from "../network/plasticity/plasticSynapses.ts";
import { Arrivals } from "./arrivals.ts";
import type { Crew } from "./crew.ts";
import { longestDelay } from "./delays.ts";
import { DenseRows } from "./denseRows.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import { StaticProjection } from "./staticRows.ts";
import { pairsOf, StdpRows } from "./stdpRows.ts";

/** A projection as a lattice delivers it: by kernels over rows, or, where it learns by general rules, synapse by synapse. */
export interface Link {
  readonly from: number;
  readonly to: number;
  /** [steps] */
  readonly longest: number;
  readonly rows: StaticProjection | DenseRows | StdpRows | null;
  /** The same rows, where they learn by pairs. */
  readonly pairs: StdpRows | null;
  readonly plastic: PlasticSynapses | null;
  /** Spikes on their way to the latter. */
  readonly arrivals: Arrivals | null;
}

/**
 * @param groups    by population
 * @param receiver  what takes an input to a neuron of a population now
 * @param reached   the first step whose spikes are not all fired
 * @throws InputError for delays that the lattice would swallow
 */
export function linksOf(
  { projections }: Network,
  groups: readonly (LatticeGroup | null)[],
  arena: Arena,
  crew: Crew,
  dt: number,
  receiver: (population: number) => (neuron: number, amount: number) => void,
  reached: () => number,
): Link[] {
  return projections.map(({ synapses, plasticity, from, to, place }) => {
    const path = `projections[${place}]`;
    const group = groups[to]!;
    const longest = longestDelay(synapses, dt, path);
    const link = { from, to, longest, rows: null, pairs: null, plastic: null, arrivals: null };
    if (plasticity) {
      const rule = pairsOf(synapses, plasticity, group);
      if (!rule) {
        const plastic = new PlasticSynapses(synapses, plasticity, group, receiver(to), group.double);
        return { ...link, plastic, arrivals: new Arrivals(synapses, longest, dt, path) };
      }
      const pairs = new StdpRows(arena, crew, synapses, rule, group, dt, path, reached);
      return { ...link, rows: pairs, pairs };
    }
    const dense = synapses.full && !group.step.counts && !group.double;
    const rows = dense
      ? new DenseRows(arena, crew, synapses, group, dt, path)
      : new StaticProjection(arena, crew, synapses, group, dt, path);
    return { ...link, rows };
  });
}
