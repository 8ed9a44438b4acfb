import type { LatticeStep } from "../neurons/lattice.ts";
import type { Projection } from "../projections/projection.ts";
import { SparseProjection } from "../projections/sparse.ts";
import type { Arena } from "./arena.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

/** Synapses in rows, as a projection holds them, and the delay of each [steps]. */
interface Listed {
  readonly rowStart: Uint32Array;
  readonly targets: Uint32Array;
  /** One per synapse, or one for all. */
  readonly weights: Float32Array | number;
  /** One per synapse, ascending within a row, or one for all. */
  readonly steps: Uint32Array | number;
}

/**
 * Synapses that do not learn, laid out for delivery on a lattice: rows are cut into segments of one delay, so that all
 * spikes of one step and delay are delivered in one go, straight into the state that they change. A target takes 2 bytes
 * in populations up to 65,536 neurons, else 4; a weight 4, or none where all are equal.
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
  readonly #spikesAt: number;
  readonly #capacity: number;
  #spikes!: Uint32Array;
  #starts!: Uint32Array;
  #targets!: Uint16Array | Uint32Array;
  #weights: Float32Array | null = null;
  #acc!: Float32Array;
  readonly #count: number;
  readonly #rows: number;

  /**
   * @param has     which synapses are its; null for all
   * @param spikes  address of a list of rows, and how many fit
   */
  constructor(
    arena: Arena,
    { rowStart, targets, weights, steps }: Listed,
    gain: number,
    group: LatticeGroup,
    { state, scale }: LatticeStep["excitatory"],
    has: ((synapse: number) => boolean) | null,
    spikes: readonly [address: number, capacity: number],
  ) {
    const { counts } = group.step;
    const rows = rowStart.length - 1;
    this.#arena = arena;
    [this.#spikesAt, this.#capacity] = spikes;
    this.#accumulator = group.addresses[state]!;
    this.#size = group.size;
    this.#rows = rows;
    this.#delays = typeof steps === "number" ? [steps] : distinct(steps);
    const place = new Map(this.#delays.map((delay, k) => [delay, k]));
    const segments = this.#delays.length;

    // Synapses of each segment, then where each begins.
    const starts = new Uint32Array(rows * segments + 1);
    for (let row = 0; row < rows; row++) {
      for (let s = rowStart[row]!; s < rowStart[row + 1]!; s++) {
        if (has && !has(s)) continue;
        starts[row * segments + (typeof steps === "number" ? 0 : place.get(steps[s]!)!) + 1]!++;
      }
    }
    for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!;
    const count = starts.at(-1)!;
    const kept = has && select(targets.length, count, has);
    const uniform = counts ? 1 : typeof weights === "number" ? weights : commonWeight(weights, kept);
    const factor = counts ? 1 : gain * scale;
    this.#count = count;
    this.#weight = fround((uniform ?? 0) * factor);
    this.#wide = group.size > 65_536;

    this.#startsAt = arena.take(starts.byteLength);
    this.#targetsAt = arena.take((this.#wide ? 4 : 2) * count);
    this.#weightsAt = uniform === null ? arena.take(4 * count) : 0;
    this.bytes = starts.byteLength + ((this.#wide ? 4 : 2) + (uniform === null ? 4 : 0)) * count;
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
    this.#spikes = view(Uint32Array, this.#spikesAt, this.#capacity);
    this.#starts = view(Uint32Array, this.#startsAt, this.#rows * this.#delays.length + 1);
    this.#targets = this.#wide
      ? view(Uint32Array, this.#targetsAt, this.#count)
      : view(Uint16Array, this.#targetsAt, this.#count);
    this.#weights = this.#weightsAt ? view(Float32Array, this.#weightsAt, this.#count) : null;
    this.#acc = view(Float32Array, this.#accumulator, this.#size);
  }

  /** Delivers all spikes that arrive at a step; returns the number of synapses that they reached. */
  deliver(step: number, history: SpikeHistory): number {
    let events = 0;
    for (let segment = 0; segment < this.#delays.length; segment++) {
      const fired = step - this.#delays[segment]!;
      const count = history.count(fired);
      if (count === 0) continue;
      const list = history.at(fired);
      for (let from = 0; from < count; from += this.#capacity) {
        const part = Math.min(this.#capacity, count - from);
        for (let k = 0; k < part; k++) this.#spikes[k] = list[from + k]!;
        events += this.#deliverSegment(segment, part);
      }
    }
    return events;
  }

  #deliverSegment(segment: number, count: number): number {
    const segments = this.#delays.length;
    const { kernels } = this.#arena;
    if (kernels) {
      return kernels.deliver(
        ...([this.#spikesAt, count, this.#startsAt, segments, segment] as const),
        ...([this.#targetsAt, this.#wide ? 1 : 0, this.#weightsAt, this.#weight, this.#accumulator] as const),
      );
    }
    const [acc, targets, weights, starts] = [this.#acc, this.#targets, this.#weights, this.#starts];
    const weight = this.#weight;
    let events = 0;
    for (let k = 0; k < count; k++) {
      const at = this.#spikes[k]! * segments + segment;
      const end = starts[at + 1]!;
      events += end - starts[at]!;
      for (let s = starts[at]!; s < end; s++) acc[targets[s]!]! += weights ? weights[s]! : weight;
    }
    return events;
  }
}

/**
 * Lays out a projection that does not learn.
 * @param path  of the projection, for errors
 */
export function staticRows(
  arena: Arena,
  synapses: Projection,
  group: LatticeGroup,
  dt: number,
  path: string,
  spikes: readonly [address: number, capacity: number],
): StaticRows[] {
  const listed =
    synapses instanceof SparseProjection ? sparse(synapses, dt, path) : walked(synapses, dt, path);
  const { weights } = listed;
  const { gain } = synapses;
  const { counts, excitatory, inhibitory } = group.step;
  const rows = (channel: LatticeStep["excitatory"], has: ((s: number) => boolean) | null) =>
    new StaticRows(arena, listed, gain, group, channel, has, spikes);
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
  if (!delays) return { rowStart, targets, weights, steps: delaySteps(minDelay, dt, path) };
  return { rowStart, targets, weights, steps: Uint32Array.from(delays, d => delaySteps(d, dt, path)) };
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

/** The weight that all have, or null. */
function commonWeight(weights: Float32Array, kept: Uint32Array | null): number | null {
  const n = kept ? kept.length : weights.length;
  const first = weights[kept ? kept[0]! : 0] ?? 0;
  for (let k = 1; k < n; k++) if (weights[kept ? kept[k]! : k] !== first) return null;
  return first;
}
