/** Points of the lattice in a millisecond: multiples of 0.1 us, and thirds, sevenths, ninths and 1 / 44.1 of a ms. */
const PER_MS = 4_410_000;
/** How far from the lattice still counts as on it, as a part of the time: 4 to 8 units in the last place. */
const NEAR = 2 ** -50;
/** Up to this point of the lattice, some 17 hours, the neighbourhoods of two points are apart. */
const LAST = 2 ** 48;

/**
 * The instant that a time [ms] stands for: the nearest multiple of 1 / 4,410,000 ms where the time agrees with it to a
 * few units in the last place, else the time itself. Every time that decides what comes first passes through here:
 * arrivals, crossings, ends of refractory periods, stimuli, rewards, probes, ends of runs.
 *
 * Why: 0.3 + 0.3 ms and 0.6 ms are meant to be one instant, but as sums of rounded numbers they differ in the last bit,
 * and that bit would decide which came first. A sum of two times k / n and d / n, with n a divisor of 4,410,000, is off
 * by 2.5 units in the last place at most (half a unit for each sum, rounded number and product of d with a step 1 / n),
 * so it is within `NEAR` of (k + d) / n, and `instant` gives the double next to that, from wherever it came. Nor do
 * errors add up along a chain of delays: each arrival starts from that double anew.
 *
 * Why no other pair is joined: the neighbourhoods of two points of the lattice are apart (t `NEAR` is at most a quarter
 * of the distance of two points), so `instant` is one point in each of them and leaves all other times alone. Two times
 * become one only within the same neighbourhood, where they agree to 16 units in the last place, 2e-12 ms at a second.
 * As each point lies in its own neighbourhood, `instant` never turns the order of two times around, and is what it was
 * when applied again; being one instant is equality of numbers, hence transitive.
 *
 * A time that nothing puts near the lattice, as a Poisson spike's, is moved by chance only, by a few units in its last
 * place (one in 10^6 of those around a second). Later than 17 hours all times are left alone.
 */
export function instant(t: number): number {
  const place = t * PER_MS;
  if (!(place < LAST)) return t;
  const point = Math.floor(place + 0.5) / PER_MS;
  return Math.abs(point - t) <= t * NEAR ? point : t;
}

/** The bin of a width [ms] that a time lies in, from 0 on; its beginning belongs to a bin. */
export function binAt(t: number, width: number): number {
  const bin = Math.floor(t / width);
  return instant((bin + 1) * width) <= instant(t) ? bin + 1 : bin;
}

/** What delays in single precision are read as: multiples of a microsecond. */
const DELAYS_PER_MS = 1000;

/**
 * A delay [ms] that was kept in single precision: the multiple of 1 us that it was rounded from, if it was from one. Else
 * 0.3 ms would be 0.30000001 ms, and meet nothing that comes at a multiple of 0.1 ms.
 */
export function delayOf(single: number): number {
  const point = Math.floor(single * DELAYS_PER_MS + 0.5) / DELAYS_PER_MS;
  return Math.fround(point) === single ? point : single;
}
