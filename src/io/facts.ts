import { instant } from "../engine/instant.ts";
import type { Raster } from "../engine/record/raster.ts";
import { InputError, parseJson, shown } from "../errors.ts";
import { metadataFromMap, metadataToJson } from "./metadataJson.ts";
import type { RasterStream } from "./raster/stream.ts";

const FORMAT = "threefactor.facts/1";

/** What a raster has beside its spikes and samples; JSON in formats that have a place for free text only. */
export interface Facts {
  readonly durationMs: number;
  readonly populations: Raster["populations"];
  readonly metadata: Raster["metadata"];
}

export function factsToJson({ durationMs, populations, metadata }: Facts | RasterStream): string {
  const facts = JSON.stringify({ format: FORMAT, durationMs, populations });
  return `${facts.slice(0, -1)},"metadata":${metadataToJson(metadata)}}`;
}

/**
 * @returns null when the text holds something else: another program wrote it
 * @throws  InputError when it holds facts that are damaged
 */
export function factsFromJson(text: string, where: string): Facts | null {
  if (!text.includes(FORMAT)) return null;
  const map = parseJson(text, where) as Facts & { format?: unknown; metadata?: Record<string, unknown> };
  if (map?.format !== FORMAT || !Array.isArray(map.populations)) {
    throw new InputError(`${where}: expected ${FORMAT} with its populations, got ${shown(text)}`);
  }
  return {
    durationMs: map.durationMs,
    populations: map.populations,
    metadata: metadataFromMap(map.metadata ?? {}),
  };
}

/** The times of a regular clock [ms], each as the instant that it stands for. */
export function clockTimes(first: number, step: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => instant(first + k * step));
}

/** Whether the times are those of a regular clock; then they need not be stored. */
export function evenClock(times: Float64Array): { first: number; step: number } | null {
  if (times.length < 2) return null;
  const first = times[0];
  const mean = (times[times.length - 1] - first) / (times.length - 1);
  // The step as it was meant is a short number; the mean of many steps is off in its last digit.
  for (const step of [Number(mean.toPrecision(12)), mean]) {
    if (step > 0 && times.every((t, k) => instant(t) === instant(first + k * step))) return { first, step };
  }
  return null;
}
