import { InputError, Interrupted } from "../../errors.ts";
import { endAtOnce, heedingSignals } from "../signals.ts";
import { Child, type Ending } from "./child.ts";
import { type Configuration, distinct, titleOf, wordsOf } from "./configurations.ts";
import { type Costs, fits } from "./costs.ts";
import type { SweepFolder } from "./folder.ts";

/** Deaths in a row without an epoch in between after which a configuration is left. */
const TRIES = 5;
/** [ms] */
const POLL = 500;

export interface Crew {
  readonly workers: number;
  /** [bytes] for all together; null: what the machine has. */
  readonly memory: number | null;
  readonly dataDir: string | null;
  /** The command that goes on, for whoever interrupts. */
  readonly resume: string;
}

/** What the pool says while it works. */
export interface Watch {
  ended(configuration: Configuration, how: "done" | "failed" | "left", why?: string): Promise<void> | void;
  /** Now and then, with the share of each that runs. */
  working(shares: ReadonlyMap<string, number>): void;
}

interface Running {
  readonly configuration: Configuration;
  readonly child: Child;
  ending: Ending | null;
}

/**
 * Runs configurations, each in a process of its own that goes on from its checkpoint where it has one. Those that are
 * done are left as they are, those that another process runs are waited for, and one that was killed begins again from
 * its last epoch.
 * @throws Interrupted when a signal says so; the processes have ended by then
 * @throws InputError when `compare` refuses one before it begins
 */
export async function runPool(
  folder: SweepFolder,
  all: readonly Configuration[],
  crew: Crew,
  costs: Costs,
  watch: Watch,
): Promise<void> {
  const waiting = distinct(all);
  const running: Running[] = [];
  const lives = new Map<string, { share: number; deaths: number }>();
  let stopping = false;
  const stop = () => {
    stopping = true;
    for (const { child } of running) child.stop();
  };
  const room = (configuration: Configuration) =>
    running.length < crew.workers &&
    fits(
      costs.bytes(configuration),
      running.map(({ configuration, child }) => ({
        expected: costs.bytes(configuration),
        used: child.told.peakBytes,
      })),
      undefined,
      crew.memory,
    );

  const startNext = async () => {
    // Each at most once in a turn: those that run elsewhere go to the end.
    for (let left = waiting.length; left > 0 && !stopping; left--) {
      const [next] = waiting;
      if (!room(next)) return;
      waiting.shift();
      const state = await folder.state(next);
      if (state === "running") waiting.push(next);
      else if (state === "done") await watch.ended(next, "done");
      else if (state === "failed") await watch.ended(next, "failed", folder.failure(next));
      else {
        const at = folder.runFolder(next).path;
        const words = state === "begun" ? ["--resume"] : wordsOf(next.flags);
        const data = crew.dataDir === null ? [] : [`--data-dir=${crew.dataDir}`];
        const child = new Child([...words, ...data, `--out=${at}`, "--no-report"]);
        const started: Running = { configuration: next, child, ending: null };
        running.push(started);
        child.ended.then(
          ending => {
            started.ending = ending;
          },
          (error: Error) => {
            started.ending = { code: 1, signal: null, error: error.message };
          },
        );
      }
    }
  };

  const conclude = async ({ configuration, child, ending }: Running) => {
    const { told } = child;
    costs.learnBytes(configuration, told.peakBytes);
    const state = await folder.state(configuration);
    if (state === "done") {
      await costs.learnFrom(folder, [configuration]);
      return watch.ended(configuration, "done");
    }
    if (stopping) return;
    const { code, signal, error } = ending!;
    if (code === 2 && state !== "running") {
      // Refused before it began: so are others, and the user can mend it.
      if (state === "waiting") throw new InputError(`${titleOf(configuration)}: ${error}`);
      await folder.writeFailure(configuration, error);
      return watch.ended(configuration, "failed", error);
    }
    const before = lives.get(configuration.hash);
    const deaths = state === "running" ? 0 : (before && told.share <= before.share ? before.deaths : 0) + 1;
    lives.set(configuration.hash, { share: Math.max(told.share, before?.share ?? 0), deaths });
    if (deaths < TRIES) waiting.push(configuration);
    else
      await watch.ended(
        configuration,
        "left",
        error || `ended by ${signal ?? `code ${code}`} ${deaths} times`,
      );
  };

  const work = async () => {
    for (;;) {
      await startNext();
      if (running.length === 0 && (stopping || waiting.length === 0)) break;
      await Promise.race([...running.map(({ child }) => child.ended.catch(() => {})), pause(POLL)]);
      for (const each of running.filter(({ ending }) => ending !== null)) {
        running.splice(running.indexOf(each), 1);
        await conclude(each);
      }
      watch.working(
        new Map(running.map(({ configuration, child }) => [configuration.hash, child.told.share])),
      );
    }
    if (stopping)
      throw new Interrupted(`interrupted; go on from the last finished epochs with: ${crew.resume}`);
  };

  try {
    await heedingSignals(work, signal => (stopping ? endAtOnce(signal) : stop()));
  } finally {
    stop();
    await Promise.allSettled(running.map(({ child }) => child.ended));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
