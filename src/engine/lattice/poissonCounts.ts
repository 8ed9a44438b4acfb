import { exp } from "../../math/elementary.ts";
import { threefry2x32 } from "../../math/rng.ts";
import type { Arena } from "../kernels/arena.ts";
import { type Crew, shares } from "./crew.ts";
import type { LatticeGroup } from "./latticeGroup.ts";

const { fround } = Math;

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
  readonly #group: LatticeGroup;
  readonly #bombardment: Bombardment;
  readonly #draws: number;
  /** The number of inputs is the number of levels below the word. */
  readonly #levels: Uint32Array;
  readonly #levelsAt: number;
  readonly #state: number;
  readonly #weight: number;
  readonly #padded: number;
  readonly #crew: Crew;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  readonly #block = new Uint32Array(2);
  #acc!: Float32Array;

  constructor(arena: Arena, crew: Crew, group: LatticeGroup, bombardment: Bombardment, dt: number) {
    this.#crew = crew;
    const { excitatory, inhibitory, counts } = group.step;
    const { state, scale } = bombardment.weight < 0 && !counts ? inhibitory : excitatory;
    const mean = bombardment.perMs * dt;
    this.#arena = arena;
    this.#group = group;
    this.#bombardment = bombardment;
    this.#draws = Math.max(1, Math.ceil(mean / MEAN));
    this.#levels = levels(mean / this.#draws);
    this.#levelsAt = arena.take(this.#levels.byteLength);
    this.#state = state;
    this.#weight = fround(counts ? 1 : bombardment.weight * scale);
    this.#padded = Math.ceil(group.size / 8) * 8;
    this.#shares = shares(group.size, crew.members);
  }

  bind(): void {
    const moved = this.#levels.map(level => level ^ 0x80000000);
    this.#arena.view(Uint32Array, this.#levelsAt, moved.length).set(moved);
    this.#acc = this.#arena.view(Float32Array, this.#group.addresses[this.#state], this.#padded);
  }

  /** Adds the inputs of the step that ends at `time` [ms]. */
  deliver(step: number, time: number): void {
    const { start, stop, key } = this.#bombardment;
    if (!(time > start && time <= stop)) return;
    for (let d = 0; d < this.#draws; d++) this.#draw(key[0], key[1], (step * this.#draws + d) | 0);
  }

  #draw(k0: number, k1: number, counter: number): void {
    const { kernels } = this.#arena;
    const levels = this.#levels;
    const at = this.#group.addresses[this.#state];
    if (kernels) {
      this.#shares.forEach(([first, last], m) => {
        if (this.#crew.alone) {
          kernels.poisson(first, last, at, k0, k1, counter, this.#levelsAt, levels.length, this.#weight);
          return;
        }
        const values = [first, last, at, k0, k1, counter, this.#levelsAt, levels.length, this.#weight];
        this.#crew.call(m, "poisson", values);
      });
      return;
    }
    const acc = this.#acc;
    // Four blocks serve eight neurons: their first words the first four, as the lanes of the compiled loop do.
    for (let b = 0; b < this.#padded; b += 8) {
      for (let lane = 0; lane < 4; lane++) {
        threefry2x32(k0, k1, counter, b / 2 + lane, this.#block);
        acc[b + lane] += fround(count(levels, this.#block[0]) * this.#weight);
        acc[b + 4 + lane] += fround(count(levels, this.#block[1]) * this.#weight);
      }
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

function count(levels: Uint32Array, word: number): number {
  let n = 0;
  while (n < levels.length && word > levels[n]) n++;
  return n;
}
