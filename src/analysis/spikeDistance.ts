/**
 * SPIKE-distance of two trains over [0, durationMs] (Kreuz et al. 2013, J Neurophysiol 109:1457, eq. 19 to 21): 0 for
 * equal trains, and without a parameter. The dissimilarity is linear between spikes of either train, so that its mean
 * is a sum of trapezia. Before the first and after the last spike the intervals and partners are those of the authors'
 * program PySpike, and so is a silent train, which counts as one that fires at both ends.
 * @returns mean dissimilarity, [0, 1]; 0 when neither fires
 */
export function spikeDistance(a: Float64Array, b: Float64Array, durationMs: number): number {
  if (a.length + b.length === 0 || !(durationMs > 0)) return 0;
  const [first, second] = [distinct(a, durationMs), distinct(b, durationMs)];
  const [one, two] = [segments(first, second, durationMs), segments(second, first, durationMs)];
  let [sum, i, j, from] = [0, 0, 0, 0];
  while (i < one.length && j < two.length) {
    const [x, y] = [one[i], two[j]];
    const to = Math.min(x.to, y.to);
    sum += ((to - from) * (profile(x, y, from) + profile(x, y, to))) / 2;
    from = to;
    if (x.to <= to) i++;
    if (y.to <= to) j++;
  }
  return sum / durationMs;
}

/** Mean SPIKE-distance over all pairs of trains: 0 for perfect synchrony. @returns NaN for fewer than two trains */
export function meanSpikeDistance(trains: readonly Float64Array[], durationMs: number): number {
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < trains.length; i++) {
    for (let j = 0; j < i; j++, pairs++) sum += spikeDistance(trains[i], trains[j], durationMs);
  }
  return sum / pairs;
}

/** A stretch between two spikes of a train, or between one and an end of the recording. */
interface Segment {
  readonly from: number;
  readonly to: number;
  /** Interspike interval that holds here; at the ends at least that of the neighbours. */
  readonly isi: number;
  /** Distance to the nearest spike of the other train, of the spike at either end. */
  readonly gapFrom: number;
  readonly gapTo: number;
}

function distinct(train: Float64Array, end: number): number[] {
  return train.length > 0 ? [...new Set(train)] : [0, end];
}

function segments(own: readonly number[], other: readonly number[], end: number): Segment[] {
  const gaps = gapsTo(own, outside(other, end));
  const n = own.length;
  const found: Segment[] = [];
  const add = (from: number, to: number, isi: number, gapFrom: number, gapTo: number) => {
    if (to > from) found.push({ from, to, isi, gapFrom, gapTo });
  };
  add(0, own[0], Math.max(own[0], n > 1 ? own[1] - own[0] : 0), gaps[0], gaps[0]);
  for (let k = 1; k < n; k++) add(own[k - 1], own[k], own[k] - own[k - 1], gaps[k - 1], gaps[k]);
  const last = own[n - 1];
  add(last, end, Math.max(end - last, n > 1 ? last - own[n - 2] : 0), gaps[n - 1], gaps[n - 1]);
  return found;
}

/** A train with a spike before and after the recording, one interval away from its first and last. */
function outside(train: readonly number[], end: number): number[] {
  const n = train.length;
  const [before, after] = n > 1 ? [2 * train[0] - train[1], 2 * train[n - 1] - train[n - 2]] : [0, end];
  return [Math.min(0, before), ...train, Math.max(end, after)];
}

/** Distance of each spike to the nearest of the other train; both ascend. */
function gapsTo(own: readonly number[], other: readonly number[]): number[] {
  let k = 0;
  return own.map(t => {
    while (k + 1 < other.length && Math.abs(other[k + 1] - t) <= Math.abs(other[k] - t)) k++;
    return Math.abs(other[k] - t);
  });
}

/** Eq. 19: the local distances, each weighted with the interval of the other train. */
function profile(a: Segment, b: Segment, t: number): number {
  const sum = a.isi + b.isi;
  return (local(a, t) * b.isi + local(b, t) * a.isi) / (0.5 * sum * sum);
}

function local({ from, to, gapFrom, gapTo }: Segment, t: number): number {
  return (gapFrom * (to - t) + gapTo * (t - from)) / (to - from);
}
