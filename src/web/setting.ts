import { digits } from "../../models/settings/digits.ts";
import { encoders } from "../encoding/index.ts";
import { ruleRegistry } from "../rules/index.ts";
import type { Chosen, RuleOption } from "../rules/options.ts";
import type { Twin } from "../training/results.ts";

/** What a visitor may choose of the training that the page shows; the rest is as `threefactor compare` has it. */
export interface Setting {
  readonly rule: string;
  /** A second rule beside it; null for none. */
  readonly beside: string | null;
  readonly twins: readonly Twin[];
  /** null: what was chosen for each rule on validation data. */
  readonly learningRate: number | null;
  readonly vThreshold: number;
  readonly encoder: string;
  readonly hidden: number;
  readonly seed: number;
  readonly epochs: number;
  /** By rule, what is chosen of its options. */
  readonly options: Readonly<Record<string, Chosen>>;
}

export const twinNames: readonly Twin[] = ["rate", "spike", "circuit"];

/** Those that can show pictures. */
export const encoderNames = encoders.filter(({ recorded }) => !recorded).map(({ name }) => name);

export const usual: Setting = {
  rule: "dfa",
  beside: null,
  twins: ["rate", "spike"],
  learningRate: null,
  vThreshold: digits.vThreshold,
  encoder: "rate",
  hidden: digits.hidden[0],
  seed: 1,
  epochs: 10,
  options: {},
};

/** What the sliders span, both ends included. */
export const ranges = {
  learningRate: [0.001, 10],
  vThreshold: [0.01, 1],
  hidden: [4, 256],
  seed: [0, 999],
  epochs: [1, 50],
} as const;

/** The learning rate that a rule has where none is chosen. */
export function ownRate(rule: string): number {
  return digits.learningRates[rule] ?? digits.learningRates.default;
}

/** The rules that a setting shows, side by side. */
export function lanesOf({ rule, beside }: Setting): readonly string[] {
  return beside === null ? [rule] : [rule, beside];
}

/** Words of a setting by their names in the address of the page; those that are as usual are left out. */
export function settingWords(setting: Setting): [string, string][] {
  const words: [string, string][] = [];
  for (const [key, value] of Object.entries(setting) as [keyof Setting, unknown][]) {
    if (key === "options" || value === null || String(value) === String(usual[key])) continue;
    words.push([key, String(value)]);
  }
  for (const rule of lanesOf(setting))
    for (const [name, value] of Object.entries(setting.options[rule] ?? {}))
      if (value !== ruleRegistry.named(rule).options?.[name].default)
        words.push([`${rule}.${name}`, String(value)]);
  return words;
}

/**
 * Reads them again; nothing of an address is trusted.
 * @returns the setting, as usual where a word is missing or wrong, and a line for each wrong one
 */
export function settingOf(words: Iterable<readonly [string, string]>): { setting: Setting; wrong: string[] } {
  const setting: Record<string, unknown> = { ...usual };
  const options: Record<string, Record<string, number | string>> = {};
  const wrong: string[] = [];
  for (const [key, text] of words) {
    const dot = key.lastIndexOf(".");
    const read = dot > 0 ? readOption(key.slice(0, dot), key.slice(dot + 1), text) : readWord(key, text);
    if (read instanceof Error) wrong.push(`${key}: ${read.message}`);
    else if (dot > 0) (options[key.slice(0, dot)] ??= {})[key.slice(dot + 1)] = read as number | string;
    else setting[key] = read;
  }
  if (setting.beside === setting.rule) setting.beside = null;
  return { setting: { ...setting, options } as unknown as Setting, wrong };
}

function readWord(key: string, text: string): unknown {
  if (key === "rule" || key === "beside")
    return ruleRegistry.find(text) ? text : expected("the name of a rule", text);
  if (key === "encoder") return oneOf(encoderNames, text);
  if (key === "twins") {
    const asked = text.split(",");
    const fine = asked.every(twin => twinNames.includes(twin as Twin));
    return fine ? twinNames.filter(twin => asked.includes(twin)) : expected(twinNames.join(", "), text);
  }
  if (!Object.hasOwn(ranges, key)) return new Error("expected a word of a setting");
  const [from, to] = ranges[key as keyof typeof ranges];
  const whole = key === "hidden" || key === "seed" || key === "epochs";
  return number(text, from, to, whole);
}

function readOption(rule: string, name: string, text: string): number | string | Error {
  const found = ruleRegistry.find(rule)?.options;
  if (!found || !Object.hasOwn(found, name)) return new Error("expected an option of a rule");
  const option: RuleOption = found[name];
  return option.words ? oneOf(option.words, text) : number(text, option.from, option.to);
}

function oneOf(names: readonly string[], text: string): string | Error {
  return names.includes(text) ? text : expected(`one of ${names.join(", ")}`, text);
}

function number(text: string, from = -Infinity, to = Infinity, whole = false): number | Error {
  const value = Number(text);
  const fine = text.trim() !== "" && Number.isFinite(value) && value >= from && value <= to;
  if (fine && (!whole || Number.isInteger(value))) return value;
  return expected(`${whole ? "a whole number" : "a number"} from ${from} to ${to}`, text);
}

function expected(what: string, text: string): Error {
  return new Error(`expected ${what}, got ${text.slice(0, 40)}`);
}
