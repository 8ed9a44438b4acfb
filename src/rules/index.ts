import { InputError } from "../errors.ts";
import { bp } from "./bp.ts";
import { dfa } from "./dfa.ts";
import { f3 } from "./f3.ts";
import { frozen } from "./frozen.ts";
import { pepita, pepitaTextbook } from "./pepita.ts";
import type { Rule } from "./rule.ts";

export type { Rule };

/** Every rule, in the order of the tables. The command line, the report and the conformance test read this list. */
export const rules: readonly Rule[] = [bp, dfa, pepita, pepitaTextbook, f3, frozen];

/** @throws InputError that lists the names */
export function ruleNamed(name: string): Rule {
  const rule = rules.find(candidate => candidate.name === name);
  if (rule) return rule;
  throw new InputError(`rule: expected one of ${rules.map(r => r.name).join(", ")}, got ${name}`);
}
