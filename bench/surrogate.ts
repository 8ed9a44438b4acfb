/**
 * One epoch of spiking training at 784-256-10 on MNIST, batch 128, against the usual way: 25 time steps in PyTorch with
 * a surrogate gradient (surrogate.py). Both on one thread, by turns, a tenth of the epoch each.
 *
 *     npm run build && node dist/bench/surrogate.js DATA_DIR [PYTHON]
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTrainer, loadDataset, type RunPlan, twinModel } from "../src/index.ts";

const [BATCH, TENTHS] = [128, 10];
const [dataDir, python = "python3"] = process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const data = await loadDataset("mnist", { dataDir, trainSamples: 60_000 });
const share = data.train.count / TENTHS;
const model = twinModel("mnist");

const ours = (["bp", "dfa"] as const).flatMap(rule =>
  (["rate", "current"] as const).map(encoder => {
    const { durationMs, tauMem, vThreshold, maxSpikes } = model;
    const plan: RunPlan = {
      rule,
      twin: "spike",
      settings: {
        ...{ sizes: [784, 256, 10], seed: 1, epochs: 1, batch: BATCH, learningRate: 0.5, schedule: "1" },
        ...{ encoder, eligibility: "trace", durationMs, tauMem, vThreshold, maxSpikes },
      },
    };
    const trainer = createTrainer(plan, data);
    return {
      name: `${rule}, ${encoder}`,
      seconds: [] as number[],
      train(tenth: number) {
        const began = performance.now();
        for (let first = tenth * share; first < (tenth + 1) * share; first += BATCH) {
          const count = Math.min(BATCH, (tenth + 1) * share - first);
          const indices = Uint32Array.from({ length: count }, (_, n) => first + n);
          trainer.learn(indices, 0.5, 0);
        }
        this.seconds.push((performance.now() - began) / 1000);
      },
      accuracy: () => trainer.evaluate(data.test).accuracy,
    };
  }),
);

const script = fileURLToPath(new URL("../../bench/surrogate.py", import.meta.url));
const child = spawn(python, [script, `${dataDir}/mnist`], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const answer = async () => {
  const { value, done } = await lines.next();
  if (done) throw new Error(`${python} ${script}: ended before its answer`);
  return JSON.parse(value) as { seconds: number; accuracy: number; torch: string };
};
const ask = (line: string) => {
  child.stdin.write(`${line}\n`);
  return answer();
};

const { torch } = await answer();
const theirs: number[] = [];
for (let tenth = 0; tenth < TENTHS; tenth++) {
  theirs.push((await ask(`train ${tenth * share} ${share}`)).seconds);
  for (const one of ours) one.train(tenth);
}
const median = (x: readonly number[]) => {
  const sorted = [...x].sort((a, b) => a - b);
  return (sorted[(x.length - 1) >> 1] + sorted[x.length >> 1]) / 2;
};
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const row = (cells: readonly string[]) =>
  console.log(cells.map((cell, k) => (k ? cell.padStart(15) : cell.padEnd(28))).join(""));
row(["", "epoch [s]", "samples/s", "test [%]", "times faster"]);
const { accuracy } = await ask("test");
child.stdin.end();
row([
  `PyTorch ${torch}, 25 steps`,
  sum(theirs).toFixed(1),
  (data.train.count / sum(theirs)).toFixed(0),
  (100 * accuracy).toFixed(2),
  "",
]);
for (const { name, seconds, accuracy } of ours) {
  row([
    name,
    sum(seconds).toFixed(1),
    (data.train.count / sum(seconds)).toFixed(0),
    (100 * accuracy()).toFixed(2),
    median(seconds.map((s, k) => theirs[k] / s)).toFixed(2),
  ]);
}
