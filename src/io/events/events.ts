import type { Raster } from "../../engine/record/raster.ts";
import { rasterFrom } from "../raster/stream.ts";

/** Events of an event camera, in the order of the file; four arrays of one length. */
export interface CameraEvents {
  readonly width: number;
  readonly height: number;
  /** [ms] */
  readonly times: Float64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** 1: brighter. */
  readonly polarity: Uint8Array;
  /** What was taken where the file leaves a choice. */
  readonly notes?: readonly string[];
}

/**
 * Events as spikes of one population of [2, height, width] neurons: darker pixels first, then brighter ones. The
 * recording begins with the first event and ends with the last.
 */
export function eventsToRaster(
  events: CameraEvents,
  metadata: Raster["metadata"] = {},
  file = "events",
): Raster {
  const { width, height, times, x, y, polarity } = events;
  const first = times.reduce((least, t) => Math.min(least, t), Infinity);
  const shifted = times.map(t => t - first);
  return rasterFrom(
    {
      durationMs: shifted.reduce((most, t) => Math.max(most, t), 0),
      populations: [{ name: "input", size: 2 * width * height }],
      times: shifted,
      populationIndex: new Uint16Array(times.length),
      neurons: Uint32Array.from(times, (_, k) => (polarity[k] * height + y[k]) * width + x[k]),
      traces: [],
      metadata,
    },
    file,
  );
}

/** Collects events whose number is not known beforehand. */
export class EventList {
  readonly #times: number[] = [];
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #polarity: number[] = [];

  push(timeMs: number, x: number, y: number, polarity: number): void {
    this.#times.push(timeMs);
    this.#x.push(x);
    this.#y.push(y);
    this.#polarity.push(polarity);
  }

  /**
   * @param size   of the sensor; by default as small as the events allow
   * @param notes  see `CameraEvents`
   */
  events(size?: { width: number; height: number }, notes: readonly string[] = []): CameraEvents {
    const most = (list: readonly number[]) => list.reduce((a, b) => Math.max(a, b), -1) + 1;
    return {
      width: size?.width ?? most(this.#x),
      height: size?.height ?? most(this.#y),
      times: Float64Array.from(this.#times),
      x: Uint16Array.from(this.#x),
      y: Uint16Array.from(this.#y),
      polarity: Uint8Array.from(this.#polarity),
      ...(notes.length > 0 && { notes }),
    };
  }
}
