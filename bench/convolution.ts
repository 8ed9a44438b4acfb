/**
 * Cost of a convolutional network in spikes against the number of its spikes: MNIST-like input through 8 kernels of 5 x 5
 * with max pools, at several thresholds. Events are counted, so they are the same everywhere; times are not.
 *
 *     npm run build && node dist/bench/convolution.js
 */
import { architectureFrom } from "../src/description/layeredModel.ts";
import { encoderOf, FeedForwardNetwork, initialParameters, Rng } from "../src/index.ts";

const SAMPLES = 100;
const rng = new Rng(1, "bench");
const samples = Array.from({ length: SAMPLES }, () =>
  Float32Array.from({ length: 784 }, () =>
    rng.uniform() < 0.19 ? Math.min(1, rng.uniformIn(0.2, 1.15)) : 0,
  ),
);
const layers = [{ kind: "conv", filters: 8, size: 5 } as const, { kind: "maxpool", size: 2 } as const];
const architecture = architectureFrom({ name: "bench", layers }, [28, 28], 10, "bench");
const { weights, biases } = initialParameters(architecture, 1);

console.log("encoder  threshold  max spikes  input spikes  hidden spikes  events  ms per sample");
for (const encoder of ["current", "rate"] as const) {
  for (const vThreshold of [1, 0.5, 0.25, 0.125]) {
    for (const maxSpikes of encoder === "rate" ? [2, 4, 8] : [4]) {
      const neuron = { tauMem: 20, vThreshold, tauRef: 0 };
      const net = new FeedForwardNetwork(architecture, weights, biases, neuron, 20);
      const code = encoderOf(encoder, { inputs: 784, durationMs: 20, tauMem: 20, maxSpikes, seed: 1 });
      const seen = net.presentation();
      let input = 0;
      const before = process.cpuUsage();
      samples.forEach((sample, n) => {
        code.encode(sample, `${n}`, net.input);
        input += net.input.spikes.length;
        net.present(seen);
      });
      const cpu = process.cpuUsage(before).user / 1000 / SAMPLES;
      const each = [input, net.hiddenSpikes, net.synapticEvents].map(sum => Math.round(sum / SAMPLES));
      console.log([encoder, vThreshold, maxSpikes, ...each, cpu.toFixed(2)].join("  "));
    }
  }
}
