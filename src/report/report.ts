import type { CircuitOutline, Results, RunRecord } from "../training/results.ts";
import { controlSentences } from "./control.ts";
import { ruleGroups } from "./groups.ts";
import { pageHtml } from "./page.ts";
import { runFacts, taskTitle } from "./runFacts.ts";
import { type NamedRaster, reportSections } from "./sections.ts";
import { codeNotes, tableHtml } from "./table.ts";

/** What a run folder holds, and the text of Plotly's minified script, which the page carries along. */
export interface ReportInput {
  readonly run: RunRecord;
  readonly results: Results;
  readonly rasters: readonly NamedRaster[];
  /** Of the rules that ran as circuits. */
  readonly circuits?: readonly CircuitOutline[];
  readonly plotly: string;
}

/** The report of a run folder as one HTML page that needs nothing else, on the disk or in the network. */
export function renderReport({ run, results, rasters, circuits = [], plotly }: ReportInput): string {
  const groups = ruleGroups(results);
  const seeds = [...new Set(results.runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const over =
    seeds.length > 1
      ? `mean ± standard deviation over seeds ${seeds.join(", ")}, and of accuracies the 95 % bootstrap interval`
      : `seed ${seeds[0]}`;
  const spike = codeNotes(results.runs)
    .map(note => ` Spike: ${note}.`)
    .join("");
  return pageHtml({
    title: taskTitle(results),
    command: run.command,
    facts: runFacts(run, results),
    options: run.options,
    table: groups.length > 0 ? tableHtml(groups, `Test accuracy and cost by rule, ${over}.${spike}`) : "",
    sentences: groups.length > 0 ? controlSentences(groups) : ["No run has finished yet."],
    sections: reportSections(groups, results, rasters, circuits),
    plotly,
  });
}
