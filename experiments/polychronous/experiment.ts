/**
 * Rates, rhythms and weights of the polychronous network over an hour (Izhikevich 2006, Neural Comput. 18:245).
 *
 *     npm run build && node dist/experiments/polychronous/experiment.js [seconds] [seed]
 */
import { writeFileSync } from "node:fs";
import { describe, network, networkModels, Simulation } from "../../src/index.ts";

const seconds = Number(process.argv[2] ?? 3600);
const seed = Number(process.argv[3] ?? 1);
/** Seconds over which a spectrum is taken, each by itself. */
const WINDOW = 10;
const MAX = 10;

const net = network(describe(networkModels.polychronous).spec, { seed });
const sizes = Object.fromEntries(net.populations.map(({ name, size }) => [name, size]));
const counts: Record<string, number> = { E: 0, I: 0 };
/** Spikes of excitatory neurons in each ms of the present window. */
let perMs = new Float64Array(1000 * WINDOW);
let from = 0;
const simulation = new Simulation(net, {
  ...{ mode: "grid", dt: 1, record: { spikes: false } },
  onSpike(population, _neuron, t) {
    counts[population]++;
    const at = Math.round(t) - from;
    if (population === "E" && at < perMs.length) perMs[at]++;
  },
});

/** Power at 1 to 100 Hz over that of as many spikes at random times, mean over the seconds of the window. */
function spectrum(): number[] {
  const spikes = perMs.reduce((a, b) => a + b, 0) / WINDOW;
  return Array.from({ length: 100 }, (_, k) => {
    let power = 0;
    for (let s = 0; s < WINDOW; s++) {
      let [re, im] = [0, 0];
      for (let t = 0; t < 1000; t++) {
        const phase = (2 * Math.PI * (k + 1) * t) / 1000;
        re += perMs[1000 * s + t] * Math.cos(phase);
        im += perMs[1000 * s + t] * Math.sin(phase);
      }
      power += (re * re + im * im) / spikes;
    }
    return power / WINDOW;
  });
}

/** Highest power of a band [Hz], and where it is. */
function peak(powers: readonly number[], low: number, high: number) {
  const band = powers.slice(low - 1, high);
  const power = Math.max(...band);
  return { hz: low + band.indexOf(power), power: Number(power.toFixed(1)) };
}

const rows: object[] = [];
// What learning has made of the first seconds, of minutes, and of the hour.
const starts = [0, 100, 600, 1800, seconds - WINDOW].filter((s, k, all) => s >= 0 && all.indexOf(s) === k);
for (const start of starts.filter(s => s + WINDOW <= seconds).sort((a, b) => a - b)) {
  while (simulation.time < 1000 * start)
    simulation.runUntil(Math.min(1000 * start, simulation.time + 60_000));
  from = 1000 * start;
  perMs = new Float64Array(1000 * WINDOW);
  counts.E = 0;
  counts.I = 0;
  simulation.runUntil(1000 * (start + WINDOW));
  const weights = [...simulation.weights("E->E"), ...simulation.weights("E->I")];
  const share = (is: (w: number) => boolean) =>
    Number((weights.filter(is).length / weights.length).toFixed(3));
  const powers = spectrum();
  const row = {
    fromSecond: start,
    rateE: Number((counts.E / sizes.E / WINDOW).toFixed(2)),
    rateI: Number((counts.I / sizes.I / WINDOW).toFixed(2)),
    delta: peak(powers, 1, 7),
    gamma: peak(powers, 30, 70),
    weights: {
      least: weights.reduce((a, b) => Math.min(a, b)),
      most: weights.reduce((a, b) => Math.max(a, b)),
      belowTwentieth: share(w => w < MAX / 20),
      aboveNineteenTwentieths: share(w => w > (19 * MAX) / 20),
    },
  };
  console.log(JSON.stringify(row));
  rows.push(row);
  const folder = new URL("../../../experiments/polychronous/", import.meta.url);
  writeFileSync(new URL("measured.json", folder), `${JSON.stringify({ seed, seconds, rows }, null, 2)}\n`);
}
