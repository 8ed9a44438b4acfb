import { exp } from "../../math/elementary.ts";
import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import { type Crew, shares } from "./crew.ts";
import type { LatticeGroup } from "./latticeGroup.ts";

/** A homogeneous Poisson bombardment of all neurons of a population, as `Stimulus.bombardment` gives it. */
export interface Bombardment {
  /** Mean number of inputs of a neuron [1/ms]. */
  readonly perMs: number;
  readonly weight: number;
  /** [ms] */
  readonly start: number;
  readonly stop: number;
  readonly key: readonly [number, number];
}

/** Mean number of inputs in one draw: more would need a long table. */
const MEAN = 8;

/**
 * Poisson input on a lattice: how many inputs each neuron gets in each step, drawn by inversion of the distribution from
 * a word of 32 bits. The word depends on the key, the step and the neuron alone.
 */
export class PoissonCounts {
  readonly #arena: Arena;
  readonly #crew: Crew;
  readonly #group: LatticeGroup;
  readonly #bombardment: Bombardment;
  readonly #draws: number;
  /** The number of inputs is the number of levels below the word. */
  readonly #levels: Uint32Array;
  readonly #levelsAt: number;
  /** One for each member of the crew. */
  readonly #records: readonly number[];

  constructor(arena: Arena, crew: Crew, group: LatticeGroup, bombardment: Bombardment, dt: number) {
    const mean = bombardment.perMs * dt;
    this.#arena = arena;
    this.#crew = crew;
    this.#group = group;
    this.#bombardment = bombardment;
    this.#draws = Math.max(1, Math.ceil(mean / MEAN));
    this.#levels = levels(mean / this.#draws);
    this.#levelsAt = arena.take(this.#levels.byteLength);
    this.#records = Array.from({ length: crew.members }, () => arena.record(layout.POISSON_SIZE));
  }

  bind(): void {
    const { weight, key } = this.#bombardment;
    const { excitatory, inhibitory, counts } = this.#group.step;
    const { state, scale } = weight < 0 && !counts ? inhibitory : excitatory;
    const moved = this.#levels.map(level => level ^ 0x80000000);
    this.#arena.view(Uint32Array, this.#levelsAt, moved.length).set(moved);
    shares(this.#group.size, this.#records.length).forEach(([first, last], m) => {
      this.#arena.integers(this.#records[m], {
        [layout.POISSON_FIRST]: first,
        [layout.POISSON_LAST]: last,
        [layout.POISSON_ACC]: this.#group.addresses[state],
        [layout.POISSON_KEY_0]: key[0] >>> 0,
        [layout.POISSON_KEY_1]: key[1] >>> 0,
        [layout.POISSON_LEVELS]: this.#levelsAt,
        [layout.POISSON_COUNT]: moved.length,
      });
      this.#arena.integers(this.#records[m], { [layout.POISSON_DOUBLE]: this.#group.double ? 1 : 0 });
      this.#arena[this.#group.double ? "doubles" : "floats"](this.#records[m], {
        [layout.POISSON_WEIGHT]: counts ? 1 : weight * scale,
      });
    });
  }

  /** Adds the inputs of the step that ends at `time` [ms]. */
  deliver(step: number, time: number): void {
    const { start, stop } = this.#bombardment;
    if (!(time > start && time <= stop)) return;
    for (let d = 0; d < this.#draws; d++) {
      const counter = (step * this.#draws + d) | 0;
      for (let m = 0; m < this.#records.length; m++)
        this.#crew.call(m, "poisson", null, this.#records[m], counter);
    }
  }
}

/** The last word of 32 bits for which there are n inputs, n = 0, 1, ..: P(N <= n) as fractions of 2^32, less one. */
function levels(mean: number): Uint32Array {
  const out: number[] = [];
  let term = exp(-mean);
  let sum = term;
  for (let n = 1; Math.round(sum * 2 ** 32) < 2 ** 32 && term > 0; n++) {
    out.push(Math.round(sum * 2 ** 32) - 1);
    term *= mean / n;
    sum += term;
  }
  while (out.length % 8 > 0) out.push(2 ** 32 - 1);
  return Uint32Array.from(out);
}
