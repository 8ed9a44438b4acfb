// Models of models/ as `threefactor export` hands them over, for open_circuits.py: what is in them, and where all input is
// known, what our engine makes of it. Usage: circuits.mjs FOLDER, after `npm run build`.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { networkModels } from "../../dist/models/index.js";
import { describe } from "../../dist/src/description/describe.js";
import { override } from "../../dist/src/description/override.js";
import { network } from "../../dist/src/engine/network/network.js";
import { Simulation } from "../../dist/src/engine/simulation.js";
import { nestCircuit } from "../../dist/src/io/nest/circuit.js";

const [folder] = process.argv.slice(2);
const cases = {
  brunel: { changes: ["parameters.scale=0.1"], duration: 10 },
  coba: { changes: ["parameters.scale=0.25"], duration: 10 },
  cuba: { changes: [], duration: 500, known: true },
  microcircuit: { changes: ["parameters.scale=0.02"], duration: 10 },
  synfire: { changes: [], duration: 160, known: true },
  // Its synapses learn by numbers that NEST has a partner for once the delay is on their far side.
  song: {
    changes: ["0", "1"]
      .map(q => `projections[${q}].delay=0.1 ms`)
      .concat("projections[0].delayKind=dendritic"),
    // Before the cell fires and its synapses learn.
    duration: 5,
  },
};

const told = {};
for (const [name, { changes, duration, known }] of Object.entries(cases)) {
  const set = changes.length > 0 ? ["--set", ...changes] : [];
  for (const [to, more] of [
    ["nest", ["--mode", "grid"]],
    ["sonata", []],
  ]) {
    const path = join(folder, `${name}.${to}`);
    const args = ["export", name, "--to", to, "--out", path, "--duration", String(duration), ...more, ...set];
    execFileSync(process.execPath, ["dist/src/cli/main.js", ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
  const { spec } = describe(changes.reduce(override, networkModels[name]));
  const net = network(spec, { seed: 1 });
  const how = { precise: false, dtMs: 0.1, durationMs: duration, seed: 1 };
  const { populations, projections } = nestCircuit(spec, net, how);
  const sum = (values, count) =>
    typeof values === "number" ? values * count : values.reduce((total, value) => total + value, 0);
  told[name] = {
    populations: Object.fromEntries(populations.map(population => [population.name, population.size])),
    projections: projections.map(({ from, to, pre, weights, delays }) => ({
      ...{ from, to, edges: pre.length },
      ...{ weights: sum(weights, pre.length), delays: sum(delays, pre.length) },
    })),
  };
  if (!known) continue;
  const simulation = new Simulation(net, { mode: "grid", dt: 0.1, precision: "double" });
  simulation.runUntil(duration);
  const { times, populationIndex, neurons } = simulation.raster();
  told[name].spikes = [...times.keys()].map(k => [
    net.populations[populationIndex[k]].name,
    neurons[k],
    Math.round(times[k] / 0.1),
  ]);
}
writeFileSync(join(folder, "circuits.json"), JSON.stringify(told));
