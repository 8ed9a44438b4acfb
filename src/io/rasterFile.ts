import type { Raster } from "../engine/raster.ts";
import { InputError } from "../errors.ts";
import { decode, encode } from "./msgpack.ts";
import { beginsRasterLog, decodeRasterLog } from "./rasterLog.ts";
import { rasterFrom } from "./rasterStream.ts";

const FORMAT = "threefactor.raster/1";

/** A raster as one MessagePack map; the layout stands in `src/io/README.md`. */
export function encodeRaster(raster: Raster): Uint8Array {
  return encode({ format: FORMAT, ...raster });
}

/**
 * @param file  named in errors
 * @throws InputError when the bytes hold no raster, or one whose parts do not fit together
 */
export function decodeRaster(bytes: Uint8Array, file: string): Raster {
  if (beginsRasterLog(bytes)) return decodeRasterLog(bytes, file)!;
  const map = decode(bytes, file) as Partial<Raster> & { format?: unknown };
  const expect = (ok: boolean, field: string, expected: string, got: unknown) => {
    if (!ok) throw new InputError(`${file}: ${field}: expected ${expected}, got ${String(got)}`);
  };
  expect(map?.format === FORMAT, "format", FORMAT, map?.format);
  const { durationMs, populations, times, populationIndex, neurons, traces, metadata } = map as Raster;
  expect(typeof durationMs === "number" && durationMs >= 0, "durationMs", "0 or more", durationMs);
  expect(Array.isArray(populations), "populations", "a list", populations);
  expect(times instanceof Float64Array, "times", "64-bit floats", times);
  expect(
    populationIndex instanceof Uint16Array && populationIndex.length === times.length,
    "populationIndex",
    `${times.length} numbers`,
    populationIndex?.length,
  );
  expect(
    neurons instanceof Uint32Array && neurons.length === times.length,
    "neurons",
    `${times.length} numbers`,
    neurons?.length,
  );
  const stray = populationIndex.findIndex((p, k) => !(neurons[k]! < (populations[p]?.size ?? 0)));
  expect(stray === -1, `neurons[${stray}]`, "a neuron of its population", neurons[stray]);
  const raster = { durationMs, populations, times, populationIndex, neurons };
  return rasterFrom({ ...raster, traces: traces ?? [], metadata: metadata ?? {} }, file);
}
