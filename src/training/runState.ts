import { type Expect, expecting } from "../errors.ts";
import type { Parameters } from "./initialise.ts";
import type { CurvePoint } from "./results.ts";
import type { Cost, Trainer } from "./trainer.ts";

/** Everything a run needs to go on after its last finished epoch. */
export interface RunState {
  readonly epochsDone: number;
  readonly parameters: Parameters;
  readonly memory: Float32Array | null;
  readonly curve: readonly CurvePoint[];
  readonly initialAlignmentDegrees: readonly number[];
  readonly initialFeedbackDegrees: readonly number[];
  readonly trainAccuracy: number;
  readonly cost: Cost;
  readonly trainSeconds: number;
  readonly wallSeconds: number;
}

/**
 * Checks that a trainer can go on from a state, which may come from a file.
 * @param epochs  of the whole run
 * @param source  named in errors
 * @throws InputError that names the part that does not fit
 */
export function checkState(state: RunState, trainer: Trainer, epochs: number, source: string): void {
  const expect: Expect = expecting(source);
  const expectFloats = (values: unknown, count: number, part: string) => {
    const got = values instanceof Float32Array ? values.length : values;
    expect(got === count, part, `${count} 32-bit floats`, got);
  };
  const { layers } = trainer.architecture;
  const expectDegrees = (values: unknown, part: string) =>
    expect(Array.isArray(values) && values.every(isNumber), part, "a list of numbers", values);
  const { epochsDone, parameters, memory } = state;
  expect(Number.isInteger(epochsDone) && epochsDone >= 0, "epochsDone", "an integer", epochsDone);
  expect(epochsDone <= epochs, "epochsDone", `at most ${epochs}`, epochsDone);
  layers.forEach(({ rows, columns }, l) => {
    expectFloats(parameters?.weights?.[l], rows * columns, `weights of layer ${l + 1}`);
    expectFloats(parameters?.biases?.[l], columns, `biases of layer ${l + 1}`);
  });
  for (const part of ["weights", "biases"] as const) {
    const { length } = parameters[part];
    expect(length === layers.length, part, `those of ${layers.length} layers`, length);
  }
  const own = trainer.memory;
  if (own) expectFloats(memory, own.length, "memory of the rule");
  else expect(memory === null, "memory of the rule", "none", memory);
  for (const part of ["initialAlignmentDegrees", "initialFeedbackDegrees"] as const) {
    expectDegrees(state[part], part);
  }
  const { curve, cost } = state;
  const whole =
    Array.isArray(curve) &&
    curve.every(
      (p, k) => p?.epoch === k + 1 && Number.isFinite(p.trainLoss) && Array.isArray(p.alignmentDegrees),
    );
  expect(whole && curve.length === epochsDone, "curve", `one point for each of ${epochsDone} epochs`, curve);
  for (const { alignmentDegrees, feedbackDegrees = [], validationAccuracy = 0 } of curve) {
    expectDegrees(alignmentDegrees, "curve: alignmentDegrees");
    expectDegrees(feedbackDegrees, "curve: feedbackDegrees");
    expect(isNumber(validationAccuracy), "curve: validationAccuracy", "a number", validationAccuracy);
  }
  for (const part of ["trainAccuracy", "trainSeconds", "wallSeconds"] as const) {
    expect(Number.isFinite(state[part]), part, "a number", state[part]);
  }
  const counts = typeof cost === "object" && cost !== null && !Array.isArray(cost);
  const { spikesPerSample = {}, ...rest } = counts ? cost : {};
  const all = [...Object.values(rest), ...Object.values(spikesPerSample)];
  expect(counts && all.every(isNumber), "cost", "a map of numbers", cost);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
