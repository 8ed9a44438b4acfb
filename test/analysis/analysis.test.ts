import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossCorrelogram } from "../../src/analysis/correlogram.ts";
import { vanRossum, victorPurpura } from "../../src/analysis/distances.ts";
import { cv, cv2, intervalHistogram, intervals } from "../../src/analysis/intervals.ts";
import { binCounts, fanoFactor, firingRate, populationRates, trainFano } from "../../src/analysis/rates.ts";
import { meanSpikeDistance, spikeDistance } from "../../src/analysis/spikeDistance.ts";
import { activeTrains, spikeTrains } from "../../src/analysis/spikeTrains.ts";
import { summarise, summaryToCsv } from "../../src/analysis/summary.ts";
import { InputError } from "../../src/errors.ts";
import { Rng } from "../../src/math/rng.ts";
import { sampleRaster } from "../io/raster/rasters.ts";

const train = (...times: number[]) => Float64Array.from(times);
const anyTrain = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 12 })
  .map(list => Float64Array.from(list.sort((a, b) => a - b)));

/** Spikes of the first train up, of the second down. */
function signed(a: Float64Array, b: Float64Array): [number, number][] {
  return [
    ...Array.from(a, (t): [number, number] => [t, 1]),
    ...Array.from(b, (t): [number, number] => [t, -1]),
  ];
}

function poisson(rateHz: number, durationMs: number): Float64Array {
  const rng = new Rng(4, "poisson");
  const times: number[] = [];
  for (let t = rng.exponential(rateHz / 1000); t < durationMs; t += rng.exponential(rateHz / 1000))
    times.push(t);
  return Float64Array.from(times);
}

describe("rates and intervals", () => {
  test("of a clock: its rate, no variation", () => {
    const clock = Float64Array.from({ length: 50 }, (_, k) => 10 * k + 5);
    expect(firingRate(clock, 500)).toBe(100);
    expect([cv(intervals(clock)), cv2(intervals(clock)), fanoFactor(binCounts(clock, 50, 500))]).toEqual([
      0, 0, 0,
    ]);
  });
  test("of two intervals, by hand", () => {
    expect(cv(train(1, 3))).toBe(0.5);
    expect(cv2(train(1, 3))).toBe(1);
    expect(fanoFactor([0, 2])).toBe(1);
    expect([...intervalHistogram(train(0.5, 1, 2.5, 9), 1, 3)]).toEqual([1, 1, 1]);
    expect(cv(train(1))).toBeNaN();
  });
  test("of a Poisson process: CV, CV2 and Fano factor near 1", () => {
    const spikes = poisson(50, 400_000);
    const isis = intervals(spikes);
    for (const value of [cv(isis), cv2(isis), fanoFactor(binCounts(spikes, 100, 400_000))])
      expect(Math.abs(value - 1)).toBeLessThan(0.05);
  });
  test("the Fano factor of a train is that of its counts, whose empty bins are not counted one by one", () => {
    fc.assert(
      fc.property(
        anyTrain.filter(list => list.length > 0),
        fc.integer({ min: 1, max: 60 }),
        (list, bin) => {
          expect(trainFano(list, bin, 100)).toBeCloseTo(fanoFactor(binCounts(list, bin, 100)), 10);
        },
      ),
    );
    // Two spikes alone in their bins, of 2e11: variance over mean is 1 - mean.
    expect(trainFano(train(0, 1e12), 5, 1e12)).toBeCloseTo(1, 10);
    expect(trainFano(train(), 5, 100)).toBeNaN();
  });
  test("trains of the neurons that fired, whatever the size of their population", () => {
    const raster = {
      ...{ durationMs: 10, traces: [], metadata: {} },
      populations: [
        { name: "a", size: 2 ** 32 },
        { name: "b", size: 3 },
        { name: "c", size: 1 },
      ],
      times: train(1, 2, 3, 4),
      populationIndex: Uint16Array.of(0, 1, 0, 0),
      neurons: Uint32Array.of(4e9, 2, 7, 4e9),
    };
    expect(activeTrains(raster).map(own => [...own])).toEqual([
      [
        [7, train(3)],
        [4e9, train(1, 4)],
      ],
      [[2, train(2)]],
      [],
    ]);
    expect(spikeTrains(raster, "b")).toEqual([train(), train(), train(2)]);
    expect(() => spikeTrains(raster, "a")).toThrow(
      /^population: expected at most \d+ neurons, got 4294967296 of a$/,
    );
  });
  test("of a raster, by population", () => {
    expect(populationRates(sampleRaster())).toEqual([
      { name: "input", spikes: 3, rateHz: 37.5 },
      { name: "hidden 1", spikes: 3, rateHz: 50 },
    ]);
    expect(spikeTrains(sampleRaster(), "input")[0]).toEqual(train(1.1, 20));
    expect(() => spikeTrains(sampleRaster(), "x")).toThrow(
      "population: expected one of input, hidden 1, got x",
    );
  });
});

describe("cross-correlogram", () => {
  test("has the one peak of a delayed copy", () => {
    const spikes = poisson(20, 5000);
    const counts = crossCorrelogram(
      spikes,
      spikes.map(t => t + 3),
      1,
      5,
    );
    expect(counts.length).toBe(11);
    expect(counts[5 + 3]).toBeGreaterThanOrEqual(spikes.length);
    expect([...crossCorrelogram(train(10), train(7.5, 10, 12.4), 1, 3)]).toEqual([0, 1, 0, 1, 0, 1, 0]);
  });
});

describe("Victor-Purpura distance", () => {
  test("moves a spike while that is cheaper than making it anew", () => {
    expect(victorPurpura(train(5), train(8), 0.5)).toBe(1.5);
    expect(victorPurpura(train(5), train(8), 10)).toBe(2);
    expect(victorPurpura(train(1, 2, 3), train(7), 0)).toBe(2);
  });
  test("is a metric", () => {
    fc.assert(
      fc.property(anyTrain, anyTrain, anyTrain, (a, b, c) => {
        const d = (x: Float64Array, y: Float64Array) => victorPurpura(x, y, 0.1);
        expect(d(a, a)).toBe(0);
        expect(d(a, b)).toBeCloseTo(d(b, a), 10);
        expect(d(a, c)).toBeLessThanOrEqual(d(a, b) + d(b, c) + 1e-9);
      }),
    );
  });
});

describe("van Rossum distance", () => {
  test("of a lone spike and of a moved one, in closed form", () => {
    expect(vanRossum(train(5), train(), 10)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(vanRossum(train(5), train(9), 10)).toBeCloseTo(Math.sqrt(1 - Math.exp(-0.4)), 12);
  });
  test("equals the integral it stands for", () => {
    fc.assert(
      fc.property(anyTrain, anyTrain, (a, b) => {
        let squared = 0;
        for (const [x, sx] of signed(a, b))
          for (const [y, sy] of signed(a, b)) squared += (sx * sy * Math.exp(-Math.abs(x - y) / 7)) / 2;
        expect(vanRossum(a, b, 7)).toBeCloseTo(Math.sqrt(Math.max(0, squared)), 6);
      }),
    );
  });
});

describe("SPIKE-distance", () => {
  test("equals what the authors' PySpike 0.9.0 gives", () => {
    const [a, b] = [train(0.2, 0.4, 0.6, 0.7), train(0.3, 0.45, 0.8, 0.9, 0.95)];
    expect(spikeDistance(a, b, 1)).toBeCloseTo(0.397286355644331, 12);
    expect(spikeDistance(train(0.5), train(0.25), 1)).toBeCloseTo(0.4666666666666667, 12);
    expect(spikeDistance(train(), train(0.25), 1)).toBeCloseTo(0.20244897959183672, 12);
  });
  test("is 0 for equal trains, symmetric, and at most 1", () => {
    fc.assert(
      fc.property(anyTrain, anyTrain, (a, b) => {
        expect(spikeDistance(a, a, 100)).toBe(0);
        expect(spikeDistance(a, b, 100)).toBeCloseTo(spikeDistance(b, a, 100), 10);
        expect(spikeDistance(a, b, 100)).toBeLessThanOrEqual(1);
      }),
    );
    expect(meanSpikeDistance([train(1, 5), train(1, 5), train(1, 5)], 10)).toBe(0);
  });
});

test("the summary is a table with every statistic of every population", () => {
  const rows = summarise(sampleRaster());
  expect(rows.find(row => row.population === "hidden 1" && row.statistic === "rate")).toEqual({
    population: "hidden 1",
    statistic: "rate",
    at: null,
    value: 50,
    unit: "Hz",
  });
  const lines = summaryToCsv(rows).split("\n");
  expect(lines[0]).toBe("population,statistic,at_ms,value,unit");
  expect(lines[1]).toBe("input,neurons,,4,1");
  expect(lines).toContain("hidden 1,CV,,,1");
});

test("a summary costs what its spikes cost: by long durations, large and many populations", () => {
  const populations = Array.from({ length: 3000 }, (_, p) => ({ name: `p${p}`, size: 2 ** 32 }));
  const raster = {
    ...{ durationMs: 1e300, traces: [], metadata: {}, populations },
    times: train(0, 1e12, 1e300),
    populationIndex: Uint16Array.of(2999, 2999, 2999),
    neurons: Uint32Array.of(1, 1, 2 ** 32 - 1),
  };
  const rows = summarise(raster).filter(row => row.population === "p2999");
  const value = (statistic: string) => rows.find(row => row.statistic === statistic)?.value;
  expect(value("active neurons")).toBe(2);
  expect(value("Fano factor (5 ms)")).toBeCloseTo(1, 10);
  // The shortest of all durations has no twentieth part.
  expect(summarise({ ...raster, durationMs: 5e-324, times: train(0, 0, 0) }).length).toBeGreaterThan(0);
});

test("distances compare as many trains as have 32,768 spikes", () => {
  const many = (count: number) => Float64Array.from({ length: count }, (_, k) => k);
  const of = (...counts: number[]) => {
    const spikes = counts
      .flatMap((count, neuron) => [...many(count)].map(t => [t, neuron] as const))
      .sort(([a], [b]) => a - b);
    const raster = {
      ...{ durationMs: 40_000, traces: [], metadata: {}, populations: [{ name: "a", size: 5 }] },
      times: Float64Array.from(spikes, ([t]) => t),
      populationIndex: new Uint16Array(spikes.length),
      neurons: Uint32Array.from(spikes, ([, neuron]) => neuron),
    };
    const rows = summarise(raster);
    return ["neurons compared", "SPIKE-distance"].map(
      statistic => rows.find(row => row.statistic === statistic)!.value,
    );
  };
  expect(of(100, 100, 32_000, 1000, 3)).toEqual([3, expect.any(Number)]);
  expect(of(32_769, 3)).toEqual([0, null]);
});

test.each<[string, () => unknown]>([
  ["bins: expected at most 134217728, got 200000000000", () => binCounts([1], 5, 1e12)],
  ["bins: expected at most 134217728, got Infinity", () => binCounts([1], 5e-324, 1e300)],
  ["bins: expected at most 134217728, got 1000000000", () => intervalHistogram(train(1), 1, 1e9)],
  ["bins: expected at most 134217728, got 2000000001", () => crossCorrelogram(train(1), train(2), 1, 1e9)],
  ["binMs: expected a time in ms above 0, got 0", () => binCounts([1], 0, 10)],
  ["durationMs: expected 0 ms or more, got Infinity", () => binCounts([1], 1, Infinity)],
  ["binMs: expected a time in ms above 0, got -1", () => intervalHistogram(train(1), -1, 10)],
  ["bins: expected an integer of 1 or more, got 1.5", () => intervalHistogram(train(1), 1, 1.5)],
  ["binMs: expected a time in ms above 0, got 0", () => crossCorrelogram(train(1), train(2), 0, 10)],
  ["maxLagMs: expected 0 ms or more, got NaN", () => crossCorrelogram(train(1), train(2), 1, Number.NaN)],
  ["cost: expected 0 per ms or more, got -1", () => victorPurpura(train(1), train(2), -1)],
  ["tau: expected a time in ms above 0, got 0", () => vanRossum(train(1), train(2), 0)],
])("a width that is no time is refused: %s", (message, ask) => {
  expect(ask).toThrow(InputError);
  expect(ask).toThrow(message);
});
