import type { Architecture, Convolution } from "../../src/engine/network/architecture.ts";
import { affine, type Matrix, rows } from "./formulas.ts";

/** [source][target] index of the shared weight, -1 for none, by the definition of a convolution. */
function places({ size, stride, padding, from, to }: Convolution): number[][] {
  const count = (m: typeof from) => m.height * m.width * m.channels;
  const index = Array.from({ length: count(from) }, () => new Array<number>(count(to)).fill(-1));
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++)
      for (let f = 0; f < to.channels; f++)
        for (let sy = 0; sy < from.height; sy++)
          for (let sx = 0; sx < from.width; sx++) {
            const [ky, kx] = [sy - y * stride + padding, sx - x * stride + padding];
            if (ky < 0 || ky >= size || kx < 0 || kx >= size) continue;
            for (let c = 0; c < from.channels; c++) {
              const source = (sy * from.width + sx) * from.channels + c;
              index[source][(y * to.width + x) * to.channels + f] =
                ((ky * size + kx) * from.channels + c) * to.channels + f;
            }
          }
  return index;
}

/**
 * Of 3 maps of 4 x 4 places: the four neurons of pool (y, x) of map c are rows 2 y and 2 y + 1, columns 2 x and 2 x + 1.
 */
const inPool = (i: number, p: number): boolean => {
  const [c, x, y] = [i % 3, Math.floor(i / 3) % 4, Math.floor(i / 12)];
  return p === (Math.floor(y / 2) * 2 + Math.floor(x / 2)) * 3 + c;
};
const average: Matrix = Array.from({ length: 48 }, (_, i) =>
  Array.from({ length: 12 }, (_, p) => (inPool(i, p) ? 0.25 : 0)),
);

/** Layers as full matrices between neurons: a kernel's weights at all their places, a pool as the matrix of the mean. */
export function writtenOut({ layers }: Architecture) {
  const shared = layers.map(({ conv }) => conv && places(conv));

  /** The matrix of layer l from neurons below to neurons above. */
  function written(w: ArrayLike<number>, l: number): Matrix {
    const index = shared[l];
    const own = index
      ? index.map(row => row.map(k => (k < 0 ? 0 : w[k])))
      : rows(w, layers[l].rows, layers[l].columns);
    return layers[l].pool
      ? average.map(row => own[0].map((_, j) => row.reduce((sum, share, p) => sum + share * own[p][j], 0)))
      : own;
  }

  /** Adds pre (x) post to the change of layer l's weights, and the sizes of its terms to `terms`. */
  function addTo(change: number[], terms: number[], l: number, pre: number[], post: number[]): void {
    const seen = layers[l].pool ? affine(average, new Array(12).fill(0), pre) : pre;
    seen.forEach((x, i) => {
      post.forEach((m, j) => {
        const k = shared[l] ? shared[l][i][j] : i * post.length + j;
        if (k < 0) return;
        change[k] += x * m;
        terms[k] += Math.abs(x * m);
      });
    });
  }

  return { written, addTo };
}
