import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import {
  averagePoolBack,
  averagePooled,
  convolve,
  convolveBack,
  kernelSum,
  maxPoolBack,
  maxPooled,
} from "../../src/rate/convolution.ts";
import type { Tensor1D, Tensor4D } from "../../src/rate/tensors.ts";
import { direct, directPool, type Geometry, placesOf, type Shape, size } from "./direct.ts";
import { onEveryBackend } from "./present.ts";

const geometries: Record<string, Geometry> = {
  "5x5, one channel": { map: [3, 12, 12, 1], kernel: [5, 5, 1, 8], stride: 1, padding: 0 },
  "3x3, padding 1": { map: [2, 8, 8, 6], kernel: [3, 3, 6, 10], stride: 1, padding: 1 },
  "5x5, padding 2, stride 2": { map: [2, 9, 9, 3], kernel: [5, 5, 3, 4], stride: 2, padding: 2 },
  "3x3, stride 2, a row left over": { map: [2, 8, 10, 2], kernel: [3, 3, 2, 5], stride: 2, padding: 0 },
  "2x3, padding 1": { map: [1, 7, 6, 4], kernel: [2, 3, 4, 3], stride: 1, padding: 1 },
  "4x4, same": { map: [2, 7, 7, 3], kernel: [4, 4, 3, 4], stride: 1, padding: "same" },
  "3x3, same, stride 2": { map: [2, 8, 7, 3], kernel: [3, 3, 3, 4], stride: 2, padding: "same" },
  "1x1, stride 2": { map: [2, 6, 6, 5], kernel: [1, 1, 5, 7], stride: 2, padding: 0 },
  "1x1": { map: [2, 6, 6, 5], kernel: [1, 1, 5, 7], stride: 1, padding: 0 },
  "3x3, stride 3, padding 1": { map: [2, 10, 10, 2], kernel: [3, 3, 2, 3], stride: 3, padding: 1 },
  "padding beyond the kernel": { map: [1, 4, 4, 2], kernel: [2, 2, 2, 3], stride: 1, padding: 2 },
  "as large as the map": { map: [3, 4, 4, 5], kernel: [4, 4, 5, 6], stride: 1, padding: 0 },
};

/** Numbers of both signs. */
function numbers(shape: readonly number[], stream: string): Float32Array {
  const rng = new Rng(1, stream);
  return Float32Array.from({ length: size(shape) }, () => 2 * rng.uniform() - 1);
}

/** A tensor of the library, which has more than the project's type says. */
type Maps = tf.Tensor4D & Tensor4D;
const maps = (values: Float32Array, shape: Shape) => tf.tensor4d(values, [...shape]) as Maps;

function expectNear(found: { dataSync(): ArrayLike<number> }, expected: ArrayLike<number>): void {
  const values = found.dataSync();
  expect(values.length).toBe(expected.length);
  let [worst, scale] = [0, 1];
  for (let at = 0; at < values.length; at++) {
    worst = Math.max(worst, Math.abs(values[at] - expected[at]));
    scale = Math.max(scale, Math.abs(expected[at]));
  }
  expect(worst / scale).toBeLessThan(1e-5);
}

onEveryBackend(backend => {
  test.each(Object.entries(geometries))(
    "a convolution and its derivatives are the direct sums: %s",
    (_, g) => {
      const { down, across } = placesOf(g);
      const shape: Shape = [g.map[0], down, across, g.kernel[3]];
      const [x, k, post] = [numbers(g.map, "x"), numbers(g.kernel, "k"), numbers(shape, "post")];
      const expected = direct(g, x, k, post);
      tf.tidy(() => {
        const [X, K, P] = [maps(x, g.map), maps(k, g.kernel), maps(post, shape)];
        const y = convolve(X, K, g);
        expect(y.shape).toEqual(shape);
        expectNear(y, expected.y);
        const bias = numbers([g.kernel[3]], "bias");
        const biased = expected.y.map((value, at) => value + bias[at % bias.length]);
        expectNear(convolve(X, K, g, tf.tensor1d(bias) as tf.Tensor1D & Tensor1D), biased);
        expectNear(kernelSum(X, P, g.kernel, g), expected.kernelSum);
        expectNear(convolveBack(P, K, g.map, g), expected.back);
        const [dX, dK] = tf.grads((a: tf.Tensor, b: tf.Tensor) => convolve(a as Maps, b as Maps, g) as Maps)(
          [X, K],
          P,
        );
        expectNear(dX, expected.back);
        expectNear(dK, expected.kernelSum);
      });
    },
  );

  test.each([
    [[2, 6, 6, 3], 2, 2],
    [[2, 7, 7, 3], 2, 2],
    [[2, 7, 7, 4], 3, 2],
    [[1, 6, 8, 5], 3, 3],
    [[2, 5, 5, 1], 2, 1],
  ] as [Shape, number, number][])(
    "pooling of %j over %d, stride %d, and its derivatives",
    (map, n, stride) => {
      // All negative: a maximum that starts from anything but minus infinity is wrong.
      const x = numbers(map, "x").map(value => value - 1.5);
      const shape = directPool(map, n, stride, x, []).shape;
      const post = numbers(shape, "post");
      const expected = directPool(map, n, stride, x, post);
      tf.tidy(() => {
        const [X, P] = [maps(x, map), maps(post, shape)];
        const pool = { size: n, stride };
        const y = maxPooled(X, pool);
        expect(y.shape).toEqual(shape);
        expectNear(y, expected.max);
        expectNear(maxPoolBack(P, X, y, pool), expected.maxBack);
        expectNear(averagePooled(X, pool), expected.mean);
        expectNear(averagePoolBack(P, X, pool), expected.meanBack);
        expectNear(tf.grad((a: tf.Tensor) => maxPooled(a as Maps, pool) as Maps)(X, P), expected.maxBack);
        expectNear(
          tf.grad((a: tf.Tensor) => averagePooled(a as Maps, pool) as Maps)(X, P),
          expected.meanBack,
        );
      });
    },
  );

  // TensorFlow.js takes the last on WebGPU.
  test.skipIf(backend === "webgpu")("of equal values the first is the maximum", () => {
    tf.tidy(() => {
      const x = maps(new Float32Array(16), [1, 4, 4, 1]);
      const y = maxPooled(x, { size: 2 });
      const back = maxPoolBack(tf.onesLike(y as Maps) as Maps, x, y, { size: 2 });
      expect([...back.dataSync()]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    });
  });
});
