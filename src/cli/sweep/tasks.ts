import { InputError } from "../../errors.ts";
import { type Configuration, distinct, type Sweep } from "./configurations.ts";
import type { SweepFolder } from "./folder.ts";
import { type Chosen, choose, runsToCome } from "./selection.ts";

/** [s] Less work than this a scheduler takes longer to start than to do. */
const WORTH = 300;
/** Most indices of a job array, as most clusters have it. */
const MOST = 1000;

/** Which part of a sweep a process is to do, as a scheduler numbers them. */
export interface Task {
  readonly index: number;
  /** What said so. */
  readonly from: string;
  /** A scheduler never runs a task twice at a time, so that what holds its runs is a process that is gone. */
  readonly scheduled: boolean;
  /** Whether its scheduler starts tasks that need others before those have ended. */
  readonly early: boolean;
}

/** Variables of Slurm, PBS, Grid Engine, whose arrays begin at 1, and Kubernetes. */
const variables = [
  { name: "SLURM_ARRAY_TASK_ID", first: 0, early: false },
  { name: "PBS_ARRAY_INDEX", first: 0, early: false },
  { name: "SGE_TASK_ID", first: 1, early: false },
  { name: "JOB_COMPLETION_INDEX", first: 0, early: true },
] as const;

/**
 * The task that --index names, or else the environment.
 * @throws InputError that names the variable
 */
export function taskOf(typed: number | null, env: NodeJS.ProcessEnv = process.env): Task | null {
  if (typed !== null) return { index: typed, from: "--index", scheduled: false, early: false };
  for (const { name, first, early } of variables) {
    const text = env[name];
    // Grid Engine says so where there is no array.
    if (text === undefined || text === "" || text === "undefined") continue;
    const index = Number(text) - first;
    if (!Number.isInteger(index) || index < 0)
      throw new InputError(`${name}: expected an integer of ${first} or more, got ${text}`);
    return { index, from: name, scheduled: true, early };
  }
  return null;
}

/** Places of a sweep's runs, in the order in which tasks take them. */
export interface Places {
  readonly trials: readonly Configuration[];
  /** Runs; of a selection, how many there will be. */
  readonly runs: number;
  /** Places of one task. */
  readonly chunk: number;
}

export function placesOf(sweep: Sweep, chunk: number): Places {
  const trials = distinct(
    sweep.choices.flatMap(({ candidates }) => candidates.flatMap(({ trials }) => trials)),
  );
  const runs = trials.length > 0 ? runsToCome(sweep).length : distinct(sweep.runs).length;
  return { trials, runs, chunk };
}

/** How many tasks the stages have; a last one merges. */
export function taskCounts({ trials, runs, chunk }: Places): {
  readonly select: number;
  readonly run: number;
} {
  return { select: Math.ceil(trials.length / chunk), run: Math.ceil(runs / chunk) };
}

/**
 * What a task is to do.
 * @returns `waiting` while runs that it needs have not ended
 * @throws InputError when there is no such task
 */
export async function workOf(
  folder: SweepFolder,
  sweep: Sweep,
  places: Places,
  { index, from }: Task,
): Promise<readonly Configuration[] | "merge" | "waiting"> {
  const { select, run } = taskCounts(places);
  const { chunk, trials } = places;
  const slice = <T>(all: readonly T[], k: number) => all.slice(k * chunk, (k + 1) * chunk);
  if (index > select + run)
    throw new InputError(
      `${from}: expected a task from 0 to ${select + run}, the last of which merges, got ${index}`,
    );
  if (index < select) return slice(trials, index);
  const made = select > 0 ? await choose(folder, sweep.choices) : [];
  if (!made) return "waiting";
  const runs = select > 0 ? runPlaces(made) : distinct(sweep.runs);
  if (index < select + run) return slice(runs, index - select).filter(each => each !== null);
  for (const each of runs) {
    const state = each && (await folder.state(each));
    if (state && state !== "done" && state !== "failed") return "waiting";
  }
  return "merge";
}

/** One place for each seed of each choice, empty where nothing could be chosen. */
function runPlaces(made: readonly Chosen[]): (Configuration | null)[] {
  return made.flatMap(({ candidate, choice }) =>
    choice.candidates[0].runs.map((_, k) => candidate?.runs[k] ?? null),
  );
}

/** So many runs that a task has minutes of work, and an array no more tasks than it may. @param seconds  of one run */
export function chunkFor(places: number, seconds: number, workers: number): number {
  const worth = Math.ceil((WORTH * workers) / Math.max(seconds, 1e-3));
  // Two stages may each have a task that is not full.
  return Math.max(1, Math.min(worth, places), Math.ceil(places / (MOST - 2)));
}
