import { bootstrapInterval, type Interval } from "../math/statistics.ts";
import type { Results, RunResult, Twin } from "../training/results.ts";

/** Name of the control: the same network with its hidden layers as they were initialised. */
export const control = "frozen";

export const twins: readonly Twin[] = ["rate", "spike", "circuit"];

/** The runs of one rule on one data set and architecture, one per seed in each twin. */
export interface RuleGroup {
  /** The rule; with data set and architecture when the results hold several, and what tells it apart in a sweep. */
  readonly name: string;
  readonly rule: string;
  readonly task: string;
  readonly rate: readonly RunResult[];
  readonly spike: readonly RunResult[];
  readonly circuit: readonly RunResult[];
}

/** The results by rule, in the order in which the rules first appear; the control comes last. */
export function ruleGroups(results: Results): RuleGroup[] {
  const tasks = new Set(results.runs.map(taskOf));
  const byName = new Map<string, RunResult[]>();
  for (const run of results.runs) {
    const words = [tasks.size > 1 ? taskOf(run) : "", run.configuration ?? ""].filter(Boolean);
    const name = words.length > 0 ? `${run.rule} (${words.join(", ")})` : run.rule;
    byName.set(name, [...(byName.get(name) ?? []), run]);
  }
  const groups = [...byName].map(([name, runs]) => ({
    name,
    rule: runs[0].rule,
    task: taskOf(runs[0]),
    rate: runs.filter(run => run.twin === "rate"),
    spike: runs.filter(run => run.twin === "spike"),
    circuit: runs.filter(run => run.twin === "circuit"),
  }));
  return [...groups.filter(g => g.rule !== control), ...groups.filter(g => g.rule === control)];
}

/** Mean and, over two or more values, sample standard deviation and 95 % bootstrap interval. */
export interface Summary {
  readonly mean: number;
  readonly sd?: number;
  readonly interval?: Interval;
}

/** Undefined when no value is a finite number. */
export function summarize(values: readonly (number | undefined | null)[]): Summary | undefined {
  const known = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return { mean };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (known.length - 1)), interval: bootstrapInterval(known)! };
}

function taskOf(run: RunResult): string {
  return `${run.dataset}, ${run.architecture}`;
}
