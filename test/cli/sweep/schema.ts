import { presets } from "../../../models/presets.ts";
import { comparison } from "../../../src/cli/compareTable.ts";
import { type draws, fixable, NAME, variable } from "../../../src/cli/sweep/declaration.ts";

/** The JSON Schema of a sweep's file, with what the help says of each option. */
export function sweepSchema() {
  const value = { $ref: "#/$defs/value" };
  const values = { $ref: "#/$defs/values" };
  const options = (keys: readonly string[], of: object) => ({
    type: "object",
    properties: Object.fromEntries(keys.map(key => [key, { ...of, description: helpOf(key) }])),
    additionalProperties: false,
  });
  const two = (items: object) => ({ type: "array", items, minItems: 2, maxItems: 2 });
  const seed = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A sweep of threefactor",
    type: "object",
    properties: {
      $schema: { type: "string" },
      name: { type: "string", pattern: NAME.source, description: "of the folder, where --out names none" },
      preset: {
        enum: [...presets.keys()],
        description: "a published run whose options hold beside those below",
      },
      options: {
        ...options(fixable, value),
        description: "the same in all runs; every rule, form and seed is a run of its own",
      },
      grid: { ...options(variable, values), description: "every combination of these values" },
      random: {
        type: "object",
        properties: {
          count: { type: "integer", minimum: 1, maximum: 10_000 },
          seed,
          draw: options(variable, { $ref: "#/$defs/draw" }),
        },
        required: ["count", "draw"],
        additionalProperties: false,
        description: "so many combinations drawn, each with every one of the grid",
      },
      select: {
        type: "object",
        properties: {
          seeds: { type: "array", items: seed, minItems: 1, uniqueItems: true },
          over: { type: "array", items: { enum: variable }, minItems: 1, uniqueItems: true },
        },
        additionalProperties: false,
        description:
          "before: of the combinations that differ in `over`, that of the highest validation accuracy is run with all seeds",
      },
    },
    additionalProperties: false,
    $defs: {
      value: {
        anyOf: [
          { type: ["string", "number", "boolean"] },
          { type: "array", items: { type: ["string", "number"] }, minItems: 1 },
        ],
      },
      values: { type: "array", items: value, minItems: 1 },
      draw: {
        type: "object",
        properties: {
          uniform: two({ type: "number" }),
          log: two({ type: "number", exclusiveMinimum: 0 }),
          integer: two({ type: "integer" }),
          choice: values,
        } satisfies Record<(typeof draws)[number], object>,
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
      },
    },
  };
}

function helpOf(key: string): string {
  if (key === "backend") return "tensors of the rate form: tfjs-node, wasm, cpu, blas or webgpu";
  const { help } = comparison[key as keyof typeof comparison];
  return typeof help === "function" ? help() : help;
}

type Schema = Readonly<Record<string, unknown>>;

/** Whether a value satisfies a schema: of JSON Schema what `sweepSchema` uses, and an error for anything else. */
export function satisfies(value: unknown, schema: Schema, root: Schema = schema): boolean {
  return Object.entries(schema).every(([key, rule]) => {
    const check = checks[key];
    if (!check) throw new Error(`${key}: not a keyword that is known here`);
    return check(value, rule as never, schema, root);
  });
}

type Check = (value: unknown, rule: never, schema: Schema, root: Schema) => boolean;
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const types: Record<string, (value: unknown) => boolean> = {
  object: isMap,
  array: Array.isArray,
  string: value => typeof value === "string",
  number: value => typeof value === "number",
  boolean: value => typeof value === "boolean",
  integer: Number.isInteger,
};
const always = () => true;
const checks: Record<string, Check> = {
  ...{ $schema: always, $defs: always, title: always, description: always },
  type: (value, rule: string | string[]) => [rule].flat().some(name => types[name](value)),
  enum: (value, rule: unknown[]) => rule.includes(value),
  pattern: (value, rule: string) => typeof value !== "string" || new RegExp(rule).test(value),
  minimum: (value, rule: number) => typeof value !== "number" || value >= rule,
  maximum: (value, rule: number) => typeof value !== "number" || value <= rule,
  exclusiveMinimum: (value, rule: number) => typeof value !== "number" || value > rule,
  minItems: (value, rule: number) => !Array.isArray(value) || value.length >= rule,
  maxItems: (value, rule: number) => !Array.isArray(value) || value.length <= rule,
  uniqueItems: value =>
    !Array.isArray(value) || new Set(value.map(v => JSON.stringify(v))).size === value.length,
  items: (value, rule: Schema, _, root) =>
    !Array.isArray(value) || value.every(item => satisfies(item, rule, root)),
  anyOf: (value, rule: Schema[], _, root) => rule.some(one => satisfies(value, one, root)),
  $ref: (value, rule: string, _, root) =>
    satisfies(value, (root.$defs as Record<string, Schema>)[rule.replace("#/$defs/", "")], root),
  required: (value, rule: string[]) => !isMap(value) || rule.every(key => Object.hasOwn(value, key)),
  minProperties: (value, rule: number) => !isMap(value) || Object.keys(value).length >= rule,
  maxProperties: (value, rule: number) => !isMap(value) || Object.keys(value).length <= rule,
  properties: (value, rule: Record<string, Schema>, _, root) =>
    !isMap(value) ||
    Object.entries(value).every(
      ([key, part]) => !Object.hasOwn(rule, key) || satisfies(part, rule[key], root),
    ),
  additionalProperties: (value, rule: boolean, { properties }) =>
    !isMap(value) || rule || Object.keys(value).every(key => Object.hasOwn(properties as object, key)),
};
