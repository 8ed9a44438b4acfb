import { DIRECT_CURRENT } from "../encoding/current.ts";
import type { Results, RunRecord, RunResult } from "../training/results.ts";
import { sawText } from "./saw.ts";

/** Where the numbers come from, as pairs of a word and its value. */
export function runFacts(run: RunRecord, { runs }: Results): [string, string][] {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const facts: [string, string][] = [
    [
      "Data",
      each(
        runs,
        r => `${r.dataset}, ${amount(r.trainSamples)} training and ${amount(r.testSamples)} test samples`,
      ),
    ],
    ["Networks", each(runs, r => r.architecture)],
    ["Epochs", each(runs, r => `${r.epochs}`)],
    [
      "Batch",
      each(runs, r =>
        r.batch === undefined ? undefined : `${r.twin === "rate" ? "rates" : "spikes"} ${r.batch}`,
      ),
    ],
    ["Shown", sawText(run.saw)],
    ["Encoder", each(runs, r => (r.encoder === "current" ? `current: ${DIRECT_CURRENT}` : r.encoder))],
    ["Eligibility", each(runs, r => r.eligibility)],
    ["Seeds", run.seeds.join(", ")],
    [
      "Date",
      run.endedAt
        ? `${minute(run.startedAt)} to ${minute(run.endedAt)}`
        : `${minute(run.startedAt)}, unfinished`,
    ],
    ["Backend", run.library ?? run.backend],
    ["Machine", run.machine],
    ["Versions", versions.join(", ")],
    ["Plugins", (run.plugins ?? []).map(({ file }) => file).join(", ")],
    ["Notes", (run.notes ?? []).join("; ")],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** The tasks in the results as a title. */
export function taskTitle({ runs }: Results): string {
  const tasks = each(runs, run => `${run.dataset}, ${run.architecture}`);
  return tasks ? `Learning rules on ${tasks}` : "Learning rules";
}

/** Each different value once. */
function each(runs: readonly RunResult[], pick: (run: RunResult) => string | undefined): string {
  return [...new Set(runs.map(pick).filter(value => value !== undefined))].join("; ");
}

function amount(count: number): string {
  return count.toLocaleString("en-US");
}

/** ISO 8601 to the minute in UTC; anything else stays as it is. */
function minute(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/, "$1 $2 UTC");
}
