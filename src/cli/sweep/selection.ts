import { writeAtomic } from "../../files/atomic.ts";
import { summarize } from "../../report/groups.ts";
import { jsonText } from "../terminal.ts";
import type { Candidate, Choice, Configuration, Sweep } from "./configurations.ts";
import type { SweepFolder } from "./folder.ts";

/** A choice that has been made. */
export interface Chosen {
  readonly choice: Choice;
  /** Null where no candidate has ended well. */
  readonly candidate: Candidate | null;
  /** Mean validation accuracy of each candidate, a fraction; null for one with a trial that failed. */
  readonly accuracies: readonly (number | null)[];
}

/**
 * Of each choice the candidate with the highest mean validation accuracy after the last epoch, and of equals the first.
 * @returns null while a trial has not ended
 */
export async function choose(folder: SweepFolder, choices: readonly Choice[]): Promise<Chosen[] | null> {
  const made: Chosen[] = [];
  for (const choice of choices) {
    const accuracies: (number | null)[] = [];
    for (const { trials } of choice.candidates) {
      const states = await Promise.all(trials.map(trial => folder.state(trial)));
      if (!states.every(state => state === "done" || state === "failed")) return null;
      const whole = states.every(state => state === "done");
      accuracies.push(whole ? await validated(folder, trials) : null);
    }
    const best = accuracies.reduce<number>(
      (best, accuracy, k) => (accuracy !== null && accuracy > (accuracies[best] ?? -1) ? k : best),
      0,
    );
    const candidate = accuracies[best] === null ? null : choice.candidates[best];
    made.push({ choice, candidate, accuracies });
  }
  return made;
}

/** The runs that follow choices, in their order. */
export function runsOf(made: readonly Chosen[]): Configuration[] {
  return made.flatMap(({ candidate }) => candidate?.runs ?? []);
}

/** As many runs as will follow, before it is known which: those of first candidates. */
export function runsToCome({ choices }: Sweep): Configuration[] {
  return choices.flatMap(({ candidates: [first] }) => first.runs);
}

/** What was chosen, in words. */
export function choiceTexts(made: readonly Chosen[]): string[] {
  return made.map(({ choice, candidate, accuracies }) => {
    const { rule, twin, label, candidates } = choice;
    const what = [rule, twin, label].filter(Boolean).join(" ");
    if (candidate === null) return `${what}: none of ${candidates.length} candidates has ended well`;
    const accuracy = accuracies[candidates.indexOf(candidate)]!;
    return `${what}: ${candidate.label || "its only candidate"}, validation ${(100 * accuracy).toFixed(2)} %, of ${candidates.length}`;
  });
}

export function writeChoices(path: string, made: readonly Chosen[]): Promise<void> {
  const choices = made.map(({ choice: { rule, twin, label, candidates }, candidate, accuracies }) => ({
    ...{ rule, twin, label, chosen: candidate?.label ?? null },
    candidates: candidates.map(({ label, trials }, k) => ({
      ...{ label, validationAccuracy: accuracies[k] },
      configurations: trials.map(({ hash }) => hash),
    })),
  }));
  return writeAtomic(path, jsonText({ schema: "threefactor.selected/1", choices }));
}

async function validated(folder: SweepFolder, trials: readonly Configuration[]): Promise<number | null> {
  const runs = await Promise.all(trials.map(trial => folder.result(trial)));
  return summarize(runs.map(({ validationAccuracy }) => validationAccuracy))?.mean ?? null;
}
