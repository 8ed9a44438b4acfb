import type { Projection } from "../network/synapses/projection.ts";
import { shares } from "./crew.ts";
import { delaySteps } from "./delays.ts";

/** Synapses in rows, as a projection holds them, and the delay of each [steps]. */
export interface Listed {
  readonly rowStart: Uint32Array;
  readonly targets: Uint32Array | Uint16Array;
  /** One per synapse, or one for all. */
  readonly weights: Float32Array | number;
  /** One per synapse, ascending within a row, or one for all. */
  readonly steps: Uint32Array | number;
  /** Whose list of targets it is, where it may as well be held in the arena. */
  readonly owner?: Projection;
}

/** Which synapses are wanted, in order of row, then member of the crew, then delay. */
export interface Segments {
  /** [rows * segments + 1] */
  readonly starts: Uint32Array;
  /** Places of the synapses in the list; null for all as they are. */
  readonly kept: Uint32Array | null;
}

/** @param path  of the projection, for errors */
export function list(synapses: Projection, dt: number, path: string): Listed {
  return synapses.listed ? sparse(synapses, dt, path) : walked(synapses, dt, path);
}

/**
 * A segment of each row for each member of a crew and each delay.
 * @param delays  [steps], distinct and ascending
 * @param has     which synapses are wanted; null for all
 */
export function segmentsOf(
  { rowStart, targets, steps }: Listed,
  delays: readonly number[],
  size: number,
  members: number,
  has: ((synapse: number) => boolean) | null,
): Segments {
  const rows = rowStart.length - 1;
  const segments = members * delays.length;
  // Rows as they are.
  if (segments === 1 && !has) return { starts: rowStart.slice(), kept: null };
  const place = new Uint32Array((delays.at(-1) ?? 0) + 1);
  delays.forEach((delay, k) => {
    place[delay] = k;
  });
  const share = ownerOf(size, members);
  const segmentOf = (s: number) =>
    (share ? share[targets[s] >> 3] * delays.length : 0) + (typeof steps === "number" ? 0 : place[steps[s]]);
  // Synapses of each segment, then where each begins.
  const starts = new Uint32Array(rows * segments + 1);
  for (let row = 0; row < rows; row++) {
    for (let s = rowStart[row]; s < rowStart[row + 1]; s++) {
      if (has && !has(s)) continue;
      starts[row * segments + segmentOf(s) + 1]++;
    }
  }
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
  // Rows come in order of delay; of several members, each gets its own in that order.
  const kept = share
    ? gather(rowStart, starts, segments, segmentOf, has)
    : has && select(targets.length, starts.at(-1)!, has);
  return { starts, kept };
}

function sparse(synapses: Projection, dt: number, path: string): Listed {
  const { delays, minDelay, runs } = synapses;
  const { starts: rowStart, targets } = runs;
  const weights = synapses.uniformWeight ?? synapses.heldWeights;
  if (!delays) return { rowStart, targets, weights, steps: delaySteps(minDelay, dt, path), owner: synapses };
  const steps = new Uint32Array(delays.length);
  // Sorted within rows, so that many are as the one before.
  for (let s = 0, last = Number.NaN, known = 0; s < steps.length; s++) {
    if (delays[s] !== last) {
      last = delays[s];
      known = delaySteps(last, dt, path);
    }
    steps[s] = known;
  }
  return { rowStart, targets, weights, steps, owner: synapses };
}

/** Any other projection, synapse by synapse. */
function walked(synapses: Projection, dt: number, path: string): Listed {
  const rowStart = new Uint32Array(synapses.pre + 1);
  const targets = new Uint32Array(synapses.synapses);
  const weights = new Float32Array(synapses.synapses);
  const steps = new Uint32Array(synapses.synapses);
  let count = 0;
  for (let row = 0; row < synapses.pre; row++) {
    for (let cursor = 0; cursor < synapses.rowLength(row); ) {
      const delay = delaySteps(synapses.delayAt(row, cursor), dt, path);
      cursor = synapses.deliver(row, cursor, (target, weight) => {
        targets[count] = target;
        weights[count] = weight;
        steps[count++] = delay;
      });
    }
    rowStart[row + 1] = count;
  }
  return { rowStart, targets, weights, steps };
}

export function distinct(steps: Uint32Array): number[] {
  let most = -1;
  for (let s = 0; s < steps.length; s++) if (steps[s] > most) most = steps[s];
  const seen = new Uint8Array(most + 1);
  for (let s = 0; s < steps.length; s++) seen[steps[s]] = 1;
  const found: number[] = [];
  for (let step = 0; step <= most; step++) if (seen[step]) found.push(step);
  return found;
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
    for (let k = 0; k < segments; k++) next[k] = starts[row * segments + k];
    for (let s = rowStart[row]; s < rowStart[row + 1]; s++) {
      if (!has || has(s)) places[next[segmentOf(s)]++] = s;
    }
  }
  return places;
}

/** The weight that all have, or null. */
export function commonWeight(weights: Float32Array, kept: Uint32Array | null): number | null {
  const n = kept ? kept.length : weights.length;
  const first = weights[kept ? kept[0] : 0] ?? 0;
  for (let k = 1; k < n; k++) if (weights[kept ? kept[k] : k] !== first) return null;
  return first;
}
