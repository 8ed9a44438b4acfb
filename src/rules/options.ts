import { InputError, shown } from "../errors.ts";

/** A number or word of a rule that a run may choose: `--rule-options ff.theta=2`. */
export interface RuleOption {
  readonly default: number | string;
  /** The paper's value, or that of its code, as text. */
  readonly paper: string;
  readonly doc: string;
  /** Bounds of a number; none where absent. */
  readonly from?: number;
  readonly to?: number;
  /** All that a word may be. */
  readonly words?: readonly string[];
}

/** What a run may choose of a rule, by name. */
export type RuleOptions = Readonly<Record<string, RuleOption>>;

/** What a run chose; the rest is as the rule says. */
export type Chosen = Readonly<Record<string, number | string>>;

type Filled<T extends RuleOptions> = {
  readonly [K in keyof T]: T[K]["default"] extends number ? number : string;
};

/**
 * Every option of a rule, as chosen or by default.
 * @throws InputError that names the option, its value and what was expected
 */
export function filled<T extends RuleOptions>(options: T, chosen: Chosen = {}, rule = "rule"): Filled<T> {
  for (const name of Object.keys(chosen)) {
    if (Object.hasOwn(options, name)) continue;
    const names = Object.keys(options);
    const expected = names.length > 0 ? `one of ${names.join(", ")}` : "none, as the rule has no options";
    throw new InputError(`${rule}: option ${shown(name)}: expected ${expected}`);
  }
  const values = Object.entries(options).map(([name, option]) => [
    name,
    Object.hasOwn(chosen, name) ? checked(`${rule}.${name}`, option, chosen[name]) : option.default,
  ]);
  return Object.fromEntries(values);
}

function checked(field: string, option: RuleOption, value: number | string): number | string {
  const { words, from = -Infinity, to = Infinity } = option;
  if (words) {
    if (words.includes(String(value))) return value;
    throw new InputError(`${field}: expected one of ${words.join(", ")}, got ${shown(value)}`);
  }
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number) && number >= from && number <= to) return number;
  const lowest = from > -Infinity ? ` of ${from} or more` : "";
  const highest = to < Infinity ? `, at most ${to}` : "";
  throw new InputError(`${field}: expected a number${lowest}${highest}, got ${shown(value)}`);
}
