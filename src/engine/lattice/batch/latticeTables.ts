import { InputError } from "../../../errors.ts";
import type { NeuronModel } from "../../network/neurons/index.ts";

/** Longest time that is passed at once, in steps: tables are that long. */
const LONGEST = 1024;

/** Steps of a table's chunk, over which `peaks` bounds what a current can do. */
const CHUNK = 8;

/** Order of the tables in memory, each `reach + 1` floats. */
const tableOrder = ["decay", "grow", "rise", "fall", "riseInh", "fallInh", "peaks"] as const;

/** The tables that lie one after the other in memory, by name. */
export function tablesIn(values: Float32Array, reach: number) {
  const table = (r: number) => values.subarray(r * (reach + 1), (r + 1) * (reach + 1));
  return Object.fromEntries(tableOrder.map((name, r) => [name, table(r)])) as Record<
    (typeof tableOrder)[number],
    Float32Array
  >;
}

/**
 * How a neuron moves over k steps of a lattice of time without input, in single precision (Rotter & Diesmann 1999,
 * Biol. Cybern. 81:381). The potential v is taken from where it would settle, the currents e and i in units of the
 * potential that they add in one step, so that
 *
 *     v(k) = decay[k] v + rise[k] e + riseInh[k] i,      e(k) = fall[k] e,      i(k) = fallInh[k] i.
 *
 * `grow` is 1 / decay. peaks[0] is the most that a current of 1 adds within `reach`, peaks[1 + c] the most at steps
 * 8 c + 1 to 8 c + 8.
 */
export class LatticeTables {
  /** Synaptic currents: 0 where an input moves the potential itself; one where both signs share a time constant. */
  readonly currents: 0 | 1 | 2;
  /** Steps that the tables reach. */
  readonly reach: number;
  /** [7, reach + 1], in `tableOrder`. */
  readonly values: Float32Array;
  /** What an input of weight 1 adds to its current (or to the potential), for positive and negative weights. */
  readonly scales: readonly [number, number];

  /**
   * @param dt     [ms]
   * @param steps  of a presentation
   * @throws InputError for a model that has more than a potential and exponential currents
   */
  constructor({ model, lattice }: NeuronModel, dt: number, steps: number) {
    const one = lattice(dt);
    const { propagator, adaptation, counts, parameters } = one;
    if (propagator.length > 3 || adaptation || counts) {
      throw new InputError(`neuron: expected lif, lif-exp, if or li, got ${model}; use Simulation`);
    }
    const [v, e, i] = propagator;
    if (!(Math.fround(v[0]) > 1e-30)) {
      throw new InputError(`dt: expected at most 60 tauMem (${60 * parameters.tauMem} ms), got ${dt}`);
    }
    const same = v[1] === v[2] && e?.[1] === i?.[2] && one.excitatory.scale === one.inhibitory.scale;
    this.currents = !e ? 0 : same ? 1 : 2;
    const jump = (k: number, scale: number) => (e ? scale * v[k] : scale);
    this.scales = [jump(1, one.excitatory.scale), jump(2, one.inhibitory.scale)];
    // Beyond a few time constants what is left is small, and 1 / decay would magnify its rounding.
    this.reach = Math.max(1, Math.min(steps, LONGEST, Math.floor((4 * parameters.tauMem) / dt)));
    this.values = new Float32Array(tableOrder.length * (this.reach + 1));
    const { decay, grow, rise, fall, riseInh, fallInh, peaks } = tablesIn(this.values, this.reach);
    for (let k = 0; k <= this.reach; k++) {
      const { propagator: over } = lattice(k * dt);
      decay[k] = over[0][0];
      grow[k] = 1 / over[0][0];
      if (!e) continue;
      rise[k] = over[0][1] / v[1];
      fall[k] = over[1][1];
      riseInh[k] = over[0][2] / v[2];
      fallInh[k] = over[2][2];
    }
    for (let k = 1; k <= this.reach; k++) {
      const chunk = 1 + Math.floor((k - 1) / CHUNK);
      peaks[chunk] = Math.max(peaks[chunk], rise[k]);
      peaks[0] = Math.max(peaks[0], rise[k]);
    }
  }
}
