import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunFolder } from "../src/cli/runFolder.ts";
import { InputError, parseJson } from "../src/errors.ts";
import { writeAtomic } from "../src/files/atomic.ts";
import type { Results, RunRecord } from "../src/training/results.ts";

/** Of a curve, about this many epochs are kept. */
const POINTS = 10;

/** A run of a sweep that has ended, as a line of a file beside the sweep's. */
interface Ended {
  /** Of its configuration. */
  readonly hash: string;
  readonly record: RunRecord;
  /** Whole, but for a curve of some epochs. */
  readonly results: Results;
}

/** Where runs of a sweep are kept: `sweep.json` has `sweep.ended.jsonl`. */
export function endedPath(sweepFile: string): string {
  return sweepFile.replace(/\.json$/, ".ended.jsonl");
}

/**
 * Adds what has ended in a sweep's folder to the file, so that it need not be run again where the folder is not: hours of
 * runs are committed, with the samples that each had right, and a later sitting goes on with those that are missing.
 */
export async function keepEnded(sweepFolder: string, file: string): Promise<void> {
  const known = new Map(readEnded(file).map(each => [each.hash, each]));
  const configurations = join(sweepFolder, "configurations");
  for (const hash of existsSync(configurations) ? readdirSync(configurations) : []) {
    const folder = new RunFolder(join(configurations, hash));
    if (known.has(hash) || !(await folder.holdsRun())) continue;
    const record = await folder.record();
    if (record.endedAt === undefined) continue;
    const { runs, ...rest } = await folder.results();
    const results = { ...rest, runs: runs.map(run => ({ ...run, curve: some(run.curve) })) };
    known.set(hash, { hash, record, results });
  }
  const lines = [...known.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const text = lines.map(each => `${JSON.stringify(each)}\n`).join("");
  if (text !== "") await writeAtomic(file, text);
}

/** Puts runs that are kept into a sweep's folder, where it does not have them; their rasters and networks are not kept. */
export async function restoreEnded(file: string, sweepFolder: string): Promise<void> {
  for (const { hash, record, results } of readEnded(file)) {
    const folder = new RunFolder(join(sweepFolder, "configurations", hash));
    if (await folder.holdsRun()) continue;
    await folder.writeResults(results);
    await folder.writeRecord(record);
  }
}

function readEnded(file: string): Ended[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, k) => {
    if (line === "") return [];
    const { hash, record, results } = parseJson(line, `${file}:${k + 1}`) as Partial<Ended>;
    if (typeof hash !== "string" || !record || !results)
      throw new InputError(`${file}:${k + 1}: expected hash, record and results, got ${line.slice(0, 40)}`);
    return [{ hash, record, results }];
  });
}

/** The first, the last, and some between. */
function some<T>(curve: readonly T[]): T[] {
  const every = Math.ceil(curve.length / POINTS);
  return curve.filter((_, k) => k === 0 || (k + 1) % every === 0 || k === curve.length - 1);
}
