import { Command } from "commander";
import { type Audit, audit, type Route } from "../audit/audit.ts";
import { InputError } from "../errors.ts";
import { selectBackend } from "../rate/backend.ts";
import { type Rule, ruleNamed, ruleRegistry, rules } from "../rules/index.ts";
import type { RuleOptions } from "../rules/options.ts";
import { aligned, documentOptions, show } from "./document.ts";
import { addOptions, type Flags } from "./options.ts";

/** `threefactor rules`: which rules there are, in which forms, and what each synapse must know. */
export function rulesCommand(): Command {
  const command = new Command("rules").argument(
    "[name]",
    "one rule alone, with its options and the paper's values",
  );
  return addOptions(command, documentOptions).action(
    async (name: string | undefined, flags: Flags<typeof documentOptions>) => {
      const asked = name === undefined ? rules : [ruleNamed(name)];
      await selectBackend("cpu"); // the audit's networks have a dozen neurons
      const rows = asked.map(rule => {
        const unavailable = rule.rateOnly;
        const file = ruleRegistry.fileOf(rule.name);
        return {
          name: rule.name,
          title: rule.title,
          forms: unavailable ? ["rate"] : ["rate", "spike"],
          ...(unavailable && { unavailable }),
          presentations: rule.presentations,
          synapseKnows: rule.synapseKnows,
          source: rule.source,
          ...(file !== undefined && { file }),
          ...(rule.options && { options: rule.options }),
          seen: { rate: seen(rule, "rate"), spike: seen(rule, "spike") },
        };
      });
      const document = { schema: "threefactor.rules/1", rules: rows };
      const lines = rows.flatMap(row => [
        `${row.name.padEnd(16)} ${row.forms.join(", ").padEnd(12)} ${row.presentations} presentation${row.presentations === 1 ? "" : "s"}`,
        `${"".padEnd(16)} synapse knows: ${row.synapseKnows}`,
        `${"".padEnd(16)} ${row.source}`,
        ...(row.file === undefined ? [] : [`${"".padEnd(16)} defined in ${row.file}`]),
        ...(name === undefined ? [] : optionLines(row.options ?? {})),
      ]);
      await show(document, [...lines, "", ...auditTable(rows)], flags);
    },
  );
}

/** What a run may choose of a rule. */
function optionLines(options: RuleOptions): string[] {
  const lines = Object.entries(options).map(([key, { default: own, paper, doc }]) =>
    [`  ${key}`.padEnd(14), String(own).padEnd(9), paper, `(${doc})`].join("  "),
  );
  return lines.length > 0 ? ["", "option          here       in the paper or its code", ...lines] : [];
}

/** A rule of a plugin may have faults of its own. */
function seen(rule: Rule, form: "rate" | "spike"): Audit | null {
  const file = ruleRegistry.fileOf(rule.name);
  try {
    return audit(rule, form);
  } catch (error) {
    if (file === undefined || !(error instanceof Error)) throw error;
    throw new InputError(`${file}: rule ${rule.name}, ${form}: ${error.message}`, { cause: error });
  }
}

const EXPLANATION = `
What a synapse of the first hidden layer uses, seen on a watched network with two hidden layers. weights above: weight
transport, of values or only of signs; output, label: direct = in its third factor, shown = only in what is presented
next; waits for: update locking; holds: its activity is kept while the output is computed or another presentation runs;
kept: numbers per sample until its next epoch; shown: presentations of a sample.`;

/** One line per rule, or per form where the forms differ. */
function auditTable(
  rows: readonly { name: string; seen: { rate: Audit | null; spike: Audit | null } }[],
): string[] {
  const head = "rule form weights-above own-weights activity-above output label waits-for holds kept shown";
  const lines = rows.flatMap(({ name, seen }) => {
    const alike = JSON.stringify(seen.rate) === JSON.stringify(seen.spike);
    const forms = alike
      ? ([["both", seen.rate]] as const)
      : ([
          ["rate", seen.rate],
          ["spike", seen.spike],
        ] as const);
    return forms.map(([form, found]) => [
      name,
      form,
      ...(found ? cells(found) : ["no hidden synapse changes"]),
    ]);
  });
  const table = [head.split(" ").map(word => word.replace("-", " ")), ...lines];
  return [...EXPLANATION.trim().split("\n"), "", ...aligned(table)];
}

function cells(found: Audit): string[] {
  const yes = (value: boolean) => (value ? "yes" : "no");
  const route = (value: Route) => (value === "presented" ? "shown" : value);
  return [
    found.weightsAbove,
    yes(found.ownWeights),
    yes(found.activityAbove),
    route(found.output),
    route(found.label),
    found.waitsFor,
    yes(found.holdsActivity),
    String(found.numbersPerSample),
    String(found.presentations),
  ];
}
