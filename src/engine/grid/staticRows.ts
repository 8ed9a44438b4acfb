import type { Arena } from "../kernels/arena.ts";
import type { LatticeStep } from "../neurons/lattice.ts";
import type { Projection } from "../projections/projection.ts";
import { SparseProjection } from "../projections/sparse.ts";
import { type Crew, shares } from "./crew.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { Rows, SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

/** Synapses in rows, as a projection holds them, and the delay of each [steps]. */
interface Listed {
  readonly rowStart: Uint32Array;
  readonly targets: Uint32Array;
  /** One per synapse, or one for all. */
  readonly weights: Float32Array | number;
  /** One per synapse, ascending within a row, or one for all. */
  readonly steps: Uint32Array | number;
  /** Whose list of targets it is, where it may as well be held in the arena. */
  readonly owner?: SparseProjection;
}

/**
 * Synapses that do not learn, laid out for delivery on a lattice: rows are cut into segments of one delay, so that all
 * spikes of one step and delay are delivered in one go, straight into the state that they change. A target takes 2 bytes
 * in populations up to 65,536 neurons, else 4, which the projection then need not keep as well where the order is the same;
 * a weight takes 4, or none where all are equal.
 */
export class StaticRows {
  readonly bytes: number;
  readonly #arena: Arena;
  readonly #delays: readonly number[];
  readonly #accumulator: number;
  readonly #size: number;
  readonly #weight: number;
  readonly #wide: boolean;
  readonly #startsAt: number;
  readonly #targetsAt: number;
  readonly #weightsAt: number;
  readonly #crew: Crew;
  readonly #segments: number;
  readonly #lender: SparseProjection | null;
  /** Synapses reached so far. */
  events = 0;
  readonly #hear = (events: number) => {
    this.events += events;
  };
  #starts!: Uint32Array;
  #targets!: Uint16Array | Uint32Array;
  #weights: Float32Array | null = null;
  #acc!: Float32Array;
  readonly #count: number;
  readonly #rows: number;

  /**
   * @param has  which synapses are its; null for all
   */
  constructor(
    arena: Arena,
    crew: Crew,
    { rowStart, targets, weights, steps, owner }: Listed,
    gain: number,
    group: LatticeGroup,
    { state, scale }: LatticeStep["excitatory"],
    has: ((synapse: number) => boolean) | null,
  ) {
    const { counts } = group.step;
    const rows = rowStart.length - 1;
    this.#arena = arena;
    this.#crew = crew;
    this.#accumulator = group.addresses[state]!;
    this.#size = group.size;
    this.#rows = rows;
    this.#delays = typeof steps === "number" ? [steps] : distinct(steps);
    const place = new Map(this.#delays.map((delay, k) => [delay, k]));
    // A segment for each delay and member of the crew.
    const segments = crew.members * this.#delays.length;
    this.#segments = segments;
    const share = ownerOf(group.size, crew.members);
    const segmentOf = (s: number) =>
      (share ? share[targets[s]! >> 3]! * this.#delays.length : 0) +
      (typeof steps === "number" ? 0 : place.get(steps[s]!)!);

    // Synapses of each segment, then where each begins.
    const starts = new Uint32Array(rows * segments + 1);
    for (let row = 0; row < rows; row++) {
      for (let s = rowStart[row]!; s < rowStart[row + 1]!; s++) {
        if (has && !has(s)) continue;
        starts[row * segments + segmentOf(s) + 1]!++;
      }
    }
    for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!;
    const count = starts.at(-1)!;
    // Rows come in order of delay; of several members, each gets its own in that order.
    const kept = share
      ? gather(rowStart, starts, segments, segmentOf, has)
      : has && select(targets.length, count, has);
    const uniform = counts ? 1 : typeof weights === "number" ? weights : commonWeight(weights, kept);
    const factor = counts ? 1 : gain * scale;
    this.#count = count;
    this.#weight = fround((uniform ?? 0) * factor);
    this.#wide = group.size > 65_536;

    this.#startsAt = arena.take(starts.byteLength);
    this.#targetsAt = arena.take((this.#wide ? 4 : 2) * count);
    this.#weightsAt = uniform === null ? arena.take(4 * count) : 0;
    this.#lender = owner && this.#wide && !kept ? owner : null;
    const each = (this.#lender ? 0 : this.#wide ? 4 : 2) + (uniform === null ? 4 : 0);
    this.bytes = starts.byteLength + each * count;
    arena.view(Uint32Array, this.#startsAt, starts.length).set(starts);
    const into = arena.view(
      this.#wide ? Uint32Array : (Uint16Array as never),
      this.#targetsAt,
      count,
    ) as Uint32Array;
    if (kept) for (let k = 0; k < count; k++) into[k] = targets[kept[k]!]!;
    else into.set(targets);
    if (uniform === null) {
      const out = arena.view(Float32Array, this.#weightsAt, count);
      const from = weights as Float32Array;
      for (let k = 0; k < count; k++) out[k] = from[kept ? kept[k]! : k]! * factor;
    }
  }

  bind(): void {
    const view = this.#arena.view.bind(this.#arena);
    this.#starts = view(Uint32Array, this.#startsAt, this.#rows * this.#segments + 1);
    this.#targets = this.#wide
      ? view(Uint32Array, this.#targetsAt, this.#count)
      : view(Uint16Array, this.#targetsAt, this.#count);
    this.#lender?.keepTargetsIn(this.#targets as Uint32Array);
    this.#weights = this.#weightsAt ? view(Float32Array, this.#weightsAt, this.#count) : null;
    this.#acc = view(Float32Array, this.#accumulator, this.#size);
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    for (let k = 0; k < this.#delays.length; k++) {
      for (const rows of this.#crew.spikes(history, step - this.#delays[k]!)) {
        for (let m = 0; m < this.#crew.members; m++)
          this.#deliverSegment(m, m * this.#delays.length + k, rows);
      }
    }
  }

  #deliverSegment(member: number, segment: number, { address, count, first }: Rows): void {
    const { kernels } = this.#arena;
    if (kernels) {
      if (this.#crew.alone) {
        // No lists of arguments in what runs in every step: they would be garbage.
        this.events += kernels.deliver(
          address,
          count,
          this.#startsAt,
          this.#segments,
          segment,
          this.#targetsAt,
          this.#wide ? 1 : 0,
          this.#weightsAt,
          this.#weight,
          this.#accumulator,
        );
        return;
      }
      const values = [
        ...[address, count, this.#startsAt, this.#segments, segment, this.#targetsAt],
        ...[this.#wide ? 1 : 0, this.#weightsAt, this.#weight, this.#accumulator],
      ];
      this.#crew.call(member, "deliver", values, this.#hear);
      return;
    }
    const [acc, targets, weights, starts] = [this.#acc, this.#targets, this.#weights, this.#starts];
    const weight = this.#weight;
    const { list } = this.#crew;
    for (let k = 0; k < count; k++) {
      const at = list[first + k]! * this.#segments + segment;
      const end = starts[at + 1]!;
      this.events += end - starts[at]!;
      for (let s = starts[at]!; s < end; s++) acc[targets[s]!]! += weights ? weights[s]! : weight;
    }
  }
}

/**
 * Lays out a projection that does not learn.
 * @param path  of the projection, for errors
 */
export function staticRows(
  arena: Arena,
  crew: Crew,
  synapses: Projection,
  group: LatticeGroup,
  dt: number,
  path: string,
): StaticRows[] {
  const listed =
    synapses instanceof SparseProjection ? sparse(synapses, dt, path) : walked(synapses, dt, path);
  const { weights } = listed;
  const { gain } = synapses;
  const { counts, excitatory, inhibitory } = group.step;
  const rows = (channel: LatticeStep["excitatory"], has: ((s: number) => boolean) | null) =>
    new StaticRows(arena, crew, listed, gain, group, channel, has);
  if (counts || excitatory === inhibitory) return [rows(excitatory, null)];
  const each = typeof weights === "number" ? Float32Array.of(weights) : weights;
  const inhibits = (s: number) => each[s]! * gain < 0;
  const negative = each.reduce((sum, _, s) => sum + (inhibits(s) ? 1 : 0), 0);
  if (negative === 0) return [rows(excitatory, null)];
  if (negative === each.length) return [rows(inhibitory, null)];
  return [rows(excitatory, s => !inhibits(s)), rows(inhibitory, inhibits)];
}

function sparse(synapses: SparseProjection, dt: number, path: string): Listed {
  const { rowStart, targets, delays, minDelay } = synapses;
  const weights = synapses.uniformWeight ?? synapses.weights;
  if (!delays) return { rowStart, targets, weights, steps: delaySteps(minDelay, dt, path), owner: synapses };
  const steps = Uint32Array.from(delays, d => delaySteps(d, dt, path));
  return { rowStart, targets, weights, steps, owner: synapses };
}

/** Any other projection, synapse by synapse. */
function walked(synapses: Projection, dt: number, path: string): Listed {
  const rowStart = new Uint32Array(synapses.pre + 1);
  const [targets, weights, steps]: [number[], number[], number[]] = [[], [], []];
  for (let row = 0; row < synapses.pre; row++) {
    for (let cursor = 0; cursor < synapses.rowLength(row); ) {
      const delay = delaySteps(synapses.delayAt(row, cursor), dt, path);
      cursor = synapses.deliver(row, cursor, (target, weight) => {
        targets.push(target);
        weights.push(weight);
        steps.push(delay);
      });
    }
    rowStart[row + 1] = targets.length;
  }
  return {
    rowStart,
    targets: Uint32Array.from(targets),
    weights: Float32Array.from(weights),
    steps: Uint32Array.from(steps),
  };
}

function distinct(steps: Uint32Array): number[] {
  const seen = new Set<number>();
  let last = -1;
  for (let s = 0; s < steps.length; s++) {
    if (steps[s] !== last) seen.add(steps[s]!);
    last = steps[s]!;
  }
  return [...seen].sort((a, b) => a - b);
}

/** Places of the synapses that are wanted. */
function select(synapses: number, count: number, has: (s: number) => boolean): Uint32Array {
  const places = new Uint32Array(count);
  for (let s = 0, k = 0; s < synapses; s++) if (has(s)) places[k++] = s;
  return places;
}

/** Which member has each block of 8 neurons; null for one alone. */
function ownerOf(size: number, members: number): Uint8Array | null {
  if (members === 1) return null;
  const owner = new Uint8Array(Math.ceil(size / 8));
  shares(size, members).forEach(([first, last], m) => {
    owner.fill(m, first >> 3, last >> 3);
  });
  return owner;
}

/** Places of the synapses in order of segment. */
function gather(
  rowStart: Uint32Array,
  starts: Uint32Array,
  segments: number,
  segmentOf: (s: number) => number,
  has: ((s: number) => boolean) | null,
): Uint32Array {
  const places = new Uint32Array(starts.at(-1)!);
  const next = new Uint32Array(segments);
  for (let row = 0; row + 1 < rowStart.length; row++) {
    for (let k = 0; k < segments; k++) next[k] = starts[row * segments + k]!;
    for (let s = rowStart[row]!; s < rowStart[row + 1]!; s++) {
      if (!has || has(s)) places[next[segmentOf(s)]!++] = s;
    }
  }
  return places;
}

/** The weight that all have, or null. */
function commonWeight(weights: Float32Array, kept: Uint32Array | null): number | null {
  const n = kept ? kept.length : weights.length;
  const first = weights[kept ? kept[0]! : 0] ?? 0;
  for (let k = 1; k < n; k++) if (weights[kept ? kept[k]! : k] !== first) return null;
  return first;
}
