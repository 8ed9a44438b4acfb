import { type Drawing, densityPixels, type Mark, rgb } from "./draw.ts";
import { ADVANCE, lines } from "./letters.ts";
import { encodePng } from "./png.ts";

/** Dots per inch that print asks for. */
const DPI = 300;

/** A picture as a PNG file of 300 dots per inch. Text is drawn in lines; the SVG has real fonts. */
export function pictureToPng(picture: Drawing): Uint8Array {
  const canvas = new Canvas(picture.width, picture.height);
  for (const shape of picture.shapes) canvas.draw(shape);
  return encodePng(canvas.pixels, canvas.width, canvas.height, DPI);
}

class Canvas {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly pixels: Uint8Array;
  readonly #scale = DPI / 72;

  constructor(width: number, height: number) {
    this.width = Math.ceil(width * this.#scale);
    this.height = Math.ceil(height * this.#scale);
    this.pixels = new Uint8Array(3 * this.width * this.height).fill(255);
  }

  draw(shape: Mark): void {
    const s = this.#scale;
    if (shape.kind === "line") {
      const w = Math.max(1, Math.round(shape.width * s));
      for (let k = 1; k < shape.points.length; k++)
        this.#stroke(shape.points[k - 1], shape.points[k], w, shape.color);
    } else if (shape.kind === "strokes") {
      const [w, h] = [Math.max(1, Math.round(shape.width * s)), Math.max(1, Math.round(shape.length * s))];
      for (const [x, y] of shape.at) this.#fill(x * s - w / 2, y * s - h / 2, w, h, shape.color);
    } else if (shape.kind === "text") this.#text(shape);
    else this.#density(shape);
  }

  #stroke(
    [x0, y0]: readonly [number, number],
    [x1, y1]: readonly [number, number],
    w: number,
    color: string,
  ): void {
    const s = this.#scale;
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) * s));
    for (let k = 0; k <= steps; k++) {
      const [x, y] = [x0 + ((x1 - x0) * k) / steps, y0 + ((y1 - y0) * k) / steps];
      this.#fill(x * s - w / 2, y * s - w / 2, w, w, color);
    }
  }

  #text({ x, y, text, size, anchor, color }: Extract<Mark, { kind: "text" }>): void {
    // Capitals are seven dots high, and about 0.7 of the size of a font.
    const unit = (0.7 * size * this.#scale) / 7;
    const length = (text.length * ADVANCE - 1) * unit;
    const left = x * this.#scale - (anchor === "start" ? 0 : anchor === "middle" ? length / 2 : length);
    const top = y * this.#scale - 7 * unit;
    [...text].forEach((character, c) => {
      for (const [x0, y0, x1, y1] of lines(character)) {
        const [dx, dy] = [left + (c * ADVANCE + 0.5) * unit, top + 0.5 * unit];
        this.#pen(dx + x0 * unit, dy + y0 * unit, dx + x1 * unit, dy + y1 * unit, 0.5 * unit, color);
      }
    });
  }

  /** A line with round ends whose edges are blended with what is there. */
  #pen(x0: number, y0: number, x1: number, y1: number, radius: number, color: string): void {
    const ink = rgb(color);
    const reach = radius + 1;
    const square = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const [left, top] = [Math.min(x0, x1) - reach, Math.min(y0, y1) - reach].map(n =>
      Math.max(0, Math.floor(n)),
    );
    const right = Math.min(this.width - 1, Math.ceil(Math.max(x0, x1) + reach));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(y0, y1) + reach));
    for (let j = top; j <= bottom; j++)
      for (let i = left; i <= right; i++) {
        const [px, py] = [i + 0.5 - x0, j + 0.5 - y0];
        const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * (x1 - x0) + py * (y1 - y0)) / square));
        const distance = Math.hypot(px - along * (x1 - x0), py - along * (y1 - y0));
        const cover = Math.min(1, Math.max(0, radius + 0.5 - distance));
        const at = 3 * (j * this.width + i);
        // The darker of what was drawn and what is: lines of one letter meet without seams.
        for (let c = 0; c < 3; c++)
          this.pixels[at + c] = Math.min(this.pixels[at + c], Math.round(255 + cover * (ink[c] - 255)));
      }
  }

  #density({ x, y, width, height, columns, rows, shades, color }: Extract<Mark, { kind: "density" }>): void {
    const cells = densityPixels(shades, color);
    const s = this.#scale;
    const [left, top] = [Math.round(x * s), Math.round(y * s)];
    const [w, h] = [Math.round(width * s), Math.round(height * s)];
    for (let j = 0; j < h; j++) {
      for (let i = 0; i < w; i++) {
        const cell = 3 * (Math.floor((j / h) * rows) * columns + Math.floor((i / w) * columns));
        this.pixels.set(cells.subarray(cell, cell + 3), 3 * ((top + j) * this.width + left + i));
      }
    }
  }

  #fill(x: number, y: number, w: number, h: number, color: string): void {
    const bytes = rgb(color);
    const [left, top] = [Math.round(x), Math.round(y)];
    for (let j = Math.max(0, top); j < Math.min(this.height, top + h); j++)
      for (let i = Math.max(0, left); i < Math.min(this.width, left + w); i++)
        this.pixels.set(bytes, 3 * (j * this.width + i));
  }
}
