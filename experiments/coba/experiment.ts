/**
 * Self-sustained activity of the COBA network (Vogels & Abbott 2005; Brette et al. 2007, benchmark 1) in the grid mode:
 * rates and irregularity, beside those of Brian2 with the same synapses, potentials at the start and first spikes.
 *
 *     npm run build && node dist/experiments/coba/experiment.js [milliseconds] [--brian PYTHON] [seed...]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inEmptyFolder, resultOf } from "../../bench/runs.ts";
import {
  cv,
  describe,
  intervals,
  type Network,
  type NetworkSpec,
  network,
  networkModels,
  Rng,
  Simulation,
  spikeTrains,
} from "../../src/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { brian: { type: "string" } },
});
const durationMs = Number(positionals[0] ?? 10_000);
const seeds = positionals.length > 1 ? positionals.slice(1).map(Number) : [1, 2, 3, 4, 5];
const SETTLING = 300;
const [NOISE_HZ, NOISE_MS, DT] = [300, 50, 0.1];

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

/** The model with its noise as spikes that are known beforehand, so that both simulators have the same. */
function known(seed: number): { spec: NetworkSpec; times: number[]; neurons: number[] } {
  const { spec } = describe(networkModels.coba);
  const rng = new Rng(seed, "first spikes of coba");
  const [times, neurons]: [number[], number[]] = [[], []];
  for (let i = 0; i < 4000; i++) {
    for (let t = rng.exponential(NOISE_HZ); t < NOISE_MS / 1000; t += rng.exponential(NOISE_HZ)) {
      times.push(Math.max(1, Math.round((t * 1000) / DT)) * DT);
      neurons.push(i);
    }
  }
  const stimuli = (["E", "I"] as const).map(to => {
    const own = [...neurons.keys()].filter(k => neurons[k] < 3200 === (to === "E"));
    return {
      ...{ to, kind: "spikes" as const, weight: 6, times: own.map(k => times[k]) },
      neurons: own.map(k => (to === "E" ? neurons[k] : neurons[k] - 3200)),
    };
  });
  return { spec: { ...spec, stimuli }, times, neurons };
}

/** Writes a network as `bench/peers/brian2_coba.py` reads it. */
function hand(folder: string, net: Network, simulation: Simulation, noise: ReturnType<typeof known>): void {
  const write = (name: string, data: Float64Array | Uint32Array) => writeFileSync(join(folder, name), data);
  write("potentials.f64", Float64Array.from(net.populations.flatMap(({ initial }) => [...initial!])));
  write("noise-times.f64", Float64Array.from(noise.times));
  write("noise-neurons.u32", Uint32Array.from(noise.neurons));
  const first = { E: 0, I: 3200 } as const;
  for (const from of ["E", "I"] as const) {
    const [pre, post]: [number[], number[]] = [[], []];
    for (const to of ["E", "I"] as const) {
      const edges = simulation.connections(`${from}->${to}`);
      for (const i of edges.pre) pre.push(i);
      for (const j of edges.post) post.push(j + first[to]);
    }
    write(`${from}-pre.u32`, Uint32Array.from(pre));
    write(`${from}-post.u32`, Uint32Array.from(post));
  }
}

const peer = fileURLToPath(new URL("../../../bench/peers/brian2_coba.py", import.meta.url));

/** The same network in Brian2. */
function inBrian(python: string, net: Network, simulation: Simulation, noise: ReturnType<typeof known>) {
  return inEmptyFolder(given =>
    inEmptyFolder(built => {
      hand(given, net, simulation, noise);
      const { simulator } = resultOf(python, [peer, "rk4", "coba-4k", `${durationMs}`, built, given]);
      const bytes = (name: string) => readFileSync(join(given, name));
      const times = new Float64Array(Uint8Array.from(bytes("spike-times.f64")).buffer);
      const neurons = new Uint32Array(Uint8Array.from(bytes("spike-neurons.u32")).buffer);
      const trains: number[][] = Array.from({ length: 4000 }, () => []);
      neurons.forEach((i, k) => {
        trains[i].push(times[k]);
      });
      return { simulator, ...measure(trains) };
    }),
  );
}

const results = seeds.map(seed => {
  const noise = known(seed);
  const net = network(noise.spec, { seed });
  const simulation = new Simulation(net, { mode: "grid", dt: DT });
  simulation.run(durationMs);
  const raster = simulation.raster();
  const [e, i] = [spikeTrains(raster, "E"), spikeTrains(raster, "I")];
  const grid = { ...measure([...e, ...i]), E: measure(e), I: measure(i) };
  const brian = values.brian === undefined ? null : inBrian(values.brian, net, simulation, noise);
  const said = ({ rateHz, cvIsi }: { rateHz: number; cvIsi: number }) =>
    `${rateHz.toFixed(2)} Hz, CV ${cvIsi.toFixed(2)}`;
  console.log(`seed ${seed}: ${said(grid)}${brian ? `; ${brian.simulator}: ${said(brian)}` : ""}`);
  return { seed, grid, brian };
});
const folder = new URL("../../../experiments/coba/", import.meta.url);
writeFileSync(new URL("measured.json", folder), `${JSON.stringify({ durationMs, results }, null, 2)}\n`);
