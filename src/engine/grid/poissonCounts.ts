import { threefry2x32 } from "../../math/rng.ts";
import type { Arena } from "./arena.ts";
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
  readonly #thresholds: Uint32Array;
  readonly #thresholdsAt: number;
  readonly #state: number;
  readonly #weight: number;
  readonly #padded: number;
  readonly #block = new Uint32Array(2);
  #acc!: Float32Array;

  constructor(arena: Arena, group: LatticeGroup, bombardment: Bombardment, dt: number) {
    const { excitatory, inhibitory, counts } = group.step;
    const { state, scale } = bombardment.weight < 0 && !counts ? inhibitory : excitatory;
    const mean = bombardment.perMs * dt;
    this.#arena = arena;
    this.#group = group;
    this.#bombardment = bombardment;
    this.#draws = Math.max(1, Math.ceil(mean / MEAN));
    this.#thresholds = thresholds(mean / this.#draws);
    this.#thresholdsAt = arena.take(this.#thresholds.byteLength);
    this.#state = state;
    this.#weight = fround(counts ? 1 : bombardment.weight * scale);
    this.#padded = Math.ceil(group.size / 8) * 8;
  }

  bind(): void {
    this.#arena.view(Uint32Array, this.#thresholdsAt, this.#thresholds.length).set(this.#thresholds);
    this.#acc = this.#arena.view(Float32Array, this.#group.addresses[this.#state]!, this.#padded);
  }

  /** Adds the inputs of the step that ends at `time` [ms]. */
  deliver(step: number, time: number): void {
    const { start, stop, key } = this.#bombardment;
    if (!(time > start && time <= stop)) return;
    for (let d = 0; d < this.#draws; d++) this.#draw(key[0], key[1], (step * this.#draws + d) | 0);
  }

  #draw(k0: number, k1: number, counter: number): void {
    const { kernels } = this.#arena;
    const thresholds = this.#thresholds;
    if (kernels) {
      kernels.poisson(
        ...([this.#padded, this.#group.addresses[this.#state]!, k0, k1, counter] as const),
        ...([this.#thresholdsAt, thresholds.length, this.#weight] as const),
      );
      return;
    }
    const acc = this.#acc;
    // Four blocks serve eight neurons: their first words the first four, as the lanes of the compiled loop do.
    for (let b = 0; b < this.#padded; b += 8) {
      for (let lane = 0; lane < 4; lane++) {
        threefry2x32(k0, k1, counter, b / 2 + lane, this.#block);
        acc[b + lane]! += fround(count(thresholds, this.#block[0]!) * this.#weight);
        acc[b + 4 + lane]! += fround(count(thresholds, this.#block[1]!) * this.#weight);
      }
    }
  }
}

/** P(N <= n) as fractions of 2^32, until nothing is left above. */
function thresholds(mean: number): Uint32Array {
  const out: number[] = [];
  let term = Math.exp(-mean);
  let sum = term;
  for (let n = 1; Math.round(sum * 2 ** 32) < 2 ** 32 && term > 0; n++) {
    out.push(Math.round(sum * 2 ** 32));
    term *= mean / n;
    sum += term;
  }
  return Uint32Array.from(out);
}

function count(thresholds: Uint32Array, word: number): number {
  let n = 0;
  while (n < thresholds.length && word >= thresholds[n]!) n++;
  return n;
}
