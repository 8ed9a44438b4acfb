/**
 * Spiking training and inference at 784-256-10 on MNIST-like input, with the compiled loops and with their TypeScript
 * twins, interleaved: samples per second of each and their ratio.
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

function prepare(rule: string, encoder: "rate" | "current", compiled: boolean): () => void {
  const { weights, biases } = initialParameters(sizes, 1);
  const neuron = { tauMem: 20, vThreshold: 0.25 };
  const tauRef = refractoryPeriod(ruleNamed(rule).saturation ?? Infinity, { ...neuron, durationMs: 20 });
  const net = new FeedForwardNetwork(sizes, weights, biases, { ...neuron, tauRef }, 20, { compiled });
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

console.log("rule    encoder   compiled [samples/s]   TypeScript [samples/s]   ratio");
for (const rule of ["dfa", "pepita", "drtp"]) {
  for (const encoder of ["rate", "current"] as const) {
    const runs = [prepare(rule, encoder, true), prepare(rule, encoder, false)];
    for (const run of runs) run();
    const seconds: number[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      runs.forEach((run, k) => {
        const start = performance.now();
        run();
        seconds[k].push((performance.now() - start) / 1000);
      });
    }
    const [fast, plain] = seconds.map(s => SAMPLES / median(s)) as [number, number];
    const ratio = median(seconds[1].map((s, k) => s / seconds[0][k]));
    console.log(
      `${rule.padEnd(8)}${encoder.padEnd(10)}${fast.toFixed(0).padStart(20)}${plain.toFixed(0).padStart(25)}${ratio.toFixed(2).padStart(8)}`,
    );
  }
}
