/**
 * Feed-forward inference, 784-1024-10: samples per second of processor time, alone or against Brian2's C++ and a loop in
 * PyTorch in one interleaved run. Prints a table and one JSON line per run.
 *
 *     npm run build && node dist/bench/inference.js [--samples 2000] [--rounds 3] [--peers DIR]
 *
 * DIR holds `brian2_ffwd.py`, `torch_ffwd.py` and `common.py`, which state the same model; weights and input spikes are
 * then theirs. Every run is a process of its own. What is compiled or loaded beforehand is not counted: Brian2's C++,
 * the imports of PyTorch, and here the construction and 512 samples before the clock starts.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Inference } from "../src/engine/lattice/batch/inference.ts";
import type { InputSpikes } from "../src/engine/lattice/batch/inputSpikes.ts";
import { type NetworkSpec, network } from "../src/engine/network/network.ts";
import type { NeuronSpec } from "../src/engine/network/neurons/index.ts";
import { Rng } from "../src/math/rng.ts";
import { inEmptyFolder, inOwnProcess, median, resultOf } from "./runs.ts";

const [inputs, hidden, outputs, active, sampleMs, dt] = [784, 1024, 10, 150, 20, 0.1];

/** How often the timed run goes over the samples, so that it is long enough to be timed. */
const TURNS = 5;

function spec(w1: Float32Array, w2: Float32Array): NetworkSpec {
  const neuron: NeuronSpec = {
    ...{ model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 5, weightAs: "drive" },
    ...{ vThreshold: 1, reset: "fixed", vReset: 0, tauRef: 1 },
  };
  return {
    populations: {
      input: { size: inputs, neuron: "input" },
      hidden: { size: hidden, neuron },
      output: { size: outputs, neuron },
    },
    projections: [
      { from: "input", to: "hidden", weights: w1 },
      { from: "hidden", to: "output", weights: w2 },
    ],
  };
}

/** Weights, and channel and step of each input spike of each sample. */
interface Work {
  readonly w1: Float32Array;
  readonly w2: Float32Array;
  readonly channels: Int32Array;
  readonly steps: Int32Array;
}

/** The same distributions as in the peers' `common.py`, drawn here. */
function drawn(samples: number): Work {
  const rng = new Rng(7, "inference");
  const normal = (n: number, mean: number, sd: number) =>
    Float32Array.from({ length: n }, () => rng.normal(mean, sd));
  const channels = new Int32Array(samples * active);
  for (let s = 0; s < samples; s++) {
    const order = Int32Array.from({ length: inputs }, (_, i) => i);
    for (let k = 0; k < active; k++) {
      const other = k + rng.integer(inputs - k);
      [order[k], order[other]] = [order[other], order[k]];
    }
    channels.set(order.subarray(0, active), s * active);
  }
  return {
    w1: normal(inputs * hidden, 0, 0.45),
    w2: normal(hidden * outputs, 0.1, 0.4),
    channels,
    steps: Int32Array.from(channels, () => 1 + rng.integer(sampleMs / dt / 2 - 1)),
  };
}

const dump = `
import sys
from common import ffwd_inputs, ffwd_weights
for a, name in zip(ffwd_weights() + ffwd_inputs(int(sys.argv[1])), ("w1", "w2", "channels", "steps")):
    a.tofile(sys.argv[2] + "/" + name)
`;

function ofPeers(samples: number, folder: string, into: string): void {
  const { status, stderr } = spawnSync("/usr/bin/python3", ["-c", dump, `${samples}`, into], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

function load(folder: string): Work {
  const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name))).buffer;
  const [w1, w2] = ["w1", "w2"].map(name => new Float32Array(bytes(name)));
  const [channels, steps] = ["channels", "steps"].map(name => new Int32Array(bytes(name)));
  return { w1: w1, w2: w2, channels: channels, steps: steps };
}

interface Figures {
  readonly simulator: string;
  readonly samplesPerSecond: number;
  readonly hidden: number;
  readonly output: number;
}

/** One run in this process. */
function measure({ w1, w2, channels, steps }: Work): Figures {
  const inference = new Inference(network(spec(w1, w2)), { durationMs: sampleMs, dt });
  const samples: InputSpikes[] = Array.from({ length: channels.length / active }, (_, s) => ({
    // The peers' input of step n is there for the first time after that step.
    times: Float64Array.from(steps.subarray(s * active, (s + 1) * active), n => (n + 1) * dt),
    neurons: channels.slice(s * active, (s + 1) * active),
  }));
  inference.run(samples.slice(0, 512));
  const { user, system } = process.cpuUsage();
  let totals: Readonly<Record<string, number>> = {};
  for (let turn = 0; turn < TURNS; turn++) totals = inference.run(samples).totals;
  const after = process.cpuUsage();
  const seconds = (after.user - user + after.system - system) / 1e6;
  return {
    simulator: "threefactor",
    samplesPerSecond: (TURNS * samples.length) / seconds,
    hidden: totals.hidden / samples.length,
    output: totals.output / samples.length,
  };
}

function peer(simulator: string, folder: string, script: string, args: readonly string[]): Figures {
  const result = resultOf("/usr/bin/python3", [script, ...args], folder);
  // Of Brian2's process, the share of the simulation is known by the clock alone.
  const seconds = result.sim_cpu_s ?? (result.total_cpu_s * result.sim_s) / result.total_wall_s;
  return {
    simulator,
    samplesPerSecond: result.samples / seconds,
    hidden: result.hidden_per_sample,
    output: result.out_per_sample,
  };
}

function brian2(folder: string, samples: string, options: readonly string[]): Figures {
  const name = `Brian2${options.length > 0 ? `, ${options[0]}` : ""}`;
  return inEmptyFolder(out => peer(name, folder, "brian2_ffwd.py", [samples, "1", out, ...options]));
}

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "2000" },
    rounds: { type: "string", default: "3" },
    peers: { type: "string" },
    one: { type: "string" },
  },
});
if (values.one !== undefined) {
  console.log(JSON.stringify(measure(load(values.one))));
} else {
  const samples = Number(values.samples);
  if (!(Number.isInteger(samples) && samples > 0)) {
    process.stderr.write(`--samples: expected a number above 0, got ${values.samples}\n`);
    process.exit(2);
  }
  const runs: Figures[] = [];
  inEmptyFolder(work => {
    if (values.peers) ofPeers(samples, values.peers, work);
    else {
      const { w1, w2, channels, steps } = drawn(samples);
      for (const [name, data] of Object.entries({ w1, w2, channels, steps })) {
        writeFileSync(join(work, name), data);
      }
    }
    const torch = (name: string, step: string) => () =>
      peer(name, values.peers!, "torch_ffwd.py", [values.samples, "1", step, "100", "sparse"]);
    const each = [
      () => inOwnProcess<Figures>(import.meta.url, ["--one", work]),
      ...(values.peers
        ? [
            () => brian2(values.peers!, values.samples, []),
            () => brian2(values.peers!, values.samples, ["float32"]),
            torch("PyTorch", "0.1"),
            torch("PyTorch, dt 1 ms", "1"),
          ]
        : []),
    ];
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const run of each) {
        const figures = run();
        runs.push(figures);
        console.error(JSON.stringify(figures));
      }
    }
  });
  console.log("| simulator | samples/s | times slower | hidden spikes | output spikes |");
  console.log("| --- | --- | --- | --- | --- |");
  const ours = runs.filter(run => run.simulator === "threefactor");
  for (const simulator of new Set(runs.map(run => run.simulator))) {
    const same = runs.filter(run => run.simulator === simulator);
    const ratio = median(same.map((run, k) => ours[k].samplesPerSecond / run.samplesPerSecond));
    const speed = median(same.map(run => run.samplesPerSecond));
    console.log(
      `| ${simulator} | ${Math.round(speed).toLocaleString("en")} | ${ratio.toFixed(1)} | ` +
        `${same[0].hidden.toFixed(2)} | ${same[0].output.toFixed(2)} |`,
    );
  }
}
