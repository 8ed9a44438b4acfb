import { access, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Raster } from "../engine/raster.ts";
import { InputError } from "../errors.ts";
import { writeAtomic } from "../io/atomic.ts";
import { decode, encode } from "../io/msgpack.ts";
import { decodeRaster, encodeRaster } from "../io/rasterFile.ts";
import type { Results, RunRecord, RunResult } from "../training/results.ts";
import type { RunState } from "../training/train.ts";

/** Finished runs, and the run that was under way with its last finished epoch. */
export interface Checkpoint {
  readonly done: readonly RunResult[];
  readonly state: RunState | null;
}

/** The folder that `threefactor compare` writes: run.json, results.json, rasters/, checkpoint.msgpack, report.html. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws InputError when the folder holds no run, or an unreadable one */
  async record(): Promise<RunRecord> {
    const record = await this.#json("run.json");
    if ((record as RunRecord | null)?.schema !== "threefactor.run/1") {
      throw new InputError(`${join(this.path, "run.json")}: expected a threefactor.run/1 document`);
    }
    return record as RunRecord;
  }

  async results(): Promise<Results> {
    const results = await this.#json("results.json");
    if ((results as Results | null)?.schema !== "threefactor.results/1") {
      throw new InputError(`${join(this.path, "results.json")}: expected a threefactor.results/1 document`);
    }
    return results as Results;
  }

  async holdsRun(): Promise<boolean> {
    return exists(join(this.path, "run.json"));
  }

  writeRecord(record: RunRecord): Promise<void> {
    return writeAtomic(join(this.path, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
  }

  writeResults(runs: readonly RunResult[]): Promise<void> {
    const results: Results = { schema: "threefactor.results/1", runs };
    return writeAtomic(join(this.path, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  }

  writeRaster(rule: string, seed: number, raster: Raster): Promise<void> {
    const name = `${rule.replaceAll(":", "-")}-seed${seed}.msgpack`;
    return writeAtomic(join(this.path, "rasters", name), encodeRaster(raster));
  }

  /** All rasters, by file name. */
  async rasters(): Promise<{ name: string; rule: string; seed: number; raster: Raster }[]> {
    const folder = join(this.path, "rasters");
    if (!(await exists(folder))) return [];
    const names = (await readdir(folder)).filter(name => name.endsWith(".msgpack")).sort();
    return Promise.all(
      names.map(async name => {
        const raster = decodeRaster(await readFile(join(folder, name)), join(folder, name));
        const { rule, seed } = raster.metadata;
        return { name, rule: String(rule), seed: Number(seed), raster };
      }),
    );
  }

  /** @throws InputError when there is a checkpoint that cannot be read */
  async checkpoint(): Promise<Checkpoint | null> {
    const path = this.#checkpointPath;
    if (!(await exists(path))) return null;
    const map = decode(await readFile(path), path) as Checkpoint & { schema?: unknown };
    if (map?.schema !== "threefactor.checkpoint/1") {
      throw new InputError(
        `${path}: expected a threefactor.checkpoint/1 document, got ${String(map?.schema)}`,
      );
    }
    return { done: map.done, state: map.state };
  }

  writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return writeAtomic(this.#checkpointPath, encode({ schema: "threefactor.checkpoint/1", ...checkpoint }));
  }

  removeCheckpoint(): Promise<void> {
    return rm(this.#checkpointPath, { force: true });
  }

  get #checkpointPath(): string {
    return join(this.path, "checkpoint.msgpack");
  }

  async #json(name: string): Promise<unknown> {
    const path = join(this.path, name);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      throw new InputError(
        `${path}: expected a file of a run folder, got ${(error as NodeJS.ErrnoException).code}`,
      );
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new InputError(`${path}: expected JSON, got ${JSON.stringify(text.slice(0, 40))}`);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
