import * as fc from "fast-check";
import type { Raster } from "../../../src/engine/record/raster.ts";

/** A small raster with everything in it: simultaneous spikes, a trace with a jump, awkward names. */
export function sampleRaster(): Raster {
  return {
    durationMs: 20,
    populations: [
      { name: "input", size: 4 },
      { name: "hidden 1", size: 3 },
    ],
    times: Float64Array.of(0, 1.1, 1.1, 1.1, 7.25, 20),
    populationIndex: Uint16Array.of(0, 0, 1, 1, 1, 0),
    neurons: Uint32Array.of(3, 0, 0, 2, 1, 0),
    traces: [
      {
        population: "hidden 1",
        neuron: 1,
        quantity: "v",
        times: Float64Array.of(0, 5, 7.25, 7.25, 20),
        values: Float64Array.of(0, 0.5, 1.1, 0.1, -0.025),
      },
    ],
    metadata: { rule: "pepita", seed: 7, tauMem: Infinity, lossless: true, note: 'é "quoted", 日本' },
  };
}

const metadata = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter(key => key !== "__proto__"),
  fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.double({ noNaN: true }).map(x => x + 0),
    fc.boolean(),
  ),
  { maxKeys: 4 },
);

const time = fc.oneof(
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.constantFrom(0, 5e-324, 1e-9, 0.1, 1e9),
);

/** Rasters of every kind that the library can hold: empty, one spike, ties, the largest neuron numbers, long times. */
export const anyRaster: fc.Arbitrary<Raster> = fc
  .record({
    populations: fc.uniqueArray(
      fc.record({
        name: fc.oneof(
          fc.constantFrom("input", "hidden 1", 'a,"b"', "x#y", "n\nm"),
          fc.string({ minLength: 1, maxLength: 8 }),
        ),
        size: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(2 ** 31 + 1, 2 ** 32)),
      }),
      { minLength: 1, maxLength: 3, selector: population => population.name },
    ),
    draws: fc.array(fc.tuple(time, fc.nat(2), fc.nat({ max: 2 ** 32 - 1 })), { maxLength: 30 }),
    samples: fc.array(fc.tuple(time, fc.double({ noNaN: true })), { maxLength: 6 }),
    traced: fc.boolean(),
    metadata,
  })
  .map(({ populations, draws, samples, traced, metadata }) => {
    const spikes = draws
      .map(([t, p, i]) => {
        const index = p % populations.length;
        return [t, index, i % populations[index].size] as const;
      })
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const ordered = [...samples].sort((a, b) => a[0] - b[0]);
    return {
      durationMs: 1e9,
      populations,
      times: Float64Array.from(spikes, s => s[0]),
      populationIndex: Uint16Array.from(spikes, s => s[1]),
      neurons: Uint32Array.from(spikes, s => s[2]),
      traces: traced
        ? [
            {
              population: populations[0].name,
              neuron: 0,
              quantity: "v",
              times: Float64Array.from(ordered, s => s[0]),
              values: Float64Array.from(ordered, s => s[1]),
            },
          ]
        : [],
      metadata,
    };
  });
