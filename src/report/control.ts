import type { Twin } from "../training/results.ts";
import { control, type RuleGroup, summarize, twins } from "./groups.ts";

interface Margin {
  readonly who: string;
  readonly accuracy: number;
  readonly frozen: number;
}

/**
 * How the rules stand against the control, in sentences: one for each rule and twin whose mean test accuracy is
 * not above that of the frozen network of the same twin, or one that says that all are.
 */
export function controlSentences(groups: readonly RuleGroup[]): string[] {
  const sentences: string[] = [];
  const margins: Margin[] = [];
  for (const twin of twins) {
    const rules = groups.filter(group => group.rule !== control && group[twin].length > 0);
    let without = 0;
    for (const group of rules) {
      const frozen = accuracyOf(
        groups.find(g => g.rule === control && g.task === group.task),
        twin,
      );
      const accuracy = accuracyOf(group, twin);
      if (frozen === undefined || accuracy === undefined) without++;
      else margins.push({ who: `${group.name}, ${twin} twin`, accuracy, frozen });
    }
    if (without > 0) sentences.push(`No frozen control to compare with in the ${twin} twin.`);
  }
  const failed = margins.filter(({ accuracy, frozen }) => accuracy <= frozen);
  for (const { who, accuracy, frozen } of failed)
    sentences.push(`Not above the frozen control: ${who} (${percent(accuracy)} against ${percent(frozen)}).`);
  if (margins.length > 0 && failed.length === 0) sentences.push(allAbove(margins));
  return sentences;
}

function allAbove(margins: readonly Margin[]): string {
  const closest = margins.reduce((a, b) => (b.accuracy - b.frozen < a.accuracy - a.frozen ? b : a));
  const points = (100 * (closest.accuracy - closest.frozen)).toFixed(2);
  return `Every rule is above the frozen control of its twin; the smallest margin is ${points} points (${closest.who}).`;
}

function accuracyOf(group: RuleGroup | undefined, twin: Twin): number | undefined {
  return summarize(group?.[twin].map(run => run.testAccuracy) ?? [])?.mean;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}
