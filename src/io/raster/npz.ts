import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError, parseJson } from "../../errors.ts";
import { readRegular } from "../../files/regular.ts";
import { metadataFromJson, metadataToJson } from "../metadataJson.ts";
import { bytesOf, encodeNpy, encodeNpyText, type NpyArray, npyHeader } from "../npy.ts";
import { decodeNpz, npzNumbers, npzPieces } from "../npz.ts";
import { type RasterStream, rasterFrom, type SpikeBlock } from "./stream.ts";

/**
 * A raster as a NumPy archive, piece by piece, in bounded memory: `times` [ms], `population` (place in `population_names`) and
 * `neuron`, one entry per spike; `duration_ms`, `population_sizes`; `trace_<k>_times` and `trace_<k>_values`, whose
 * owners stand in `traces` as JSON, like `metadata`.
 */
export function npzOfRaster(stream: RasterStream): Generator<Uint8Array> {
  const { populations, traces, metadata, durationMs, spikeCount } = stream;
  const column = function* (dtype: string, field: keyof SpikeBlock) {
    yield npyHeader(dtype, [spikeCount]);
    for (const block of stream.spikes()) yield bytesOf(block[field]);
  };
  const owners = traces.map(({ population, neuron, quantity }) => ({ population, neuron, quantity }));
  return npzPieces([
    ["times", column("<f8", "times")],
    ["population", column("<u2", "populationIndex")],
    ["neuron", column("<u4", "neurons")],
    ["duration_ms", [encodeNpy(Float64Array.of(durationMs), [])]],
    ["population_names", [encodeNpyText(populations.map(({ name }) => JSON.stringify(name).slice(1, -1)))]],
    ["population_sizes", [encodeNpy(BigInt64Array.from(populations, ({ size }) => BigInt(size)))]],
    ["metadata", [encodeNpyText([metadataToJson(metadata)], [])]],
    ["traces", [encodeNpyText([JSON.stringify(owners)], [])]],
    ...traces.flatMap((trace, k): [string, Uint8Array[]][] => [
      [`trace_${k}_times`, [encodeNpy(trace.times)]],
      [`trace_${k}_values`, [encodeNpy(trace.values)]],
    ]),
  ]);
}

/** @throws InputError when the archive holds no such raster */
export function readRasterNpz(path: string): Raster {
  return decodeRasterNpz(readRegular(path), path);
}

/** The same of bytes in memory. @param file  named in errors */
export function decodeRasterNpz(bytes: Uint8Array, file: string): Raster {
  const arrays = decodeNpz(bytes, file);
  const numbers = (name: string) => npzNumbers(arrays, name, file);
  const times = numbers("times");
  const indices = numbers("population");
  const ids = numbers("neuron");
  const names = textOf(arrays, "population_names", file);
  const sizes = numbers("population_sizes");
  if (sizes.length !== names.length || indices.length !== times.length || ids.length !== times.length) {
    throw new InputError(
      `${file}: expected one population and neuron per time and one size per population, ` +
        `got ${times.length}, ${indices.length}, ${ids.length} and ${names.length}, ${sizes.length}`,
    );
  }
  const wrong = ids.findIndex((id, k) => !(isIndex(id, 2 ** 32) && isIndex(indices[k], names.length)));
  if (wrong >= 0) {
    throw new InputError(
      `${file}: spike ${wrong}: expected a neuron of a population, got ${ids[wrong]} of ${indices[wrong]}`,
    );
  }
  const owners = parseJson(textOf(arrays, "traces", file)[0] ?? "", `${file}: traces`) as Omit<
    RecordedTrace,
    "times" | "values"
  >[];
  if (!Array.isArray(owners)) throw new InputError(`${file}: traces: expected a list`);
  const raster: Raster = {
    durationMs: numbers("duration_ms")[0],
    populations: names.map((name, p) => ({ name: unescapeName(name, file), size: sizes[p] })),
    times,
    populationIndex: Uint16Array.from(indices),
    neurons: Uint32Array.from(ids),
    traces: owners.map((owner, k) => ({
      ...owner,
      times: numbers(`trace_${k}_times`),
      values: numbers(`trace_${k}_values`),
    })),
    metadata: metadataFromJson(textOf(arrays, "metadata", file)[0] ?? "", `${file}: metadata`),
  };
  return rasterFrom(raster, file);
}

function isIndex(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

function textOf(arrays: ReadonlyMap<string, NpyArray>, name: string, file: string): readonly string[] {
  const data = arrays.get(name)?.data;
  if (Array.isArray(data)) return data as readonly string[];
  throw new InputError(`${file}: ${name}: expected text, got ${data ? "numbers" : "nothing"}`);
}

/** Names are escaped as JSON strings are: NumPy drops zeros at the end of a text. */
function unescapeName(name: string, file: string): string {
  return parseJson(`"${name}"`, `${file}: population_names`) as string;
}
