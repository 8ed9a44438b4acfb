import { aligned, wrapped } from "../document.ts";
import { Progress } from "../progress.ts";
import { print, printJson } from "../terminal.ts";
import type { Counts } from "./checkAll.ts";
import { type Configuration, distinct, type Sweep } from "./configurations.ts";
import { Costs, durationText, secondsLeft } from "./costs.ts";
import type { SweepFolder } from "./folder.ts";
import type { Crew } from "./pool.ts";
import { probe } from "./probe.ts";
import { runsToCome } from "./selection.ts";

/** Lists the runs of a sweep, with the time that they will take. */
export async function dryRun(
  folder: SweepFolder,
  sweep: Sweep,
  counts: (of: Configuration) => Counts,
  { workers, dataDir }: Crew,
  json: boolean,
): Promise<void> {
  const trials = distinct(
    sweep.choices.flatMap(({ candidates }) => candidates.flatMap(({ trials }) => trials)),
  );
  const listed = trials.length > 0 ? trials : distinct(sweep.runs);
  const states = await Promise.all(listed.map(each => folder.state(each)));
  const open = listed.filter((_, k) => states[k] !== "done" && states[k] !== "failed");
  const toCome = distinct(runsToCome(sweep));
  const [costs, progress] = [new Costs(), new Progress()];
  const kinds = await probe([...open, ...toCome], counts, costs, dataDir, title =>
    progress.update(`timing ${title}`),
  );
  progress.clear();
  const seconds = secondsLeft(
    [...open, ...toCome].map(each => [each, 0] as const),
    costs,
    workers,
  );
  const configurations = listed.map((each, k) => {
    const { hash, rule, twin, seed, label } = each;
    const done = states[k] === "done" || states[k] === "failed";
    const hours = done ? 0 : hoursOf(costs.seconds(each));
    return {
      hash,
      stage: trials.length > 0 ? "select" : "run",
      rule,
      twin,
      seed,
      label,
      state: states[k],
      hours,
    };
  });
  const document = {
    schema: "threefactor.sweep-plan/1",
    folder: folder.path,
    configurations,
    /** Runs that follow the selection. */
    toCome: toCome.length,
    workers,
    hours: hoursOf(seconds),
  };
  if (json) return printJson(document);
  print(
    ...aligned([
      ["configuration", "rule", "form", "seed", "options", "state", "time"],
      ...listed.map(({ hash, rule, twin, seed, label }, k) => {
        const time = open.includes(listed[k]) ? durationText(costs.seconds(listed[k]) ?? 0) : "-";
        return [hash, rule, twin, `${seed}`, label || "-", states[k], time];
      }),
    ]),
    ...(toCome.length > 0 ? [`and ${toCome.length} runs of what is chosen`] : []),
    ...wrapped(
      `about ${durationText(seconds ?? 0)} with ${workers} at a time, by an epoch of 1,000 samples or fewer of each of ${kinds} kinds`,
      "  ",
    ),
  );
}

/** Two digits are what a probe can say. */
function hoursOf(seconds: number | null): number {
  return Number(((seconds ?? 0) / 3600).toPrecision(2));
}
