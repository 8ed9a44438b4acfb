import { InputError, shown } from "../errors.ts";
import type { CircuitOutline, Results, RunRecord, RunResult } from "../training/results.ts";

/** Checks of what a run folder's files hold, so that a damaged one is named instead of tripping over its fields. */

type Test = readonly [ok: (value: unknown) => boolean, expected: string];

const text: Test = [value => typeof value === "string", "text"];
const number: Test = [value => Number.isFinite(value), "a number"];
const map: Test = [isMap, "a map"];
const listOf = ([ok, expected]: Test): Test => [
  value => Array.isArray(value) && value.every(ok),
  `a list, each ${expected}`,
];
/** JSON has no NaN: an angle to a vector of zeros is null. */
const angles = listOf([value => value === null || Number.isFinite(value), "a number"]);
const optional = ([ok, expected]: Test): Test => [value => value === undefined || ok(value), expected];

const fileAndSum: Test = [
  value => isMap(value) && [value.file, value.sha256].every(text[0]),
  "a file and its sha256",
];

const recordFields: Record<keyof RunRecord, Test> = {
  schema: [value => value === "threefactor.run/1", "threefactor.run/1"],
  command: text,
  options: map,
  versions: [value => isMap(value) && Object.values(value).every(text[0]), "a map of text"],
  seeds: listOf(number),
  start: optional(fileAndSum),
  plugins: optional(listOf(fileAndSum)),
  startedAt: text,
  endedAt: optional(text),
  backend: text,
  library: optional(text),
  machine: text,
  saw: optional([value => isMap(value) && Object.values(value).every(text[0]), "a map of text"]),
  notes: optional(listOf(text)),
};

const resultFields: Partial<Record<keyof RunResult, Test>> = {
  rule: text,
  twin: [value => ["rate", "spike", "circuit"].includes(value as string), "rate, spike or circuit"],
  dataset: text,
  architecture: text,
  seed: number,
  epochs: number,
  batch: optional(number),
  learningRate: number,
  testAccuracy: number,
  testSamples: number,
  trainAccuracy: number,
  trainSamples: number,
  validationAccuracy: optional(number),
  encoder: optional(text),
  eligibility: optional(text),
  reading: optional(text),
  readout: optional(text),
  ruleOptions: optional(map),
  configuration: optional(text),
  curve: listOf([
    point =>
      isMap(point) &&
      number[0](point.epoch) &&
      number[0](point.trainLoss) &&
      optional(number)[0](point.validationAccuracy) &&
      [point.alignmentDegrees, point.feedbackDegrees].every(optional(angles)[0]),
    "an epoch, its trainLoss and its angles",
  ]),
  initialAlignmentDegrees: optional(angles),
  alignmentDegrees: listOf(number),
  initialFeedbackDegrees: optional(angles),
  feedbackDegrees: optional(angles),
  confusion: listOf(listOf(number)),
  correct: optional([
    value => typeof value === "string" && /^([0-9a-f]{2})*$/.test(value),
    "bits as hexadecimal text",
  ]),
  classNames: optional(listOf(text)),
  trainSamplesPerSecond: number,
  wallSeconds: number,
};

const circuitFields: Record<keyof CircuitOutline, Test> = {
  rule: text,
  populations: [
    value =>
      listOf(map)[0](value) &&
      (value as Record<string, unknown>[]).every(
        each => text[0](each.name) && number[0](each.size) && optional(text)[0](each.shown),
      ),
    "a list, each with a name and a size",
  ],
  projections: [
    value =>
      listOf(map)[0](value) &&
      (value as Record<string, unknown>[]).every(
        ({ from, to, sign, target, learns }) =>
          [from, to].every(text[0]) &&
          ["excites", "inhibits", "both"].includes(sign as string) &&
          [target, learns].every(optional(text)[0]),
      ),
    "a list, each with from, to and sign",
  ],
  periodMs: number,
  phases: [
    value => isMap(value) && Object.values(value).every(listOf(number)[0]),
    "a map of starts and stops",
  ],
};

/** @throws InputError that names the file and the field */
export function checkCircuit(value: unknown, file: string): CircuitOutline {
  const outline = checkFields(value, circuitFields, file) as unknown as CircuitOutline;
  const names = new Set(outline.populations.map(({ name }) => name));
  const stray = outline.projections.flatMap(({ from, to }) => [from, to]).find(name => !names.has(name));
  if (stray === undefined) return outline;
  throw new InputError(
    `${file}: projections: expected populations of ${[...names].join(", ")}, got ${shown(stray)}`,
  );
}

/** @throws InputError that names the file and the field */
export function checkRecord(value: unknown, file: string): RunRecord {
  return checkFields(value, recordFields, file) as unknown as RunRecord;
}

/** @throws InputError that names the file, the run and the field */
export function checkResults(value: unknown, file: string): Results {
  const { runs, notes } = checkFields(
    value,
    {
      schema: [schema => schema === "threefactor.results/1", "threefactor.results/1"],
      notes: optional(listOf(text)),
    },
    file,
  );
  return resultsOf(checkRuns(runs, `${file}: runs`), notes as Results["notes"]);
}

/** The document of results.json. */
export function resultsOf(runs: readonly RunResult[], notes: Results["notes"]): Results {
  return { schema: "threefactor.results/1", ...(notes && notes.length > 0 && { notes }), runs };
}

/** @throws InputError that begins with `where` and names the field */
export function checkRuns(value: unknown, where: string): readonly RunResult[] {
  if (!Array.isArray(value)) throw new InputError(`${where}: expected a list, got ${shown(value)}`);
  return value.map((run, k) => checkFields(run, resultFields, `${where}[${k}]`) as unknown as RunResult);
}

function checkFields(
  value: unknown,
  fields: Readonly<Record<string, Test>>,
  where: string,
): Record<string, unknown> {
  if (!isMap(value)) throw new InputError(`${where}: expected a map, got ${shown(value)}`);
  for (const [name, [ok, expected]] of Object.entries(fields)) {
    if (!ok(value[name]))
      throw new InputError(`${where}: ${name}: expected ${expected}, got ${shown(value[name])}`);
  }
  return value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
