import { about, InputError, parseJson, shown } from "../errors.ts";
import { readText } from "../files/regular.ts";
import { ruleNamed } from "../rules/index.ts";
import { type Chosen, filled } from "../rules/options.ts";
import { list } from "./arguments.ts";

/** What is chosen of rules' options, by rule. */
export type ChosenByRule = Readonly<Record<string, Chosen>>;

/**
 * Options of rules, as `rule.option=value` between commas, or in a JSON file, `{ "rule": { "option": value } }`.
 * @param flag  for errors
 * @throws InputError that names the option, its value and what was expected
 */
export function readRuleOptions(flag: string, text: string): ChosenByRule {
  if (text === "") return {};
  const given = text.endsWith(".json")
    ? fromFile(flag, text)
    : list(flag, text).map(item => fromText(flag, item));
  const chosen: Record<string, Record<string, number | string>> = {};
  for (const [name, option, value] of given) {
    const { options = {} } = ruleNamed(name);
    const checked: Chosen = about(`--${flag}`, () => filled(options, { [option]: value }, name));
    chosen[name] = { ...chosen[name], [option]: checked[option] };
  }
  return chosen;
}

/** The same as text, sorted; null for none. */
export function ruleOptionsText(chosen: ChosenByRule): string | null {
  const items = Object.entries(chosen).flatMap(([rule, options]) =>
    Object.entries(options).map(([option, value]) => `${rule}.${option}=${value}`),
  );
  return items.length > 0 ? items.sort().join(",") : null;
}

type Item = readonly [rule: string, option: string, value: number | string];

function fromText(flag: string, item: string): Item {
  const [, rule, option, value] = /^([^=]+)\.(\w+)=(.+)$/.exec(item) ?? [];
  if (rule === undefined) throw new InputError(`--${flag}: expected rule.option=value, got ${shown(item)}`);
  return [rule, option, value];
}

function fromFile(flag: string, path: string): Item[] {
  const rules = parseJson(readText(path), `--${flag}: ${path}`);
  const wrong = (where: string, expected: string, value: unknown) =>
    new InputError(`--${flag}: ${path}: ${where}expected ${expected}, got ${shown(value)}`);
  if (!isMap(rules)) throw wrong("", "a map of options by rule", rules);
  return Object.entries(rules).flatMap(([rule, options]) => {
    if (!isMap(options)) throw wrong(`${rule}: `, "a map of options", options);
    return Object.entries(options).map(([option, value]): Item => {
      if (typeof value !== "number" && typeof value !== "string")
        throw wrong(`${rule}: ${option}: `, "a number or a word", value);
      return [rule, option, value];
    });
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
