/**
 * Rates and irregularity of the cortical microcircuit (Potjans & Diesmann 2014) at a fraction of its size, in exact mode.
 *
 *     npm run build && node dist/experiments/microcircuit/experiment.js [scale] [milliseconds]
 */
import { writeFileSync } from "node:fs";
import { fullRates } from "../../models/networks/microcircuit.ts";
import {
  cv,
  describe,
  intervals,
  network,
  networkModels,
  override,
  Simulation,
  spikeTrains,
} from "../../src/index.ts";

const scale = Number(process.argv[2] ?? 0.1);
const durationMs = Number(process.argv[3] ?? 10_000);
const SETTLING = 200;

const { spec } = describe(override(networkModels.microcircuit, `parameters.scale=${scale}`));
const simulation = new Simulation(network(spec, { seed: 1 }));
simulation.run(durationMs);
const raster = simulation.raster();
const populations = raster.populations.map(({ name, size }, p) => {
  const late = spikeTrains(raster, name).map(train => train.filter(t => t >= SETTLING));
  const cvs = late.filter(train => train.length >= 4).map(train => cv(intervals(train)));
  const spikes = late.reduce((sum, train) => sum + train.length, 0);
  return {
    name,
    size,
    rateHz: (1000 * spikes) / size / (durationMs - SETTLING),
    fullRateHz: fullRates[p],
    cvIsi: cvs.length > 0 ? cvs.reduce((a, b) => a + b) / cvs.length : null,
  };
});
console.table(populations);
const measured = { scale, durationMs, seed: 1, synapticEvents: simulation.synapticEvents, populations };
const folder = new URL("../../../experiments/microcircuit/", import.meta.url);
writeFileSync(new URL("measured.json", folder), `${JSON.stringify(measured, null, 2)}\n`);
