import type { Raster } from "../../src/engine/record/raster.ts";
import type { Results, RunRecord, RunResult, Twin } from "../../src/training/results.ts";

/** A run with two epochs; what a test cares about it overrides. */
export function runOf(
  rule: string,
  twin: Twin,
  testAccuracy: number,
  more: Partial<RunResult> = {},
): RunResult {
  return {
    rule,
    twin,
    dataset: "digits",
    architecture: "64-128-2",
    seed: 1,
    epochs: 2,
    learningRate: 0.05,
    testAccuracy,
    testSamples: 10,
    trainAccuracy: testAccuracy,
    trainSamples: 1200,
    curve: [
      { epoch: 1, validationAccuracy: 0.5, trainLoss: 1.5, alignmentDegrees: rule === "frozen" ? [] : [80] },
      { epoch: 2, validationAccuracy: 0.75, trainLoss: 0.5, alignmentDegrees: rule === "frozen" ? [] : [60] },
    ],
    alignmentDegrees: rule === "frozen" ? [] : [60],
    confusion: [
      [4, 1],
      [0, 5],
    ],
    ...(twin === "spike"
      ? { encoder: "current", hiddenSpikesPerSample: 36.25, synapticEventsPerSample: 104_000 }
      : {}),
    trainSamplesPerSecond: twin === "rate" ? 8000 : 1500,
    wallSeconds: 1,
    ...more,
  };
}

export function resultsOf(...runs: RunResult[]): Results {
  return { schema: "threefactor.results/1", runs };
}

/** Three rules in both twins: one above, one below the control. */
export const twoTwins = resultsOf(
  runOf("bp", "rate", 0.97),
  runOf("bp", "spike", 0.965),
  runOf("pepita:textbook", "rate", 0.9),
  runOf("pepita:textbook", "spike", 0.91),
  runOf("frozen", "rate", 0.93),
  runOf("frozen", "spike", 0.91),
);

export const record: RunRecord = {
  schema: "threefactor.run/1",
  command: "threefactor compare --dataset digits --hidden 128",
  options: { dataset: "digits", hidden: [128] },
  versions: { threefactor: "0.1.0", node: "20.19.0" },
  seeds: [1],
  startedAt: "2026-01-05T10:02:11.120Z",
  endedAt: "2026-01-05T10:09:40Z",
  backend: "cpu",
  machine: "linux x64, 2 cores",
};

/** Spikes given as [time, population, neuron] in order of time. */
export function rasterOf(
  spikes: readonly (readonly [number, number, number])[],
  more: Partial<Raster> = {},
): Raster {
  return {
    durationMs: 100,
    populations: [
      { name: "input", size: 64 },
      { name: "hidden", size: 128 },
      { name: "output", size: 2 },
    ],
    times: Float64Array.from(spikes, spike => spike[0]),
    populationIndex: Uint16Array.from(spikes, spike => spike[1]),
    neurons: Uint32Array.from(spikes, spike => spike[2]),
    traces: [],
    metadata: { rule: "bp", seed: 1, label: 1, decision: 0, vThreshold: 1 },
    ...more,
  };
}

export function traceOf(population: string, neuron: number, points: readonly (readonly [number, number])[]) {
  return {
    population,
    neuron,
    quantity: "v",
    times: Float64Array.from(points, point => point[0]),
    values: Float64Array.from(points, point => point[1]),
  };
}
