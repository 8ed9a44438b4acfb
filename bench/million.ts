/**
 * A million neurons with a hundred synapses each: the processor's time to build and to run, memory, in both modes. The
 * network is CUBA (Vogels & Abbott 2005) at 250 times its size, with 100 synapses per neuron instead of 80 and weights
 * that are weaker by as much.
 *
 *     npm run build && node dist/bench/million.js [--ms 1000] [--scale 1] [--mode grid|exact] [--workers 1]
 *
 * `--scale` is the part of a million; each mode runs in a process of its own, whose peak of resident memory it prints.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cuba } from "../models/networks/cuba.ts";
import { describe } from "../src/description/describe.ts";
import { override } from "../src/description/override.ts";
import { network } from "../src/engine/network/network.ts";
import { Simulation } from "../src/engine/simulation.ts";

const { values } = parseArgs({
  options: {
    ms: { type: "string", default: "1000" },
    scale: { type: "string", default: "1" },
    mode: { type: "string" },
    workers: { type: "string", default: "1" },
  },
});
/** Seconds of the processor. */
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const modes = ["grid", "exact"] as const;

function measure(mode: "grid" | "exact"): void {
  const ms = Number(values.ms);
  const scale = 250 * Number(values.scale);
  const sets = [`parameters.scale=${scale}`, "parameters.p=0.025 / scale"];
  const weights = ["parameters.wE=1.62 mV * 0.8", "parameters.wI=-9 mV * 0.8"];
  const { spec } = describe([...sets, ...weights].reduce(override, cuba as unknown));
  const start = clock();
  const net = network(spec);
  const built = clock();
  const simulation = new Simulation(net, mode === "grid" ? { mode, workers: Number(values.workers) } : {});
  const ready = clock();
  simulation.run(ms);
  const done = clock();
  const spikes = simulation.raster().times.length;
  const neurons = net.populations.reduce((sum, { size }) => sum + size, 0);
  const synapses = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  const seconds = (from: number, to: number) => (to - from).toFixed(1);
  console.log(
    `| ${mode} | ${neurons.toLocaleString("en")} | ${synapses.toLocaleString("en")} | ${seconds(start, built)} | ` +
      `${seconds(built, ready)} | ${seconds(ready, done)} | ` +
      `${(simulation.synapticEvents / (done - ready) / 1e6).toFixed(0)} M | ` +
      `${((1000 * spikes) / neurons / ms).toFixed(2)} | ${(simulation.synapseBytes / synapses).toFixed(1)} | ` +
      `${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} |`,
  );
  simulation.close();
}

const mode = modes.find(name => name === values.mode);
if (mode) measure(mode);
else {
  console.log(
    "| mode | neurons | synapses | network [s] | simulation set up [s] | run [s] | events/s | rate [Hz] | " +
      "bytes/synapse | peak memory [GiB] |",
  );
  console.log(`|${" --- |".repeat(10)}`);
  for (const name of modes) {
    const own = [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--mode", name];
    const { status } = spawnSync(process.execPath, own, { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
}
