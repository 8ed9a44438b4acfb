import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Raster } from "../../engine/record/raster.ts";
import { InputError } from "../../errors.ts";
import { readRegular } from "../../files/regular.ts";
import { decodeNpz, npzNumbers } from "../npz.ts";
import { rasterFrom } from "../raster/stream.ts";
import { timeOf } from "./steps.ts";

/** What a run of NEST left in its folder. */
export interface NestRun {
  readonly raster: Raster;
  /** NEST's version. */
  readonly version: string;
  /** Processes that shared the network. */
  readonly ranks: number;
  /** What the slowest of them took [s]. */
  readonly buildSeconds: number;
  readonly runSeconds: number;
}

const RANK = /^spikes-(\d+)\.npz$/;

/** Removes the spikes of an earlier run. */
export function removeSpikes(folder: string): void {
  for (const name of readdirSync(folder)) if (RANK.test(name)) rmSync(join(folder, name));
}

/**
 * The spikes of all ranks as one raster.
 * @param populations  of the network, in the order of its program
 * @param dtMs         step of the lattice that they lie on; null for spikes anywhere in time
 * @throws InputError when a rank's file is missing or damaged
 */
export function readNestRun(
  folder: string,
  populations: Raster["populations"],
  durationMs: number,
  dtMs: number | null,
  metadata: Raster["metadata"],
): NestRun {
  const names = readdirSync(folder).filter(name => RANK.test(name));
  const place = (name: string) => Number(RANK.exec(name)![1]);
  names.sort((a, b) => place(a) - place(b));
  const files = names.map(name => {
    const path = join(folder, name);
    const arrays = decodeNpz(readRegular(path), path);
    const list = (key: string) => npzNumbers(arrays, key, path);
    const said = arrays.get("version")?.data;
    const version = Array.isArray(said) ? String(said[0]) : "3";
    return { list, version, ranks: list("ranks")[0], seconds: list("seconds") };
  });
  const ranks = files[0]?.ranks ?? 1;
  if (files.length !== ranks || names.some((name, k) => place(name) !== k))
    throw new InputError(
      `${folder}: expected the spikes of ${ranks} ranks of NEST, got ${names.join(", ") || "none"}`,
    );
  const joined = (key: string) => {
    const lists = files.map(({ list }) => list(key));
    const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const list of lists) {
      all.set(list, at);
      at += list.length;
    }
    return all;
  };
  const times = joined("times");
  const raster = {
    durationMs,
    populations: populations.map(({ name, size }) => ({ name, size })),
    times: dtMs === null ? times : times.map(t => timeOf(Math.round(t / dtMs), dtMs)),
    populationIndex: Uint16Array.from(joined("population")),
    neurons: Uint32Array.from(joined("neuron")),
    ...{ traces: [], metadata },
  };
  const slowest = (k: number) => Math.max(...files.map(({ seconds }) => seconds[k]));
  return {
    raster: rasterFrom(raster, folder),
    ...{ version: files[0].version, ranks, buildSeconds: slowest(0), runSeconds: slowest(1) },
  };
}
