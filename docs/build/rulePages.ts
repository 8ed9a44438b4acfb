import { spikingAudit } from "../../src/audit/spiking.ts";
import { spikingCells } from "../../src/cli/auditTables.ts";
import { seenSettings } from "../../src/cli/rules.ts";
import { notation } from "../../src/rules/equation.ts";
import { type Rule, rules, whyNoCircuit } from "../../src/rules/index.ts";
import { table } from "./commandPages.ts";
import { slug } from "./markdown.ts";

/** Every rule in a line. */
export function ruleTable(): string {
  const rows = rules.map(rule => [
    `[\`${rule.name}\`](#${slug(headingOf(rule))})`,
    rule.title,
    String(rule.presentations),
    rule.synapseKnows,
  ]);
  return table(["rule", "", "showings", "a hidden synapse knows"], rows).join("\n");
}

/** What hidden synapses were seen to read in spikes, rules that read the same in one line. */
export function seenTable(): string {
  const settings = seenSettings({});
  const alike = new Map<string, { cells: readonly string[]; names: string[] }>();
  for (const rule of rules) {
    const found = spikingAudit(rule, settings);
    if (!found) continue;
    const cells = spikingCells(found);
    const same = alike.get(cells.join()) ?? { cells, names: [] };
    same.names.push(`\`${rule.name}\``);
    alike.set(cells.join(), same);
  }
  const head = ["pre", "signed", "post", "third", "others", "replay", "reset", "changes", "rules"];
  return table(
    head,
    [...alike.values()].map(({ cells, names }) => [...cells, names.join(", ")]),
  ).join("\n");
}

/** Each rule whole, as `threefactor rules NAME` shows it. */
export function ruleCards(): string {
  return rules.flatMap(card).join("\n");
}

function headingOf({ name, title }: Rule): string {
  return `${title}: ${name}`;
}

function card(rule: Rule): string[] {
  const { equation = "", factors, options = {}, source, saturation } = rule;
  const noCircuit = whyNoCircuit(rule);
  const forms = [
    "rate",
    ...(rule.rateOnly === undefined ? ["spike"] : []),
    ...(noCircuit === null ? ["circuit"] : []),
  ];
  const missing = [
    ...(rule.rateOnly === undefined ? [] : [`no spiking form: ${rule.rateOnly}`]),
    ...(noCircuit === null ? [] : [`no circuit: ${noCircuit}`]),
  ];
  const given = Object.entries(options);
  return [
    "",
    `### ${headingOf(rule)}`,
    "",
    "```text",
    equation,
    "```",
    "",
    ...table(
      ["factor", ""],
      Object.entries(factors ?? {}).map(([name, words]) => [name, words]),
    ),
    `Forms: ${forms.join(", ")}${missing.length > 0 ? ` (${missing.join("; ")})` : ""}. ${source}.${
      saturation === undefined ? "" : ` Activities are bounded at ${saturation}.`
    }`,
    "",
    ...(given.length === 0
      ? []
      : table(
          ["option", "here", "in the paper or its code", ""],
          given.map(([key, option]) => [`\`${key}\``, String(option.default), option.paper, option.doc]),
        )),
  ];
}

/** The letters of the equations. */
export function ruleNotation(): string {
  return ["```text", ...notation(), "```"].join("\n");
}
