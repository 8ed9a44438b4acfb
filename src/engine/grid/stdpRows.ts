import { InputError } from "../../errors.ts";
import type { LatticeStep } from "../neurons/lattice.ts";
import type { PlasticityModel } from "../plasticity/plasticity.ts";
import type { Plasticity } from "../plasticity/plasticSynapses.ts";
import type { PairParameters } from "../plasticity/stdpPair.ts";
import type { Projection } from "../projections/projection.ts";
import { SparseProjection } from "../projections/sparse.ts";
import type { Arena } from "./arena.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

/** As in `LatticeGroup`. */
const SPECK = fround(1e-25);

/** Spikes of a postsynaptic neuron that are kept until every row has seen them. */
const RING = 32;

/** Below this a trace counts as gone. */
const GONE = 1e-8;

/** The rule of a projection whose synapses `StdpRows` can hold; null for others. */
export function pairsOf(
  synapses: Projection,
  plasticity: Plasticity,
  { step, refractorySteps }: LatticeGroup,
): PairParameters | null {
  const [model, ...others] = plasticity.models as readonly PlasticityModel[];
  const pairs = model?.pairs;
  if (!pairs || others.length > 0 || plasticity.delayKind === "dendritic" || step.counts) return null;
  // Weights that the user holds must change where they are; a burst has several spikes at one point.
  if (!(synapses instanceof SparseProjection) || !synapses.ownsWeights || synapses.delays) return null;
  if (step.parameters.reset === "subtract" && refractorySteps === 0) return null;
  return pairs.bounds.wMin >= 0 || step.excitatory === step.inhibitory ? pairs : null;
}

/**
 * Synapses with pair STDP (equations in `stdpPair.ts`), one axonal delay and a weight dependence that is linear, on a
 * lattice. A row is read when a spike of its presynaptic neuron arrives: the postsynaptic spikes since the last time are
 * then made up for, each with the presynaptic trace of its own time, in their order; so no spike has to walk the columns
 * of the matrix. Where a neuron is about to have more spikes than its ring holds, all rows are brought up to date.
 *
 * Weights are in single precision, as everywhere, and here the changes are as well.
 */
export class StdpRows {
  readonly bytes: number;
  readonly #arena: Arena;
  readonly #synapses: SparseProjection;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #rule: Float32Array;
  readonly #nearest: boolean;
  readonly #decay: number;
  readonly #table: Float32Array;
  readonly #wide: boolean;
  readonly #padded: number;
  readonly #spikes: readonly [address: number, capacity: number];
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
      | "last"
      | "counts"
      | "ring"
      | "table"
      | "rule",
      number
    >
  >;
  /** Spikes of each postsynaptic neuron when all rows were last up to date. */
  readonly #flushed: Int32Array;
  #crowded = false;
  #stale = false;
  #list!: Uint32Array;
  #starts!: Uint32Array;
  #targets!: Uint16Array | Uint32Array;
  #weights!: Float32Array;
  #value!: Float32Array;
  #since!: Int32Array;
  #done!: Int32Array;
  #y!: Float32Array;
  #last!: Int32Array;
  #counts!: Int32Array;
  #ring!: Int32Array;
  #acc!: Float32Array;

  /**
   * @param path    of the projection, for errors
   * @param spikes  address of a list of rows, and how many fit
   * @param reached  the first step whose spikes are not all fired
   */
  constructor(
    arena: Arena,
    synapses: SparseProjection,
    pairs: PairParameters,
    group: LatticeGroup,
    dt: number,
    path: string,
    spikes: readonly [address: number, capacity: number],
    reached: () => number,
  ) {
    const { pre, rowStart, targets } = synapses;
    const { aPlus, aMinus, tauPlus, tauMinus, strengthen, weaken, bounds } = pairs;
    this.#arena = arena;
    this.#synapses = synapses;
    this.#group = group;
    this.#channel = synapses.gain < 0 ? group.step.inhibitory : group.step.excitatory;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    this.#rule = Float32Array.of(aPlus, aMinus, ...strengthen, ...weaken, bounds.wMin, bounds.wMax);
    this.#nearest = pairs.nearest;
    this.#decay = fround(Math.exp(-dt / tauMinus));
    this.#table = Float32Array.from({ length: Math.ceil((-Math.log(GONE) * tauPlus) / dt) }, (_, n) =>
      Math.exp((-n * dt) / tauPlus),
    );
    this.#wide = group.size > 65_536;
    this.#padded = Math.ceil(group.size / 4) * 4;
    this.#spikes = spikes;
    this.#reached = reached;
    this.#flushed = new Int32Array(group.size);
    const before = arena.used;
    this.#at = {
      starts: arena.take(4 * (pre + 1)),
      targets: arena.take((this.#wide ? 4 : 2) * targets.length),
      weights: arena.take(4 * targets.length),
      value: arena.take(4 * pre),
      since: arena.take(4 * pre),
      done: arena.take(4 * pre),
      y: arena.take(4 * this.#padded),
      last: arena.take(4 * group.size),
      counts: arena.take(4 * group.size),
      ring: arena.take(4 * RING * group.size),
      table: arena.take(this.#table.byteLength),
      rule: arena.take(this.#rule.byteLength),
    };
    // The weights themselves count with the projection, whose they are.
    this.bytes = arena.used - before - 4 * targets.length;
    arena.view(Uint32Array, this.#at.starts, pre + 1).set(rowStart);
    this.#targetView().set(targets);
  }

  bind(): void {
    const view = this.#arena.view.bind(this.#arena);
    const { pre, synapses } = this.#synapses;
    const at = this.#at;
    this.#list = view(Uint32Array, ...this.#spikes);
    this.#starts = view(Uint32Array, at.starts, pre + 1);
    this.#targets = this.#targetView();
    this.#weights = view(Float32Array, at.weights, synapses);
    this.#value = view(Float32Array, at.value, pre);
    this.#since = view(Int32Array, at.since, pre);
    this.#done = view(Int32Array, at.done, pre);
    this.#y = view(Float32Array, at.y, this.#padded);
    this.#last = view(Int32Array, at.last, this.#group.size).fill(-1);
    this.#counts = view(Int32Array, at.counts, this.#group.size);
    this.#ring = view(Int32Array, at.ring, RING * this.#group.size);
    this.#acc = view(Float32Array, this.#group.addresses[this.#channel.state]!, this.#group.size);
    view(Float32Array, at.table, this.#table.length).set(this.#table);
    view(Float32Array, at.rule, this.#rule.length).set(this.#rule);
    this.#weights.set(this.#synapses.weights);
    this.#synapses.keepWeightsIn(this.#weights);
  }

  /** A postsynaptic neuron fires, after what arrived at this step. */
  postSpike(j: number, step: number): void {
    const count = this.#counts[j]!++;
    this.#ring[RING * j + (count % RING)] = step;
    this.#last[j] = step;
    this.#y[j] = this.#nearest ? 1 : this.#y[j]! + 1;
    this.#stale = true;
    // One more fits, for the step that is under way.
    if (count + 2 - this.#flushed[j]! >= RING) this.#crowded = true;
  }

  /** Delivers all spikes that arrive at a step; returns the number of synapses that they reached. */
  deliver(step: number, history: SpikeHistory): number {
    if (this.#crowded) this.update(step);
    this.#decayTraces();
    const fired = step - this.#delay;
    const count = history.count(fired);
    if (count === 0) return 0;
    const list = history.at(fired);
    const [, capacity] = this.#spikes;
    let events = 0;
    for (let from = 0; from < count; from += capacity) {
      const part = Math.min(capacity, count - from);
      for (let k = 0; k < part; k++) this.#list[k] = list[from + k]!;
      events += this.#run(part, step, true);
    }
    return events;
  }

  /** Brings all weights up to a step: the postsynaptic spikes before it have acted. */
  update(step: number): void {
    if (!this.#stale) return;
    const { pre } = this.#synapses;
    const [, capacity] = this.#spikes;
    for (let from = 0; from < pre; from += capacity) {
      const part = Math.min(capacity, pre - from);
      for (let k = 0; k < part; k++) this.#list[k] = from + k;
      this.#run(part, step, false);
    }
    this.#flushed.set(this.#counts);
    // Those of the present step are still to come.
    for (let j = 0; j < this.#flushed.length; j++) {
      if (this.#flushed[j]! > 0 && this.#ring[RING * j + ((this.#flushed[j]! - 1) % RING)]! >= step)
        this.#flushed[j]!--;
    }
    this.#crowded = false;
    this.#stale = false;
  }

  weights(): Float64Array {
    this.update(this.#reached());
    return Float64Array.from(this.#weights);
  }

  reward(): boolean {
    return false;
  }

  modulate(): void {
    throw new InputError("plasticity: expected three-factor, which takes modulators");
  }

  #targetView(): Uint16Array | Uint32Array {
    const { synapses } = this.#synapses;
    return this.#wide
      ? this.#arena.view(Uint32Array, this.#at.targets, synapses)
      : this.#arena.view(Uint16Array, this.#at.targets, synapses);
  }

  #decayTraces(): void {
    const { kernels } = this.#arena;
    if (kernels) {
      kernels.decay(this.#at.y, this.#padded, this.#decay, SPECK);
      return;
    }
    const y = this.#y;
    for (let j = 0; j < y.length; j++) y[j] = fround(fround(y[j]! * this.#decay) + SPECK);
  }

  #run(count: number, now: number, arrives: boolean): number {
    const { kernels } = this.#arena;
    const at = this.#at;
    const { state, scale } = this.#channel;
    const gain = fround(this.#synapses.gain * scale);
    if (kernels) {
      return kernels.stdp(
        ...([this.#spikes[0], count, at.starts, at.targets, this.#wide ? 1 : 0, at.weights] as const),
        ...([this.#group.addresses[state]!, gain, now, at.value, at.since, at.done] as const),
        ...([at.y, at.last, at.counts, at.ring, RING - 1, at.table, this.#table.length, at.rule] as const),
        ...([arrives ? 1 : 0, this.#nearest ? 1 : 0] as const),
      );
    }
    const [aPlus, aMinus, p0, p1, d0, d1, wMin, wMax] = this.#rule as unknown as number[] & { length: 8 };
    const [weights, table, ring, counts] = [this.#weights, this.#table, this.#ring, this.#counts];
    const clipped = (w: number) => Math.min(Math.max(fround(w), wMin!), wMax!);
    let events = 0;
    for (let k = 0; k < count; k++) {
      const row = this.#list[k]!;
      const [x, from, seen] = [this.#value[row]!, this.#since[row]!, this.#done[row]!];
      const left = (age: number) => (age < table.length ? fround(x * table[age]!) : 0);
      const end = this.#starts[row + 1]!;
      events += end - this.#starts[row]!;
      for (let s = this.#starts[row]!; s < end; s++) {
        const j = this.#targets[s]!;
        let w = weights[s]!;
        let n = counts[j]!;
        if (this.#last[j]! >= seen) for (n--; n > 0 && ring[RING * j + ((n - 1) % RING)]! >= seen; ) n--;
        for (; n < counts[j]!; n++) {
          const fired = ring[RING * j + (n % RING)]!;
          if (fired >= now) break;
          const change = fround(fround(aPlus! * fround(p0! + fround(p1! * w))) * left(fired - from));
          w = clipped(w + change);
        }
        if (arrives) {
          w = clipped(w - fround(fround(aMinus! * fround(d0! + fround(d1! * w))) * this.#y[j]!));
          this.#acc[j]! += fround(w * gain);
        }
        weights[s] = w;
      }
      this.#done[row] = now;
      if (arrives) {
        this.#value[row] = this.#nearest ? 1 : left(now - from) + 1;
        this.#since[row] = now;
      }
    }
    return events;
  }
}
