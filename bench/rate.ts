/**
 * Epochs of rate PEPITA at 784-1024-10, batch 64, on MNIST-sized input: this project on a BLAS against the same rule
 * written plainly in NumPy and PyTorch, and this project on plain WebAssembly against the same rule with transpose flags
 * on the wasm backend as it is shipped. All take turns, on one thread each; ratios to the first are medians over the rounds.
 * On a busy machine processor time says more than time. Weights must agree at the end. With `--optimisers`, every optimiser
 * here and in PyTorch instead, against plain gradient descent here.
 *
 *     npm run build && node dist/bench/rate.js [--rounds 5] [--samples 60000] [--python /usr/bin/python3] [--optimisers]
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { inputFeedback } from "../src/feedback/draw.ts";
import { initialParameters, Rng, ruleNamed, selectBackend } from "../src/index.ts";
import { backendTitle } from "../src/rate/backend.ts";
import { epochOrder } from "../src/training/initialise.ts";
import { type OptimiserName, optimiserNames } from "../src/training/optimiser.ts";
import { rateTrainer } from "../src/training/rateTrainer.ts";
import { median } from "./runs.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    samples: { type: "string", default: "60000" },
    python: { type: "string", default: "python3" },
    optimisers: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const samples = Number(options.samples);
/** The slow contestants learn this many samples a round. */
const fewer = Math.min(samples, 1280);
const sizes = [784, 1024, 10] as const;
const [inputs, hidden, classes] = sizes;
const [batch, learningRate, seed] = [64, 0.05, 1];

// As many active pixels and as much light as a handwritten digit has on average, in ten blurred kinds.
const rng = new Rng(seed, "bench");
const kinds = Array.from({ length: classes }, () =>
  Float32Array.from({ length: inputs }, () => (rng.uniform() < 0.25 ? rng.uniformIn(0.2, 1) : 0)),
);
const labels = new Uint8Array(samples);
const intensities = new Float32Array(samples * inputs);
for (let n = 0; n < samples; n++) {
  const kind = kinds[(labels[n] = rng.integer(classes))];
  const shift = rng.integer(1000);
  for (let i = 0; i < inputs; i++) {
    intensities[n * inputs + i] = (i * 7 + shift) % 11 < 8 ? kind[i] : 0;
  }
}
const train = { count: samples, intensities, labels };
const data = { name: "bench", inputs, classes, shape: [28, 28], train, validation: train, test: train };
const orders = Array.from({ length: rounds + 1 }, (_, round) => epochOrder(samples, seed, round));

interface Contestant {
  readonly name: string;
  readonly samples: number;
  /** Learns one round. @returns seconds that passed, and seconds of processor time */
  epoch(round: number): Promise<readonly [number, number]>;
  weights(): Promise<ArrayLike<number>[]> | ArrayLike<number>[];
  close(): void;
  /** Whose weights its own are to be; the first contestant's by default. */
  readonly like?: Contestant;
}

async function ours(backend: string, count: number, optimiser: OptimiserName = "sgd"): Promise<Contestant> {
  await selectBackend(backend);
  const name = `threefactor, ${options.optimisers ? optimiser : backendTitle()}`;
  const trainer = rateTrainer(ruleNamed("pepita"), data, { sizes, seed, optimiser } as never);
  return {
    name,
    samples: count,
    async epoch(round) {
      await selectBackend(backend);
      return timed(() => {
        for (let first = 0; first < count; first += batch) {
          trainer.learn(
            orders[round].subarray(first, Math.min(count, first + batch)),
            rateOf(optimiser),
            round,
          );
        }
      });
    },
    weights: () => trainer.parameters().weights,
    close() {},
  };
}

/** The rule as one would write it first, on the wasm backend as it comes. */
function withFlags(count: number): Contestant {
  tf.copyRegisteredKernels("wasm", "as-shipped");
  tf.registerBackend("as-shipped", () => tf.findBackend("wasm"), 0);
  let variables: tf.Variable<tf.Rank.R2>[] = [];
  const step = (w: tf.Variable, change: tf.Tensor, scale: number) =>
    w.assign(tf.sub(w, tf.mul(change, scale)));
  const learn = (chosen: Uint32Array) => {
    const [F, W1, W2, b1, b2] = variables;
    const x = new Float32Array(chosen.length * inputs);
    chosen.forEach((index, k) => {
      x.set(intensities.subarray(index * inputs, (index + 1) * inputs), k * inputs);
    });
    const X = tf.tensor2d(x, [chosen.length, inputs]);
    const y = tf.cast(
      tf.oneHot(
        tf.tensor1d(
          Array.from(chosen, n => labels[n]),
          "int32",
        ),
        classes,
      ),
      "float32",
    );
    const h = tf.relu(tf.add(tf.matMul(X, W1), b1));
    const e = tf.sub(tf.softmax(tf.add(tf.matMul(h, W2), b2)), y) as tf.Tensor2D;
    const modulated = tf.add(X, tf.matMul(e, F, false, true)) as tf.Tensor2D;
    const hErr = tf.relu(tf.add(tf.matMul(modulated, W1), b1)) as tf.Tensor2D;
    const post = tf.sub(h, hErr) as tf.Tensor2D;
    const scale = learningRate / chosen.length;
    step(W1, tf.matMul(modulated, post, true), scale);
    step(b1, tf.sum(post, 0, true), scale);
    step(W2, tf.matMul(hErr, e, true), scale);
    step(b2, tf.sum(e, 0, true), scale);
  };
  return {
    name: "transpose flags, wasm as shipped",
    samples: count,
    async epoch(round) {
      await tf.setBackend("as-shipped");
      if (variables.length === 0) {
        const { weights } = initialParameters(sizes, seed);
        variables = [
          tf.variable(tf.tensor2d(feedback(), [inputs, classes])),
          tf.variable(tf.tensor2d(weights[0], [inputs, hidden])),
          tf.variable(tf.tensor2d(weights[1], [hidden, classes])),
          tf.variable(tf.zeros([1, hidden]) as tf.Tensor2D),
          tf.variable(tf.zeros([1, classes]) as tf.Tensor2D),
        ];
      }
      return timed(() => {
        for (let first = 0; first < count; first += batch) {
          tf.tidy(() => learn(orders[round].subarray(first, Math.min(count, first + batch))));
        }
      });
    },
    weights: () => [variables[1].dataSync(), variables[2].dataSync()],
    close() {},
  };
}

const feedback = () => inputFeedback(inputs, classes, new Rng(seed, "feedback"));

/** Adam's steps have the length of the rate itself. */
const rateOf = (optimiser: OptimiserName) =>
  learningRate * { sgd: 1, momentum: 0.1, nesterov: 0.1, adam: 0.001 }[optimiser];

async function peer(
  kind: "numpy" | "torch",
  folder: string,
  optimiser: OptimiserName = "sgd",
  like?: Contestant,
): Promise<Contestant | null> {
  const script = new URL("../../bench/peers/pepita.py", import.meta.url).pathname;
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    options.python,
    [script, kind, folder, optimiser, String(rateOf(optimiser))],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (line: string) => {
    child.stdin.write(`${line}\n`);
    return (await lines.next()).value as string;
  };
  const { value: name, done } = await lines.next();
  if (done) return null;
  return {
    name: options.optimisers ? `${name}, ${optimiser}` : name,
    samples,
    ...(like && { like }),
    epoch: async round => (await ask(`order${round}`)).split(" ").map(Number) as [number, number],
    async weights() {
      await ask("save");
      return [0, 1].map(
        l =>
          new Float32Array(new Uint8Array(readFileSync(join(folder, `${kind}-${optimiser}-W${l}`))).buffer),
      );
    },
    close: () => child.stdin.end(),
  };
}

function timed(work: () => void): [number, number] {
  const [start, used] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(used);
  return [(performance.now() - start) / 1000, (user + system) / 1e6];
}

/** All take turns, once to warm up and then `rounds` times. */
async function compete(title: string, contestants: readonly Contestant[]): Promise<void> {
  const taken = contestants.map(() => [] as (readonly [number, number])[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [k, contestant] of contestants.entries()) {
      const times = await contestant.epoch(round);
      if (round > 0) taken[k].push(times);
    }
  }
  console.log(title);
  console.log(`${"".padEnd(56)}samples/s   time (least, most)    processor time       weights differ by`);
  for (const [
    k,
    { name, samples: count, weights, like = options.optimisers ? contestants[k] : contestants[0] },
  ] of contestants.entries()) {
    const reference = await like.weights();
    const off = (await weights()).map((w, l) => distance(w, reference[l]));
    const speed = (count / median(taken[k].map(([seconds]) => seconds))).toFixed(0);
    const ratios = [0, 1].map(kind => {
      const each = taken[k].map((times, round) => times[kind] / taken[0][round][kind]);
      return `${median(each).toFixed(2)} (${Math.min(...each).toFixed(2)}, ${Math.max(...each).toFixed(2)})`;
    }) as [string, string];
    const columns = [name.padEnd(55), speed.padStart(10), ratios[0].padEnd(19), ratios[1].padEnd(19)];
    console.log(`${columns.join("  ")}  ${Math.max(...off).toExponential(1)}`);
  }
}

/** Relative to the length of the reference. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, length] = [0, 0];
  for (let at = 0; at < b.length; at++) {
    difference += (a[at] - b[at]) ** 2;
    length += b[at] ** 2;
  }
  return Math.sqrt(difference / length);
}

const folder = mkdtempSync(join(tmpdir(), "rate-bench-"));
try {
  await tf.setBackend("wasm");
  const flags = withFlags(fewer); // before the kernels are put right
  const start = initialParameters(sizes, seed);
  const files: Record<string, Float32Array | Int32Array> = {
    x: intensities,
    labels: Int32Array.from(labels),
    F: feedback(),
    W0: start.weights[0],
    W1: start.weights[1],
    ...Object.fromEntries(orders.map((order, round) => [`order${round}`, Int32Array.from(order)])),
  };
  for (const [name, values] of Object.entries(files)) writeFileSync(join(folder, name), values);
  writeFileSync(join(folder, "job.json"), JSON.stringify({ sizes, batch, learningRate, samples }));
  const contestants: (Contestant | null)[] = [];
  if (options.optimisers) {
    for (const name of optimiserNames) {
      const own = await ours("blas", samples, name);
      contestants.push(own, await peer("torch", folder, name, own));
    }
  } else
    contestants.push(await ours("blas", samples), await peer("numpy", folder), await peer("torch", folder));
  const present = contestants.filter(found => found !== null);
  await compete(`one epoch of ${samples} samples`, present);
  for (const { close } of present) close();
  if (!options.optimisers) await compete(`\n${fewer} samples`, [await ours("wasm", fewer), flags]);
} finally {
  rmSync(folder, { recursive: true });
}
