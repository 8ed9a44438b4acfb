/** Convolution and pooling written as loops over every place: what tensors are compared with. */

export type Shape = readonly [number, number, number, number];

export interface Geometry {
  /** [batch, height, width, from] */
  readonly map: Shape;
  /** [height, width, from, to] */
  readonly kernel: Shape;
  readonly stride: number;
  readonly padding: number | "same";
}

export const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

export function placesOf({ map, kernel, stride, padding }: Geometry): {
  down: number;
  across: number;
  top: number;
  left: number;
} {
  const along = (n: number, k: number) => {
    if (padding !== "same")
      return { places: Math.floor((n + 2 * padding - k) / stride) + 1, before: padding };
    const places = Math.ceil(n / stride);
    return { places, before: Math.floor(Math.max(0, (places - 1) * stride + k - n) / 2) };
  };
  const [rows, columns] = [along(map[1], kernel[0]), along(map[2], kernel[1])];
  return { down: rows.places, across: columns.places, top: rows.before, left: columns.before };
}

/** Calls back for every product of an input with a kernel entry: their places in the three arrays. */
function everyProduct(g: Geometry, visit: (x: number, k: number, y: number) => void): void {
  const [batch, height, width, from] = g.map;
  const [kh, kw, , to] = g.kernel;
  const { down, across, top, left } = placesOf(g);
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < down; oy++)
      for (let ox = 0; ox < across; ox++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const [iy, ix] = [oy * g.stride + ky - top, ox * g.stride + kx - left];
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            for (let i = 0; i < from; i++)
              for (let o = 0; o < to; o++)
                visit(
                  ((b * height + iy) * width + ix) * from + i,
                  ((ky * kw + kx) * from + i) * to + o,
                  ((b * down + oy) * across + ox) * to + o,
                );
          }
}

export function direct(g: Geometry, x: ArrayLike<number>, k: ArrayLike<number>, post: ArrayLike<number>) {
  const { down, across } = placesOf(g);
  const y = new Float64Array(g.map[0] * down * across * g.kernel[3]);
  const kernelSum = new Float64Array(size(g.kernel));
  const back = new Float64Array(size(g.map));
  everyProduct(g, (atX, atK, atY) => {
    y[atY] += x[atX] * k[atK];
    kernelSum[atK] += x[atX] * post[atY];
    back[atX] += k[atK] * post[atY];
  });
  return { y, kernelSum, back };
}

/** Pooling of maps [batch, height, width, channels] over windows of n x n. */
export function directPool(
  map: Shape,
  n: number,
  stride: number,
  x: ArrayLike<number>,
  post: ArrayLike<number>,
) {
  const [batch, height, width, channels] = map;
  const [down, across] = [Math.floor((height - n) / stride) + 1, Math.floor((width - n) / stride) + 1];
  const places = batch * down * across * channels;
  const [max, mean] = [new Float64Array(places), new Float64Array(places)];
  const [maxBack, meanBack] = [new Float64Array(size(map)), new Float64Array(size(map))];
  for (let p = 0; p < places; p++) {
    const c = p % channels;
    const ox = Math.floor(p / channels) % across;
    const oy = Math.floor(p / (channels * across)) % down;
    const b = Math.floor(p / (channels * across * down));
    let [best, at, sum] = [-Infinity, -1, 0];
    for (let ky = 0; ky < n; ky++)
      for (let kx = 0; kx < n; kx++) {
        const from = ((b * height + oy * stride + ky) * width + ox * stride + kx) * channels + c;
        sum += x[from];
        meanBack[from] += post[p] / (n * n);
        if (x[from] > best) [best, at] = [x[from], from];
      }
    max[p] = best;
    mean[p] = sum / (n * n);
    maxBack[at] += post[p];
  }
  return { max, mean, maxBack, meanBack, shape: [batch, down, across, channels] as Shape };
}
