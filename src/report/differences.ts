import { onlyIn } from "../math/bitSet.ts";
import { mcNemar } from "../math/statistics.ts";
import type { RunResult } from "../training/results.ts";
import { type RuleGroup, type Summary, summarize, twins } from "./groups.ts";

/** The runs of one rule in one twin, one for each seed. */
export interface Contender {
  readonly name: string;
  readonly runs: readonly RunResult[];
}

/** How two of them differ on one test set, seed by seed. */
export interface Difference {
  readonly first: string;
  readonly second: string;
  readonly seeds: readonly number[];
  readonly testSamples: number;
  /** First minus second, in points of test accuracy. */
  readonly points: Summary;
  /**
   * Of each seed: test samples that the first alone decides rightly, those of the second alone, and the exact McNemar
   * probability of a split at least as uneven; null where a run does not say which samples it had right.
   */
  readonly samples: readonly ({ first: number; second: number; p: number } | null)[];
}

/** Every rule in every twin that was run. */
export function contenders(groups: readonly RuleGroup[]): Contender[] {
  return groups.flatMap(({ name, ...group }) =>
    twins.flatMap(twin => (group[twin].length > 0 ? [{ name: `${name}, ${twin}`, runs: group[twin] }] : [])),
  );
}

/** @returns null where no seed is in both, or the test sets are not the same */
export function differenceOf(first: Contender, second: Contender): Difference | null {
  const pairs = first.runs.flatMap(run => {
    const other = second.runs.find(({ seed }) => seed === run.seed);
    const same = other?.dataset === run.dataset && other.testSamples === run.testSamples;
    return other && same ? [[run, other] as const] : [];
  });
  const points = summarize(pairs.map(([a, b]) => 100 * (a.testAccuracy - b.testAccuracy)));
  if (!points) return null;
  const samples = pairs.map(([a, b]) => {
    if (a.correct === undefined || a.correct.length !== b.correct?.length) return null;
    const [one, other] = onlyIn(a.correct, b.correct);
    return { first: one, second: other, p: mcNemar(one, other) };
  });
  const seeds = pairs.map(([{ seed }]) => seed);
  const [[{ testSamples }]] = pairs;
  return { first: first.name, second: second.name, seeds, testSamples, points, samples };
}

/** Of each with each later one of its twin or of its rule. */
export function differencesOf(all: readonly Contender[]): Difference[] {
  return all.flatMap((first, n) =>
    all
      .slice(n + 1)
      .filter(second => (["twin", "rule"] as const).some(key => first.runs[0][key] === second.runs[0][key]))
      .flatMap(second => differenceOf(first, second) ?? []),
  );
}
