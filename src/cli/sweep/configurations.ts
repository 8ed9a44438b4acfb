import { createHash } from "node:crypto";
import { about, InputError } from "../../errors.ts";
import { twins } from "../../report/groups.ts";
import { ruleNamed } from "../../rules/index.ts";
import type { Twin } from "../../training/results.ts";
import { compareOptions } from "../compareOptions.ts";
import { type CompareFlags, type CompareOptions, comparison } from "../compareTable.ts";
import { flagOf } from "../options.ts";
import { plugins } from "../plugins.ts";
import { type StartNetwork, startNetwork } from "../startNetwork.ts";
import { type Cell, cellsOf } from "./cells.ts";
import type { Declaration, Value } from "./declaration.ts";

/** One run of a sweep: a rule in one form from one seed, with all its options. */
export interface Configuration {
  /** Of all that decides its numbers; runs that differ in nothing are made once. */
  readonly hash: string;
  readonly rule: string;
  readonly twin: Twin;
  readonly seed: number;
  /** Varied options that tell it from others of its rule, form and seed, such as `learningRate 0.1`. */
  readonly label: string;
  /** As `compare` takes them on its command line. */
  readonly flags: CompareFlags;
  readonly options: CompareOptions;
  /** The network of the file that --model names, where it has weights. */
  readonly start: StartNetwork | null;
}

/** Combinations of which one is chosen, for one rule in one form. */
export interface Choice {
  readonly rule: string;
  readonly twin: Twin;
  /** Values of varied options that are not chosen. */
  readonly label: string;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  /** Values that are chosen. */
  readonly label: string;
  /** Runs whose validation accuracies decide, one per seed of the selection. */
  readonly trials: readonly Configuration[];
  /** Runs that follow when it is chosen, one per seed. */
  readonly runs: readonly Configuration[];
}

/** What a declaration asks for. */
export interface Sweep {
  readonly declaration: Declaration;
  /** Runs in the order of the merged results; of a sweep with a selection, none yet. */
  readonly runs: readonly Configuration[];
  readonly choices: readonly Choice[];
}

/** Options that always tell runs apart by themselves. */
const apart: readonly string[] = ["rules", "twins", "seeds"];
/** Options that some values of are for rate twins alone. */
const OF_RATES: readonly string[] = ["augment", "activation", "loss"];
/** Options that are not chosen unless `over` says so: another task is no better choice. */
const tasks: readonly string[] = [...apart, "dataset", "model"];

/**
 * All runs of a declaration.
 * @param file  named in errors
 * @throws InputError that names the field, its value and what was expected
 */
export async function sweepOf(declaration: Declaration, file: string): Promise<Sweep> {
  const { options = {}, grid = {}, random, select } = declaration;
  const varied = [...Object.keys(grid), ...Object.keys(random?.draw ?? {})];
  checkValues(declaration, varied, file);
  const over = select?.over ?? varied.filter(key => !tasks.includes(key));
  const strange = over.find(key => !varied.includes(key) || apart.includes(key));
  if (strange !== undefined)
    throw new InputError(
      `${file}: select.over: expected options that vary (${varied.filter(key => !apart.includes(key)).join(", ") || "none does"}), got ${strange}`,
    );
  const kept = varied.filter(key => !over.includes(key));
  const starts = new Map<string | undefined, StartNetwork | null>();
  const runs: Configuration[] = [];
  const choices = new Map<string, Choice & { candidates: Candidate[] }>();
  for (const cell of about(file, () => cellsOf(declaration))) {
    const flags = flagsOf({ ...options, ...cell });
    const start = starts.get(flags.model) ?? (await startNetwork(flags.model));
    starts.set(flags.model, start);
    const where = labelOf(cell, varied);
    if (flags.model !== undefined && flags.hidden !== undefined)
      throw new InputError(`${file}: expected model or hidden, got both`);
    const asked = about(where ? `${file}: ${where}` : file, () => compareOptions(flags, start));
    for (const rule of asked.rules)
      for (const twin of twins.filter(twin => asked.twins.includes(twin))) {
        if (twin === "spike" && ruleNamed(rule).rateOnly !== undefined) continue;
        const make = (seed: number, label: string, more: CompareFlags = {}) =>
          configuration({ ...flags, ...more }, rule, twin, seed, label, start);
        if (!select) {
          runs.push(...asked.seeds.map(seed => make(seed, labelOf(cell, varied))));
          continue;
        }
        const label = labelOf(cell, kept);
        const place = `${rule} ${twin} ${label}`;
        const choice = choices.get(place) ?? { rule, twin, label, candidates: [] };
        choices.set(place, choice);
        const read = (keys: readonly string[]) =>
          labelOf(
            cell,
            keys.filter(key => reads(twin, key)),
          );
        const trial = (seed: number) => make(seed, read(varied), { measure: "validation" });
        const trials = (select.seeds ?? asked.seeds.slice(0, 1)).map(trial);
        // It may differ from another in what its form does not read.
        if (choice.candidates.some(other => other.trials[0].hash === trials[0].hash)) continue;
        const follow = asked.seeds.map(seed => make(seed, label));
        choice.candidates.push({ label: read(over), trials, runs: follow });
      }
  }
  if (runs.length === 0 && choices.size === 0)
    throw new InputError(`${file}: options.twins: expected rate for rules without a spiking form, got spike`);
  return { declaration, runs, choices: [...choices.values()] };
}

/** Configurations, each once. */
export function distinct(all: readonly Configuration[]): Configuration[] {
  const first = new Map<string, Configuration>();
  for (const each of all) if (!first.has(each.hash)) first.set(each.hash, each);
  return [...first.values()];
}

/** What the user reads of one. */
export function titleOf({ rule, twin, seed, label }: Configuration): string {
  return [rule, twin, `seed ${seed}`, label].filter(Boolean).join(" ");
}

/** The same on the command line of `compare`. */
export function wordsOf(flags: CompareFlags): string[] {
  return Object.entries(flags).flatMap(([key, value]) =>
    value === true ? [`--${flagOf(key)}`] : [`--${flagOf(key)}=${value}`],
  );
}

/** @throws InputError for a value that its option cannot have, and for options that are fixed and varied */
function checkValues(
  { options = {}, grid = {}, random }: Declaration,
  varied: readonly string[],
  file: string,
) {
  const all: [string, string, readonly Value[]][] = [
    ...Object.entries(options).map(([key, value]): [string, string, Value[]] => [
      `options.${key}`,
      key,
      [value],
    ]),
    ...Object.entries(grid).map(([key, values]): [string, string, readonly Value[]] => [
      `grid.${key}`,
      key,
      values,
    ]),
  ];
  for (const [where, key, values] of all)
    values.forEach((value, k) => {
      const row = (comparison as Record<string, object>)[key];
      const place = `${file}: ${where}${where.startsWith("grid") ? `[${k}]` : ""}`;
      const isSwitch = row !== undefined && !("takes" in row);
      if (isSwitch !== (typeof value === "boolean"))
        throw new InputError(
          `${place}: expected ${isSwitch ? "true or false" : "a text, a number or a list"}, got ${value}`,
        );
      // Alone, so that the error says where it stands.
      const others = OF_RATES.includes(key) ? { twins: "rate" } : {};
      if (key !== "model" && key !== "backend")
        about(place, () => compareOptions({ ...others, ...flagsOf({ [key]: value }) }));
    });
  const twice = varied.find((key, k) => Object.hasOwn(options, key) || varied.indexOf(key) !== k);
  if (twice !== undefined)
    throw new InputError(
      `${file}: ${Object.hasOwn(random?.draw ?? {}, twice) ? "random.draw" : "grid"}.${twice}: expected an option that stands in one place, got it in two`,
    );
}

function flagsOf(values: Readonly<Record<string, Value>>): CompareFlags {
  const typed = Object.entries(values).filter(([, value]) => value !== false);
  return Object.fromEntries(typed.map(([key, value]) => [key, value === true ? true : String(value)]));
}

/** Without what its form or rule does not read, so that it is not run again where only that differs. */
function configuration(
  { seed: _, ...asked }: CompareFlags,
  rule: string,
  twin: Twin,
  seed: number,
  label: string,
  start: StartNetwork | null,
): Configuration {
  const flags: Record<string, string | boolean> = { ...asked, rules: rule, twins: twin, seeds: String(seed) };
  for (const key of Object.keys(flags)) if (!reads(twin, key)) delete flags[key];
  const given = compareOptions(flags, start);
  const own = given.ruleOptions
    ?.split(",")
    .filter(item => item.startsWith(`${rule}.`))
    .join(",");
  if (own) flags.ruleOptions = own;
  else delete flags.ruleOptions;
  // The model itself, so that a run does not depend on its file.
  if (given.model !== null) flags.model = given.model;
  const options = { ...given, ruleOptions: own || null };
  const decides = [
    options,
    flags.backend ?? null,
    start?.sha256 ?? null,
    plugins.map(({ sha256 }) => sha256),
  ];
  const hash = createHash("sha256").update(JSON.stringify(decides)).digest("hex").slice(0, 12);
  return { hash, rule, twin, seed, label, flags, options, start };
}

/** Whether an option decides anything in a form; constants of data sets may hang on the encoder. */
function reads(twin: Twin, key: string): boolean {
  if (key === "encoder") return true;
  const row: { form?: string } = (comparison as Record<string, object>)[key] ?? {};
  return row.form === undefined || row.form === "both" || row.form === twin;
}

function labelOf(cell: Cell, keys: readonly string[]): string {
  return keys
    .filter(key => !apart.includes(key))
    .map(key => `${key} ${cell[key]}`)
    .join(", ");
}
