import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import type { LatticeStep, NumericStep } from "../network/neurons/lattice.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import type { Crew } from "./crew.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import { commonWeight, distinct, type Listed, list, type Segments, segmentsOf } from "./segments.ts";
import type { RowList, SpikeHistory } from "./spikeHistory.ts";

type Numbers = Float32Array | Float64Array;

/** Which synapses are meant, by place in the list; null for all. */
type Has = ((synapse: number) => boolean) | null;

/**
 * Synapses that do not learn, laid out for delivery on a lattice: rows are cut into segments of one delay, so that all
 * spikes of one step and delay are delivered in one go, straight into the state that they change. A target takes 2 bytes
 * in populations up to 65,536 neurons, else 4, which the projection then need not keep as well where the order is the same;
 * a weight takes 4, in double precision 8, or none where all are equal.
 */
class StaticRows {
  /** Of where rows begin, and of what a synapse takes here. */
  readonly #startBytes: number;
  readonly #targetBytes: number;
  readonly #weightBytes: number;
  readonly #arena: Arena;
  readonly #crew: Crew;
  readonly #delays: readonly number[];
  readonly #accumulator: number;
  readonly #size: number;
  readonly #counts: boolean;
  readonly #factor: number;
  readonly #wide: boolean;
  readonly #double: boolean;
  /** Whether the kernel multiplies weights by the factor. */
  readonly #scales: boolean;
  /** Of numbers in the precision of the state. */
  readonly #Numbers: new (
    length: number,
  ) => Numbers;
  readonly #segments: number;
  readonly #rows: number;
  /** In the arena: room for so many synapses, -1 for no room at all. */
  readonly #room: number;
  readonly #record: number;
  readonly #startsAt: number;
  readonly #targetsAt: number;
  readonly #weightsAt: number;
  /** Whose lists they are, in its own order: these may lie in the arena alone, the weights as they are there. */
  readonly #lender: Projection | null;
  #lendsWeights = false;
  /** Synapses reached so far. */
  events = 0;
  readonly #hear = (events: number) => {
    this.events += events;
  };
  /** Whether they are laid out beside the arena, where the kernels do not see them. */
  #beside = false;
  #weight = 0;
  #starts!: Uint32Array;
  #targets!: Uint16Array | Uint32Array;
  #weights: Numbers | null = null;
  #acc!: Numbers;

  /** @param late  the arena is taken already */
  constructor(
    arena: Arena,
    crew: Crew,
    listed: Listed,
    gain: number,
    group: LatticeGroup,
    { state, scale }: LatticeStep["excitatory"],
    has: Has,
    late: boolean,
  ) {
    const { steps, owner } = listed;
    this.#arena = arena;
    this.#crew = crew;
    this.#counts = group.step.counts === true;
    this.#factor = this.#counts ? 1 : gain * scale;
    this.#accumulator = group.addresses[state];
    this.#size = group.size;
    this.#rows = listed.rowStart.length - 1;
    this.#delays = typeof steps === "number" ? [steps] : distinct(steps);
    // A segment for each delay and member of the crew.
    this.#segments = crew.members * this.#delays.length;
    this.#wide = group.size > 65_536;
    this.#double = group.double;
    this.#Numbers = this.#double ? Float64Array : Float32Array;
    if (!late) arena.expectRoom(4 * this.#rows * this.#segments);
    const segments = this.#cut(listed, has);
    const count = segments.starts.at(-1)!;
    const uniform = this.#uniform(listed, segments);
    const weighs = uniform === null ? (this.#double ? 8 : 4) : 0;
    const width = this.#wide ? 4 : 2;
    this.#room = late ? -1 : count;
    this.#record = late ? 0 : arena.record(layout.ROWS_SIZE);
    this.#startsAt = late ? 0 : arena.take(segments.starts.byteLength);
    this.#targetsAt = late ? 0 : arena.take(width * count);
    this.#weightsAt = late || !weighs ? 0 : arena.take(weighs * count);
    this.#lender = owner && !segments.kept && !late ? owner : null;
    // Multiplied by the kernel, as a list that both have must hold what the projection's does.
    this.#scales = this.#lender !== null && weighs === 4;
    this.#startBytes = segments.starts.byteLength;
    this.#targetBytes = this.#lender ? 0 : width * count;
    this.#weightBytes = weighs * count;
    this.#lay(listed, segments);
  }

  bind(): void {
    this.#acc = this.#numbers(this.#accumulator, this.#size);
    if (!this.#beside) {
      this.#bindRows(this.#room);
      this.#describe();
    }
    this.#lender?.keepTargetsIn(this.#targets);
    if (this.#scales && this.#weights instanceof Float32Array)
      this.#lendsWeights = this.#lender!.keepWeightsIn(this.#weights, () => {});
  }

  get bytes(): number {
    return this.#startBytes + this.#targetBytes + (this.#lendsWeights ? 0 : this.#weightBytes);
  }

  /** Lays the synapses out anew: their weights have changed, or which of them are meant. */
  lay(listed: Listed, has: Has): void {
    this.#lay(listed, this.#cut(listed, has));
  }

  #cut(listed: Listed, has: Has): Segments {
    return segmentsOf(listed, this.#delays, this.#size, this.#crew.members, has);
  }

  #uniform({ weights }: Listed, { kept }: Segments): number | null {
    return this.#counts ? 1 : typeof weights === "number" ? weights : commonWeight(weights, kept);
  }

  #lay(listed: Listed, segments: Segments): void {
    const { targets, weights } = listed;
    const { starts, kept } = segments;
    const count = starts.at(-1)!;
    const uniform = this.#uniform(listed, segments);
    const fits = count <= this.#room && (uniform !== null || this.#weightsAt > 0);
    this.#beside = !fits || (this.#lender !== null && kept !== null);
    const weight = (uniform ?? 0) * this.#factor;
    this.#weight = this.#double ? weight : Math.fround(weight);
    if (this.#beside) {
      this.#starts = starts;
      this.#targets = new (this.#wide ? Uint32Array : Uint16Array)(count);
      this.#weights = uniform === null ? new this.#Numbers(count) : null;
    } else {
      this.#bindRows(count);
      this.#starts.set(starts);
      this.#describe();
    }
    const into = this.#targets;
    if (kept) for (let k = 0; k < count; k++) into[k] = targets[kept[k]];
    else if (into !== targets) into.set(targets);
    const out = this.#weights;
    if (!out || out === weights) return;
    const factor = this.#scales && !this.#beside ? 1 : this.#factor;
    if (typeof weights === "number") out.fill(weights * factor);
    else for (let k = 0; k < count; k++) out[k] = weights[kept ? kept[k] : k] * factor;
  }

  #bindRows(count: number): void {
    const view = this.#arena.view.bind(this.#arena);
    this.#starts = view(Uint32Array, this.#startsAt, this.#rows * this.#segments + 1);
    this.#targets = this.#wide
      ? view(Uint32Array, this.#targetsAt, count)
      : view(Uint16Array, this.#targetsAt, count);
    this.#weights = this.#weightsAt ? this.#numbers(this.#weightsAt, count) : null;
  }

  #numbers(address: number, length: number): Numbers {
    return this.#arena.view<Numbers>(this.#double ? Float64Array : Float32Array, address, length);
  }

  /** Writes what the kernel reads. */
  #describe(): void {
    this.#arena.integers(this.#record, {
      [layout.ROWS_STARTS]: this.#startsAt,
      [layout.ROWS_SEGMENTS]: this.#segments,
      [layout.ROWS_TARGETS]: this.#targetsAt,
      [layout.ROWS_WIDE]: this.#wide ? 1 : 0,
      [layout.ROWS_WEIGHTS]: this.#weightsAt,
      [layout.ROWS_ACC]: this.#accumulator,
    });
    this.#arena[this.#double ? "doubles" : "floats"](this.#record, {
      [layout.ROWS_WEIGHT]: this.#weight,
    });
    this.#arena.doubles(this.#record, { [layout.ROWS_FACTOR]: this.#scales ? this.#factor : 1 });
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    // What others do to the same state comes in its turn.
    if (this.#beside) this.#crew.run();
    const name = this.#double ? "deliverDouble" : "deliver";
    for (let k = 0; k < this.#delays.length; k++) {
      for (const rows of this.#crew.spikes(history, step - this.#delays[k])) {
        for (let m = 0; m < this.#crew.members; m++) {
          const segment = m * this.#delays.length + k;
          if (this.#beside) this.#deliverBeside(segment, rows);
          else this.#crew.call(m, name, this.#hear, this.#record, rows.address, rows.count, segment);
        }
      }
    }
  }

  #deliverBeside(segment: number, { count, first }: RowList): void {
    const [acc, targets, weights, starts] = [this.#acc, this.#targets, this.#weights, this.#starts];
    const weight = this.#weight;
    const { list } = this.#crew;
    for (let k = 0; k < count; k++) {
      const at = list[first + k] * this.#segments + segment;
      const end = starts[at + 1];
      this.events += end - starts[at];
      for (let s = starts[at]; s < end; s++) acc[targets[s]] += weights ? weights[s] : weight;
    }
  }
}

/** A projection that does not learn: its rows into each state that it changes. */
export class StaticProjection {
  readonly #lay: () => Listed;
  readonly #make: (channel: Channel, listed: Listed, has: Has, late: boolean) => StaticRows;
  readonly #step: LatticeStep | NumericStep;
  readonly #gain: number;
  readonly #watch: WeightWatch;
  readonly #parts = new Map<Channel, StaticRows>();

  /** @param path  of the projection, for errors */
  constructor(arena: Arena, crew: Crew, synapses: Projection, group: LatticeGroup, dt: number, path: string) {
    const { gain } = synapses;
    this.#lay = () => list(synapses, dt, path);
    this.#make = (channel, listed, has, late) =>
      new StaticRows(arena, crew, listed, gain, group, group.step[channel], has, late);
    this.#step = group.step;
    this.#gain = gain;
    this.#watch = new WeightWatch(synapses, path);
    arena.expectRoom(2 * synapses.synapses);
    const listed = this.#lay();
    for (const [channel, has] of this.#channels(listed))
      this.#parts.set(channel, this.#make(channel, listed, has, false));
  }

  get bytes(): number {
    return [...this.#parts.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Synapses reached so far. */
  get events(): number {
    return [...this.#parts.values()].reduce((sum, { events }) => sum + events, 0);
  }

  bind(): void {
    for (const rows of this.#parts.values()) rows.bind();
  }

  deliver(step: number, history: SpikeHistory): void {
    for (const rows of this.#parts.values()) rows.deliver(step, history);
  }

  /** Lays out anew what has changed outside. */
  takeWeights(): void {
    if (this.#step.counts || !this.#watch.changed()) return;
    const listed = this.#lay();
    const now = new Map(this.#channels(listed));
    for (const channel of this.#parts.keys()) if (!now.has(channel)) now.set(channel, () => false);
    for (const [channel, has] of now) {
      const rows = this.#parts.get(channel);
      if (rows) rows.lay(listed, has);
      else {
        const more = this.#make(channel, listed, has, true);
        more.bind();
        this.#parts.set(channel, more);
      }
    }
  }

  /** Into which states the synapses go, and which of them. */
  #channels({ weights }: Listed): [Channel, Has][] {
    const { counts, excitatory, inhibitory } = this.#step;
    if (counts || excitatory === inhibitory) return [["excitatory", null]];
    const each = typeof weights === "number" ? Float32Array.of(weights) : weights;
    const inhibits = (s: number) => each[s] * this.#gain < 0;
    let negative = 0;
    for (let s = 0; s < each.length; s++) if (inhibits(s)) negative++;
    if (negative === 0) return [["excitatory", null]];
    if (negative === each.length) return [["inhibitory", null]];
    return [
      ["excitatory", s => !inhibits(s)],
      ["inhibitory", inhibits],
    ];
  }
}

type Channel = "excitatory" | "inhibitory";
