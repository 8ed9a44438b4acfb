import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { Learning } from "../../loop.ts";
import { within } from "../../network/expect.ts";
import type { PairParameters, PlasticityModel } from "../../network/plasticity/plasticity.ts";
import { noModulators, type Plasticity } from "../../network/plasticity/plasticSynapses.ts";
import type { Projection } from "../../network/synapses/projection.ts";
import { WeightWatch } from "../../network/synapses/weightWatch.ts";

/** Traces are scaled to a time that is no further away, in the shorter time constant. */
const SPAN = 200;

/** The rule of a projection whose synapses `PairRows` can hold; null for others. */
export function pairsOf(synapses: Projection, plasticity: Plasticity): PairParameters | null {
  const [model, ...others] = plasticity.models;
  const one = others.length === 0 && plasticity.delayKind !== "dendritic";
  if (!model?.pairs || !one || !synapses.listed || synapses.delays) return null;
  const { tauPlus, tauMinus } = model.pairs;
  return tauPlus < Infinity && tauMinus < Infinity ? model.pairs : null;
}

/** Rows of synapses with a weight each, as the kernels find them. */
interface Rows {
  readonly synapses: Projection;
  readonly record: number;
  readonly storage: Float32Array;
}

/** Who has what has been learnt last. */
const owners = new WeakMap<Projection, PairRows>();

/**
 * How the synapses of a projection learn in `WindowLoop`: pair STDP (equations in `stdpPair.ts`) with one axonal delay and a
 * weight dependence that is linear. A row is read when a spike of its presynaptic neuron arrives: the postsynaptic spikes
 * since the last time are then made up for, in their order, so that no spike walks the columns of the matrix. Traces are
 * kept as they would be at one time for all, so that none needs an exponential of its own.
 *
 * Weights are in single precision, changes in double, as in `PlasticSynapses`; traces differ from those there in last bits.
 */
export class PairRows implements Learning {
  readonly record: number;
  readonly #arena: Arena;
  readonly #rows: Rows;
  readonly #synapses: Projection;
  readonly #model: PlasticityModel;
  readonly #path: string;
  readonly #watch: WeightWatch;
  readonly #span: number;
  /** The time that traces are scaled to. */
  #origin = 0;
  /** Up to where all has happened. */
  readonly #reached: () => number;
  /** Whether someone had the network's list before. */
  #taken = false;
  /** Whether nothing has happened since that list was brought up to date. */
  #given = true;
  #logRoom = 4096;
  #logged = 0;

  constructor(arena: Arena, rows: Rows, model: PlasticityModel, path: string, reached: () => number) {
    const { synapses } = rows;
    // What another simulation has learnt.
    owners.get(synapses)?.bequeath(rows);
    const { pre, post, runs } = synapses;
    this.#arena = arena;
    this.#rows = rows;
    this.#synapses = synapses;
    this.#model = model;
    this.#path = path;
    this.#reached = reached;
    this.#watch = new WeightWatch(synapses, path);
    const pairs = model.pairs!;
    this.#span = SPAN * Math.min(pairs.tauPlus, pairs.tauMinus);
    this.record = arena.record(layout.PAIRS_SIZE);
    const history = arena.take(layout.HISTORY_BYTES * post);
    const ring = arena.take(layout.PAST_BYTES * layout.PAIRS_KEPT * post);
    const starts = arena.take(4 * (pre + 1));
    const [traces, seen] = [arena.take(8 * pre), arena.take(8 * pre)];
    arena.integers(this.record, {
      [layout.PAIRS_TRACES]: traces,
      [layout.PAIRS_SEEN]: seen,
      [layout.PAIRS_HISTORY]: history,
      [layout.PAIRS_RING]: ring,
      [layout.PAIRS_FLUSHED]: arena.take(4 * post),
      [layout.PAIRS_COUNTS]: arena.take(4 * post),
      [layout.PAIRS_LOG]: arena.take(this.#logRoom),
      [layout.PAIRS_NEAREST]: pairs.nearest ? 1 : 0,
      [layout.PAIRS_ROWS]: rows.record,
      [layout.PAIRS_PRE]: pre,
      [layout.PAIRS_POST]: post,
      [layout.PAIRS_STARTS]: starts,
    });
    const { aPlus, aMinus, strengthen, weaken, bounds } = pairs;
    arena.doubles(this.record, {
      [layout.PAIRS_A_PLUS]: aPlus,
      [layout.PAIRS_A_MINUS]: aMinus,
      [layout.PAIRS_P0]: strengthen[0],
      [layout.PAIRS_P1]: strengthen[1],
      [layout.PAIRS_D0]: weaken[0],
      [layout.PAIRS_D1]: weaken[1],
      [layout.PAIRS_W_MIN]: bounds.wMin,
      [layout.PAIRS_W_MAX]: bounds.wMax,
      [layout.PAIRS_TAU_PLUS]: pairs.tauPlus,
      [layout.PAIRS_TAU_MINUS]: pairs.tauMinus,
      [layout.PAIRS_ORIGIN]: 0,
    });
    arena.view(Uint32Array, starts, pre + 1).set(runs.starts);
    const own = arena.view(Float64Array, history, (layout.HISTORY_BYTES / 8) * post);
    for (let j = 0; j < post; j++) own.fill(-Infinity, 8 * j, 8 * j + 4);
  }

  /**
   * The network's list of weights is brought up to date when someone asks for it.
   * @param next  record of other such synapses onto the population, or 0
   */
  begin(next: number): void {
    this.#arena.integers(this.record, { [layout.PAIRS_NEXT]: next });
    this.#arena.integers(this.#rows.record, { [layout.ROWS_PAIRS]: this.record });
    const { heldWeights } = this.#synapses;
    this.#taken = !this.#synapses.keepWeightsIn(heldWeights, () => this.#give());
    owners.set(this.#synapses, this);
  }

  bequeath(rows: Rows): void {
    this.#give();
    rows.storage.set(this.#synapses.heldWeights);
  }

  /** Largest weight that they may learn. */
  get wMax(): number {
    return this.#model.pairs!.bounds.wMax;
  }

  /** Memory besides that of the rows. */
  get bytes(): number {
    const { pre, post } = this.#synapses;
    return (layout.HISTORY_BYTES + layout.PAST_BYTES * layout.PAIRS_KEPT + 8) * post + 20 * pre;
  }

  /** Before a window that begins at t. */
  enter(t: number): void {
    this.#logged = 0;
    this.#given = false;
    const { buffer } = this.#arena.memory;
    const place = this.record / 4 + 2 * layout.PAIRS_CROWDED;
    if (t > this.#origin + this.#span) {
      this.#arena.kernels.flushPairs(this.record, t);
      this.#origin = t;
      this.#arena.kernels.movePairs(this.record, t);
    } else if (new Int32Array(buffer)[place] === 1) this.#arena.kernels.flushPairs(this.record, t);
  }

  /** Where what is before the packet of a row of so many synapses goes. */
  log(synapses: number): number {
    const at = this.#logged;
    this.#logged += 16 + 8 * Math.ceil(synapses / 2);
    return at;
  }

  /** Makes room for what was logged; returns whether the memory is another one. */
  expectLog(): boolean {
    if (this.#logged <= this.#logRoom) return false;
    this.#logRoom = 2 * this.#logged;
    this.#arena.integers(this.record, { [layout.PAIRS_LOG]: this.#arena.take(this.#logRoom) });
    return true;
  }

  /** Brings all weights up to date. */
  update(): void {
    this.#arena.kernels.flushPairs(this.record, this.#reached());
  }

  takeWeights(): boolean {
    if ((!this.#taken && !this.#synapses.lent) || !this.#watch.changed()) return false;
    const { heldWeights } = this.#synapses;
    within(this.#path, () => this.#model.check(heldWeights));
    this.#rows.storage.set(heldWeights);
    return true;
  }

  giveWeights(): void {
    if (!this.#taken && !this.#synapses.lent) return;
    this.#watch.expectSame();
    this.#give();
    this.#watch.mark();
    this.#given = true;
  }

  #give(): void {
    this.update();
    this.#synapses.heldWeights.set(this.#rows.storage);
  }

  weights(): Float64Array {
    if (this.#given) this.takeWeights();
    this.update();
    return Float64Array.from(this.#rows.storage);
  }

  reward(): boolean {
    return false;
  }

  modulate(): void {
    throw noModulators();
  }
}
