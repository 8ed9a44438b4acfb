import { type Configuration, distinct, type Sweep } from "./configurations.ts";
import { Costs } from "./costs.ts";
import type { SweepFolder } from "./folder.ts";
import { type Crew, runPool } from "./pool.ts";
import { SweepProgress } from "./progress.ts";
import { choiceTexts, choose, runsOf, runsToCome } from "./selection.ts";
import { type Places, type Task, workOf } from "./tasks.ts";

/** [ms] */
const POLL = 3000;

/** Runs the stages of a sweep one after the other, each in full. */
export async function runAllStages(
  folder: SweepFolder,
  sweep: Sweep,
  { trials }: Places,
  crew: Crew,
  retry: boolean,
): Promise<void> {
  const costs = new Costs();
  const progress = new SweepProgress(folder, costs, crew.workers);
  const stage = (now: readonly Configuration[], later: readonly Configuration[]) => {
    progress.expect([...trials, ...now, ...later]);
    return runStage(folder, now, crew, retry, costs, progress);
  };
  progress.line(`${crew.workers} at a time; writing ${folder.path}`);
  if (trials.length === 0) return stage(sweep.runs, []);
  await stage(trials, runsToCome(sweep));
  const made = await choose(folder, sweep.choices);
  if (!made) return;
  for (const line of choiceTexts(made)) progress.line(`chosen: ${line}`);
  await stage(runsOf(made), []);
}

/**
 * Does one task of a sweep's many, of which other processes do the others.
 * @returns how it ended: runs are `left` when they kept being killed, and `early` when others must end before
 */
export async function runTask(
  folder: SweepFolder,
  sweep: Sweep,
  places: Places,
  task: Task,
  crew: Crew,
  retry: boolean,
): Promise<"done" | "left" | "early" | "merge"> {
  const costs = new Costs();
  const progress = new SweepProgress(folder, costs, crew.workers);
  let work = await workOf(folder, sweep, places, task);
  if (work === "waiting" && task.early) progress.line("waiting for the tasks before this one");
  while (work === "waiting") {
    if (!task.early) return "early";
    await new Promise(done => setTimeout(done, POLL));
    work = await workOf(folder, sweep, places, task);
  }
  if (work === "merge") return "merge";
  if (task.scheduled) for (const each of work) folder.freeFromElsewhere(each);
  progress.expect(work);
  progress.line(`task ${task.index}: ${distinct(work).length} runs; writing ${folder.path}`);
  await runStage(folder, work, crew, retry, costs, progress);
  return progress.left.length > 0 ? "left" : "done";
}

async function runStage(
  folder: SweepFolder,
  all: readonly Configuration[],
  crew: Crew,
  retry: boolean,
  costs: Costs,
  progress: SweepProgress,
): Promise<void> {
  const open: Configuration[] = [];
  for (const each of distinct(all)) {
    const state = await folder.state(each);
    if (state === "done") await costs.learnFrom(folder, [each]);
    if (state === "failed" && retry) await folder.forgetFailure(each);
    if (state === "done" || (state === "failed" && !retry)) progress.known(each);
    else open.push(each);
  }
  try {
    await runPool(folder, open, crew, costs, progress);
  } finally {
    progress.clear();
  }
}
