import type { Architecture } from "../engine/architecture.ts";
import { InputError } from "../errors.ts";
import { afa } from "./afa.ts";
import { bp, fa, kp } from "./bp.ts";
import { chance } from "./chance.ts";
import { dfa, sdfa } from "./dfa.ts";
import { drtp } from "./drtp.ts";
import { f3, f3Variants } from "./f3.ts";
import { ff, ffReadout } from "./ff.ts";
import { frozen } from "./frozen.ts";
import { memPepita } from "./memPepita.ts";
import { pepita, pepitaTextbook } from "./pepita.ts";
import { pepitaHebbian, pepitaTimeLocal } from "./pepitaHebbian.ts";
import { pepitaWm } from "./pepitaMirrored.ts";
import type { Rule } from "./rule.ts";
import { shallow } from "./shallow.ts";
import { brsf, brsfStrict, frsf, frsfStrict, usf, usfStrict } from "./signConcordant.ts";
import { wm } from "./weightMirror.ts";

export type { Rule };

/** Every rule, in the order of the tables. The command line, the report and the conformance test read this list. */
export const rules: readonly Rule[] = [
  ...[bp, fa, dfa, sdfa],
  ...[usf, usfStrict, brsf, brsfStrict, frsf, frsfStrict],
  ...[wm, kp],
  ...[drtp, f3, ...f3Variants],
  ...[pepita, pepitaTextbook, pepitaHebbian, pepitaTimeLocal, memPepita, pepitaWm, afa],
  ...[ff, ffReadout],
  ...[frozen, shallow, chance],
];

/** @throws InputError that names the rule and what it lacks there */
export function checkNeeds(rule: Rule, architecture: Architecture): void {
  const lack = rule.lacks?.(architecture) ?? null;
  if (lack !== null) throw new InputError(`${rule.name}: ${lack}`);
}

/** @throws InputError that lists the names */
export function ruleNamed(name: string): Rule {
  const rule = rules.find(candidate => candidate.name === name);
  if (rule) return rule;
  throw new InputError(`rule: expected one of ${rules.map(r => r.name).join(", ")}, got ${name}`);
}
