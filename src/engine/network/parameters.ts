import { InputError, shown } from "../../errors.ts";
import { expectChoice, expectOnly } from "./expect.ts";

const UNITS = ["ms", "mV", "Hz", "mV/ms", "1/ms", "nS", "1"] as const;

/** What a number counts; a potential may also be dimensionless, as long as all of a network are. `1`: a pure number. */
export type Unit = (typeof UNITS)[number];

/** The other values of the same table, defaults filled in. */
// biome-ignore lint/suspicious/noExplicitAny: which they are is known to the table that reads them
export type Others = Readonly<Record<string, any>>;

/** One parameter or field: everything that readers, checks and error messages know of it. */
export interface Parameter {
  /** Of a number, or of every number in a list. Without a unit it is a text, one of `words` where there are some. */
  readonly unit?: Unit;
  /** Beside a unit: words that may stand for a number. */
  readonly words?: readonly string[];
  /** A parameter without a default must be given. It may depend on those that stand before it. */
  readonly default?: unknown;
  /** True for a value that is fine, else what was expected; a finite number when absent. Missing and other values come as NaN. */
  check?(value: number, others: Others): true | string;
  /** It is neither a number nor a word: whoever uses it checks it. */
  readonly own?: boolean;
  /**
   * A place in a network where it may differ between synapses, pairs of neurons or neurons; or a parameter that may be a
   * function of the time [ms].
   */
  readonly varies?: "synapse" | "pair" | "neuron" | "time";
  /** What a map in this place holds; of several kinds of maps, those of this one. */
  fields?(value: Others): Table | undefined;
  readonly doc?: string;
}

/** Parameters by name. */
export type Table = Readonly<Record<string, Parameter>>;

/** The table of a definition among others of its kind. */
// biome-ignore lint/suspicious/noExplicitAny: definitions are invariant in their tables
export type AnyTable = any;

/** The table itself, with its words and which of its parameters have defaults as types. */
export function table<const T extends Table>(parameters: T): T {
  return parameters;
}

/**
 * What is wrong with the table of a definition, beginning with the parameter; null for nothing.
 * @param taken  the field that names the definition, beside which its parameters stand
 */
export function tableFault(parameters: Table, taken: string): string | null {
  for (const [name, row] of Object.entries(parameters)) {
    const fault = name === taken ? `: expected another name, since ${taken} names the thing` : rowFault(row);
    if (fault !== null) return `parameters.${name}${fault}`;
  }
  return null;
}

function rowFault(row: Parameter): string | null {
  if (typeof row !== "object" || row === null) return `: expected a map with its unit, got ${shown(row)}`;
  const { unit, words, check } = row;
  if (unit !== undefined && !UNITS.includes(unit))
    return `.unit: expected one of ${UNITS.join(", ")}, got ${shown(unit)}`;
  if (words !== undefined && !(Array.isArray(words) && words.every(word => typeof word === "string")))
    return `.words: expected a list of texts, got ${shown(words)}`;
  if (check !== undefined && typeof check !== "function")
    return `.check: expected a function, got ${shown(check)}`;
  if (unit !== undefined && !["undefined", "number", "function"].includes(typeof row.default) && !words)
    return `.default: expected a number or a function of the others, got ${shown(row.default)}`;
  return null;
}

/** A number, or what it is at a time [ms]. */
export type OverTime = number | ((t: number) => number);

type Value<P> = P extends { unit: Unit; varies: "time" }
  ? OverTime
  : P extends { unit: Unit }
    ? number
    : P extends { words: readonly (infer W)[] }
      ? W
      : string;
type Defaulted<T> = { [K in keyof T]: T[K] extends { default: unknown } ? K : never }[keyof T];

/** The values of a table, filled in. */
export type Values<T> = string extends keyof T ? Others : { readonly [K in keyof T]: Value<T[K]> };

/** What a user writes: the parameters without a default, and what should differ from it. */
export type Given<T> = { readonly [K in Exclude<keyof T, Defaulted<T>>]: Value<T[K]> } & {
  readonly [K in Defaulted<T>]?: Value<T[K]>;
};

/**
 * What `filled` gives, of things that have no other parameters.
 * @param what  errors call the thing that has these parameters
 * @throws InputError that names the parameter, its value and what was expected
 */
export function filledOnly<T extends Table>(given: object, parameters: T, what: string): Values<T> {
  expectOnly(given, what, Object.keys(parameters), "parameter");
  return filled(given, parameters);
}

/**
 * Fills in the defaults and checks all values, in the order of the table; fields of other names are passed over.
 * @throws InputError that names the parameter, its value and what was expected
 */
export function filled<T extends Table>(given: object, parameters: T): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, { default: usual }] of Object.entries(parameters)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) values[name] = value;
    else if (usual !== undefined) values[name] = typeof usual === "function" ? usual(values) : usual;
  }
  for (const [name, parameter] of Object.entries(parameters)) check(name, values[name], parameter, values);
  return values as Values<T>;
}

function check(name: string, value: unknown, parameter: Parameter, others: Others): void {
  const { unit, words, own, varies } = parameter;
  if (own || (varies === "time" && typeof value === "function")) return;
  if (words && !unit) expectChoice(name, value, words);
  const number = typeof value === "number" ? value : Number.NaN;
  const fine = parameter.check
    ? parameter.check(number, others)
    : !unit || Number.isFinite(number) || "a finite number";
  if (fine !== true) throw new InputError(`${name}: expected ${fine}, got ${shown(value)}`);
  if (unit && typeof value !== "number")
    throw new InputError(`${name}: expected a number, got ${shown(value)}`);
}

/** [ms] Times beyond these, a femtosecond and thirty thousand years, are none of a neuron, and no exponential is good for them. */
const [SHORTEST, LONGEST] = [1e-12, 1e15];

/** What a check says of a time [ms] at which exponentials are good: true, or what was expected. */
export function timely(t: number, above = "a time in ms above 0"): true | string {
  if (!(t > 0 && t < Infinity)) return above;
  return (t >= SHORTEST && t <= LONGEST) || `a time from ${SHORTEST} to ${LONGEST} ms`;
}

/** A time constant or interval. */
export const time = {
  unit: "ms",
  check: (t: number) => timely(t),
} as const;

/** A time constant of what need not decay. */
export const decay = { unit: "ms", check: (t: number) => t === Infinity || timely(t) } as const;

/** A time that nothing may pass in, such as a refractory period. */
export const duration = {
  unit: "ms",
  check: (t: number) => (t >= 0 && t < Infinity) || "a time in ms, 0 or more",
} as const;
