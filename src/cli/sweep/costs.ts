import os from "node:os";
import type { Configuration } from "./configurations.ts";
import type { SweepFolder } from "./folder.ts";

/** [bytes] What a process is taken to need before anything like it has been seen. */
const UNSEEN = 2 ** 30;
/** What most has to be left over for everybody else. */
const SHARE = 0.9;

/** Options that change neither memory nor the time of an epoch by much. */
const free: readonly string[] = [
  ...["seeds", "epochs", "learningRate", "schedule", "weightDecay", "activityDecay", "dropout"],
  ...["ruleOptions", "measure", "vThreshold"],
];

/** What runs were seen to take: time and memory of those that are alike. */
export class Costs {
  readonly #secondsPerEpoch = new Map<string, number>();
  readonly #bytes = new Map<string, number>();

  learnSeconds(of: Configuration, secondsPerEpoch: number): void {
    this.#secondsPerEpoch.set(kindOf(of), secondsPerEpoch);
  }

  learnBytes(of: Configuration, bytes: number): void {
    const kind = kindOf(of);
    this.#bytes.set(kind, Math.max(bytes, this.#bytes.get(kind) ?? 0));
  }

  /** Of a whole run [s]; null before any has been seen. */
  seconds(of: Configuration): number | null {
    const known = this.#secondsPerEpoch.get(kindOf(of)) ?? mean([...this.#secondsPerEpoch.values()]);
    return known === null ? null : known * of.options.epochs;
  }

  /** Of one process; of a kind that has not been seen, as much as the largest that has. */
  bytes(of: Configuration): number {
    return this.#bytes.get(kindOf(of)) ?? Math.max(UNSEEN, ...this.#bytes.values());
  }

  /** What finished runs of an earlier time took. */
  async learnFrom(folder: SweepFolder, done: readonly Configuration[]): Promise<void> {
    for (const each of done) {
      const { wallSeconds, epochs } = await folder.result(each);
      this.learnSeconds(each, wallSeconds / epochs);
    }
  }
}

/** Runs of one kind cost the same. */
export function kindOf({ options }: Configuration): string {
  return JSON.stringify(Object.entries(options).filter(([key]) => !free.includes(key)));
}

/**
 * Whether one more process fits beside those that run.
 * @param needed     [bytes] that it will have
 * @param running    what each will have, and has already
 * @param available  [bytes] that nobody has now
 * @param most       [bytes] for all together, where the user says so
 */
export function fits(
  needed: number,
  running: readonly { readonly expected: number; readonly used: number }[],
  available = availableBytes(),
  most: number | null = null,
): boolean {
  // One must run, or nothing ever ends.
  if (running.length === 0) return true;
  if (most !== null)
    return running.reduce((sum, { expected, used }) => sum + Math.max(expected, used), needed) <= most;
  const toCome = running.reduce((sum, { expected, used }) => sum + Math.max(0, expected - used), needed);
  return toCome <= SHARE * available;
}

function availableBytes(): number {
  // It knows the limits of containers and clusters, and is younger than the oldest Node that we run on.
  return (process as { availableMemory?(): number }).availableMemory?.() ?? os.freemem();
}

/**
 * Time until all is done [s], or null before anything is known.
 * @param left  runs that are not done, and the share of each that is
 */
export function secondsLeft(
  left: readonly (readonly [Configuration, number])[],
  costs: Costs,
  workers: number,
): number | null {
  let [sum, longest] = [0, 0];
  for (const [configuration, share] of left) {
    const whole = costs.seconds(configuration);
    if (whole === null) return null;
    sum += whole * (1 - share);
    longest = Math.max(longest, whole * (1 - share));
  }
  return Math.max(longest, sum / workers);
}

/** `about 1 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
