import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../../files/atomic.ts";
import { plugins } from "../plugins.ts";
import { Progress } from "../progress.ts";
import { jsonText, print, printJson } from "../terminal.ts";
import type { Counts } from "./checkAll.ts";
import { type Configuration, distinct, type Sweep } from "./configurations.ts";
import { Costs, durationText } from "./costs.ts";
import type { SweepFolder } from "./folder.ts";
import { kubernetesJob } from "./kubernetes.ts";
import { probe } from "./probe.ts";
import { runsToCome } from "./selection.ts";
import { sbatchOptions, submit } from "./slurm.ts";
import { chunkFor, placesOf, taskCounts } from "./tasks.ts";

/** What a sweep asks of a cluster. */
export interface Asked {
  /** Options of sbatch; null: none of Slurm. */
  readonly slurm: string | null;
  /** Image of a container; null: none of Kubernetes. */
  readonly kubernetes: string | null;
  /** Runs of a task; null: as many as take minutes. */
  readonly chunk: number | null;
  readonly workers: number;
  readonly dataDir: string | null;
  readonly json: boolean;
}

/** [bytes] A process may take half as much again as its probe did. */
const MARGIN = 1.5;

/** Has a scheduler run a sweep, whose folder stands written. */
export async function handToCluster(
  folder: SweepFolder,
  sweep: Sweep,
  counts: (of: Configuration) => Counts,
  asked: Asked,
): Promise<void> {
  const { workers, dataDir, json } = asked;
  const options = sbatchOptions(asked.slurm ?? "");
  const { name = "sweep" } = sweep.declaration;
  const { chunk, memoryBytes, note } = await measured(sweep, counts, asked);
  const { select, run } = taskCounts(placesOf(sweep, chunk));
  const words = (file: string, out: string, data = dataDir) => [
    ...[file, "--out", out, "--chunk", `${chunk}`, "--workers", `${workers}`],
    ...(data === null ? [] : ["--data-dir", data]),
  ];
  if (asked.kubernetes !== null) {
    const job = kubernetesJob({
      ...{ name, image: asked.kubernetes, tasks: select + run, workers, memoryBytes },
      words: mount => words(`${mount}/sweep.json`, mount),
    });
    const file = join(folder.path, "kubernetes.json");
    await writeAtomic(file, jsonText(job));
    if (json) return printJson(job);
    return print(
      `${select + run + 1} tasks of ${chunk} runs, the last of which merges${note}`,
      `put ${folder.path} on the volume of the claim "threefactor", then: kubectl apply -f ${file}`,
    );
  }
  const path = resolve(folder.path);
  const main = [process.execPath, fileURLToPath(new URL("../main.js", import.meta.url))];
  const definitions = plugins.flatMap(({ file }) => ["--plugin", resolve(file)]);
  const data = dataDir === null ? null : resolve(dataDir);
  const jobs = await submit(
    folder.path,
    `threefactor-${name}`,
    { select, run },
    [...main, ...definitions, "sweep", ...words(join(path, "sweep.json"), path, data)],
    [...main, ...definitions, "sweep", "merge", path],
    [
      `--cpus-per-task=${workers}`,
      ...(memoryBytes === null || options.some(option => option.startsWith("--mem"))
        ? []
        : [`--mem=${Math.ceil(memoryBytes / 2 ** 20)}M`]),
      ...options,
    ],
  );
  if (json) return printJson({ schema: "threefactor.submitted/1", folder: folder.path, chunk, jobs });
  print(
    `tasks of ${chunk} runs${note}`,
    ...jobs.map(({ stage, id, array }) => `${stage}: job ${id}${array === null ? "" : `, tasks ${array}`}`),
    `how far it is: threefactor sweep status ${folder.path}`,
  );
}

/** Size and memory of a task, by a probe where the user does not say. */
async function measured(
  sweep: Sweep,
  counts: (of: Configuration) => Counts,
  { chunk, workers, dataDir }: Asked,
) {
  if (chunk !== null) return { chunk, memoryBytes: null, note: "" };
  const { trials, runs } = placesOf(sweep, 1);
  const all = distinct([...trials, ...sweep.runs, ...runsToCome(sweep)]);
  const [costs, progress] = [new Costs(), new Progress()];
  await probe(all, counts, costs, dataDir, title => progress.update(`timing ${title}`));
  progress.clear();
  const seconds = all.reduce((sum, each) => sum + costs.seconds(each)!, 0) / all.length;
  const fitting = chunkFor(trials.length + runs, seconds, workers);
  return {
    chunk: fitting,
    memoryBytes: MARGIN * workers * Math.max(...all.map(each => costs.bytes(each))),
    note: `, about ${durationText((seconds * fitting) / workers)} each by a probe`,
  };
}
