import type { RunRecord, RunResult } from "../training/results.ts";

/** Rules whose names mean another rule in folders from before `reading` was an option, with their names now. */
const later: Readonly<Record<string, string>> = {
  pepita: "pepita:sparse",
  "pepita:textbook": "pepita",
  mempepita: "mempepita:sparse",
};

/** Whether a folder is from then. */
export function isEarlier({ options }: Pick<RunRecord, "options">): boolean {
  return !("reading" in options);
}

export function laterName(rule: string): string {
  return Object.hasOwn(later, rule) ? later[rule] : rule;
}

export function withLaterNames<T extends Pick<RunResult, "rule">>(runs: readonly T[]): T[] {
  return runs.map(run => ({ ...run, rule: laterName(run.rule) }));
}
