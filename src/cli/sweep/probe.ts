import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { hold, release } from "../../files/temporary.ts";
import { RunFolder } from "../runFolder.ts";
import { heedingSignals } from "../signals.ts";
import { Child } from "./child.ts";
import { type Configuration, titleOf, wordsOf } from "./configurations.ts";
import { type Costs, kindOf } from "./costs.ts";

/** Samples of a probe's only epoch, and of its test. */
const SAMPLES = 1000;
/** Runs of a kind that are tried until one ends well. */
const TRIES = 5;

/**
 * Times one run of each kind: an epoch of a thousand samples, in a process of its own as all runs are.
 * @param samples  how many a configuration trains on
 * @returns how many were timed
 */
export async function probe(
  all: readonly Configuration[],
  samples: (of: Configuration) => { readonly train: number; readonly test: number },
  costs: Costs,
  dataDir: string | null,
  onKind: (title: string) => void,
): Promise<number> {
  const kinds = new Map<string, Configuration[]>();
  for (const each of all) kinds.set(kindOf(each), [...(kinds.get(kindOf(each)) ?? []), each]);
  for (const likewise of kinds.values()) {
    for (const [k, one] of likewise.entries()) {
      onKind(titleOf(one));
      const failure = await time(one);
      if (failure === null) break;
      // A draw that diverges says nothing of the others' time.
      if (k + 1 === Math.min(TRIES, likewise.length)) throw new InputError(`${titleOf(one)}: ${failure}`);
    }
  }
  return kinds.size;

  /** @returns why it failed, if it did */
  async function time(one: Configuration): Promise<string | null> {
    const { train, test } = samples(one);
    const few = { train: Math.min(SAMPLES, train), test: Math.min(SAMPLES, test) };
    const at = await mkdtemp(join(tmpdir(), "threefactor-probe-"));
    hold(at);
    try {
      const { schedule: _, measure: __, ...flags } = one.flags;
      const asked = { ...flags, epochs: "1", trainSamples: String(few.train), testSamples: String(few.test) };
      const data = dataDir === null ? [] : [`--data-dir=${dataDir}`];
      const began = performance.now();
      const child = new Child([...wordsOf(asked), ...data, `--out=${at}`, "--no-report"]);
      const { code, error } = await heedingSignals(() => child.ended);
      const whole = (performance.now() - began) / 1000;
      if (code !== 0) return error || "the probe was ended";
      const [run] = (await new RunFolder(at).results()).runs;
      costs.learnBytes(one, child.told.peakBytes);
      const learning = few.train / run.trainSamplesPerSecond;
      // What else an epoch has, its validation above all, does not grow with the training part.
      const epoch = (learning * train) / few.train + (run.wallSeconds - learning);
      const once = whole - run.wallSeconds;
      costs.learnSeconds(one, epoch + once / one.options.epochs);
      return null;
    } finally {
      await rm(at, { recursive: true, force: true });
      release(at);
    }
  }
}
