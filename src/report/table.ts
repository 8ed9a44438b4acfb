import { DIRECT_CURRENT } from "../encoding/current.ts";
import { visible } from "../errors.ts";
import type { Results, RunResult } from "../training/results.ts";
import { control, type RuleGroup, ruleGroups, type Summary, summarize } from "./groups.ts";
import { escapeHtml } from "./html.ts";

/** One line of the comparison. Accuracies in percent, the gap in points; absent where a twin was not run. */
export interface TableRow {
  readonly name: string;
  readonly control: boolean;
  readonly rateAccuracy?: Summary | undefined;
  readonly spikeAccuracy?: Summary | undefined;
  /** Spike minus rate, seed by seed. */
  readonly gap?: Summary | undefined;
  readonly hiddenSpikes?: Summary | undefined;
  readonly synapticEvents?: Summary | undefined;
  readonly rateSpeed?: Summary | undefined;
  readonly spikeSpeed?: Summary | undefined;
}

interface Column {
  readonly key: Exclude<keyof TableRow, "name" | "control">;
  /** One line for the terminal; two for the page, the second small. */
  readonly short: string;
  readonly title: string;
  readonly unit: string;
  /** A mean with its sign where that matters; a deviation gets the digits of its mean. */
  readonly format: (value: number, mean?: number) => string;
}

const columns: readonly Column[] = [
  { key: "rateAccuracy", short: "rate %", title: "Rate accuracy", unit: "%", format: hundredths },
  { key: "spikeAccuracy", short: "spike %", title: "Spike accuracy", unit: "%", format: hundredths },
  { key: "gap", short: "gap", title: "Gap", unit: "points", format: signedHundredths },
  {
    key: "hiddenSpikes",
    short: "hidden spikes",
    title: "Hidden spikes",
    unit: "per test sample",
    format: count,
  },
  {
    key: "synapticEvents",
    short: "syn. events",
    title: "Synaptic events",
    unit: "per train sample",
    format: count,
  },
  { key: "rateSpeed", short: "rate/s", title: "Rate speed", unit: "samples/s", format: count },
  { key: "spikeSpeed", short: "spike/s", title: "Spike speed", unit: "samples/s", format: count },
];

/** The comparison as aligned plain text for the terminal; columns that no run fills are left out. */
export function formatTable(results: Results): string {
  const rows = tableRows(ruleGroups(results));
  const shown = filledColumns(rows);
  const lines = [
    ["rule", ...shown.map(column => column.short)],
    ...rows.map(row => [visible(row.name), ...shown.map(column => cellText(column, row[column.key]) || "-")]),
  ];
  const widths = lines[0].map((_, i) => Math.max(...lines.map(line => line[i].length)));
  const text = lines
    .map(line => line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  "))
    .map(line => line.trimEnd());
  return [...text, ...codeNotes(results.runs).map(note => `spike: ${note}`)].join("\n");
}

/** What must stand wherever the spiking form's numbers do. */
export function codeNotes(runs: readonly RunResult[]): string[] {
  return runs.some(({ encoder }) => encoder === "current") ? [DIRECT_CURRENT] : [];
}

/** The comparison as an HTML table. */
export function tableHtml(groups: readonly RuleGroup[], caption: string): string {
  const rows = tableRows(groups);
  const shown = filledColumns(rows);
  const head = shown.map(c => `<th scope="col">${c.title}<small>${c.unit}</small></th>`).join("");
  const body = rows.map(row => {
    const cells = shown.map(column => `<td>${cellHtml(column, row[column.key])}</td>`).join("");
    return `<tr${row.control ? ' class="control"' : ""}><th scope="row">${escapeHtml(row.name)}</th>${cells}</tr>`;
  });
  return `<table><caption><span>${escapeHtml(caption)}</span></caption>
<thead><tr><th scope="col">Rule</th>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table>`;
}

export function tableRows(groups: readonly RuleGroup[]): TableRow[] {
  return groups.map(({ name, rule, rate, spike }) => ({
    name,
    control: rule === control,
    rateAccuracy: summarize(rate.map(run => 100 * run.testAccuracy)),
    spikeAccuracy: summarize(spike.map(run => 100 * run.testAccuracy)),
    gap: summarize(spike.map(run => gapOf(run, rate))),
    hiddenSpikes: summarize(spike.map(run => run.hiddenSpikesPerSample)),
    synapticEvents: summarize(spike.map(run => run.synapticEventsPerSample)),
    rateSpeed: summarize(rate.map(run => run.trainSamplesPerSecond)),
    spikeSpeed: summarize(spike.map(run => run.trainSamplesPerSecond)),
  }));
}

/** Only a pair of the same seed says anything: both twins start there from the same weights. */
function gapOf(spike: RunResult, rate: readonly RunResult[]): number | undefined {
  const twin = rate.find(run => run.seed === spike.seed);
  return twin && 100 * (spike.testAccuracy - twin.testAccuracy);
}

function filledColumns(rows: readonly TableRow[]): Column[] {
  return columns.filter(column => rows.some(row => row[column.key]));
}

function cellText(column: Column, value: Summary | undefined): string {
  if (!value) return "";
  const mean = column.format(value.mean);
  return value.sd === undefined ? mean : `${mean} ± ${column.format(value.sd, value.mean)}`;
}

function cellHtml(column: Column, value: Summary | undefined): string {
  if (!value) return '<span aria-label="not run">–</span>';
  const mean = column.format(value.mean).replace("-", "−");
  return value.sd === undefined ? mean : `${mean}<small> ± ${column.format(value.sd, value.mean)}</small>`;
}

function hundredths(value: number): string {
  return value.toFixed(2);
}

function signedHundredths(value: number, mean?: number): string {
  const text = value.toFixed(2).replace(/^-(0\.00)$/, "$1");
  return mean === undefined && value >= 0.005 ? `+${text}` : text;
}

/** One decimal where it says something. */
function count(value: number, mean = value): string {
  const digits = mean < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
