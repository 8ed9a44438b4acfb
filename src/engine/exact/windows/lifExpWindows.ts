import { exp } from "../../../math/elementary.ts";
import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import { currentPerWeight, type SynapticParameters } from "../../network/neurons/parameters.ts";
import { expPeak } from "../../network/neurons/response.ts";
import type { Shots as Drawn } from "../../network/stimuli/timing.ts";
import { ModeThreshold } from "../modes/modeThreshold.ts";
import { Arrivals } from "./arrivals.ts";
import { powerAbove } from "./power.ts";
import { Shots } from "./shots.ts";

/** Bits of a number that is as large as the largest jump of a mode, or the way from reset to threshold. */
const BITS = 46;
/** Poisson inputs of a neuron in a window at which walking over all neurons costs less than looking at each input. */
const DENSE = 0.05;
/** The part of the shortest time constant that a window spans at most: see `exps` in the kernel. */
const PART = 0.25;
/** Where numbers of gains of Poisson inputs begin, after those of projections. */
const SHOTS = 240;

/**
 * `lif-exp` neurons that get so much input that all of them are moved through every window, for `WindowLoop`. Modes are those of
 * `LifExpModes`, but count from the beginning of the present window of the lattice, and they and all inputs are whole numbers
 * of a small unit. So sums are exact, and the same in whatever order their parts come: inputs are added up as they are met.
 * Then a bound shows for most neurons, two at a time, that they stay below threshold, and only the few others are taken
 * through their inputs in the order of time; see `expTogether`. At the end of a window modes decay, and are rounded.
 *
 * A refractory neuron has no membrane mode; when the period is over, it gets the one that puts the potential at reset.
 */
export class LifExpWindows implements NeuronGroup {
  /** Whether Poisson inputs of a population, after so many ms each, are worth it. */
  static dense(waits: readonly number[], width: number): boolean {
    return waits.length < 256 - SHOTS && waits.reduce((sum, wait) => sum + width / wait, 0) > DENSE;
  }

  /** The longest window. */
  static widest({ tauMem, tauExc, tauInh }: SynapticParameters): number {
    return PART * Math.min(tauMem, tauExc, tauInh);
  }

  /** Whether a network of so many projections, and a population of that size, have room. */
  static fits(projections: number, size: number): boolean {
    return projections < SHOTS && size < 2 ** layout.ENTRY_TARGET_BITS;
  }

  readonly record: number;
  readonly arrivals: Arrivals;
  readonly #p: SynapticParameters;
  readonly #size: number;
  readonly #arena: Arena;
  readonly #rates: readonly [m: number, e: number, i: number];
  readonly #threshold: ModeThreshold;
  /** Where lists of all neurons lie: of m, e, i, x and ends of refractory periods. */
  readonly #lists: readonly number[];
  readonly #gains: number;
  readonly #shots: Shots[] = [];
  #hits = 0;
  #f!: Float64Array;
  #scale = 1;
  #origin = 0;
  #width = 0;

  constructor(size: number, parameters: SynapticParameters, arena: Arena) {
    const { tauMem, tauExc, tauInh } = parameters;
    this.#p = parameters;
    this.#size = size;
    this.#arena = arena;
    this.#rates = [1 / tauMem, 1 / tauExc, 1 / tauInh];
    this.#threshold = new ModeThreshold(...this.#rates);
    this.record = arena.record(layout.EXP_SIZE);
    this.arrivals = new Arrivals(arena, size);
    // One more, as two are moved at a time.
    this.#lists = Array.from({ length: 5 }, () => arena.take(8 * (size + 1)));
    this.#gains = arena.take(8 * 256);
    const [ms, es, is, xs, frees] = this.#lists;
    arena.integers(this.record, {
      [layout.EXP_NEURONS]: size,
      [layout.EXP_M]: ms,
      [layout.EXP_E]: es,
      [layout.EXP_I]: is,
      [layout.EXP_X]: xs,
      [layout.EXP_FREE]: frees,
      [layout.EXP_SUMS]: arena.take(32 * (size + 1)),
      [layout.EXP_CARE]: arena.take(4 * size + 8),
      [layout.EXP_FLAGS]: arena.take(size),
      [layout.EXP_FIRST]: arena.take(4 * size),
      [layout.EXP_RING]: this.arrivals.record,
      [layout.EXP_GAINS]: this.#gains,
      [layout.EXP_REACHED]: arena.take(4 * layout.DELTA_STRETCH + 4),
    });
  }

  /** The memory may be another one. */
  bind(): void {
    this.#f = new Float64Array(this.#arena.memory.buffer);
    this.arrivals.bind();
  }

  /** All rows are laid out. @param id of the population, @param largest weight at delivery, by size */
  begin(id: number, largest: number): void {
    this.bind();
    const { vRest, vReset, vThreshold, bias } = this.#p;
    const [lambda, muE, muI] = this.#rates;
    const way = Math.max(vThreshold - vReset, Math.abs(vThreshold - vRest));
    const jump = largest * Math.max(Math.abs(this.#per(muE)), Math.abs(this.#per(muI)));
    this.#scale = 2 ** BITS / powerAbove(Math.max(way, jump));
    this.#arena.integers(this.record, { [layout.MODES_ID]: id });
    this.#arena.doubles(this.record, {
      [layout.MODES_LAMBDA]: lambda,
      [layout.MODES_MU_E]: muE,
      [layout.MODES_MU_I]: muI,
      [layout.EXP_SCALE]: this.#scale,
      [layout.EXP_TAU_REF]: this.#p.tauRef,
      [layout.EXP_DEPTH]: (vReset - vThreshold) * this.#scale,
      [layout.EXP_MARGIN]: 1e-9 * way * this.#scale,
    });
    const [, , , xs, frees] = this.#lists;
    const x = (vRest + bias / lambda - vThreshold) * this.#scale;
    this.#f.fill(x, xs / 8, xs / 8 + this.#size);
    this.#f[xs / 8 + this.#size] = -1e300;
    this.#f.fill(-Infinity, frees / 8, frees / 8 + this.#size + 1);
    for (let i = 0; i < this.#size; i++) this.setPotential(i, 0, vRest);
  }

  /** Factor on weights of the projection of that number. */
  gain(projection: number, gain: number): void {
    this.#f[this.#gains / 8 + projection] = gain;
  }

  /** Poisson input from now on. */
  shoot(shots: Drawn, weight: number, width: number): void {
    const number = SHOTS + this.#shots.length;
    this.#shots.push(new Shots(this.#arena, this.#size, shots, weight, number, width));
    this.bind();
    this.gain(number, weight);
  }

  /** Before the first window. @param width of all, @param longest delay [ms] */
  start(width: number, longest: number): void {
    this.#width = width;
    const [lambda, muE, muI] = this.#rates;
    const input = (place: number, mu: number) => {
      const per = this.#per(mu) * this.#scale;
      return {
        [place]: lambda,
        [place + 1]: mu,
        [place + 2]: per * exp((lambda * width) / 2),
        [place + 3]: -per * exp((mu * width) / 2),
      };
    };
    this.#arena.doubles(this.record, {
      [layout.EXP_WIDTH]: width,
      [layout.EXP_LEFT_M]: exp(-lambda * width),
      [layout.EXP_LEFT_E]: exp(-muE * width),
      [layout.EXP_LEFT_I]: exp(-muI * width),
      ...input(layout.EXP_INPUT_E, muE),
      ...input(layout.EXP_INPUT_I, muI),
    });
    this.arrivals.start(width, longest);
    this.#expectHits(1024);
  }

  /** Into another window of the lattice, of that number. */
  enter(number: number): void {
    this.#origin = number * this.#width;
    this.#f[this.record / 8 + layout.EXP_ORIGIN] = this.#origin;
  }

  /**
   * Moves through a window, whose packets are there; returns whether there was room for all that happened.
   *
   * @param most    inputs of one neuron from packets, at most
   * @param ends    whether it ends with the one of the lattice
   * @param rebind  is called where the memory is another one
   */
  run(
    window: number,
    most: number,
    from: number,
    until: number,
    last: number,
    ends: boolean,
    rebind: () => void,
  ): boolean {
    const { kernels } = this.#arena;
    const { record } = this.arrivals;
    const grow = () => {
      this.arrivals.grow();
      rebind();
    };
    while (!kernels.takeArrivals(record, window, until, ends)) grow();
    for (const shots of this.#shots) while (!kernels.takeShotsOf(record, shots.record, until)) grow();
    if (this.#expectHits(most + this.arrivals.room)) rebind();
    return kernels.expTogether(this.record, window, from, until, last, ends) > 0;
  }

  /** See `ModeThreshold`; the kernel asks where it finds no answer. */
  timeToThreshold(x: number, m: number, e: number, i: number): number {
    return this.#threshold.time(x, m, e, i);
  }

  /** Inputs come as packets. */
  receive(): void {}
  settleCrossing(): void {}
  fire(): number {
    return 0;
  }
  nextSpike(): number {
    return Infinity;
  }

  setCurrent(i: number, t: number, current: number): void {
    const v = this.potential(i, t);
    const { vRest, vThreshold, bias, tauMem } = this.#p;
    this.#f[this.#lists[3] / 8 + i] = (vRest + (bias + current) * tauMem - vThreshold) * this.#scale;
    if (this.#free(i) === -Infinity) this.setPotential(i, t, v);
  }

  setPotential(i: number, t: number, v: number): void {
    const [, e, inh] = this.#parts(i, t);
    const x = this.#f[this.#lists[3] / 8 + i];
    const m = (v - this.#p.vThreshold) * this.#scale - x - e - inh;
    this.#f[this.#lists[0] / 8 + i] = Math.round(m * exp(this.#rates[0] * (t - this.#origin)));
  }

  potential(i: number, t: number): number {
    if (this.#free(i) > -Infinity) return this.#p.vReset;
    const [m, e, inh] = this.#parts(i, t);
    return this.#p.vThreshold + (this.#f[this.#lists[3] / 8 + i] + m + e + inh) / this.#scale;
  }

  synapticCurrent(i: number, t: number): number {
    const [lambda, muE, muI] = this.#rates;
    const [, e, inh] = this.#parts(i, t);
    return ((lambda - muE) * e + (lambda - muI) * inh) / this.#scale;
  }

  /** What a weight of 1 adds to m, and takes off the mode of its current: current per weight over the difference of the rates. */
  #per(mu: number): number {
    const [lambda] = this.#rates;
    return currentPerWeight(this.#p, expPeak(lambda, mu)) / (mu - lambda);
  }

  #free(i: number): number {
    return this.#f[this.#lists[4] / 8 + i];
  }

  /** What is left of each mode of neuron i at t. */
  #parts(i: number, t: number): readonly number[] {
    return this.#rates.map((rate, k) => this.#f[this.#lists[k] / 8 + i] * exp(-rate * (t - this.#origin)));
  }

  #expectHits(room: number): boolean {
    if (room <= this.#hits) return false;
    this.#hits = 2 * room;
    this.#arena.integers(this.record, {
      [layout.EXP_HITS]: this.#arena.take(layout.HIT_BYTES * this.#hits),
      [layout.EXP_SORTED]: this.#arena.take(16 * this.#hits),
      [layout.EXP_ROOM]: this.#hits,
    });
    return true;
  }
}
