/**
 * Plain loops over row-major matrices, in the two directions that feedback needs. `matrix` is [rows, columns].
 */

/** out[i] = sum_j matrix[i, j] * vector[j]; returns `out`. */
export function multiply(matrix: Float32Array, vector: ArrayLike<number>, out: Float64Array): Float64Array {
  const columns = vector.length;
  let i = 0;
  // Eight sums at a time do not wait for one another.
  for (; i + 8 <= out.length; i += 8) {
    let a = i * columns;
    let b = a + columns;
    let c = b + columns;
    let d = c + columns;
    let e = d + columns;
    let f = e + columns;
    let g = f + columns;
    let h = g + columns;
    let [sumA, sumB, sumC, sumD, sumE, sumF, sumG, sumH] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let j = 0; j < columns; j++) {
      const x = vector[j];
      sumA += matrix[a++] * x;
      sumB += matrix[b++] * x;
      sumC += matrix[c++] * x;
      sumD += matrix[d++] * x;
      sumE += matrix[e++] * x;
      sumF += matrix[f++] * x;
      sumG += matrix[g++] * x;
      sumH += matrix[h++] * x;
    }
    out[i] = sumA;
    out[i + 1] = sumB;
    out[i + 2] = sumC;
    out[i + 3] = sumD;
    out[i + 4] = sumE;
    out[i + 5] = sumF;
    out[i + 6] = sumG;
    out[i + 7] = sumH;
  }
  for (; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += matrix[i * columns + j] * vector[j];
    out[i] = sum;
  }
  return out;
}

/** out[j] = sum_i vector[i] * matrix[i, j]; rows whose factor is zero are not read. Returns `out`. */
export function multiplyRows(
  vector: ArrayLike<number>,
  matrix: Float32Array,
  out: Float64Array,
): Float64Array {
  const columns = out.length;
  out.fill(0);
  for (let i = 0; i < vector.length; i++) {
    const factor = vector[i];
    if (factor === 0) continue;
    for (let j = 0, at = i * columns; j < columns; j++) out[j] += factor * matrix[at++];
  }
  return out;
}

/** Product of [n, m] and [m, k] matrices. */
export function product(a: Float32Array, b: Float32Array, n: number, m: number, k: number): Float32Array {
  const out = new Float32Array(n * k);
  const row = new Float64Array(k);
  for (let i = 0; i < n; i++) out.set(multiplyRows(a.subarray(i * m, (i + 1) * m), b, row), i * k);
  return out;
}

/** Angle between two vectors in degrees; NaN when one of them is zero. */
export function angleDegrees(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < a.length; k++) {
    ab += a[k] * b[k];
    aa += a[k] * a[k];
    bb += b[k] * b[k];
  }
  // atan2 of the Gram determinant keeps small angles that acos of a rounded cosine would lose.
  const sine = Math.sqrt(Math.max(0, aa * bb - ab * ab));
  return aa === 0 || bb === 0 ? Number.NaN : (Math.atan2(sine, ab) * 180) / Math.PI;
}

/** to += from */
export function add(to: Float64Array, from: ArrayLike<number>): void {
  for (let i = 0; i < to.length; i++) to[i] += from[i];
}
