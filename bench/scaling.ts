/**
 * How the cost of a simulation grows with neurons, synapses, rate, dt and idle time: that of the exact mode with events,
 * that of the grid mode with neurons times steps, and with events where they are many. Prints a table of the processor's
 * time.
 *
 *     npm run build && node dist/bench/scaling.js [--rounds 3]
 *
 * The network is CUBA (4,000 neurons, 80 synapses each, 1 s), of which each row changes one thing: more neurons with the
 * same synapses each; more synapses, weaker by as much; a stronger constant drive; another dt; or rest. Where it rests,
 * the drive sinks below threshold after that second, and nothing happens in those that follow.
 */
import { parseArgs } from "node:util";
import { cuba } from "../models/networks/cuba.ts";
import { describe } from "../src/description/describe.ts";
import { override } from "../src/description/override.ts";
import { type NetworkSpec, network } from "../src/engine/network/network.ts";
import { Simulation } from "../src/engine/simulation.ts";
import { inOwnProcess, median } from "./runs.ts";

interface Row {
  readonly changes: string;
  readonly neurons?: number;
  readonly synapses?: number;
  /** Constant drive [mV]; the threshold is 10 above rest. */
  readonly drive?: number;
  readonly dt?: number;
  /** Seconds at rest after the first one. */
  readonly rest?: number;
}

const rows: readonly Row[] = [
  ...[1000, 4000, 16_000, 64_000].map(neurons => ({ changes: "neurons", neurons })),
  ...[20, 80, 320, 1280].map(synapses => ({ changes: "synapses", synapses })),
  ...[10.1, 11, 14, 20].map(drive => ({ changes: "rate", drive })),
  ...[0.05, 0.1, 0.2, 0.5].map(dt => ({ changes: "dt", dt })),
  ...[0, 1, 10, 100].map(rest => ({ changes: "rest", rest })),
];

/** [ms] */
const WARM = 500;
function specOf({ neurons = 4000, synapses = 80, drive = 11 }: Row): NetworkSpec {
  const factor = 80 / synapses;
  const sets = [
    ...[`parameters.scale=${neurons / 4000}`, `parameters.p=${synapses / neurons}`],
    ...[`parameters.wE=${1.62 * factor} mV`, `parameters.wI=${-9 * factor} mV`, "parameters.delay=0.5 ms"],
    ...["E", "I"].map(name => `populations.${name}.neuron.bias=${drive} mV / (20 ms)`),
  ];
  return describe(sets.reduce(override, cuba as unknown)).spec;
}

const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

interface Figures {
  readonly seconds: number;
  readonly events: number;
  readonly rateHz: number;
}

/** What comes after some time of it: the loops are compiled by then, and activity is what it stays. */
function measure(row: Row, mode: "exact" | "grid"): Figures {
  const net = network(specOf(row));
  const simulation = new Simulation(net, mode === "grid" ? { mode, dt: row.dt ?? 0.1 } : { mode });
  simulation.run(WARM);
  const [events, spikes] = [simulation.synapticEvents, simulation.raster().times.length];
  const start = clock();
  simulation.run(1000);
  if (row.rest !== undefined) {
    for (const { name } of net.populations) simulation.setCurrent(name, -6 / 20);
    simulation.run(1000 * row.rest);
  }
  const seconds = clock() - start;
  return {
    seconds,
    events: simulation.synapticEvents - events,
    rateHz: (simulation.raster().times.length - spikes) / (row.neurons ?? 4000),
  };
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    row: { type: "string" },
    mode: { type: "string" },
  },
});

if (values.row !== undefined)
  console.log(JSON.stringify(measure(rows[Number(values.row)], values.mode as "exact" | "grid")));
else {
  console.log(
    "| changes | to | rate [Hz] | events | exact [s] | ns per event | grid [s] | ns per neuron and step |",
  );
  console.log(`|${" --- |".repeat(8)}`);
  rows.forEach((row, r) => {
    const runs = Array.from({ length: Number(values.rounds) }, () =>
      (["exact", "grid"] as const).map(mode =>
        inOwnProcess<Figures>(import.meta.url, ["--row", `${r}`, "--mode", mode]),
      ),
    );
    const [exact, grid] = [0, 1].map(m => median(runs.map(run => run[m].seconds))) as [number, number];
    const { events, rateHz } = runs[0][0];
    const { changes, neurons = 4000, synapses, drive, dt = 0.1, rest } = row;
    const to = {
      ...{ neurons: neurons.toLocaleString("en"), synapses: `${synapses} each`, rate: `${drive} mV` },
      ...{ dt: `${dt} ms`, rest: `${rest} s` },
    }[changes];
    const steps = (1000 * (1 + (rest ?? 0))) / dt;
    console.log(
      `| ${changes} | ${to} | ${(rateHz / (1 + (rest ?? 0))).toFixed(2)} | ${(events / 1e6).toFixed(2)} M | ` +
        `${exact.toFixed(2)} | ${((exact / events) * 1e9).toFixed(0)} | ${grid.toFixed(2)} | ` +
        `${((grid / neurons / steps) * 1e9).toFixed(2)} |`,
    );
  });
}
