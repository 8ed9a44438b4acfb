import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { backendTitle, selectBackend } from "../../src/rate/backend.ts";
import {
  drive,
  matMulTransposed,
  numbersOf,
  outerParts,
  outerStep,
  outerSum,
  scaledTo,
  sign,
} from "../../src/rate/ops.ts";
import type { Tensor, Tensor2D, Variable2D } from "../../src/rate/tensors.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { needs } from "../needs.ts";
import { everySample, settings, smallData } from "../rules/small.ts";
import { onEveryBackend, presentBackends } from "./present.ts";

const present = await presentBackends();

/** Numbers of both signs, as a tensor of the library, which has more than the project's type says. */
function matrix(rows: number, columns: number, stream: string): tf.Tensor2D & Tensor2D {
  const rng = new Rng(2, stream);
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => rng.normal(0, 1)),
    [rows, columns],
  ) as tf.Tensor2D & Tensor2D;
}

// Sums of 200 terms: more than the 48 after which the shipped fused product adds its bias again.
const x = () => matrix(12, 200, "x");
const w = () => matrix(200, 30, "w");
const b = () => matrix(1, 30, "b");
const b1 = () => tf.tensor1d(b().dataSync());
const h = () => matrix(12, 30, "h");
const e = () => matrix(12, 10, "e");
const variable = (t: tf.Tensor2D) => tf.variable(t) as tf.Variable<tf.Rank.R2> & Variable2D;

/** Every operation that networks, rules and steps are made of. */
const operations: Record<string, () => tf.Tensor | Tensor> = {
  product: () => tf.matMul(x(), w()),
  "product, first operand transposed": () => tf.matMul(tf.transpose(x()), w(), true),
  "product, second operand transposed": () => tf.matMul(x(), tf.transpose(w()), false, true),
  "product, both transposed": () => tf.matMul(tf.transpose(x()), tf.transpose(w()), true, true),
  "product of batches": () =>
    tf.matMul(tf.reshape(x(), [3, 4, 200]), tf.reshape(matrix(60, 200, "k"), [3, 20, 200]), false, true),
  "product of a batch with one matrix": () =>
    tf.matMul(tf.reshape(x(), [3, 4, 200]), tf.reshape(w(), [1, 200, 30])),
  "fused product with bias": () => tf.fused.matMul({ a: x(), b: w(), bias: b1() }),
  "fused product with bias, first operand transposed": () =>
    tf.fused.matMul({ a: tf.transpose(x()), b: w(), transposeA: true, bias: b1() }),
  "fused product with bias, second operand transposed": () =>
    tf.fused.matMul({ a: x(), b: tf.transpose(w()), transposeB: true, bias: b1(), activation: "relu" }),
  "fused product, another activation": () =>
    tf.fused.matMul({ a: x(), b: w(), bias: b1(), activation: "sigmoid" }),
  "product with a transposed matrix": () => matMulTransposed(e(), matrix(200, 10, "F")),
  "outer products": () => outerSum(x(), h()),
  drive: () => drive(x(), w(), b()),
  "fused activity": () => tf.fused.matMul({ a: x(), b: w(), bias: b1(), activation: "relu" }),
  activity: () => tf.relu(h()),
  "clipped activity": () => tf.clipByValue(h(), 0, 1),
  softmax: () => tf.softmax(e()),
  "log of the softmax": () => tf.logSoftmax(e()),
  "one-hot": () => tf.cast(tf.oneHot(tf.tensor1d([3, 0, 9], "int32"), 10), "float32"),
  gate: () => tf.step(tf.relu(h())),
  "gate with saturation": () => tf.mul(tf.step(h()), tf.cast(tf.less(h(), 1), "float32")),
  signs: () => sign(h()),
  "scaled to a norm": () => scaledTo(matrix(200, 30, "a"), w(), 1e-3),
  "sums and differences": () => tf.mul(tf.add(tf.sub(h(), b()), h()), 0.3),
  "sum over a batch": () => tf.sum(h(), 0, true),
  "mean square of rows": () => tf.mean(tf.square(h()), 1, true),
  sigmoid: () => tf.sigmoid(h()),
  "reciprocal root": () => tf.div(1, tf.sqrt(tf.add(tf.square(h()), 0.01))),
  "other inputs": () => tf.concat([e(), tf.slice(x(), [0, 10], [12, 190])], 1),
  "gradient of a layer": () =>
    tf.grad((k: tf.Tensor) =>
      tf.relu(drive(x(), k as tf.Tensor2D & Tensor2D, b()) as tf.Tensor2D & Tensor2D),
    )(w()),
};

function stepped(which: 0 | 1): tf.Tensor {
  const [W, B] = [variable(w()), variable(b())];
  outerStep(W, B, x(), h(), 0.1);
  outerStep(W, B, x(), h(), 0.2);
  const result = tf.clone([W, B][which]);
  tf.dispose([W, B]);
  return result;
}
operations["two steps of the weights"] = () => stepped(0);
operations["two steps of the biases"] = () => stepped(1);
operations["a step in parts"] = () => {
  const W = tf.tidy(() => variable(w())); // no other tensor looks at its numbers
  const starts: number[] = [];
  const could = outerParts(W, x(), h(), 1000, (start, part, product) => {
    const change = new Float32Array(part.length);
    product(change);
    starts.push(start);
    for (let at = 0; at < part.length; at++) part[at] -= 0.1 * change[at];
  });
  // 32 rows of 30 at a time.
  expect(starts).toEqual(could ? [0, 960, 1920, 2880, 3840, 4800, 5760] : []);
  expect(could).toBe(tf.getBackend() === "blas");
  if (!could) outerStep(W, variable(b()), x(), h(), 0.1);
  return tf.clone(W);
};

/** Of the whole library the project knows some operations only. */
const numbers = (make: () => tf.Tensor | Tensor) => numbersOf(make as () => Tensor);

function results(): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(operations).map(([name, make]) => [name, numbers(make)]));
}

onEveryBackend(backend => {
  let expected: Record<string, Float32Array>;
  beforeAll(async () => {
    await selectBackend("cpu");
    expected = results();
    await selectBackend(backend);
  });

  test.each(Object.keys(operations))("as on cpu, to 1e-5: %s", name => {
    const found = numbers(operations[name]);
    expect(found.length).toBe(expected[name].length);
    const scale = Math.max(1, ...expected[name].map(Math.abs));
    found.forEach((value, at) => {
      expect(Math.abs(value - expected[name][at])).toBeLessThan(1e-5 * scale);
    });
  });

  test("a step changes no copy of the weights", () => {
    tf.tidy(() => {
      const [W, B] = [variable(w()), variable(b())];
      const copies = [tf.clone(W), tf.reshape(B, [30])];
      const before = copies.map(copy => copy.dataSync());
      outerStep(W, B, x(), h(), 0.1);
      expect(copies.map(copy => copy.dataSync())).toEqual(before);
      expect(W.dataSync()).not.toEqual(before[0]);
      tf.dispose([W, B]);
    });
  });
}, "cpu");

describe("what runs is what was asked for", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("without being asked for, no BLAS runs", async () => {
    expect(["tfjs-node", "wasm"]).toContain(await selectBackend());
    expect(backendTitle()).not.toMatch(/\+/);
  });

  const blas = present.includes("blas");
  test.runIf(blas)(needs("a BLAS", blas, "plain wasm gives the same bits after a BLAS has run"), async () => {
    const data = smallData();
    const trained = async (backend: string) => {
      await selectBackend(backend);
      const trainer = rateTrainer(ruleNamed("bp"), data, { ...settings, sizes: [14, 80, 5] });
      for (let epoch = 0; epoch < 3; epoch++) trainer.learn(everySample(data), 0.1, epoch);
      const { weights } = trainer.parameters();
      trainer.dispose();
      return weights;
    };
    const plain = await trained("wasm");
    const blas = await trained("blas");
    expect(backendTitle()).toMatch(/^wasm \+ \w+.*, 1 thread$/);
    expect(blas).not.toEqual(plain);
    expect(await trained("wasm")).toEqual(plain);
    expect(await trained("blas")).toEqual(blas);
  });

  test.each([
    ["off", /^backend: blas cannot be started here: THREEFACTOR_BLAS is off$/],
    [
      "/nowhere/libblas.so",
      /^backend: blas cannot be started here: .*(koffi is not installed|\/nowhere\/libblas\.so)/,
    ],
  ])("THREEFACTOR_BLAS=%s", async (library, line) => {
    vi.stubEnv("THREEFACTOR_BLAS", library);
    await expect(selectBackend("blas")).rejects.toThrow(line);
  });

  test.each(["0", "two", "1.5"])("THREEFACTOR_BLAS_THREADS=%s", async threads => {
    vi.stubEnv("THREEFACTOR_BLAS_THREADS", threads);
    await expect(selectBackend("blas")).rejects.toThrow(
      `THREEFACTOR_BLAS_THREADS: expected a whole number above 0, got ${threads}`,
    );
  });

  test("an unknown backend is refused", async () => {
    await expect(selectBackend("abacus")).rejects.toThrow(/^backend: expected one of .*, got abacus$/);
  });
});
