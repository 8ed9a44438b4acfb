/**
 * Cost of a convolutional network in spikes against the number of its spikes: MNIST-like input through 8 kernels of 5 x 5
 * with max pools, at several thresholds, in both precisions by turns; then PEPITA's learning of the network `pepita-conv`.
 * Events are counted, so they are the same everywhere; times, of the processor, are not.
 *
 *     npm run build && node dist/bench/convolution.js
 */
import { architectureFrom, type LayeredModel } from "../src/description/layeredModel.ts";
import {
  createTrainer,
  encoderOf,
  FeedForwardNetwork,
  initialParameters,
  Rng,
  type RunPlan,
} from "../src/index.ts";

const SAMPLES = 100;
const rng = new Rng(1, "bench");
const samples = Array.from({ length: SAMPLES }, () =>
  Float32Array.from({ length: 784 }, () =>
    rng.uniform() < 0.19 ? Math.min(1, rng.uniformIn(0.2, 1.15)) : 0,
  ),
);
const model = (filters: number): LayeredModel => ({
  name: "bench",
  layers: [
    { kind: "conv", filters, size: 5 },
    { kind: "maxpool", size: 2 },
  ],
});
const architecture = architectureFrom(model(8), [28, 28], 10, "bench");
const { weights, biases } = initialParameters(architecture, 1);
const precisions = ["single", "double"] as const;

/** Processor time [ms] of something done. */
function timed(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

console.log("encoder  threshold  max spikes  input spikes  hidden spikes  events  ms single  ms double");
for (const encoder of ["current", "rate"] as const) {
  for (const vThreshold of [1, 0.5, 0.25, 0.125]) {
    for (const maxSpikes of encoder === "rate" ? [2, 4, 8] : [4]) {
      const neuron = { tauMem: 20, vThreshold, tauRef: 0 };
      const code = encoderOf(encoder, { inputs: 784, durationMs: 20, tauMem: 20, maxSpikes, seed: 1 });
      const both = precisions.map(precision => {
        const net = new FeedForwardNetwork(architecture, weights, biases, neuron, 20, { precision });
        return { net, seen: net.presentation(), input: 0, ms: 0 };
      });
      for (let first = 0; first < SAMPLES; first += 10) {
        for (const one of both) {
          one.ms += timed(() => {
            for (let n = first; n < first + 10; n++) {
              code.encode(samples[n], `${n}`, one.net.input);
              one.input += one.net.input.spikes.length;
              one.net.present(one.seen);
            }
          });
        }
      }
      const [{ input, net }] = both;
      const each = [input, net.hiddenSpikes, net.synapticEvents].map(sum => Math.round(sum / SAMPLES));
      const times = both.map(({ ms }) => (ms / SAMPLES).toFixed(2));
      console.log([encoder, vThreshold, maxSpikes, ...each, ...times].join("  "));
    }
  }
}

const part = {
  count: SAMPLES,
  intensities: Float32Array.from(
    { length: 784 * SAMPLES },
    (_, at) => samples[Math.floor(at / 784)][at % 784],
  ),
  labels: Uint8Array.from({ length: SAMPLES }, (_, n) => n % 10),
};
const shape = [28, 28];
const data = {
  ...{ name: "mnist-like", inputs: 784, classes: 10, shape },
  ...{ train: part, validation: part, test: part },
};
const published = architectureFrom(model(32), shape, 10, "bench");
console.log("\nlearning 28x28-32c5-2p-10  encoder  ms single  ms double");
for (const rule of ["pepita", "dfa", "bp"]) {
  for (const encoder of ["current", "rate"] as const) {
    const trainers = precisions.map(precision => {
      const plan: RunPlan = {
        ...{ rule, twin: "spike" },
        settings: {
          ...{ sizes: published.sizes, architecture: published, seed: 1, epochs: 1, batch: 10 },
          ...{ learningRate: 0.001, schedule: "1", precision, encoder, eligibility: "trace" },
          ...{ durationMs: 20, tauMem: 20, vThreshold: 0.25, maxSpikes: 4 },
        },
      };
      return { trainer: createTrainer(plan, data), ms: 0 };
    });
    for (let first = 0; first < SAMPLES; first += 10) {
      const indices = Uint32Array.from({ length: 10 }, (_, n) => first + n);
      for (const one of trainers) one.ms += timed(() => one.trainer.learn(indices, 0.001, 0));
    }
    console.log([rule, encoder, ...trainers.map(({ ms }) => (ms / SAMPLES).toFixed(2))].join("  "));
  }
}
