/**
 * SPIKE-distance of two trains over [0, durationMs] (Kreuz et al. 2013, J Neurophysiol 109:1457, eq. 19 to 21): 0 for
 * equal trains, and without a parameter. The dissimilarity is linear between spikes of either train, so that its mean
 * is a sum of trapezia. The ends of the recording count as spikes of both, as in the original; their distances to the
 * other train are those of the nearest real spike.
 * @returns mean dissimilarity, [0, 1]; 0 when neither fires
 */
export function spikeDistance(a: Float64Array, b: Float64Array, durationMs: number): number {
  if (a.length + b.length === 0 || !(durationMs > 0)) return 0;
  const [first, second] = [framed(a, b, durationMs), framed(b, a, durationMs)];
  const edges = [...new Set([...first.times, ...second.times])].sort((x, y) => x - y);
  let sum = 0;
  for (let k = 1; k < edges.length; k++) {
    const [from, to] = [edges[k - 1]!, edges[k]!];
    const [one, two] = [interval(first, from), interval(second, from)];
    sum += ((to - from) * (profile(one, two, from) + profile(one, two, to))) / 2;
  }
  return sum / durationMs;
}

/** Mean SPIKE-distance over all pairs of trains: 0 for perfect synchrony. @returns NaN for fewer than two trains */
export function meanSpikeDistance(trains: readonly Float64Array[], durationMs: number): number {
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < trains.length; i++) {
    for (let j = 0; j < i; j++, pairs++) sum += spikeDistance(trains[i]!, trains[j]!, durationMs);
  }
  return sum / pairs;
}

interface Framed {
  /** With the ends of the recording. */
  readonly times: Float64Array;
  /** Distance of each to the nearest spike of the other train. */
  readonly gaps: Float64Array;
}

function framed(train: Float64Array, other: Float64Array, durationMs: number): Framed {
  const inner = [...new Set(train)].filter(t => t > 0 && t < durationMs);
  const times = Float64Array.from([0, ...inner, durationMs]);
  const partners = other.length > 0 ? other : Float64Array.of(0, durationMs);
  const nearest = (t: number) => partners.reduce((least, s) => Math.min(least, Math.abs(s - t)), Infinity);
  const gaps = times.map(nearest);
  // An end that is no spike takes the distance of the first or last that is.
  const own = train.length > 0 ? train : null;
  if (own && own[0]! > 0) gaps[0] = nearest(own[0]!);
  if (own && own.at(-1)! < durationMs) gaps[gaps.length - 1] = nearest(own.at(-1)!);
  return { times, gaps };
}

/** The interval of a framed train that begins at or before t, and the gaps at its ends. */
function interval({ times, gaps }: Framed, t: number) {
  let [low, high] = [0, times.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle]! <= t) low = middle;
    else high = middle - 1;
  }
  return { before: times[low]!, after: times[low + 1]!, gapBefore: gaps[low]!, gapAfter: gaps[low + 1]! };
}

type Interval = ReturnType<typeof interval>;

/** Eq. 19: the local distances, weighted with the intervals of the trains. */
function profile(a: Interval, b: Interval, t: number): number {
  const [isiA, isiB] = [a.after - a.before, b.after - b.before];
  const mean = (isiA + isiB) / 2;
  return (local(a, t) * isiB + local(b, t) * isiA) / (2 * mean * mean);
}

function local({ before, after, gapBefore, gapAfter }: Interval, t: number): number {
  return (gapBefore * (after - t) + gapAfter * (t - before)) / (after - before);
}
