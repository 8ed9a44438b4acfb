/** Powers of second, volt and ampere: those of mV/ms are -1, 1, 0. */
export type Powers = readonly [time: number, voltage: number, current: number];

/** A value in seconds, volts and amperes. */
export interface Quantity {
  readonly value: number;
  readonly powers: Powers;
}

export const unitless: Powers = [0, 0, 0];

export const sameUnit = (a: Powers, b: Powers): boolean => a.every((power, k) => power === b[k]);

/** What a field holds; a plain number is taken in the unit in brackets: [ms], [mV], [Hz], [mV/ms], [nS]. */
export type Dimension = "time" | "voltage" | "rate" | "slope" | "conductance" | "number";

/** The unit of a field as what a value is divided by, one factor after the other, and how one may write it. */
export const fieldUnits: Readonly<
  Record<
    Dimension,
    { readonly powers: Powers; readonly factors: readonly number[]; readonly example: string }
  >
> = {
  time: { powers: [1, 0, 0], factors: [1e-3], example: 'a time such as "1.5 ms"' },
  voltage: { powers: [0, 1, 0], factors: [1e-3], example: 'a potential such as "-50 mV"' },
  rate: { powers: [-1, 0, 0], factors: [], example: 'a rate such as "10 Hz"' },
  slope: { powers: [-1, 1, 0], factors: [1e-3, 1e3], example: 'a slope such as "0.5 mV/ms"' },
  conductance: { powers: [0, -1, 1], factors: [1e-9], example: 'a conductance such as "6 nS"' },
  number: { powers: unitless, factors: [], example: "a number without a unit" },
};

export const base: readonly { short: string; long: string; powers: Powers }[] = [
  { short: "s", long: "second", powers: [1, 0, 0] },
  { short: "Hz", long: "hertz", powers: [-1, 0, 0] },
  { short: "V", long: "volt", powers: [0, 1, 0] },
  { short: "A", long: "ampere", powers: [0, 0, 1] },
  { short: "ohm", long: "ohm", powers: [0, 1, -1] },
  { short: "S", long: "siemens", powers: [0, -1, 1] },
  { short: "F", long: "farad", powers: [1, -1, 1] },
  { short: "C", long: "coulomb", powers: [1, 0, 1] },
];
const prefixes: readonly (readonly [short: string, long: string, factor: number])[] = [
  ["", "", 1],
  ["p", "pico", 1e-12],
  ["n", "nano", 1e-9],
  ["u", "micro", 1e-6],
  ["\u03bc", "micro", 1e-6],
  ["m", "milli", 1e-3],
  ["k", "kilo", 1e3],
  ["M", "mega", 1e6],
  ["G", "giga", 1e9],
];

/** Units by name: `mV`, `millivolt`, `millivolts`; and minutes and hours. */
export const units: ReadonlyMap<string, Quantity> = new Map(
  base
    .flatMap(({ short, long, powers }) =>
      prefixes.flatMap(([symbol, prefix, value]) =>
        [symbol + short, prefix + long, `${prefix}${long}s`].map(name => [name, { value, powers }] as const),
      ),
    )
    .concat(
      ["sec", "min", "minute", "minutes", "h", "hour", "hours"].map(
        name =>
          [
            name,
            { value: name === "sec" ? 1 : name.startsWith("m") ? 60 : 3600, powers: [1, 0, 0] },
          ] as const,
      ),
    ),
);
