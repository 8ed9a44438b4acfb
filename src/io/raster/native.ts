import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { type Expect, expecting } from "../../errors.ts";
import { decode, encode } from "../msgpack.ts";
import { beginsRasterLog, decodeRasterLog } from "./log.ts";

const FORMAT = "threefactor.raster/1";

/** A raster as one MessagePack map; the layout stands in `src/io/README.md`. */
export function encodeRaster(raster: Raster): Uint8Array {
  return encode({ format: FORMAT, ...raster });
}

/**
 * Reads both forms of the native format: one map, or the sequence of `rasterLog.ts`.
 * @param file  named in errors
 * @throws InputError when the bytes hold no raster, or one whose parts do not fit together
 */
export function decodeRaster(bytes: Uint8Array, file: string): Raster {
  if (beginsRasterLog(bytes)) return decodeRasterLog(bytes, file)!;
  const map = decode(bytes, file) as Partial<Raster> & { format?: unknown };
  const expect: Expect = expecting(file);
  expect(map?.format === FORMAT, "format", FORMAT, map?.format);
  const {
    durationMs,
    populations,
    times,
    populationIndex,
    neurons,
    traces = [],
    metadata = {},
  } = map as Raster;
  expect(Number.isFinite(durationMs) && durationMs >= 0, "durationMs", "0 or more", durationMs);
  expect(
    Array.isArray(populations) && populations.every(p => typeof p?.name === "string" && isCount(p.size)),
    "populations",
    "a list of { name, size }",
    populations,
  );
  expect(times instanceof Float64Array, "times", "64-bit floats", times);
  const unordered = firstUnordered(times, durationMs);
  expect(unordered === -1, `times[${unordered}]`, `ascending times to ${durationMs} ms`, times[unordered]);
  const count = times.length;
  expect(
    populationIndex instanceof Uint16Array && populationIndex.length === count,
    "populationIndex",
    `${count} 16-bit numbers`,
    populationIndex,
  );
  expect(
    neurons instanceof Uint32Array && neurons.length === count,
    "neurons",
    `${count} 32-bit numbers`,
    neurons,
  );
  const stray = populationIndex.findIndex((p, k) => !(neurons[k] < (populations[p]?.size ?? 0)));
  expect(stray === -1, `neurons[${stray}]`, "a neuron of its population", neurons[stray]);
  expect(Array.isArray(traces), "traces", "a list", traces);
  traces.forEach((trace, k) => {
    checkTrace(trace, `traces[${k}]`, populations, expect);
  });
  expect(isFacts(metadata), "metadata", "a map of text, numbers and booleans", metadata);
  return { durationMs, populations, times, populationIndex, neurons, traces, metadata };
}

function checkTrace(
  trace: RecordedTrace | null,
  field: string,
  populations: Raster["populations"],
  expect: Expect,
): void {
  const { population, neuron, quantity, times, values } = trace ?? ({} as Partial<RecordedTrace>);
  const size = populations.find(({ name }) => name === population)?.size ?? 0;
  expect(isCount(neuron) && neuron < size, field, "a neuron of one of the populations", neuron);
  expect(typeof quantity === "string", `${field}.quantity`, "text", quantity);
  expect(
    times instanceof Float64Array && firstUnordered(times, Number.MAX_VALUE) === -1,
    `${field}.times`,
    "ascending times",
    times,
  );
  expect(
    values instanceof Float64Array && values.length === times!.length,
    `${field}.values`,
    `${times!.length} numbers`,
    values,
  );
}

/** Place of the first time that is no number, out of order or beyond the end; -1 for none. */
function firstUnordered(times: Float64Array, end: number): number {
  return times.findIndex((t, k) => !(t >= (times[k - 1] ?? 0) && t <= end));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFacts(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(fact => ["string", "number", "boolean"].includes(typeof fact))
  );
}
