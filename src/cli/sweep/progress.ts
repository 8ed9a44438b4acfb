import { bar, Progress } from "../progress.ts";
import { type Configuration, distinct, titleOf } from "./configurations.ts";
import { type Costs, durationText, secondsLeft } from "./costs.ts";
import type { SweepFolder } from "./folder.ts";
import type { Watch } from "./pool.ts";

/** Shows how far a sweep is and how long it still takes. */
export class SweepProgress implements Watch {
  readonly #lines = new Progress();
  readonly #folder: SweepFolder;
  readonly #costs: Costs;
  readonly #workers: number;
  readonly #ended = new Set<string>();
  #all: readonly Configuration[] = [];
  #shares: ReadonlyMap<string, number> = new Map();
  /** Those that can be tried again. */
  readonly left: Configuration[] = [];

  constructor(folder: SweepFolder, costs: Costs, workers: number) {
    this.#folder = folder;
    this.#costs = costs;
    this.#workers = workers;
  }

  /** @param all  those that are there, and those that will be */
  expect(all: readonly Configuration[]): void {
    this.#all = distinct(all);
  }

  line(text: string): void {
    this.#lines.line(text);
  }

  clear(): void {
    this.#lines.clear();
  }

  /** Without a line of its own, as it was before. */
  known(configuration: Configuration): void {
    this.#ended.add(configuration.hash);
  }

  async ended(configuration: Configuration, how: "done" | "failed" | "left", why = ""): Promise<void> {
    if (how === "left") this.left.push(configuration);
    this.#ended.add(configuration.hash);
    const what = how === "done" ? await this.#resultText(configuration) : `${how}: ${why}`;
    this.line(
      `${this.#counted()} ${configuration.hash} ${titleOf(configuration)}: ${what}${this.#leftText()}`,
    );
  }

  working(shares: ReadonlyMap<string, number>): void {
    this.#shares = shares;
    const done = this.#ended.size + [...shares.values()].reduce((sum, share) => sum + share, 0);
    const running = `${shares.size} running`;
    this.#lines.update(
      `${this.#counted()}  ${bar(Math.min(1, done / this.#all.length))}  ${running}${this.#leftText()}`,
    );
  }

  #counted(): string {
    const ended = this.#all.filter(({ hash }) => this.#ended.has(hash)).length;
    return `[${ended}/${this.#all.length}]`;
  }

  async #resultText(configuration: Configuration): Promise<string> {
    const { testAccuracy, wallSeconds } = await this.#folder.result(configuration);
    const accuracy = `${(100 * testAccuracy).toFixed(2)} %`;
    return `${configuration.options.measure} ${accuracy} in ${durationText(wallSeconds)}`;
  }

  #leftText(): string {
    const open = this.#all.filter(({ hash }) => !this.#ended.has(hash));
    if (open.length === 0) return "";
    const shares = open.map(each => [each, this.#shares.get(each.hash) ?? 0] as const);
    const seconds = secondsLeft(shares, this.#costs, this.#workers);
    return seconds === null ? "" : `; about ${durationText(seconds)} left`;
  }
}
