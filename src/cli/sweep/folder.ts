import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import os from "node:os";
import { join } from "node:path";
import { InputError, parseJson, shown } from "../../errors.ts";
import { writeAtomic } from "../../files/atomic.ts";
import { entryAt, readText } from "../../files/regular.ts";
import type { RunResult } from "../../training/results.ts";
import { heldBy } from "../lock.ts";
import { RunFolder } from "../runFolder.ts";
import { jsonText } from "../terminal.ts";
import { type Configuration, titleOf } from "./configurations.ts";
import type { Declaration } from "./declaration.ts";

/** What is known of a configuration: `begun` has a checkpoint perhaps, and nobody who goes on with it now. */
export type State = "done" | "failed" | "running" | "begun" | "waiting";

/**
 * The folder of a sweep: sweep.json, configurations/HASH with a run folder of `compare` each, failed/HASH.json, and once
 * it is merged run.json, results.json, rasters/ and report.html, as of one run. Processes that share it know of each
 * other by the locks of run folders, and nothing else.
 */
export class SweepFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws InputError when something else stands there */
  expectFree(): void {
    const found = entryAt(this.path);
    if (found && !found.isDirectory())
      throw new InputError(`--out: ${this.path}: expected a folder, got a file or device`);
    if (found && entryAt(join(this.path, "run.json")) && !entryAt(this.declarationPath))
      throw new InputError(`--out: ${this.path} holds a run; expected the folder of a sweep, or a new one`);
  }

  get declarationPath(): string {
    return join(this.path, "sweep.json");
  }

  async writeDeclaration(declaration: Declaration): Promise<void> {
    const text = jsonText(declaration);
    // Thousands of tasks may come with the same.
    if (entryAt(this.declarationPath) && readText(this.declarationPath) === text) return;
    await writeAtomic(this.declarationPath, text);
  }

  runFolder({ hash }: Configuration): RunFolder {
    return new RunFolder(join(this.path, "configurations", hash));
  }

  async state(configuration: Configuration): Promise<State> {
    const folder = this.runFolder(configuration);
    if (entryAt(this.#failedPath(configuration))) return "failed";
    if (heldBy(join(folder.path, "run.lock"))) return "running";
    if (!(await folder.holdsRun())) return "waiting";
    return (await folder.record()).endedAt === undefined ? "begun" : "done";
  }

  /** Frees a run that a process of another machine had, for a caller who knows that it is gone: nobody else can tell. */
  freeFromElsewhere(configuration: Configuration): void {
    const path = join(this.runFolder(configuration).path, "run.lock");
    const owner = heldBy(path);
    if (owner && owner.host !== os.hostname()) rmSync(path, { force: true });
  }

  /** The result of a configuration that is done. */
  async result(configuration: Configuration): Promise<RunResult> {
    const { runs } = await this.runFolder(configuration).results();
    const { rule, twin, seed } = configuration;
    const [run] = runs;
    if (runs.length !== 1 || run.rule !== rule || run.twin !== twin || run.seed !== seed)
      throw new InputError(
        `${this.runFolder(configuration).path}: expected the run ${titleOf(configuration)}, got ${runs.map(({ rule, twin, seed }) => `${rule} ${twin} seed ${seed}`).join(", ") || "none"}`,
      );
    return run;
  }

  /** Keeps why one cannot end, so that it is not tried again. */
  writeFailure(configuration: Configuration, message: string): Promise<void> {
    const { hash, options } = configuration;
    const document = { schema: "threefactor.failed/1", message, hash, options };
    return writeAtomic(this.#failedPath(configuration), jsonText(document));
  }

  failure(configuration: Configuration): string {
    const path = this.#failedPath(configuration);
    const { message } = parseJson(readText(path), path) as { message?: unknown };
    if (typeof message === "string") return message;
    throw new InputError(`${path}: message: expected text, got ${shown(message)}`);
  }

  async forgetFailure(configuration: Configuration): Promise<void> {
    await rm(this.#failedPath(configuration), { force: true });
  }

  #failedPath({ hash }: Configuration): string {
    return join(this.path, "failed", `${hash}.json`);
  }
}
