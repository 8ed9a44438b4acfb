import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { RateNetwork } from "../../src/rate/network.ts";

test("without a backend there is no rate network, and the error says what to do", async () => {
  const make = () => new RateNetwork([1, 1], [new Float32Array(1)], [new Float32Array(1)]);
  expect(make).toThrow(/^tensors: expected a backend, got none: await selectBackend\(\) first$/);
  await selectBackend("cpu");
  make().dispose();
});

const draw = (shape: number[], stream: string, low = -1) => {
  const rng = new Rng(4, stream);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.uniformIn(low, 1));
  return tf.tensor(values, shape);
};
const row = () => draw([1, 3], "row", 0.5);
const other = () => draw([4, 3], "other", 0.5);
const pads: [number, number][] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

type Operation = (x: tf.Tensor) => tf.Tensor;
/** Operations on a [4, 3] matrix with numbers from 0.2 to 1, as far as they are smooth there. */
const operations: Record<string, Operation> = {
  "a + row": x => tf.add(x, row()),
  "a - row": x => tf.sub(x, row()),
  "other - a row": x => tf.sub(other(), tf.mean(x, 0, true)),
  "a row + other": x => tf.add(tf.sum(x, 0, true), other()),
  "a * row": x => tf.mul(x, row()),
  "other * a row": x => tf.mul(other(), tf.sum(x, 0, true)),
  "a / row": x => tf.div(x, row()),
  "other / a row": x => tf.div(other(), tf.sum(x, 0, true)),
  "other / a": x => tf.div(other(), x),
  "-a": x => tf.neg(x),
  "a^2": x => tf.square(x),
  "root of a": x => tf.sqrt(x),
  "activity, open and closed": x => tf.relu(tf.sub(x, 0.5675)),
  "clipped activity": x => tf.clipByValue(tf.sub(x, 0.4375), 0, 0.325),
  tanh: x => tf.tanh(x),
  sigmoid: x => tf.sigmoid(x),
  softplus: x => tf.softplus(x),
  "sum of rows": x => tf.sum(x, 1),
  "mean of everything": x => tf.mean(x),
  "mean of columns": x => tf.mean(x, 0, true),
  "another shape": x => tf.reshape(x, [2, 6]),
  "as many times as it takes": x => tf.tile(x, [2, 3]),
  "of its own type": x => tf.cast(x, "float32"),
  "product, first": x => tf.matMul(x as tf.Tensor2D, draw([3, 2], "second") as tf.Tensor2D),
  "product, second": x => tf.matMul(draw([2, 4], "first") as tf.Tensor2D, x as tf.Tensor2D),
  "log of the softmax": x => tf.logSoftmax(x),
  "convolution, map": x => convolution(maps(x), draw([2, 2, 1, 3], "kernel")),
  "convolution, kernel": x => convolution(draw([2, 5, 4, 2], "maps"), tf.reshape(x, [2, 3, 2, 1])),
  "largest of a pool": x => tf.maxPool(maps(x), 2, 1, "valid"),
  "mean of a pool": x => tf.avgPool(maps(x), 2, 1, "valid"),
};

function maps(x: tf.Tensor): tf.Tensor4D {
  return tf.reshape(x, [1, 4, 3, 1]);
}
function convolution(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 2, pads as never, "NHWC", 1, "floor");
}

describe("a derivative is the limit of differences", () => {
  test.each(Object.keys(operations))("%s", name => {
    tf.tidy(() => {
      // No two numbers are nearer to each other or to a bend than the step below.
      const at = Float32Array.from({ length: 12 }, (_, k) => 0.21 + 0.065 * ((5 * k) % 12));
      const loss = (x: tf.Tensor) => {
        const y = operations[name](x);
        return tf.sum(tf.mul(y, draw(y.shape, "weights of the sum"))) as tf.Scalar;
      };
      const found = tf
        .grad(loss)(tf.tensor(at, [4, 3]))
        .dataSync();
      const h = 1 / 64;
      at.forEach((_, k) => {
        const [above, below] = [h, -h].map(
          step =>
            loss(
              tf.tensor(
                Float32Array.from(at, (v, n) => (n === k ? v + step : v)),
                [4, 3],
              ),
            ).dataSync()[0],
        ) as [number, number];
        const difference = (above - below) / (2 * h);
        expect(Math.abs(found[k] - difference)).toBeLessThan(0.01 * Math.max(1, Math.abs(difference)));
      });
    });
  });
});
