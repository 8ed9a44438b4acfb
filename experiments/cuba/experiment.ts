/**
 * Self-sustained activity of the CUBA network (Vogels & Abbott 2005; Brette et al. 2007, benchmark 2) in exact mode:
 * rates and irregularity beside those of a clock-driven program that shares nothing with the engine, and a raster.
 *
 *     npm run build && node dist/experiments/cuba/experiment.js [milliseconds] [seed...]
 */
import { writeFileSync } from "node:fs";
import {
  cv,
  describe,
  intervals,
  network,
  networkModels,
  pictureToSvg,
  type Raster,
  rasterPicture,
  Simulation,
  spikeTrains,
  streamOf,
} from "../../src/index.ts";
import { clockDrivenCuba } from "./clockDriven.ts";

const durationMs = Number(process.argv[2] ?? 10_000);
const seeds = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [1, 2, 3];
const SETTLING = 300;

/** Rate of the neurons, and mean CV of the intervals of those with four spikes or more, after the first 300 ms. */
function measure(trains: readonly ArrayLike<number>[]) {
  const late = trains.map(train => Float64Array.from(train).filter(t => t >= SETTLING));
  const spikes = late.reduce((sum, train) => sum + train.length, 0);
  const cvs = late.filter(train => train.length >= 4).map(train => cv(intervals(train)));
  return {
    rateHz: (1000 * spikes) / trains.length / (durationMs - SETTLING),
    cvIsi: cvs.reduce((a, b) => a + b, 0) / cvs.length,
  };
}

let shown: Raster | null = null;
const exact = seeds.map(seed => {
  const simulation = new Simulation(network(describe(networkModels.cuba).spec, { seed }));
  simulation.run(durationMs);
  const raster = simulation.raster();
  shown ??= raster;
  const [e, i] = [spikeTrains(raster, "E"), spikeTrains(raster, "I")];
  const result = { seed, ...measure([...e, ...i]), E: measure(e), I: measure(i) };
  console.log(`exact, seed ${seed}: ${result.rateHz.toFixed(2)} Hz, CV ${result.cvIsi.toFixed(2)}`);
  return result;
});
const clockDriven = seeds.map(seed => {
  const result = { seed, ...measure(clockDrivenCuba(durationMs, seed)) };
  console.log(`clock-driven, seed ${seed}: ${result.rateHz.toFixed(2)} Hz, CV ${result.cvIsi.toFixed(2)}`);
  return result;
});

/** A tenth of the neurons of the last 500 ms. */
function part(raster: Raster): Raster {
  const from = Math.max(0, raster.durationMs - 500);
  const kept = [...raster.times.keys()].filter(
    k =>
      raster.times[k] >= from && raster.neurons[k] < raster.populations[raster.populationIndex[k]].size / 10,
  );
  return {
    ...raster,
    durationMs: raster.durationMs - from,
    populations: raster.populations.map(({ name, size }) => ({ name, size: size / 10 })),
    times: Float64Array.from(kept, k => raster.times[k] - from),
    populationIndex: Uint16Array.from(kept, k => raster.populationIndex[k]),
    neurons: Uint32Array.from(kept, k => raster.neurons[k]),
  };
}

const folder = new URL("../../../experiments/cuba/", import.meta.url);
writeFileSync(new URL("raster.svg", folder), pictureToSvg(rasterPicture(streamOf(part(shown!)))));
writeFileSync(
  new URL("measured.json", folder),
  `${JSON.stringify({ durationMs, exact, clockDriven }, null, 2)}\n`,
);
