import { font, type Plot, theme } from "./canvas.ts";

export interface Curve {
  /** Of the rule's place, 0 or 1. */
  readonly lane: number;
  /** Lengths of dashes and gaps; none for a line. */
  readonly dash: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface Axes {
  readonly xMost: number;
  readonly xLabel: string;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Of the x axis. */
  readonly xTicks: readonly number[];
}

/** Lines over time, the last value of each marked. */
export function curves(plot: Plot, axes: Axes, lines: readonly Curve[]): void {
  const { context: c, width, height } = plot;
  const { ink, soft, rule, lanes, ground } = theme();
  const [left, right, top, bottom] = [40, 10, 8, 30];
  const x = (value: number) => left + (value / axes.xMost) * (width - left - right);
  const y = (value: number) =>
    height - bottom - ((value - axes.from) / (axes.to - axes.from)) * (height - top - bottom);
  c.font = font();
  c.lineWidth = 1;
  c.textBaseline = "middle";
  for (const tick of axes.ticks) {
    c.strokeStyle = rule;
    c.beginPath();
    c.moveTo(left, Math.round(y(tick)) + 0.5);
    c.lineTo(width - right, Math.round(y(tick)) + 0.5);
    c.stroke();
    c.fillStyle = soft;
    c.textAlign = "right";
    c.fillText(axes.format(tick), left - 6, y(tick));
  }
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  for (const tick of axes.xTicks) c.fillText(String(tick), x(tick), height - 16);
  c.fillText(axes.xLabel, (left + width - right) / 2, height - 3);
  c.lineWidth = 2;
  c.lineJoin = "round";
  for (const line of lines) {
    if (line.x.length === 0) continue;
    const inside = (value: number) => y(Math.min(axes.to, Math.max(axes.from, value)));
    c.strokeStyle = lanes[line.lane];
    c.setLineDash([...line.dash]);
    c.beginPath();
    for (let k = 0; k < line.x.length; k++) c.lineTo(x(line.x[k]), inside(line.y[k]));
    c.stroke();
    c.setLineDash([]);
    const last = line.x.length - 1;
    c.beginPath();
    c.arc(x(line.x[last]), inside(line.y[last]), 3.5, 0, 7);
    c.fillStyle = line.dash.length > 0 ? ground : lanes[line.lane];
    c.fill();
    c.stroke();
  }
  c.fillStyle = ink;
}

/** Whole numbers from 0 to `most`, at most `count` steps. */
export function wholeTicks(most: number, count = 5): number[] {
  const step = Math.max(1, Math.ceil(most / count));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => k * step);
}

/** A round number from which on a scale ends, 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  let power = 1;
  while (power * 10 <= value) power *= 10;
  while (power > value && power > 1e-6) power /= 10;
  return [1, 2, 5, 10].map(k => k * power).find(k => k >= value) ?? value;
}
