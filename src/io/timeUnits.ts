/** [ms] Units of time by the names that files have for them. */
const units: readonly (readonly [names: RegExp, ms: number])[] = [
  [/^(ms|msecs?|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^([uµμ]s|usecs?|microseconds?)$/, 1e-3],
  [/^(ns|nsecs?|nanoseconds?)$/, 1e-6],
];

/** How long a unit of time is [ms], by its name, such as `ms` or `milliseconds`; undefined for what names none. */
export function millisecondsOf(name: unknown): number | undefined {
  const word = String(name).trim().toLowerCase();
  return units.find(([names]) => names.test(word))?.[1];
}
