import { basename, extname } from "node:path";
import { expectFields, expectInteger, expectList, expectOnly, within } from "../../engine/network/expect.ts";
import { about, InputError, parseJson, shown } from "../../errors.ts";
import { LARGEST_DESCRIPTION, readText } from "../../files/regular.ts";
import { importModule } from "../../training/plugins.ts";
import { comparison } from "../compareTable.ts";
import { beside, presetNamed } from "../presets.ts";

/** A value of an option as it stands in run.json. */
export type Value = string | number | boolean | readonly (string | number)[];

/** How a value is drawn: evenly, evenly in its logarithm, as an integer of both ends, or out of a list. */
export type Draw =
  | { readonly uniform: readonly [number, number] }
  | { readonly log: readonly [number, number] }
  | { readonly integer: readonly [number, number] }
  | { readonly choice: readonly Value[] };

/** What a file of `threefactor sweep` declares. Options have their names in run.json. */
export interface Declaration {
  /** Of the folder, where --out names none. */
  readonly name?: string;
  /** A published run whose options hold beside those below, as `compare --preset`. */
  readonly preset?: string;
  /** The same in all configurations; every rule, form and seed is a run of its own. */
  readonly options?: Readonly<Record<string, Value>>;
  /** Every combination. */
  readonly grid?: Readonly<Record<string, readonly Value[]>>;
  /** So many combinations drawn, each with every one of the grid. */
  readonly random?: {
    readonly count: number;
    readonly seed?: number;
    readonly draw: Readonly<Record<string, Draw>>;
  };
  /**
   * A stage before: of the combinations that differ in `over` alone, that of the highest validation accuracy is run with
   * all seeds. The test part is not read before.
   */
  readonly select?: { readonly seeds?: readonly number[]; readonly over?: readonly string[] };
}

/** Options that a sweep may fix: all that decide a run's numbers, but for the part that is measured. */
export const fixable = [...Object.keys(comparison).filter(key => key !== "measure"), "backend"];
/** Those that it may vary; seeds are all run. */
export const variable = fixable.filter(key => key !== "seeds");
export const draws = ["uniform", "log", "integer", "choice"] as const;
/** What a file may have for a folder's name. */
export const NAME = /^[\w-][\w.-]{0,99}$/;

/**
 * A declaration from JSON, or the default export of a module.
 * @throws InputError that names the file and the field
 */
export async function readDeclaration(file: string): Promise<Declaration> {
  const module = /^\.[mc]?[jt]s$/.test(extname(file));
  const value = module
    ? (await importModule(file, "a module with a sweep")).default
    : parseJson(readText(file, LARGEST_DESCRIPTION), file);
  const declared = about(file, () => checkDeclaration(value));
  const own = basename(file, extname(file)).replaceAll(/[^\w.-]|^\./g, "-");
  // As JSON has it, whatever a module made it of.
  return written({ name: own.slice(0, 100), ...JSON.parse(JSON.stringify(declared)) });
}

/** With the options of its preset among its own, so that a sweep does not change where a preset does. */
function written({ preset, ...declared }: Declaration): Declaration {
  if (preset === undefined) return declared;
  const { options = {}, grid = {}, random } = declared;
  const varied = { ...grid, ...random?.draw };
  const all = beside<unknown>(presetNamed("preset", preset), { ...options, ...varied });
  const own = Object.entries(all).filter(([key]) => !(key in varied));
  return { ...declared, options: Object.fromEntries(own) as Record<string, Value> };
}

/** @throws InputError that names the field, what was found and what was expected; values are read later */
export function checkDeclaration(value: unknown): Declaration {
  expectOnly(value as object, "a sweep", [
    "$schema",
    "name",
    "preset",
    "options",
    "grid",
    "random",
    "select",
  ]);
  const { $schema, ...declared } = value as Declaration & { $schema?: unknown };
  expectThat("$schema", $schema, $schema === undefined || typeof $schema === "string", "a text");
  const { name, preset, options, grid, random, select } = declared;
  expectThat(
    "name",
    name,
    name === undefined || (typeof name === "string" && NAME.test(name)),
    "letters, digits, dots and dashes",
  );
  if (preset !== undefined) presetNamed("preset", preset);
  if (options !== undefined) within("options", () => checkEach(options, fixable, checkValue));
  if (grid !== undefined) within("grid", () => checkEach(grid, variable, checkValues));
  if (random !== undefined) within("random", () => checkRandom(random));
  if (select !== undefined) within("select", () => checkSelect(select));
  return declared;
}

function checkRandom(random: NonNullable<Declaration["random"]>): void {
  expectOnly(random, "a random search", ["count", "seed", "draw"]);
  expectInteger("count", random.count, 1, 10_000);
  if (random.seed !== undefined) expectInteger("seed", random.seed, 0, Number.MAX_SAFE_INTEGER);
  within("draw", () => checkEach(random.draw, variable, checkDraw));
}

function checkDraw(field: string, draw: Draw): void {
  within(field, () => {
    expectOnly(draw, "a draw", draws);
    const kinds = Object.keys(draw);
    if (kinds.length !== 1) throw new InputError(`expected one of ${draws.join(", ")}, got ${kinds.length}`);
    if ("choice" in draw) return checkValues("choice", draw.choice);
    const [[kind, range]] = Object.entries(draw) as [string, unknown][];
    const numbers =
      Array.isArray(range) &&
      range.length === 2 &&
      range.every(kind === "integer" ? Number.isInteger : finite);
    expectThat(kind, range, numbers, `a list of two ${kind === "integer" ? "integers" : "numbers"}`);
    expectThat(
      kind,
      range,
      kind !== "log" || (range as number[]).every(end => end > 0),
      "two numbers above 0",
    );
  });
}

function checkSelect(select: NonNullable<Declaration["select"]>): void {
  expectOnly(select, "a selection", ["seeds", "over"]);
  if (select.seeds !== undefined) {
    checkUnique("seeds", select.seeds, "seeds");
    for (const [k, seed] of select.seeds.entries())
      expectInteger(`seeds[${k}]`, seed, 0, Number.MAX_SAFE_INTEGER);
  }
  if (select.over !== undefined) {
    checkUnique("over", select.over, "names of options");
    for (const [k, key] of select.over.entries())
      expectThat(`over[${k}]`, key, variable.includes(key), `an option that varies (${variable.join(", ")})`);
  }
}

function checkUnique(field: string, list: readonly unknown[], of: string): void {
  expectList(field, list, of);
  expectThat(field, list, list.length > 0, `one of ${of} or more`);
  expectThat(field, list, new Set(list).size === list.length, "each once");
}

function checkEach<T>(
  given: Readonly<Record<string, T>>,
  known: readonly string[],
  check: (field: string, value: T) => void,
): void {
  expectFields(given, "options");
  expectOnly(given, "compare", known, "setting");
  for (const [key, value] of Object.entries(given)) check(key, value);
}

function checkValues(field: string, values: readonly Value[]): void {
  expectThat(field, values, Array.isArray(values) && values.length > 0, "a list of one value or more");
  for (const [k, value] of values.entries()) checkValue(`${field}[${k}]`, value);
}

function checkValue(field: string, value: Value): void {
  const plain = (part: unknown) => typeof part === "string" || finite(part);
  const ok = Array.isArray(value)
    ? value.length > 0 && value.every(plain)
    : plain(value) || typeof value === "boolean";
  expectThat(field, value, ok, "a text, a number, true, false, or a list of texts and numbers");
}

function finite(value: unknown): boolean {
  return Number.isFinite(value);
}

function expectThat(field: string, value: unknown, ok: boolean, expected: string): void {
  if (!ok) throw new InputError(`${field}: expected ${expected}, got ${shown(value)}`);
}
