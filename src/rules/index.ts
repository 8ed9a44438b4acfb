import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import { type Architecture, dense } from "../engine/network/architecture.ts";
import { InputError, shown } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import type { RateNetwork } from "../rate/network.ts";
import { expectMethods, Registry } from "../registry.ts";
import { afa } from "./afa.ts";
import { bp, fa, kp } from "./bp.ts";
import { chance } from "./chance.ts";
import { dfa, sdfa } from "./dfa.ts";
import { drtp } from "./drtp.ts";
import { faultOfTold } from "./equation.ts";
import { f3, f3Variants } from "./f3.ts";
import { ff, ffReadout } from "./ff.ts";
import { frozen } from "./frozen.ts";
import { memPepita, memPepitaSparse } from "./memPepita.ts";
import { pepita, pepitaSparse } from "./pepita.ts";
import { pepitaHebbian, pepitaTimeLocal } from "./pepitaHebbian.ts";
import { pepitaWm } from "./pepitaMirrored.ts";
import type { Forms, OwnRule, RateLearner, Rule, SpikingLearner } from "./rule.ts";
import { shallow } from "./shallow.ts";
import { brsf, brsfStrict, frsf, frsfStrict, usf, usfStrict } from "./signConcordant.ts";
import { wm } from "./weightMirror.ts";

export type { Rule };

export const ruleRegistry = new Registry<Rule>(
  "rule",
  {
    title: "string",
    source: "string",
    presentations: "number",
    synapseKnows: "string",
    create: "function",
    saturation: "number?",
    weightDecay: "number?",
    sequential: "boolean?",
    rateOnly: "string?",
    noCircuit: "string?",
    knowsAhead: "boolean?",
    shallow: "boolean?",
    lacks: "function?",
    options: "object?",
    equation: "string?",
    factors: "object?",
  },
  [
    ...[bp, fa, dfa, sdfa],
    ...[usf, usfStrict, brsf, brsfStrict, frsf, frsfStrict],
    ...[wm, kp],
    ...[drtp, f3, ...f3Variants],
    ...[pepita, pepitaSparse, pepitaHebbian, pepitaTimeLocal, memPepita, memPepitaSparse, pepitaWm, afa],
    ...[ff, ffReadout],
    ...[frozen, shallow, chance],
  ] satisfies OwnRule[],
  rule => {
    const { presentations, saturation = 1, weightDecay = 0 } = rule;
    if (!(Number.isInteger(presentations) && presentations >= 0))
      return `presentations: expected a whole number, got ${presentations}`;
    if (!(saturation > 0)) return `saturation: expected a number above 0, got ${saturation}`;
    if (!(weightDecay >= 0)) return `weightDecay: expected 0 or more, got ${weightDecay}`;
    return faultOfTold(rule);
  },
);

/**
 * Every rule, in the order of the tables, and then those that were defined. The command line, the report and the
 * conformance test read this list.
 */
export const rules: readonly Rule[] = ruleRegistry.list;

/**
 * Adds a rule, which `train` and the command line then know by its name.
 * @throws InputError when the rule lacks something, or its name is taken
 */
export function defineRule(rule: Rule): Rule {
  return ruleRegistry.add(rule);
}

/** Names of earlier versions. */
const renamed: Readonly<Record<string, string>> = { "pepita:textbook": "pepita" };

/** @throws InputError that lists the names */
export function ruleNamed(name: string): Rule {
  if (Object.hasOwn(renamed, name))
    throw new InputError(
      `rule: expected ${renamed[name]}, as the paper's rule is called now (the one with sparse feedback is pepita:sparse), got ${name}`,
    );
  return ruleRegistry.named(name);
}

/**
 * The rule that a plan names or holds.
 * @throws InputError when there is none of that name, or the rule lacks something
 */
export function ruleOf(rule: string | Rule): Rule {
  return typeof rule === "string" ? ruleNamed(rule) : ruleRegistry.check(rule);
}

/** @throws InputError that names the rule and what it lacks there */
export function checkNeeds(rule: Rule, architecture: Architecture): void {
  const lack = rule.lacks?.(architecture) ?? null;
  if (lack !== null) throw new InputError(`${rule.name}: ${lack}`);
}

/** @throws InputError when the rule has made no rate form */
export function rateForm({ name }: Rule, forms: Forms, net: RateNetwork): RateLearner {
  const learner = expectMethods(forms, `rule ${name}: create`, ["rate"]).rate(net);
  return expectMethods(learner, `rule ${name}: rate`, ["learn"]);
}

/** @throws InputError when the rule has no spiking form, or not what it says of it */
export function spikingForm(rule: Rule, forms: Forms, net: FeedForwardNetwork): SpikingLearner {
  if (rule.rateOnly !== undefined)
    throw new InputError(`${rule.name}: has no spiking form: ${rule.rateOnly}`);
  if (!forms.spiking)
    throw new InputError(`rule ${rule.name}: spiking: expected a function without rateOnly, got none`);
  const learner = expectMethods(forms.spiking(net), `rule ${rule.name}: spiking`, ["learn"]);
  if ((learner.ahead !== undefined) !== (rule.knowsAhead === true))
    throw new InputError(
      `rule ${rule.name}: knowsAhead: expected ${learner.ahead !== undefined}, since ${learner.ahead ? "a" : "no"} function ahead is there, got ${shown(rule.knowsAhead)}`,
    );
  return learner;
}

/** A network that any rule may learn in. */
const SMALL = [2, 2, 2];

/** Why a rule has no circuit; null where it has one. */
export function whyNoCircuit(rule: Rule): string | null {
  if (rule.noCircuit !== undefined) return rule.noCircuit;
  const architecture = dense(rule.shallow ? [SMALL[0], SMALL[2]] : SMALL);
  const { circuit } = rule.create(architecture, new Rng(1, "feedback"), 1);
  return circuit ? null : "none has been made";
}
