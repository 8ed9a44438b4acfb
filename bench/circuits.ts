/**
 * Samples per second of a rule's circuit as it is trained, 784-256-10, grid mode of 1 ms and exact mode. Prints one line for
 * each rule and mode, with processor time of this process alone: nothing is recorded, no weight leaves the network between
 * two samples but those that the trainer reads.
 *
 *     npm run build && node dist/bench/circuits.js [samples, 300] [rules, dfa] [modes, grid,exact]
 *
 * Inputs are noise, as bright as digits: a fifth of the pixels, 1,500 spikes a sample.
 */
import { datasetOf } from "../src/data/arrays.ts";
import { Rng } from "../src/math/rng.ts";
import { ruleNamed } from "../src/rules/index.ts";
import type { CircuitSettings } from "../src/training/circuitSettings.ts";
import { circuitTrainer } from "../src/training/circuitTrainer.ts";

const [inputs, hidden, classes] = [784, 256, 10];
const [count = "300", names = "dfa", modes = "grid,exact"] = process.argv.slice(2);
const samples = Number(count);
const warm = Math.ceil(samples / 5);

function noise() {
  const rng = new Rng(1, "samples");
  const part = (n: number) => ({
    samples: Array.from({ length: n }, () =>
      Float32Array.from({ length: inputs }, () => (rng.uniform() > 0.19 ? 0 : rng.uniformIn(0.3, 1))),
    ),
    labels: Array.from({ length: n }, (_, s) => (s < classes ? s : rng.integer(classes))),
  });
  return datasetOf({ train: part(samples + warm), test: part(classes), classes });
}

function measure(rule: string, mode: CircuitSettings["mode"]): object {
  const data = noise();
  const trainer = circuitTrainer(ruleNamed(rule), data, {
    ...{ sizes: [inputs, hidden, classes], seed: 1, epochs: 1, batch: 1, learningRate: 0.02 },
    ...{ schedule: "1", encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20 },
    ...{ vThreshold: 0.25, maxSpikes: 4, circuit: { mode } },
  });
  const all = Uint32Array.from({ length: samples + warm }, (_, n) => n);
  const learn = (from: number, to: number) => {
    const stride = trainer.stride ?? 1;
    for (let n = from; n < to; n += stride) trainer.learn(all.subarray(n, Math.min(to, n + stride)), 1, 0);
  };
  // The loops are compiled, and weights where they begin.
  learn(0, warm);
  trainer.cost();
  const from = process.cpuUsage();
  learn(warm, warm + samples);
  const { user, system } = process.cpuUsage(from);
  const { synapticEventsPerSample, synapseUpdatesPerSample, msPerSample } = trainer.cost();
  return {
    rule,
    mode,
    samplesPerSecond: Math.round((1e6 * samples) / (user + system)),
    msPerSample,
    eventsPerSample: Math.round(synapticEventsPerSample!),
    changesPerSample: Math.round(synapseUpdatesPerSample!),
  };
}

for (const rule of names.split(","))
  for (const mode of modes.split(",")) console.log(JSON.stringify(measure(rule, mode as "grid")));
