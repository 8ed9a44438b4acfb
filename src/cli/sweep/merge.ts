import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../../files/atomic.ts";
import { entryAt } from "../../files/regular.ts";
import type { Results, RunRecord, RunResult } from "../../training/results.ts";
import { resultsOf } from "../checkRun.ts";
import { comparison } from "../compareTable.ts";
import { recordedPlugins } from "../plugins.ts";
import { RunFolder, rasterFile } from "../runFolder.ts";
import { versions } from "../versions.ts";
import { writeReport } from "../writeReport.ts";
import { type Configuration, type Sweep, titleOf } from "./configurations.ts";
import type { SweepFolder } from "./folder.ts";
import { choiceTexts, choose, runsOf, writeChoices } from "./selection.ts";

/** Presentations that the merged report shows, one per rule. */
const MOST_RASTERS = 20;

/**
 * Makes the folder of a sweep one run folder of what has ended: run.json, results.json, rasters/, circuits/ and report.html, in the
 * order of the declaration, whoever ran what and when. Repeated, it writes the same.
 * @returns the results, and whether they are all
 */
export async function merge(
  folder: SweepFolder,
  sweep: Sweep,
  command: string,
): Promise<{ results: Results; whole: boolean }> {
  const made = await choose(folder, sweep.choices);
  if (made && made.length > 0) await writeChoices(join(folder.path, "selected.json"), made);
  const wanted = sweep.choices.length > 0 ? (made ? runsOf(made) : []) : sweep.runs;
  const notes =
    (made ?? []).length > 0 ? choiceTexts(made!).map(text => `chosen on validation: ${text}`) : [];
  const done: Configuration[] = [];
  let open = made === null ? 1 : 0;
  for (const each of wanted) {
    const state = await folder.state(each);
    if (state === "done") done.push(each);
    else if (state === "failed") notes.push(`failed: ${titleOf(each)}: ${folder.failure(each)}`);
    else open++;
  }
  if (made === null) notes.push("the selection has not ended");
  else if (open > 0) notes.push(`${open} of ${wanted.length} runs have not ended`);
  const records = await Promise.all(done.map(each => folder.runFolder(each).record()));
  const runs = await Promise.all(
    done.map(async (each): Promise<RunResult> => {
      const run = await folder.result(each);
      return each.label ? { ...run, configuration: each.label } : run;
    }),
  );
  const all = [...notes, ...new Set(records.flatMap(({ notes = [] }) => notes))];
  const results = resultsOf(runs, all);
  const merged = new RunFolder(folder.path);
  await copyRasters(folder, done, merged);
  await copyCircuits(folder, done, merged);
  await merged.writeResults(results);
  await merged.writeRecord(recordOf(wanted, records, command, all, open === 0, folder.path));
  await writeReport(merged);
  return { results, whole: open === 0 };
}

function recordOf(
  wanted: readonly Configuration[],
  records: readonly RunRecord[],
  command: string,
  notes: readonly string[],
  whole: boolean,
  path: string,
): RunRecord {
  const each = (pick: (record: RunRecord) => string | undefined) =>
    [...new Set(records.map(pick).filter(value => value !== undefined))].join("; ");
  const starts = records.map(({ startedAt }) => startedAt).sort();
  const ends = records.map(({ endedAt = "" }) => endedAt).sort();
  return {
    schema: "threefactor.run/1",
    command,
    options: common(wanted),
    versions: records[0]?.versions ?? versions(),
    seeds: [...new Set(wanted.map(({ seed }) => seed))].sort((a, b) => a - b),
    ...recordedPlugins(path),
    startedAt: starts[0] ?? "",
    ...(whole && ends.length > 0 && { endedAt: ends.at(-1)! }),
    backend: each(({ backend }) => backend),
    ...(each(({ library }) => library) && { library: each(({ library }) => library) }),
    machine: each(({ machine }) => machine),
    saw: Object.assign({}, ...records.map(({ saw }) => saw)),
    ...(notes.length > 0 && { notes }),
  };
}

/** Options that all have, and of those in which they differ a list of all values. */
function common(configurations: readonly Configuration[]): Record<string, unknown> {
  const entries = Object.keys(comparison).map(key => {
    const values = configurations.map(({ options }) => JSON.stringify(options[key as keyof typeof options]));
    const different = [...new Set(values)].map(text => JSON.parse(text ?? "null"));
    return [key, different.length === 1 ? different[0] : different] as const;
  });
  return Object.fromEntries(entries);
}

/** That of each rule's first configuration. */
async function copyCircuits(
  folder: SweepFolder,
  done: readonly Configuration[],
  merged: RunFolder,
): Promise<void> {
  const drawn = new Set<string>();
  for (const each of done) {
    if (each.twin !== "circuit" || drawn.has(each.rule)) continue;
    drawn.add(each.rule);
    for (const outline of await folder.runFolder(each).circuits()) await merged.writeCircuit(outline);
  }
}

/** Those of each rule's first seed. */
async function copyRasters(
  folder: SweepFolder,
  done: readonly Configuration[],
  merged: RunFolder,
): Promise<void> {
  const spiking = done.filter(({ twin }) => twin !== "rate");
  const same = (a: Configuration, b: Configuration) => a.rule === b.rule && a.twin === b.twin;
  const first = spiking.filter(
    (each, k) => spiking.findIndex(other => same(other, each) && other.label === each.label) === k,
  );
  for (const each of first.slice(0, MOST_RASTERS)) {
    const { hash } = each;
    const name = rasterFile(each.rule, each.seed, each.twin);
    const alone = first.filter(other => same(other, each)).length === 1;
    const to = alone ? name : name.replace(".msgpack", `-${hash}.msgpack`);
    const from = join(folder.path, "configurations", hash, "rasters", name);
    // Of a run that was brought from elsewhere, its results may be all there is.
    if (entryAt(from)) await writeAtomic(join(merged.path, "rasters", to), await readFile(from));
  }
}
