/** Independent plain-loop mathematics for the rules' tests; nothing here is shared with `src`. */

export type Matrix = number[][];

export const rows = (values: ArrayLike<number>, n: number, m: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => values[i * m + j]));

/** w^T x + b for w of [pre][post]. */
export const affine = (w: Matrix, b: number[], x: number[]): number[] =>
  b.map((bias, j) => x.reduce((sum, xi, i) => sum + xi * w[i][j], bias));

/** w v for w of [pre][post]. */
export const back = (w: Matrix, v: number[]): number[] =>
  w.map(row => row.reduce((sum, wij, j) => sum + wij * v[j], 0));

export const times = (a: number[], b: number[]): number[] => a.map((value, k) => value * b[k]);
export const plus = (a: number[], b: number[]): number[] => a.map((value, k) => value + b[k]);
export const minus = (a: number[], b: number[]): number[] => a.map((value, k) => value - b[k]);
export const scaled = (a: number[], factor: number): number[] => a.map(value => factor * value);
export const oneHot = (label: number, classes: number): number[] =>
  Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0));

export function softmax(z: number[]): number[] {
  const e = z.map(value => Math.exp(value - Math.max(...z)));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map(value => value / sum);
}

export interface Net {
  readonly w: Matrix[];
  readonly b: number[][];
  readonly saturation: number;
}

/** Activities of all populations, the logits last, and the gates of the hidden ones. */
export function forward(
  { w, b, saturation }: Net,
  x: number[],
): { h: number[][]; gate: number[][]; p: number[] } {
  const h = [x];
  const gate: number[][] = [[]];
  w.slice(0, -1).forEach((weights, l) => {
    const drive = affine(weights, b[l], h[l]);
    h.push(drive.map(value => Math.min(saturation, Math.max(0, value))));
    gate.push(drive.map(value => (value > 0 && value < saturation ? 1 : 0)));
  });
  return { h, gate, p: softmax(affine(w.at(-1)!, b.at(-1)!, h.at(-1)!)) };
}

/** Adds pre (x) post. */
export function addOuter(to: Matrix, pre: number[], post: number[]): void {
  pre.forEach((x, i) => {
    post.forEach((m, j) => {
      to[i][j] += x * m;
    });
  });
}
