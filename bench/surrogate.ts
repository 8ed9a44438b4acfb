/**
 * One epoch of spiking training at 784-256-10 on MNIST, batch 128, against the usual ways: 25 time steps in PyTorch with a
 * surrogate gradient (surrogate.py), inputs that fire at each step or a constant input current. Ours in both precisions. All
 * on one thread, by turns, a tenth of the epoch each; processor seconds.
 *
 *     npm run build && node dist/bench/surrogate.js DATA_DIR [PYTHON]
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTrainer, loadDataset, type RunPlan, twinModel } from "../src/index.ts";

const [BATCH, TENTHS, RATE] = [128, 10, 0.1];
const [dataDir, python = "python3"] = process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const data = await loadDataset("mnist", { dataDir, trainSamples: 60_000 });
const share = data.train.count / TENTHS;
const model = twinModel("mnist");

const cases = ["bp", "dfa", "pepita"].flatMap(rule =>
  ["rate", "current"].flatMap(encoder =>
    (["single", "double"] as const).map(precision => ({ rule, encoder, precision })),
  ),
);
const ours = cases.map(({ rule, encoder, precision }) => {
  const { durationMs, tauMem, vThreshold, maxSpikes } = model;
  const plan: RunPlan = {
    rule,
    twin: "spike",
    settings: {
      ...{ sizes: [784, 256, 10], seed: 1, epochs: 1, batch: BATCH, learningRate: RATE, schedule: "1" },
      ...{ precision, encoder, eligibility: "trace", durationMs, tauMem, vThreshold, maxSpikes },
    },
  };
  const trainer = createTrainer(plan, data);
  return {
    name: `${rule}, ${encoder}, ${precision}`,
    encoder,
    seconds: [] as number[],
    train(tenth: number) {
      const began = process.cpuUsage();
      for (let first = tenth * share; first < (tenth + 1) * share; first += BATCH) {
        const count = Math.min(BATCH, (tenth + 1) * share - first);
        const indices = Uint32Array.from({ length: count }, (_, n) => first + n);
        trainer.learn(indices, RATE, 0);
      }
      const { user, system } = process.cpuUsage(began);
      this.seconds.push((user + system) / 1e6);
    },
    accuracy: () => trainer.evaluate(data.test).accuracy,
  };
});

const script = fileURLToPath(new URL("../../bench/surrogate.py", import.meta.url));

/** The usual way in a process of its own. */
async function usual(...mode: string[]) {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const child = spawn(python, [script, `${dataDir}/mnist`, ...mode], {
    stdio: ["pipe", "pipe", "inherit"],
    env,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ${script}: ended before its answer`);
    return JSON.parse(value) as { seconds: number; accuracy: number; torch: string };
  };
  const { torch } = await answer();
  return {
    name: `PyTorch ${torch}, 25 steps, ${mode[0] ?? "spikes"}`,
    seconds: [] as number[],
    ask(line: string) {
      child.stdin.write(`${line}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}

const theirs = { rate: await usual(), current: await usual("current") };
for (let tenth = 0; tenth < TENTHS; tenth++) {
  for (const one of Object.values(theirs))
    one.seconds.push((await one.ask(`train ${tenth * share} ${share}`)).seconds);
  for (const one of ours) one.train(tenth);
}
const median = (x: readonly number[]) => {
  const sorted = [...x].sort((a, b) => a - b);
  return (sorted[(x.length - 1) >> 1] + sorted[x.length >> 1]) / 2;
};
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const row = (cells: readonly string[]) =>
  console.log(cells.map((cell, k) => (k ? cell.padStart(15) : cell.padEnd(34))).join(""));
row(["", "epoch [s]", "samples/s", "test [%]", "times faster"]);
for (const one of Object.values(theirs)) {
  const { accuracy } = await one.ask("test");
  one.end();
  row([
    one.name,
    sum(one.seconds).toFixed(1),
    (data.train.count / sum(one.seconds)).toFixed(0),
    (100 * accuracy).toFixed(2),
    "",
  ]);
}
for (const { name, encoder, seconds, accuracy } of ours) {
  const other = theirs[encoder as keyof typeof theirs].seconds;
  row([
    name,
    sum(seconds).toFixed(1),
    (data.train.count / sum(seconds)).toFixed(0),
    (100 * accuracy()).toFixed(2),
    median(seconds.map((s, k) => other[k] / s)).toFixed(2),
  ]);
}
