import type { ModelDescription } from "../description/describe.ts";
import type { Rule } from "../rules/rule.ts";
import { circuitForm, formsOf, planOf } from "./circuit.ts";
import { circuitOutline } from "./circuitOutline.ts";
import { startingParameters } from "./initialise.ts";
import type { CircuitOutline } from "./results.ts";
import { networkOf, type TrainingSettings } from "./trainer.ts";

/** What a drawing shows of that circuit. */
export function outlineOf(rule: Rule, settings: TrainingSettings, count: number): CircuitOutline {
  return circuitOutline(rule.name, describedCircuit(rule, settings, count, {}));
}

/**
 * The circuit that a rule begins with in a run, as a description that a file may hold: `simulate` makes the same network
 * of it, and comes to the weights of training.
 * @param samples  what its stream shows: `data`, a name or arrays, `part` and `samples`
 */
export function circuitDescription(
  rule: Rule,
  settings: TrainingSettings,
  count: number,
  samples: Readonly<Record<string, unknown>>,
): ModelDescription {
  return plain(describedCircuit(rule, settings, count, samples)) as ModelDescription;
}

function describedCircuit(
  rule: Rule,
  settings: TrainingSettings,
  count: number,
  samples: Readonly<Record<string, unknown>>,
): ModelDescription {
  const start = startingParameters(networkOf(rule, settings), settings);
  const form = circuitForm(rule, formsOf(rule, settings, count));
  return form(planOf(rule, settings, start, count, samples));
}

/** Lists of numbers as JSON has them. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...(value as Float32Array)];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
