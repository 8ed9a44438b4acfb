/**
 * Spiking training and inference at 784-256-10 on MNIST-like input, as `compare` runs them by default (`--reading spikes`):
 * samples per processor second in both precisions, by turns, with the sums and bytes of a sample in learning, and how near
 * they come to what the machine can do: sums in registers or bytes of weights read in order, whichever takes longer.
 *
 *     npm run build && node dist/bench/presentations.js [rounds] [hidden]
 */
import { createTrainer, type Dataset, Rng, type RunPlan, twinModel } from "../src/index.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { median } from "./runs.ts";

const SAMPLES = 640;
const rounds = Number(process.argv[2] ?? 5);
const hidden = Number(process.argv[3] ?? 256);
const rng = new Rng(1, "bench");
// As many active pixels and as much light as a handwritten digit has on average; classes differ in where they are.
const part = {
  count: SAMPLES,
  intensities: Float32Array.from({ length: 784 * SAMPLES }, (_, at) => {
    const near = (at % 784) % 10 === Math.floor(at / 784) % 10 ? 0.6 : 0.145;
    return rng.uniform() < near ? Math.min(1, rng.uniformIn(0.2, 1.15)) : 0;
  }),
  labels: Uint8Array.from({ length: SAMPLES }, (_, n) => n % 10),
};
const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
const shape = [28, 28, 1];
const data: Dataset = {
  ...{ name: "mnist-like", inputs: 784, classes: 10, shape },
  ...{ train: part, validation: none, test: part },
};
const { durationMs, tauMem, vThreshold, maxSpikes } = twinModel("mnist");

function prepare(rule: string, encoder: "rate" | "current", batch: number, precision: "single" | "double") {
  const plan: RunPlan = {
    rule,
    twin: "spike",
    settings: {
      ...{ sizes: [784, hidden, 10], seed: 1, epochs: 1, batch, learningRate: 0.002 * batch, schedule: "1" },
      ...{ precision, encoder, eligibility: "trace", durationMs, tauMem, vThreshold, maxSpikes },
    },
  };
  const trainer = createTrainer(plan, data);
  const timed = (run: () => void) => {
    const began = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
  const learn = () => {
    for (let first = 0; first < SAMPLES; first += batch) {
      const count = Math.min(batch, SAMPLES - first);
      trainer.learn(
        Uint32Array.from({ length: count }, (_, k) => first + k),
        0.002 * batch,
        0,
      );
    }
  };
  return {
    learn: () => timed(learn),
    infer: () => timed(() => trainer.evaluate(data.test)),
    /** Multiplications with a sum, of synapses that a spike or a value passes and of those that change. */
    sums: () => {
      const { synapticEventsPerSample = 0, synapseUpdatesPerSample = 0 } = trainer.cost();
      return [synapticEventsPerSample, synapseUpdatesPerSample];
    },
  };
}

const number = (x: number) => Math.round(x).toLocaleString("en");
const measureLimits = await limitsOf(4 * 784 * hidden);
console.log(
  "| rule | encoder | batch | single, samples/s | double, samples/s | single, inference/s | double, inference/s | events | changes | sums/s, single [10^9] | bytes/s [10^9] | limits [10^9] | % |",
);
console.log(`|${" --- |".repeat(13)}`);
for (const rule of ["bp", "dfa", "pepita", "pepita:sparse"]) {
  for (const encoder of ["rate", "current"] as const) {
    for (const batch of [1, 64]) {
      const both = (["single", "double"] as const).map(precision => prepare(rule, encoder, batch, precision));
      for (const one of both) one.learn();
      const [events, changes] = both[0].sums();
      const learned: number[][] = [[], []];
      const inferred: number[][] = [[], []];
      const limits: Limits[] = [];
      for (let round = 0; round < rounds; round++) {
        limits.push(measureLimits());
        both.forEach((one, k) => {
          learned[k].push(one.learn());
          inferred[k].push(one.infer());
        });
      }
      const speeds = [...learned, ...inferred].map(seconds => SAMPLES / median(seconds));
      const cells = [...speeds.map(number), number(events), number(changes)];
      // A weight is read for an event, read and written for a change.
      const [sums, bytes] = [events + changes, 4 * events + 8 * changes].map(each => each * speeds[0]);
      const most = { sums: median(limits.map(l => l.sums)), bytes: median(limits.map(l => l.bytes)) };
      const share = Math.round(100 * Math.max(sums / most.sums, bytes / most.bytes));
      const roof = [sums, bytes].map(x => (x / 1e9).toFixed(1));
      const at = `${(most.sums / 1e9).toFixed(0)}, ${(most.bytes / 1e9).toFixed(0)}`;
      console.log(`| ${rule} | ${encoder} | ${batch} | ${[...cells, ...roof, at, share].join(" | ")} |`);
    }
  }
}
