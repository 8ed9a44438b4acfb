import { exp, log } from "../../math/elementary.ts";
import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import { within } from "../network/expect.ts";
import { type LatticeStep, SPECK } from "../network/neurons/lattice.ts";
import type { PairParameters, PlasticityModel } from "../network/plasticity/plasticity.ts";
import { noModulators, type Plasticity } from "../network/plasticity/plasticSynapses.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import { type Crew, shares } from "./crew.ts";
import { delaySteps, stepsOf } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { RowList, SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

const { STDP_KEPT } = layout;

/** Those of the spikes kept that lie together, for rows that have missed no more than so many less one. */
const RECENT = 4;

/** Below this a trace counts as gone. */
const GONE = 1e-8;

/** The rule of a projection whose synapses `StdpRows` can hold; null for others. */
export function pairsOf(
  synapses: Projection,
  plasticity: Plasticity,
  { step, refractorySteps, double }: LatticeGroup,
): ({ readonly pairs: PairParameters } & PlasticityModel) | null {
  const [model, ...others] = plasticity.models;
  const pairs = model?.pairs;
  if (!pairs || double || others.length > 0 || plasticity.delayKind === "dendritic" || step.counts)
    return null;
  // Weights that the user holds must change where they are; a burst has several spikes at one point.
  if (!synapses.listed || !synapses.ownsWeights || synapses.delays) return null;
  if (step.parameters.reset === "subtract" && refractorySteps === 0) return null;
  return pairs.bounds.wMin >= 0 || step.excitatory === step.inhibitory ? { ...model, pairs } : null;
}

/**
 * Synapses with pair STDP (equations in `stdpPair.ts`), one axonal delay and a weight dependence that is linear, on a
 * lattice. A row is read when a spike of its presynaptic neuron arrives: the postsynaptic spikes since the last time are
 * then made up for, each with the presynaptic trace of its own time, in their order; so no spike has to walk the columns
 * of the matrix. Where a neuron is about to have more spikes than its ring holds, all rows are brought up to date.
 *
 * Weights are in single precision, as everywhere, and here the changes are as well. They lie where the loops find them,
 * and the network's list of them is that one; where someone had its list before, they go back to it after each run.
 */
export class StdpRows {
  readonly bytes: number;
  /** Synapses reached so far. */
  events = 0;
  readonly #hear = (events: number) => {
    this.events += events;
  };
  readonly #arena: Arena;
  readonly #synapses: Projection;
  readonly #check: (weights: Float32Array) => void;
  readonly #watch: WeightWatch;
  readonly #path: string;
  /** Whether the network's list is another one. */
  #copied = false;
  /** Whether nothing has happened since that list was brought up to date. */
  #given = true;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #pairs: PairParameters;
  readonly #decay: number;
  readonly #table: Float32Array;
  readonly #wide: boolean;
  readonly #padded: number;
  readonly #crew: Crew;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  readonly #reached: () => number;
  readonly #channel: LatticeStep["excitatory"];
  readonly #at: Readonly<
    Record<
      | "starts"
      | "targets"
      | "weights"
      | "value"
      | "since"
      | "done"
      | "y"
      | "recent"
      | "counts"
      | "ring"
      | "table",
      number
    >
  >;
  /** One for each share. */
  readonly #records: readonly number[];
  /** Spikes of each postsynaptic neuron when all rows were last up to date. */
  readonly #flushed: Int32Array;
  #crowded = false;
  #stale = false;
  #weights!: Float32Array;
  #y!: Float32Array;
  #recent!: Int32Array;
  #counts!: Int32Array;
  #ring!: Int32Array;

  /**
   * @param path     of the projection, for errors
   * @param reached  the first step whose spikes are not all fired
   */
  constructor(
    arena: Arena,
    crew: Crew,
    synapses: Projection,
    { pairs, check }: { readonly pairs: PairParameters } & Pick<PlasticityModel, "check">,
    group: LatticeGroup,
    dt: number,
    path: string,
    reached: () => number,
  ) {
    const { pre, runs } = synapses;
    const { starts: rowStart, targets } = runs;
    const { members } = crew;
    const { tauPlus, tauMinus } = pairs;
    this.#arena = arena;
    this.#synapses = synapses;
    this.#check = check;
    this.#watch = new WeightWatch(synapses, path);
    this.#path = path;
    this.#group = group;
    this.#channel = synapses.gain < 0 ? group.step.inhibitory : group.step.excitatory;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    this.#pairs = pairs;
    this.#decay = fround(exp(-dt / tauMinus));
    const ages = Math.ceil((-log(GONE) * tauPlus) / dt);
    stepsOf(`${path}.plasticity.tauPlus`, tauPlus, dt);
    this.#table = Float32Array.from({ length: ages }, (_, n) => exp((-n * dt) / tauPlus));
    this.#wide = group.size > 65_536;
    this.#padded = Math.ceil(group.size / 8) * 8;
    this.#crew = crew;
    this.#shares = shares(group.size, members);
    this.#reached = reached;
    this.#flushed = new Int32Array(group.size);
    const before = arena.used;
    this.#at = {
      starts: arena.take(4 * (pre * members + 1)),
      targets: arena.take((this.#wide ? 4 : 2) * targets.length),
      weights: arena.take(4 * targets.length),
      value: arena.take(4 * pre * members),
      since: arena.take(4 * pre * members),
      done: arena.take(4 * pre * members),
      y: arena.take(4 * this.#padded),
      recent: arena.take(4 * RECENT * group.size),
      counts: arena.take(4 * group.size),
      ring: arena.take(4 * STDP_KEPT * group.size),
      table: arena.take(this.#table.byteLength + 4),
    };
    this.#records = this.#shares.map(() => arena.record(layout.STDP_SIZE));
    // The weights themselves count with the projection, whose they are.
    this.bytes = arena.used - before - 4 * targets.length;
    // Targets ascend within a row, so that each member has a stretch of it.
    const starts = arena.view(Uint32Array, this.#at.starts, pre * members + 1);
    const ends = this.#shares.map(([, last]) => last);
    for (let row = 0, s = 0; row < pre; row++) {
      for (let m = 0; m < members; m++) {
        starts[row * members + m] = s;
        while (s < rowStart[row + 1] && targets[s] < ends[m]) s++;
      }
    }
    starts[pre * members] = targets.length;
    this.#targetView().set(targets);
  }

  bind(): void {
    const view = this.#arena.view.bind(this.#arena);
    const { synapses } = this.#synapses;
    const at = this.#at;
    this.#weights = view(Float32Array, at.weights, synapses);
    this.#y = view(Float32Array, at.y, this.#padded);
    this.#recent = view(Int32Array, at.recent, RECENT * this.#group.size).fill(-1);
    this.#counts = view(Int32Array, at.counts, this.#group.size);
    this.#ring = view(Int32Array, at.ring, STDP_KEPT * this.#group.size);
    view(Float32Array, at.table, this.#table.length).set(this.#table);
    this.#records.forEach((record, m) => {
      this.#describe(record, m);
    });
    this.#weights.set(this.#synapses.heldWeights);
    this.#copied = !this.#synapses.keepWeightsIn(this.#weights, () => this.update(this.#reached()));
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (!this.#copied && !this.#synapses.lent) return;
    if (!this.#watch.changed()) return;
    const { heldWeights } = this.#synapses;
    within(this.#path, () => this.#check(heldWeights));
    if (this.#copied) this.#weights.set(heldWeights);
  }

  /** Brings the network's list of weights up to date. */
  giveWeights(): void {
    if (!this.#copied && !this.#synapses.lent) return;
    this.update(this.#reached());
    if (this.#copied) {
      this.#watch.expectSame();
      this.#synapses.heldWeights.set(this.#weights);
    }
    this.#watch.mark();
    this.#given = true;
  }

  /** A postsynaptic neuron fires, after what arrived at this step. */
  postSpike(j: number, step: number): void {
    const count = this.#counts[j]++;
    this.#ring[STDP_KEPT * j + (count % STDP_KEPT)] = step;
    const recent = RECENT * j;
    this.#recent.copyWithin(recent, recent + 1, recent + RECENT);
    this.#recent[recent + RECENT - 1] = step;
    this.#y[j] = this.#pairs.nearest ? 1 : this.#y[j] + 1;
    this.#stale = true;
    // One more fits, for the step that is under way.
    if (count + 2 - this.#flushed[j] >= STDP_KEPT) this.#crowded = true;
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    this.#given = false;
    if (this.#crowded) this.update(step);
    this.#decayTraces();
    for (const rows of this.#crew.spikes(history, step - this.#delay)) this.#run(rows, step, true);
  }

  /** Brings all weights up to a step: the postsynaptic spikes before it have acted. */
  update(step: number): void {
    if (!this.#stale) return;
    this.#crew.run();
    for (const rows of this.#crew.all(this.#synapses.pre)) {
      this.#run(rows, step, false);
      this.#crew.run();
    }
    this.#flushed.set(this.#counts);
    // Those of the present step are still to come.
    for (let j = 0; j < this.#flushed.length; j++) {
      if (this.#flushed[j] > 0 && this.#ring[STDP_KEPT * j + ((this.#flushed[j] - 1) % STDP_KEPT)] >= step)
        this.#flushed[j]--;
    }
    this.#crowded = false;
    this.#stale = false;
  }

  weights(): Float64Array {
    if (this.#given) this.takeWeights();
    this.update(this.#reached());
    return Float64Array.from(this.#weights);
  }

  reward(): boolean {
    return false;
  }

  modulate(): void {
    throw noModulators();
  }

  #targetView(): Uint16Array | Uint32Array {
    const { synapses } = this.#synapses;
    return this.#wide
      ? this.#arena.view(Uint32Array, this.#at.targets, synapses)
      : this.#arena.view(Uint16Array, this.#at.targets, synapses);
  }

  #decayTraces(): void {
    this.#shares.forEach(([first, last], m) => {
      this.#crew.call(m, "decay", null, this.#at.y + 4 * first, last - first, this.#decay, SPECK);
    });
  }

  #run({ address, count }: RowList, now: number, arrives: boolean): void {
    for (let m = 0; m < this.#records.length; m++) {
      const hear = arrives ? this.#hear : null;
      this.#crew.call(m, "stdp", hear, this.#records[m], address, count, now, arrives ? 1 : 0);
    }
  }

  /** Writes what the kernel reads of one share. */
  #describe(record: number, share: number): void {
    const at = this.#at;
    const { state, scale } = this.#channel;
    const { aPlus, aMinus, strengthen, weaken, bounds, nearest } = this.#pairs;
    const own = 4 * share * this.#synapses.pre;
    this.#arena.integers(record, {
      [layout.ROWS_STARTS]: at.starts,
      [layout.ROWS_SEGMENTS]: this.#records.length,
      [layout.STDP_SEGMENT]: share,
      [layout.ROWS_TARGETS]: at.targets,
      [layout.ROWS_WIDE]: this.#wide ? 1 : 0,
      [layout.ROWS_WEIGHTS]: at.weights,
      [layout.ROWS_ACC]: this.#group.addresses[state],
      [layout.STDP_VALUE]: at.value + own,
      [layout.STDP_SINCE]: at.since + own,
      [layout.STDP_DONE]: at.done + own,
      [layout.STDP_Y]: at.y,
      [layout.STDP_RECENT]: at.recent,
      [layout.STDP_COUNTS]: at.counts,
      [layout.STDP_FIRES]: at.ring,
      [layout.STDP_TABLE]: at.table,
      [layout.STDP_LENGTH]: this.#table.length,
      [layout.STDP_NEAREST]: nearest ? 1 : 0,
    });
    this.#arena.floats(record, {
      [layout.ROWS_WEIGHT]: this.#synapses.gain * scale,
      [layout.STDP_A_PLUS]: aPlus,
      [layout.STDP_A_MINUS]: aMinus,
      [layout.STDP_P0]: strengthen[0],
      [layout.STDP_P1]: strengthen[1],
      [layout.STDP_D0]: weaken[0],
      [layout.STDP_D1]: weaken[1],
      [layout.STDP_W_MIN]: bounds.wMin,
      [layout.STDP_W_MAX]: bounds.wMax,
    });
  }
}
