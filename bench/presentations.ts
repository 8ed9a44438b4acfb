/**
 * Spiking training and inference at 784-256-10 on MNIST-like input: samples per second.
 *
 *     npm run build && node dist/bench/presentations.js [rounds]
 */
import {
  dense,
  encoderOf,
  FeedForwardNetwork,
  initialParameters,
  Rng,
  ruleNamed,
  ThreeFactorSynapses,
} from "../src/index.ts";
import { refractoryPeriod } from "../src/training/spikingTrainer.ts";
import { median } from "./runs.ts";

const sizes = [784, 256, 10];
const SAMPLES = 300;
const rounds = Number(process.argv[2] ?? 5);
const rng = new Rng(1, "bench");
// As many active pixels and as much light as a handwritten digit has on average.
const samples = Array.from({ length: SAMPLES }, () =>
  Float32Array.from({ length: 784 }, () =>
    rng.uniform() < 0.19 ? Math.min(1, rng.uniformIn(0.2, 1.15)) : 0,
  ),
);

function prepare(rule: string, encoder: "rate" | "current"): () => void {
  const { weights, biases } = initialParameters(sizes, 1);
  const neuron = { tauMem: 20, vThreshold: 0.25 };
  const tauRef = refractoryPeriod(ruleNamed(rule).saturation ?? Infinity, { ...neuron, durationMs: 20 });
  const net = new FeedForwardNetwork(sizes, weights, biases, { ...neuron, tauRef }, 20);
  const code = encoderOf(encoder, { inputs: 784, durationMs: 20, tauMem: 20, maxSpikes: 4, seed: 1 });
  const synapses = new ThreeFactorSynapses(net, "trace");
  const forms = ruleNamed(rule).create(dense(sizes), new Rng(1, "feedback"), SAMPLES);
  const learner = forms.spiking!(net);
  const descend = synapses.accumulate.bind(synapses);
  return () => {
    samples.forEach((x, index) => {
      code.encode(x, "bench", net.input);
      learner.learn({ label: index % 10, index, key: "bench" }, descend, { step() {} } as never);
      if (index % 10 === 9) synapses.apply(0.02);
    });
  };
}

console.log("| rule | encoder | samples/s |\n| --- | --- | --- |");
for (const rule of ["dfa", "pepita:sparse", "drtp"]) {
  for (const encoder of ["rate", "current"] as const) {
    const run = prepare(rule, encoder);
    run();
    const seconds = Array.from({ length: rounds }, () => {
      const start = performance.now();
      run();
      return (performance.now() - start) / 1000;
    });
    console.log(`| ${rule} | ${encoder} | ${Math.round(SAMPLES / median(seconds)).toLocaleString("en")} |`);
  }
}
