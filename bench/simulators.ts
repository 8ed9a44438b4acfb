/**
 * Whole networks: construction and simulation, alone or against other simulators in one interleaved run. Prints a table
 * and one JSON line per run.
 *
 *     npm run build && node dist/bench/simulators.js [--cases cuba-4k,brunel] [--rounds 3] [--exact] [--peers DIR]
 *         [--brian PYTHON] [--nest PYTHON] [--genn PYTHON] [--auryn PROGRAM]
 *
 * DIR holds `brian2_cuba.py` and `brian2_brunel.py`, scripts for Brian2 that take the same models and print a line `RESULT`
 * and JSON. PYTHON is one that has `brian2` (for `coba-4k` and `coba-4k-euler`), `nest` or `pygenn`; PROGRAM is
 * `bench/peers/auryn_networks.cpp`, compiled. Without them only this simulator runs. Times are seconds of the processor, so
 * that they hold on a machine with other work; every run is a process of its own. `--ms` runs for another time than the
 * case's own.
 *
 *     node dist/bench/simulators.js --workers 1,2 [--cases cuba-40k,brunel] [--rounds 5]
 *
 * compares numbers of threads in the grid mode by the clock, the least time of all rounds, which is what an idle machine
 * would take; and what all threads together take of the processor, the least as well.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brunel } from "../models/networks/brunel.ts";
import { coba } from "../models/networks/coba.ts";
import { cuba } from "../models/networks/cuba.ts";
import { microcircuit } from "../models/networks/microcircuit.ts";
import { describe } from "../src/description/describe.ts";
import { override } from "../src/description/override.ts";
import { type NetworkSpec, network } from "../src/engine/network/network.ts";
import type { NeuronSpec } from "../src/engine/network/neurons/index.ts";
import { Simulation } from "../src/engine/simulation.ts";
import type { Rng } from "../src/math/rng.ts";
import { inEmptyFolder, inOwnProcess, median, resultOf } from "./runs.ts";

interface Case {
  readonly ms: number;
  spec(): NetworkSpec;
  /** Script of the peer and its arguments before the folder for what it compiles. */
  readonly peer: readonly string[];
  /** Methods of Brian2's own integration, where the neurons have no exact solution. */
  readonly methods?: readonly string[];
  /** Its arguments after the folder: CUBA's delay [ms]. */
  readonly delay?: string;
}

const cubaWith = (...sets: string[]) => describe(sets.reduce(override, cuba as unknown)).spec;

/** Brunel's network with additive pair STDP from excitatory to excitatory neurons, at most three times J. */
function plasticBrunel(): NetworkSpec {
  const { spec } = describe(brunel);
  const stdp = { kind: "stdp-pair", aPlus: 1e-4, aMinus: 1.05e-4, wMax: 0.3 } as const;
  const learns = ({ from, to }: { from: string; to: string }) => from === "E" && to === "E";
  return {
    ...spec,
    projections: spec.projections!.map(p => (learns(p) ? { ...p, plasticity: stdp } : p)),
  };
}

/** 4,000 neurons of a model that no kernel of the exact mode moves, with drawn delays and Poisson input. */
function ofModel(neuron: NeuronSpec): NetworkSpec {
  const delay = (rng: Rng) => rng.uniformIn(0.5, 2.5);
  const from = (name: string, n: number, weights: number) =>
    ["E", "I"].map(to => ({ from: name, to, connect: { kind: "inDegree", n } as const, weights, delay }));
  return {
    populations: { E: { size: 3200, neuron }, I: { size: 800, neuron } },
    projections: [...from("E", 80, 0.15), ...from("I", 20, -0.8)],
    stimuli: ["E", "I"].map(to => ({ to, kind: "poisson", rate: 1000, weight: 0.55 })),
  };
}

const membrane = { tauMem: 20, vThreshold: 10, tauRef: 2, reset: "fixed" } as const;

const cases: Readonly<Record<string, Case>> = {
  "cuba-4k": { ms: 10_000, spec: () => cubaWith(), peer: ["brian2_cuba.py", "4k", "1", "10"], delay: "0.1" },
  "cuba-40k": {
    ms: 10_000,
    spec: () => cubaWith("parameters.scale=10"),
    peer: ["brian2_cuba.py", "40k", "1", "10"],
    delay: "0.1",
  },
  "cuba-40kp": {
    ms: 2000,
    spec: () =>
      cubaWith("parameters.scale=10", "parameters.p=0.02", "parameters.wE=0.162 mV", "parameters.wI=-0.9 mV"),
    peer: ["brian2_cuba.py", "40kp", "1", "2"],
    delay: "0.1",
  },
  "coba-4k": {
    ...{ ms: 10_000, spec: () => describe(coba).spec },
    ...{ peer: [], methods: ["rk4", "exponential_euler"] },
  },
  "coba-4k-euler": {
    ms: 10_000,
    spec: () =>
      describe(
        ["E", "I"]
          .map(name => `populations.${name}.neuron.integrator=euler`)
          .reduce(override, coba as unknown),
      ).spec,
    ...{ peer: [], methods: ["euler"] },
  },
  brunel: { ms: 1000, spec: () => describe(brunel).spec, peer: ["brian2_brunel.py", "static", "1", "1"] },
  "brunel-stdp": { ms: 1000, spec: plasticBrunel, peer: ["brian2_brunel.py", "add", "1", "1"] },
  "microcircuit-fifth": {
    ms: 1000,
    spec: () => describe(override(microcircuit as unknown, "parameters.scale=0.2")).spec,
    peer: [],
  },
  "alif-4k": {
    ...{ ms: 300, peer: [] },
    spec: () => ofModel({ ...membrane, model: "alif", tauAdapt: 100, beta: 1 }),
  },
  "alpha-4k": {
    ...{ ms: 300, peer: [] },
    spec: () => ofModel({ ...membrane, model: "lif-alpha", tauExc: 2, weightAs: "peak" }),
  },
  "subtract-4k": {
    ...{ ms: 300, peer: [] },
    spec: () => ofModel({ ...membrane, model: "lif", reset: "subtract" }),
  },
  microcircuit: { ms: 1000, spec: () => describe(microcircuit).spec, peer: [] },
};

interface Figures {
  readonly simulator: string;
  readonly case: string;
  readonly buildSeconds: number | null;
  readonly runSeconds: number;
  readonly rateHz: number;
  readonly events: number;
  readonly bytesPerSynapse: number | null;
  /** By the clock; this simulator's alone. */
  readonly runClock?: number;
}

/** One run in this process. */
function measure(name: string, exact: boolean, workers: number): Figures {
  const { spec } = cases[name];
  const ms = msOf(name);
  const described = spec();
  const clock = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const start = clock();
  const net = network(described);
  const simulation = new Simulation(net, exact ? {} : { mode: "grid", workers });
  const [built, from] = [clock(), performance.now()];
  simulation.run(ms);
  const [done, to] = [clock(), performance.now()];
  simulation.close();
  const neurons = net.populations.reduce((sum, { size }) => sum + size, 0);
  const synapses = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  return {
    simulator: exact ? "threefactor, exact" : "threefactor, grid",
    case: name,
    buildSeconds: built - start,
    runSeconds: done - built,
    rateHz: (simulation.raster().times.length / neurons / ms) * 1000,
    events: simulation.synapticEvents,
    bytesPerSynapse: simulation.synapseBytes / synapses,
    runClock: (to - from) / 1000,
  };
}

function ours(name: string, exact: boolean, workers = 1): Figures {
  const args = ["--one", name, "--ms", `${msOf(name)}`, "--workers", `${workers}`];
  return inOwnProcess(import.meta.url, exact ? [...args, "--exact"] : args);
}

/** A program that takes a case, its time and an empty folder, and prints a line `RESULT` and its figures as JSON. */
function program(name: string, command: string, ...first: readonly string[]): Figures {
  const { simulator, build, run, rateHz, events } = inEmptyFolder(out =>
    resultOf(command, [...first, name, `${msOf(name)}`, out]),
  );
  const seconds = { buildSeconds: build, runSeconds: run };
  return { simulator, case: name, ...seconds, rateHz, events, bytesPerSynapse: null };
}

const script = (name: string) => fileURLToPath(new URL(`../../bench/peers/${name}`, import.meta.url));

function brian2(name: string, folder: string, options: readonly string[]): Figures {
  const { peer, delay } = cases[name];
  const [script, ...args] = [...peer.slice(0, -1), `${msOf(name) / 1000}`];
  const result = inEmptyFolder(out =>
    resultOf("/usr/bin/python3", [script, ...args, out, ...(delay ? [delay] : []), ...options], folder),
  );
  // Its process builds and simulates; the share of the simulation is known by the clock alone.
  const share = result.sim_s / result.total_wall_s;
  return {
    simulator: `Brian2${options.includes("float32") ? ", float32" : ""}`,
    case: name,
    buildSeconds: result.total_cpu_s * (1 - share),
    runSeconds: result.total_cpu_s * share,
    rateHz: result.rate_hz,
    events: result.syn_events,
    bytesPerSynapse: null,
  };
}

/** Cases that only the grid mode has. */
const numeric = ["coba-4k", "coba-4k-euler"];

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: Object.keys(cases).join(",") },
    rounds: { type: "string", default: "3" },
    peers: { type: "string" },
    brian: { type: "string" },
    nest: { type: "string" },
    genn: { type: "string" },
    auryn: { type: "string" },
    ms: { type: "string" },
    workers: { type: "string" },
    exact: { type: "boolean", default: false },
    one: { type: "string" },
  },
});
const msOf = (name: string) => (values.ms === undefined ? cases[name].ms : Number(values.ms));
const names = values.cases.split(",");
for (const name of names) {
  if (cases[name]) continue;
  process.stderr.write(`--cases: expected some of ${Object.keys(cases).join(", ")}, got ${name}\n`);
  process.exit(2);
}
if (values.one !== undefined) {
  console.log(JSON.stringify(measure(values.one, values.exact, Number(values.workers ?? 1))));
} else if (values.workers !== undefined) {
  console.log("| case | workers | run by the clock [s] | times faster | run, processor [s] |");
  console.log("| --- | --- | --- | --- | --- |");
  const crews = values.workers.split(",").map(Number);
  for (const name of names) {
    const rounds = Array.from({ length: Number(values.rounds) }, () =>
      crews.map(workers => ours(name, false, workers)),
    );
    const least = crews.map((_, k) => Math.min(...rounds.map(runs => runs[k].runClock!)));
    const seconds = crews.map((_, k) => Math.min(...rounds.map(runs => runs[k].runSeconds)));
    crews.forEach((workers, k) => {
      const faster = (least[0] / least[k]).toFixed(2);
      console.log(`| ${name} | ${workers} | ${least[k].toFixed(2)} | ${faster} | ${seconds[k].toFixed(2)} |`);
    });
  }
} else {
  const runs: Figures[] = [];
  for (const name of names) {
    const scripted = cases[name].peer.length > 0;
    const methods = (cases[name].methods ?? []).map(how => [script("brian2_coba.py"), how]);
    const exactly = values.exact && !numeric.includes(name);
    for (let round = 0; round < Number(values.rounds); round++) {
      const each = [
        () => ours(name, false),
        ...(exactly ? [() => ours(name, true)] : []),
        ...(values.peers && scripted ? [() => brian2(name, values.peers!, [])] : []),
        ...(values.peers && scripted ? [() => brian2(name, values.peers!, ["float32"])] : []),
        ...(values.brian ? methods.map(how => () => program(name, values.brian!, ...how)) : []),
        ...(values.nest ? [() => program(name, values.nest!, script("nest_networks.py"))] : []),
        ...(values.genn && scripted ? [() => program(name, values.genn!, script("genn_networks.py"))] : []),
        ...(values.auryn && scripted ? [() => program(name, values.auryn!)] : []),
      ];
      for (const run of each) {
        const figures = run();
        runs.push(figures);
        console.error(JSON.stringify(figures));
      }
    }
  }
  console.log(
    "| case | simulator | build [s] | run [s] | run, to ours | events/s | rate [Hz] | bytes/synapse |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const name of new Set(runs.map(run => run.case))) {
    const own = runs.filter(run => run.case === name && run.simulator === "threefactor, grid");
    for (const simulator of new Set(runs.filter(run => run.case === name).map(run => run.simulator))) {
      const same = runs.filter(run => run.case === name && run.simulator === simulator);
      const of = (field: "buildSeconds" | "runSeconds" | "rateHz" | "events") =>
        median(same.map(run => run[field] ?? Number.NaN));
      const ratio = median(same.map((run, k) => run.runSeconds / own[k].runSeconds));
      console.log(
        `| ${name} | ${simulator} | ${of("buildSeconds").toFixed(2)} | ${of("runSeconds").toFixed(2)} | ` +
          `${ratio.toFixed(2)} | ${(of("events") / of("runSeconds") / 1e6).toFixed(0)} M | ${of("rateHz").toFixed(2)} | ` +
          `${same[0].bytesPerSynapse?.toFixed(2) ?? "-"} |`,
      );
    }
  }
}
