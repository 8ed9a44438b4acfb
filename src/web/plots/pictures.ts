import type { Plot } from "./canvas.ts";
import { theme } from "./canvas.ts";

const SIDE = 8;
const GAP = 3;

/** A colour between two from below to above zero, told apart by the colour-blind too. */
function shade(value: number, light: boolean): [number, number, number] {
  const s = Math.min(1, Math.abs(value));
  const zero = light ? [247, 247, 246] : [38, 41, 46];
  const [above, below] = light
    ? [
        [0, 114, 178],
        [213, 94, 0],
      ]
    : [
        [86, 180, 233],
        [240, 160, 50],
      ];
  const end = value > 0 ? above : below;
  return zero.map((z, k) => Math.round(z + (end[k] - z) * s)) as [number, number, number];
}

const scratch = document.createElement("canvas");

/** What each hidden neuron weighs of the picture: one square per neuron, all on the same scale. */
export function pictures(plot: Plot, weights: Float32Array, columns: number): void {
  const { context: c, width, height } = plot;
  const light = isLight(theme().ground);
  let across = 1;
  // As large as all of them fit.
  const size = (n: number) => Math.floor((width + GAP) / n) - GAP;
  while (across < columns && Math.ceil(columns / across) * (size(across) + GAP) > height + GAP) across++;
  const side = Math.max(4, Math.min(size(across), 44));
  let most = 1e-9;
  for (const w of weights) most = Math.max(most, Math.abs(w));
  const rows = weights.length / columns;
  scratch.width = SIDE * columns;
  scratch.height = SIDE;
  const inner = scratch.getContext("2d", { willReadFrequently: true })!;
  const image = inner.createImageData(SIDE * columns, SIDE);
  for (let n = 0; n < columns; n++) {
    for (let i = 0; i < rows; i++) {
      const place = ((i >> 3) * SIDE * columns + n * SIDE + (i & 7)) * 4;
      const [r, g, b] = shade((1.4 * weights[i * columns + n]) / most, light);
      image.data.set([r, g, b, 255], place);
    }
  }
  inner.putImageData(image, 0, 0);
  c.imageSmoothingEnabled = false;
  for (let n = 0; n < columns; n++) {
    const [col, row] = [n % across, Math.floor(n / across)];
    c.drawImage(scratch, n * SIDE, 0, SIDE, SIDE, col * (side + GAP), row * (side + GAP), side, side);
  }
}

export function isLight(color: string): boolean {
  const hex = /^#(..)(..)(..)$/.exec(color);
  return !hex || Number.parseInt(hex[1], 16) > 128;
}
