/**
 * Spiking training at 784-HIDDEN-10 on MNIST, batch 128, against the usual ways: 25 time steps in PyTorch, by itself and in
 * libraries, with a surrogate gradient (surrogate.py), inputs that fire at each step or a constant input current. Ours in
 * both precisions. All on one thread, by turns, a tenth of the SAMPLES each; processor seconds. Each of ours is compared
 * with the fastest of the usual ways of its kind of input. A library that is not there is left out.
 *
 *     npm run build && node dist/bench/surrogate.js DATA_DIR [PYTHON [HIDDEN [SAMPLES]]]
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTrainer, loadDataset, type RunPlan, twinModel } from "../src/index.ts";

const [BATCH, TENTHS, RATE] = [128, 10, 0.1];
const [dataDir, python = "python3", hidden = "256", samples = "60000"] = process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const data = await loadDataset("mnist", { dataDir, trainSamples: Number(samples) });
const share = Math.floor(data.train.count / TENTHS);
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
      ...{
        sizes: [784, Number(hidden), 10],
        seed: 1,
        epochs: 1,
        batch: BATCH,
        learningRate: RATE,
        schedule: "1",
      },
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

/** One of the usual ways in a process of its own; null where its library is missing. */
async function usual(way: string) {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const child = spawn(python, ["-W", "ignore", script, `${dataDir}/mnist`, way, hidden], {
    stdio: ["pipe", "pipe", "pipe"],
    env,
  });
  let wrong = "";
  child.stderr.on("data", text => {
    wrong += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    return done ? null : (JSON.parse(value) as { seconds: number; accuracy: number; title: string });
  };
  const first = await answer();
  if (!first) {
    console.error(`${way}: left out, ${wrong.trim().split("\n").at(-1)}`);
    return null;
  }
  return {
    name: `${first.title}, 25 steps`,
    encoder: way === "current" ? "current" : "rate",
    seconds: [] as number[],
    async ask(line: string) {
      child.stdin.write(`${line}\n`);
      const given = await answer();
      if (!given) throw new Error(`${python} ${script} ${way}: ended before its answer: ${wrong}`);
      return given;
    },
    end: () => child.stdin.end(),
  };
}

const ways = ["spikes", "current", "snntorch", "spikingjelly", "norse"];
const theirs = (await Promise.all(ways.map(usual))).filter(way => way !== null);
for (let tenth = 0; tenth < TENTHS; tenth++) {
  for (const one of theirs) one.seconds.push((await one.ask(`train ${tenth * share} ${share}`)).seconds);
  for (const one of ours) one.train(tenth);
}
const median = (x: readonly number[]) => {
  const sorted = [...x].sort((a, b) => a - b);
  return (sorted[(x.length - 1) >> 1] + sorted[x.length >> 1]) / 2;
};
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const row = (cells: readonly string[]) =>
  console.log(cells.map((cell, k) => (k ? cell.padStart(15) : cell.padEnd(34))).join(""));
row(["", "time [s]", "samples/s", "test [%]", "times faster"]);
for (const one of theirs) {
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
  const other = theirs
    .filter(way => way.encoder === encoder)
    .map(way => way.seconds)
    .reduce((best, next) => (sum(next) < sum(best) ? next : best));
  row([
    name,
    sum(seconds).toFixed(1),
    (data.train.count / sum(seconds)).toFixed(0),
    (100 * accuracy()).toFixed(2),
    median(seconds.map((s, k) => other[k] / s)).toFixed(2),
  ]);
}
