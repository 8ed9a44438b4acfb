import { DIRECT_CURRENT } from "../encoding/current.ts";
import { visible } from "../errors.ts";
import { places, shareDeviation } from "../math/statistics.ts";
import type { Results, RunResult } from "../training/results.ts";
import type { Difference } from "./differences.ts";
import { control, type RuleGroup, ruleGroups, type Summary, summarize } from "./groups.ts";
import { escapeHtml } from "./html.ts";

/** What the number of samples lets one run's share vary by, which counts where there is no spread over seeds. */
type CountedSummary = Summary & { readonly counted?: number };

/** One line of the comparison. Accuracies in percent, the gap in points; absent where a twin was not run. */
export interface TableRow {
  readonly name: string;
  readonly control: boolean;
  readonly rateAccuracy?: CountedSummary | undefined;
  readonly spikeAccuracy?: CountedSummary | undefined;
  /** Spike minus rate, seed by seed. */
  readonly gap?: CountedSummary | undefined;
  readonly hiddenSpikes?: Summary | undefined;
  readonly synapticEvents?: Summary | undefined;
  readonly rateSpeed?: Summary | undefined;
  readonly spikeSpeed?: Summary | undefined;
  readonly circuitAccuracy?: CountedSummary | undefined;
  /** Of a circuit in training: by population, synaptic events, its own time, and samples in a second of the machine's. */
  readonly circuitHidden?: Summary | undefined;
  readonly circuitOutput?: Summary | undefined;
  readonly circuitErrors?: Summary | undefined;
  readonly circuitLabels?: Summary | undefined;
  readonly circuitEvents?: Summary | undefined;
  readonly circuitTime?: Summary | undefined;
  readonly circuitSpeed?: Summary | undefined;
}

interface Column {
  readonly key: Exclude<keyof TableRow, "name" | "control">;
  /** One line for the terminal; two for the page, the second small. */
  readonly short: string;
  readonly title: string;
  readonly unit: string;
  readonly format: Format;
}

interface Format {
  /** Decimal places where nothing is known of the spread. */
  readonly places: (mean: number) => number;
  /** Whether values above 0 are given their sign. */
  readonly signed?: true;
  /** Whether the interval is shown. */
  readonly interval?: true;
}

const percent: Format = { places: () => 2, interval: true };
const points: Format = { places: () => 2, interval: true, signed: true };
/** One decimal where it says something. */
const count: Format = { places: mean => (mean < 100 ? 1 : 0) };

const columns: readonly Column[] = [
  { key: "rateAccuracy", short: "rate %", title: "Rate accuracy", unit: "%", format: percent },
  { key: "spikeAccuracy", short: "spike %", title: "Spike accuracy", unit: "%", format: percent },
  { key: "gap", short: "gap", title: "Gap", unit: "points", format: points },
  {
    key: "hiddenSpikes",
    short: "hidden spikes",
    title: "Hidden spikes",
    unit: "per test sample",
    format: count,
  },
  {
    key: "synapticEvents",
    short: "events",
    title: "Synaptic events",
    unit: "per train sample",
    format: count,
  },
  { key: "rateSpeed", short: "rate/s", title: "Rate speed", unit: "samples/s", format: count },
  { key: "spikeSpeed", short: "spike/s", title: "Spike speed", unit: "samples/s", format: count },
  { key: "circuitAccuracy", short: "circuit %", title: "Circuit accuracy", unit: "%", format: percent },
  ...(
    [
      ["circuitHidden", "hidden", "Circuit, hidden"],
      ["circuitOutput", "output", "Circuit, output"],
      ["circuitErrors", "error", "Circuit, error"],
      ["circuitLabels", "label", "Circuit, label"],
    ] as const
  ).map(([key, short, title]) => ({
    ...{ key, short: `${short} spikes`, title: `${title} spikes` },
    ...{ unit: "per train sample", format: count },
  })),
  {
    key: "circuitEvents",
    short: "circuit events",
    title: "Circuit, synaptic events",
    unit: "per train sample",
    format: count,
  },
  {
    key: "circuitTime",
    short: "its s/sample",
    title: "Circuit, its own time",
    unit: "s per sample",
    format: { places: () => 3 },
  },
  { key: "circuitSpeed", short: "circuit/s", title: "Circuit speed", unit: "samples/s", format: count },
];

/**
 * The comparison as aligned plain text for the terminal; columns that no run fills are left out. Where they do not fit
 * beside each other they are folded into tables one below the other.
 * @param width  characters of a line
 */
export function formatTable(results: Results, width = 80): string {
  const rows = tableRows(ruleGroups(results));
  const cells = filledColumns(rows).map(column => [
    column.short,
    ...rows.map(row => cellText(column, row[column.key]) || "-"),
  ]);
  const several = rows.some(row =>
    [row.rateAccuracy, row.spikeAccuracy, row.circuitAccuracy].some(value => value?.interval),
  );
  const notes = [
    ...(several ? ["mean ± standard deviation over seeds [95 % bootstrap interval]"] : []),
    ...codeNotes(results.runs).map(note => `spike: ${note}`),
  ];
  return [...folded(["rule", ...rows.map(row => visible(row.name))], cells, width), ...notes].join("\n");
}

/**
 * Columns beside each other, the first before each table of those that fit.
 * @param names  the first column, from its heading on
 */
export function folded(
  names: readonly string[],
  columns: readonly (readonly string[])[],
  width: number,
): string[] {
  const widthOf = (column: readonly string[]) => Math.max(...column.map(cell => cell.length));
  const first = widthOf(names);
  const tables: (readonly string[])[][] = [[]];
  let used = first;
  for (const column of columns) {
    const more = widthOf(column) + 2;
    if (used + more > width && tables.at(-1)!.length > 0) {
      tables.push([]);
      used = first;
    }
    tables.at(-1)!.push(column);
    used += more;
  }
  return tables.flatMap((table, n) => [
    ...(n > 0 ? [""] : []),
    ...names.map((name, row) =>
      [name.padEnd(first), ...table.map(column => column[row].padStart(widthOf(column)))]
        .join("  ")
        .trimEnd(),
    ),
  ]);
}

/** Differences as a table for the terminal. */
export function formatDifferences(differences: readonly Difference[], width = 80): string {
  if (differences.length === 0) return "no two runs of one seed on one test set";
  const told = differences.map(({ points: mean, samples: [sample], testSamples }) => {
    // Of one seed, what the samples that the two decide differently let the difference vary by.
    const counted = sample ? (100 * Math.sqrt(sample.first + sample.second)) / testSamples : 0;
    return parts(points, { ...mean, counted }).join(" ");
  });
  const columns = [
    ["points", ...told],
    ["McNemar p", ...differences.map(({ samples }) => samples.map(probability).join(" "))],
  ];
  const names = ["test accuracy", ...differences.map(({ first, second }) => `${first} - ${second}`)];
  const several = differences.some(({ seeds }) => seeds.length > 1);
  const note = "paired over seeds: mean ± deviation [95 % bootstrap interval]; p of each seed";
  return [...folded(names, columns, width), ...(several ? [note] : [])].join("\n");
}

function probability(sample: Difference["samples"][number]): string {
  if (!sample) return "-";
  return sample.p < 0.001 ? "<0.001" : sample.p.toFixed(3);
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
  return groups.map(({ name, rule, rate, spike, circuit }) => ({
    name,
    control: rule === control,
    rateAccuracy: accuracies(rate),
    spikeAccuracy: accuracies(spike),
    gap: counted(
      summarize(spike.map(run => gapOf(run, rate))),
      Math.hypot(accuracies(rate)?.counted ?? 0, accuracies(spike)?.counted ?? 0),
    ),
    hiddenSpikes: summarize(spike.map(run => run.hiddenSpikesPerSample)),
    synapticEvents: summarize(spike.map(run => run.synapticEventsPerSample)),
    rateSpeed: summarize(rate.map(run => run.trainSamplesPerSecond)),
    spikeSpeed: summarize(spike.map(run => run.trainSamplesPerSecond)),
    circuitAccuracy: accuracies(circuit),
    circuitHidden: summarize(circuit.map(run => firedBy(run, /^hidden( \d+)?$/))),
    circuitOutput: summarize(circuit.map(run => firedBy(run, /^output$/))),
    circuitErrors: summarize(circuit.map(run => firedBy(run, /^error[+-]( of .+)?$/))),
    circuitLabels: summarize(circuit.map(run => firedBy(run, /^label$/))),
    circuitEvents: summarize(circuit.map(run => run.synapticEventsPerSample)),
    circuitTime: summarize(circuit.map(run => run.msPerSample && run.msPerSample / 1000)),
    circuitSpeed: summarize(circuit.map(run => run.trainSamplesPerSecond)),
  }));
}

/** Spikes of a circuit's populations of such names; those that only pass spikes on have others. */
function firedBy({ spikesPerSample = {} }: RunResult, names: RegExp): number | undefined {
  const own = Object.entries(spikesPerSample).filter(([name]) => names.test(name));
  return own.length > 0 ? own.reduce((sum, [, spikes]) => sum + spikes, 0) : undefined;
}

/** In percent. */
function accuracies(runs: readonly RunResult[]): CountedSummary | undefined {
  const [first] = runs;
  return (
    first &&
    counted(
      summarize(runs.map(run => 100 * run.testAccuracy)),
      100 * shareDeviation(first.testAccuracy, first.testSamples),
    )
  );
}

function counted(summary: Summary | undefined, deviation: number): CountedSummary | undefined {
  return summary && { ...summary, counted: deviation };
}

/** Only a pair of the same seed says anything: both twins start there from the same weights. */
function gapOf(spike: RunResult, rate: readonly RunResult[]): number | undefined {
  const twin = rate.find(run => run.seed === spike.seed);
  return twin && 100 * (spike.testAccuracy - twin.testAccuracy);
}

function filledColumns(rows: readonly TableRow[]): Column[] {
  return columns.filter(column => rows.some(row => row[column.key]));
}

function cellText({ format }: Column, value: CountedSummary | undefined): string {
  return value ? parts(format, value).join(" ") : "";
}

function cellHtml({ format }: Column, value: CountedSummary | undefined): string {
  if (!value) return '<span aria-label="not run">–</span>';
  const [mean, ...more] = parts(format, value).map(part => part.replaceAll("-", "−"));
  return more.length > 0 ? `${mean}<small> ${more.join(" ")}</small>` : mean;
}

/** Mean, deviation and interval, to the digit that the deviation supports, or of one run the number of its samples. */
function parts({ places: known, signed, interval: shown }: Format, value: CountedSummary): string[] {
  const { mean, sd, interval } = value;
  const to = places(sd ?? value.counted ?? 0, known(mean));
  const written = (number: number) => decimal(number, to);
  const plus = (number: number) => (signed && Number(written(number).replaceAll(",", "")) > 0 ? "+" : "");
  return [
    plus(mean) + written(mean),
    ...(sd === undefined ? [] : [`± ${written(sd)}`]),
    ...(shown && interval ? [`[${interval.map(end => plus(end) + written(end)).join(", ")}]`] : []),
  ];
}

/** @param to  decimal places; -2 rounds to hundreds */
function decimal(value: number, to: number): string {
  const unit = 10 ** Math.max(0, -to);
  const digits = Math.max(0, to);
  const text = (Math.round(value / unit) * unit).toLocaleString("en-US");
  if (to < 0) return text.replace(/^-0$/, "0");
  return value
    .toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace(/^-(0(\.0*)?)$/, "$1");
}
