import { statSync } from "node:fs";
import { access, mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Raster } from "../engine/record/raster.ts";
import { InputError, parseJson, shown } from "../errors.ts";
import { writeAtomic } from "../files/atomic.ts";
import { withoutLinks } from "../files/destination.ts";
import { readRegular, readText } from "../files/regular.ts";
import { removeTemporary } from "../files/temporary.ts";
import { decode, encode } from "../io/msgpack.ts";
import { encodeNetwork, type TrainedNetwork } from "../io/networkFile.ts";
import { decodeRaster, encodeRaster } from "../io/raster/native.ts";
import type { CircuitOutline, Results, RunRecord, RunResult } from "../training/results.ts";
import type { RunState } from "../training/runState.ts";
import { checkCircuit, checkRecord, checkResults, checkRuns } from "./checkRun.ts";
import { isEarlier, laterName, withLaterNames } from "./earlierNames.ts";
import { Busy, lock } from "./lock.ts";
import { jsonText } from "./terminal.ts";

/** Finished runs, and the run that was under way with its last finished epoch. */
export interface Checkpoint {
  readonly done: readonly RunResult[];
  readonly state: RunState | null;
}

/**
 * The folder that `threefactor compare` writes: run.json, results.json, rasters/, networks/, circuits/, report.html, and while
 * it is written checkpoint.msgpack and run.lock.
 */
export class RunFolder {
  readonly path: string;
  #unlock = () => {};

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Takes the folder for a new run, and makes it.
   * @throws Busy when another process has it, or it holds a run
   */
  async begin(record: RunRecord): Promise<void> {
    await mkdir(await withoutLinks(resolve(this.path)), { recursive: true });
    this.lock();
    // Written since it was looked up.
    if (await this.holdsRun()) {
      this.unlock();
      throw this.#taken();
    }
    await this.writeRecord(record);
  }

  /** @throws Busy when another process writes into the folder */
  lock(): void {
    this.#unlock = lock(join(this.path, "run.lock"), this.path);
  }

  unlock(): void {
    this.#unlock();
    this.#unlock = () => {};
  }

  /** @throws InputError when no new run can be put there */
  async expectFree(): Promise<void> {
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found && !found.isDirectory())
      throw new InputError(
        `--out: ${this.path}: expected a folder, got ${found.isFile() ? "a file" : "a device or pipe"}`,
      );
    if (await this.holdsRun()) throw this.#taken();
  }

  #taken(): Busy {
    return new Busy(`--out: ${this.path} holds a run already; expected another folder, or --resume`);
  }

  /** @throws InputError when the folder holds no run, or an unreadable one */
  async record(): Promise<RunRecord> {
    return checkRecord(await this.#json("run.json"), join(this.path, "run.json"));
  }

  /** @throws InputError when no run has ended yet, or they cannot be read */
  async results(): Promise<Results> {
    const results = checkResults(await this.#json("results.json"), join(this.path, "results.json"));
    return (await this.#earlier()) ? { ...results, runs: withLaterNames(results.runs) } : results;
  }

  async holdsRun(): Promise<boolean> {
    return exists(join(this.path, "run.json"));
  }

  writeRecord(record: RunRecord): Promise<void> {
    return writeAtomic(join(this.path, "run.json"), jsonText(record));
  }

  writeResults(results: Results): Promise<void> {
    return writeAtomic(join(this.path, "results.json"), jsonText(results));
  }

  writeRaster(rule: string, seed: number, raster: Raster, twin: "spike" | "circuit"): Promise<void> {
    return writeAtomic(join(this.path, "rasters", rasterFile(rule, seed, twin)), encodeRaster(raster));
  }

  /** Leaves the trained network for `threefactor export`. */
  writeNetwork(rule: string, twin: string, seed: number, network: TrainedNetwork): Promise<void> {
    const name = `${fileName(rule)}-${twin}-seed${seed}.msgpack`;
    return writeAtomic(join(this.path, "networks", name), encodeNetwork(network));
  }

  /** Leaves the outline of a rule's circuit for the report. */
  writeCircuit(outline: CircuitOutline): Promise<void> {
    return writeAtomic(join(this.path, "circuits", `${fileName(outline.rule)}.json`), jsonText(outline));
  }

  /** Outlines of all circuits, by file name. */
  async circuits(): Promise<CircuitOutline[]> {
    const folder = join(this.path, "circuits");
    if (!(await exists(folder))) return [];
    const names = (await readdir(folder)).filter(name => name.endsWith(".json")).sort();
    return Promise.all(
      names.map(async name => checkCircuit(await this.#json(join("circuits", name)), join(folder, name))),
    );
  }

  /** All rasters, by file name. */
  async rasters(): Promise<{ name: string; rule: string; seed: number; raster: Raster }[]> {
    const folder = join(this.path, "rasters");
    if (!(await exists(folder))) return [];
    const names = (await readdir(folder)).filter(name => name.endsWith(".msgpack")).sort();
    const earlier = await this.#earlier();
    return Promise.all(
      names.map(async name => {
        const file = join(folder, name);
        const raster = decodeRaster(readRegular(file), file);
        const { rule, seed } = raster.metadata;
        if (typeof rule !== "string" || typeof seed !== "number") {
          throw new InputError(
            `${file}: metadata: expected a rule and a seed, got ${shown(rule)}, ${shown(seed)}`,
          );
        }
        return { name, rule: earlier ? laterName(rule) : rule, seed, raster };
      }),
    );
  }

  /**
   * Whether its state fits the run, only the trainer can tell; see `checkState`.
   * @throws InputError when there is a checkpoint that cannot be read
   */
  async checkpoint(): Promise<Checkpoint | null> {
    const path = this.checkpointPath;
    if (!(await exists(path))) return null;
    const map = decode(readRegular(path), path) as Partial<Checkpoint> & { schema?: unknown };
    if (map?.schema !== "threefactor.checkpoint/1") {
      throw new InputError(`${path}: schema: expected threefactor.checkpoint/1, got ${shown(map?.schema)}`);
    }
    const { state } = map;
    if (typeof state !== "object")
      throw new InputError(`${path}: state: expected a map, got ${shown(state)}`);
    return { done: checkRuns(map.done, `${path}: done`), state };
  }

  writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return writeAtomic(this.checkpointPath, encode({ schema: "threefactor.checkpoint/1", ...checkpoint }));
  }

  removeCheckpoint(): Promise<void> {
    return rm(this.checkpointPath, { force: true });
  }

  /** Removes what a killed run may have left beside the files it was writing. */
  async removeTemporary(): Promise<void> {
    await removeTemporary(this.path);
    await removeTemporary(join(this.path, "rasters"));
    await removeTemporary(join(this.path, "networks"));
    await removeTemporary(join(this.path, "circuits"));
  }

  get checkpointPath(): string {
    return join(this.path, "checkpoint.msgpack");
  }

  /** Whether its rules have the names of an earlier version. */
  async #earlier(): Promise<boolean> {
    return (await this.holdsRun()) && isEarlier(await this.record());
  }

  async #json(name: string): Promise<unknown> {
    const path = join(this.path, name);
    return parseJson(readText(path), path);
  }
}

/** Name of the raster of a rule in one of its forms. */
export function rasterFile(rule: string, seed: number, twin: string): string {
  return `${fileName(rule)}${twin === "spike" ? "" : `-${twin}`}-seed${seed}.msgpack`;
}

function fileName(rule: string): string {
  return rule.replaceAll(":", "-");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
