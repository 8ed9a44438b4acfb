import type { Mark } from "./draw.ts";

/** What pictures with axes have in common: colours, sizes, lines, words and round numbers. */

/** Okabe & Ito 2008, told apart by colour-blind readers too. */
export const inks = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
export const INK = "#222222";

/** [pt] 120 mm: between one and two columns of most journals. Lines of 0.5 pt and text of 7 and 8 pt survive print. */
export const WIDTH = 340;
export const TEXT = 8;
const SMALL = 7;
const LINE = 0.5;

export function axis(shapes: Mark[], points: readonly (readonly [number, number])[]): void {
  shapes.push({ kind: "line", points, color: INK, width: LINE });
}

export function label(
  shapes: Mark[],
  x: number,
  y: number,
  text: string,
  anchor: "start" | "middle" | "end",
  color = INK,
  size = SMALL,
): void {
  shapes.push({ kind: "text", x, y, text, size, anchor, color });
}

/** Round numbers from 0, at most `most` steps of them. */
export function ticks(high: number, most = 6): number[] {
  const raw = high / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw * (1 - 1e-9)) ?? 0;
  // Where numbers end, powers of ten are no longer these.
  if (!(step > 0 && high / step < most + 1)) return [0];
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, k) => k * step);
}

export function short(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return String(Number.isFinite(rounded) ? rounded : value);
}
