import { notation } from "../rules/equation.ts";
import type { RuleOption } from "../rules/options.ts";
import type { Rule } from "../rules/rule.ts";
import { wrapped } from "./document.ts";

/** What is known of a rule besides its own words: why it lacks a form, and the file of a plugin that it comes from. */
export interface Beside {
  readonly unavailable?: string | undefined;
  readonly noCircuit?: string | undefined;
  readonly file?: string | undefined;
}

const COLUMN = 12;

/** One rule whole, in lines of 80 characters: equation, three factors, forms, source and options. */
export function ruleCard(rule: Rule, { unavailable, noCircuit, file }: Beside): string[] {
  const { name, title, source, equation, factors, presentations, options = {} } = rule;
  const why = (reason: string | undefined) => (reason === undefined ? "yes" : `no: ${reason}`);
  const given = Object.entries(options);
  return [
    `${name}: ${title}`,
    "",
    ...field("source", source),
    ...(file === undefined ? [] : field("defined in", file)),
    "",
    ...(equation === undefined
      ? field("equation", "none is given")
      : [...column("equation", equation.split("\n")), ...column("  where", notation(rule.saturation))]),
    "",
    ...(factors === undefined
      ? field("factors", "none are given")
      : [
          "Δw = −η · pre · post · modulator, of a hidden synapse",
          ...field("  pre", factors.pre),
          ...field("  post", factors.post),
          ...field("  modulator", factors.modulator),
        ]),
    ...field("knows", rule.synapseKnows),
    ...field(
      "sees",
      `a sample ${["not at all", "once", "twice"][presentations] ?? `${presentations} times`}`,
    ),
    "",
    ...field("rate", "yes"),
    ...field("spike", why(unavailable)),
    ...field("circuit", why(noCircuit)),
    "",
    ...(given.length > 0
      ? given.flatMap(([key, option]) => choice(`${name}.${key}`, option))
      : ["no options"]),
  ];
}

function column(name: string, lines: readonly string[]): string[] {
  return lines.map((line, n) => (n === 0 ? name : "").padEnd(COLUMN) + line);
}

function field(name: string, text: string): string[] {
  return wrapped(name.padEnd(COLUMN) + text, " ".repeat(COLUMN));
}

function choice(name: string, { default: own, paper, doc, words }: RuleOption): string[] {
  const indent = " ".repeat(COLUMN);
  return [
    `--rule-options ${name}=${own}`,
    ...wrapped(indent + (words ? `${doc}; one of ${words.join(", ")}` : doc), indent),
    ...wrapped(`${indent}in the paper or its code: ${paper}`, indent),
  ];
}
