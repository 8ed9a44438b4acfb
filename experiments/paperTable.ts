import { places } from "../src/math/statistics.ts";
import { summarize } from "../src/report/groups.ts";

/** A cell of a paper's table; accuracies and deviations are shares. */
export interface Published {
  readonly rule: string;
  /** As a sweep's file is called after its "+"; absent where it has none. */
  readonly setting?: string;
  readonly dataset: string;
  /** As results name it; `null` where the source does not say. */
  readonly architecture: string | null;
  readonly testAccuracy: number;
  readonly sd: number | null;
  readonly epochs: number | null;
  readonly source: string;
  readonly confidence: "high" | "medium" | "low";
  /** A record to beat: to be above it is no miss. */
  readonly record?: boolean;
}

/** One run, without what would change from machine to machine but for its time. */
export interface MeasuredRun {
  readonly rule: string;
  readonly setting?: string;
  readonly twin: string;
  readonly dataset: string;
  readonly architecture: string;
  readonly seed: number;
  readonly epochs: number;
  readonly testAccuracy: number;
  readonly wallSeconds: number;
  readonly hiddenSpikesPerSample?: number;
}

export interface Measured {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly runs: readonly MeasuredRun[];
}

/** A published cell beside what was measured of it, or a measured cell that no paper has. */
export interface Cell {
  /** With its setting, where it has one. */
  readonly rule: string;
  readonly dataset: string;
  readonly architecture: string;
  readonly published: Published | null;
  readonly rate: readonly MeasuredRun[];
  readonly spike: readonly MeasuredRun[];
}

/** Decimal places of a percentage, at most: a paper's own. */
const MOST = 2;
/** Points that a cell may be off where the paper gives no deviation. */
const ALLOWED = 0.3;

/** Runs, with those measured before that are not among them: a table may take many sittings. Seeds of a cell stand together. */
export function withEarlier(earlier: readonly MeasuredRun[], runs: readonly MeasuredRun[]): MeasuredRun[] {
  const cells = new Map<string, Map<number, MeasuredRun>>();
  for (const run of [...earlier, ...runs]) {
    const { rule, setting = null, twin, dataset, architecture, epochs } = run;
    const key = JSON.stringify([rule, setting, twin, dataset, architecture, epochs]);
    cells.set(key, (cells.get(key) ?? new Map()).set(run.seed, run));
  }
  return [...cells.values()].flatMap(seeds => [...seeds.values()].sort((a, b) => a.seed - b.seed));
}

/** What a sweep's file says of its runs: `weight decay` of `sweep+weight-decay.json`. */
export function settingOf(file: string): string | undefined {
  return /\+(.*)\.json$/.exec(file)?.[1].replaceAll("-", " ");
}

const named = ({ rule, setting }: Published | MeasuredRun) => (setting ? `${rule}, ${setting}` : rule);

/** Published cells first, in their order, then those that only were measured. */
export function cellsOf(published: readonly Published[], runs: readonly MeasuredRun[]): Cell[] {
  const cells = new Map<string, Cell>();
  const at = (rule: string, dataset: string, architecture: string, from: Published | null) => {
    const key = [rule, dataset, architecture].join(" ");
    const own = (twin: string) =>
      runs.filter(
        run =>
          run.twin === twin &&
          named(run) === rule &&
          run.dataset === dataset &&
          run.architecture === architecture,
      );
    if (!cells.has(key))
      cells.set(key, {
        rule,
        dataset,
        architecture,
        published: from,
        rate: own("rate"),
        spike: own("spike"),
      });
  };
  for (const cell of published) {
    const like = runs.find(run => named(run) === named(cell) && run.dataset === cell.dataset);
    at(named(cell), cell.dataset, cell.architecture ?? like?.architecture ?? "?", cell);
  }
  for (const run of runs) at(named(run), run.dataset, run.architecture, null);
  return [...cells.values()];
}

export const percents = (runs: readonly MeasuredRun[]) => runs.map(run => 100 * run.testAccuracy);

/**
 * `98.01 ± 0.09 (n = 5, 97.93 to 98.09)`: mean, deviation and interval of the mean, to the digits that the deviation supports.
 * @param usual  epochs of the cell; other ones are said
 */
function told(runs: readonly MeasuredRun[], usual: number | undefined): string {
  const summary = summarize(percents(runs));
  if (!summary) return "not run yet";
  const { mean, sd, interval } = summary;
  const others = [...new Set(runs.map(({ epochs }) => epochs))].filter(epochs => epochs !== usual);
  const trained = usual === undefined || others.length === 0 ? "" : `, ${others.join(" and ")} epochs`;
  if (sd === undefined || !interval) return `${mean.toFixed(2)} (n = 1${trained})`;
  const [centre, spread, low, high] = [mean, sd, ...interval].map(value => value.toFixed(places(sd, MOST)));
  return `${centre} ± ${spread} (n = ${runs.length}, ${low} to ${high}${trained})`;
}

/**
 * How far the mean of rates is off the published one; missed, if by more than two of its deviations, or 0.3 points, and
 * above a record never.
 */
function off({ published, rate }: Cell): string {
  if (!published || rate.length === 0) return "";
  const gap = summarize(percents(rate))!.mean - 100 * published.testAccuracy;
  const allowed = published.sd === null ? ALLOWED : 200 * published.sd;
  return `${gap < 0 ? "-" : "+"}${Math.abs(gap).toFixed(2)}${Math.abs(gap) <= allowed || (published.record && gap > 0) ? "" : ", missed"}`;
}

/** The table of a folder in Markdown. */
export function tableOf(published: readonly Published[], runs: readonly MeasuredRun[]): string {
  const cells = cellsOf(published, runs);
  const spiking = cells.some(({ spike }) => spike.length > 0);
  const heads = [
    "rule",
    "data",
    "network",
    "published %",
    "rates %",
    "off by",
    ...(spiking ? ["spiking %"] : []),
  ];
  const rows = cells.map(cell => {
    const { published: paper } = cell;
    const usual = paper?.epochs ?? cell.rate[0]?.epochs;
    const sd = paper?.sd == null ? "" : ` ± ${(100 * paper.sd).toFixed(2)}`;
    return [
      cell.rule.replace(/^[^,]+/, "`$&`"),
      cell.dataset,
      cell.architecture,
      paper ? `${(100 * paper.testAccuracy).toFixed(2)}${sd}` : "",
      told(cell.rate, usual),
      off(cell),
      ...(spiking ? [cell.spike.length > 0 ? told(cell.spike, usual) : ""] : []),
    ];
  });
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
