import type { Raster } from "../../engine/record/raster.ts";
import { font, type Plot, theme } from "./canvas.ts";

/** Colours by what a population is: the input, those between, the output, and what else a circuit has. */
export function populationColors(populations: Raster["populations"]): string[] {
  const { populations: colors } = theme();
  let next = 3;
  return populations.map(({ name }) => {
    if (name === "input") return colors[0];
    if (name.startsWith("hidden")) return colors[1];
    if (name === "output") return colors[2];
    return colors[3 + ((next++ - 3) % (colors.length - 3))];
  });
}

const LEFT = 58;
const BOTTOM = 18;
/** Pixels between populations. */
const GAP = 6;

/** Spikes of a sample by population, those up to a time. */
export function rasterPlot(plot: Plot, raster: Raster, until: number): void {
  const { context: c, width, height } = plot;
  const { soft, rule } = theme();
  const { populations, times, populationIndex, neurons, durationMs } = raster;
  const colors = populationColors(populations);
  // Small populations are as tall as can be seen.
  const weights = populations.map(({ size }) => Math.max(size, 10));
  const total = weights.reduce((sum, n) => sum + n, 0);
  const room = height - BOTTOM - GAP * (populations.length - 1);
  const tops: number[] = [];
  let at = 0;
  for (const weight of weights) {
    tops.push(at);
    at += (weight / total) * room + GAP;
  }
  const tall = (p: number) => (weights[p] / total) * room;
  const x = (t: number) => LEFT + (t / durationMs) * (width - LEFT - 8);
  c.font = font();
  c.textAlign = "right";
  c.textBaseline = "middle";
  populations.forEach(({ name }, p) => {
    c.strokeStyle = rule;
    c.strokeRect(LEFT - 0.5, Math.round(tops[p]) + 0.5, width - LEFT - 8, Math.round(tall(p)) - 1);
    c.fillStyle = colors[p];
    c.fillText(name.length > 9 ? `${name.slice(0, 8)}…` : name, LEFT - 6, tops[p] + tall(p) / 2);
  });
  const marks = populations.map(({ size }, p) => Math.max(1.5, Math.min(7, tall(p) / size - 1)));
  for (let k = 0; k < times.length; k++) {
    if (times[k] > until) break;
    const p = populationIndex[k];
    c.fillStyle = colors[p];
    const y = tops[p] + ((neurons[k] + 0.5) / populations[p].size) * tall(p);
    c.fillRect(x(times[k]) - 0.75, y - marks[p] / 2, 1.5, marks[p]);
  }
  timeAxis(plot, durationMs, x, soft);
  if (until < durationMs) {
    c.strokeStyle = soft;
    c.beginPath();
    c.moveTo(x(until), 0);
    c.lineTo(x(until), height - BOTTOM);
    c.stroke();
  }
}

/** Potentials of hidden neurons up to a time, with the threshold, one above the other. */
export function membranes(
  plot: Plot,
  raster: Raster,
  until: number,
  vThreshold: number,
  color: string,
): void {
  const { context: c, width, height } = plot;
  const { ink, soft, rule } = theme();
  const traces = raster.traces.filter(({ population }) => population !== "output").slice(0, 3);
  const x = (t: number) => LEFT + (t / raster.durationMs) * (width - LEFT - 8);
  c.font = font();
  const tall = (height - BOTTOM) / Math.max(1, traces.length);
  traces.forEach(({ neuron, times, values }, n) => {
    const [top, bottom] = [n * tall + 4, (n + 1) * tall - 6];
    let least = 0;
    for (const value of values) least = Math.min(least, value);
    least = Math.max(least, -4 * vThreshold);
    const most = vThreshold * 1.08;
    const y = (v: number) =>
      bottom - ((Math.max(least, Math.min(most, v)) - least) / (most - least)) * (bottom - top);
    c.strokeStyle = rule;
    c.strokeRect(LEFT - 0.5, top - 0.5, width - LEFT - 8, bottom - top + 1);
    c.setLineDash([4, 3]);
    c.strokeStyle = soft;
    c.beginPath();
    c.moveTo(LEFT, y(vThreshold));
    c.lineTo(width - 8, y(vThreshold));
    c.stroke();
    c.setLineDash([]);
    c.strokeStyle = color;
    c.lineWidth = 1.5;
    c.beginPath();
    for (let k = 0; k < times.length && times[k] <= until; k++) c.lineTo(x(times[k]), y(values[k]));
    c.stroke();
    c.lineWidth = 1;
    c.fillStyle = ink;
    c.textAlign = "right";
    c.textBaseline = "middle";
    c.fillText(`no. ${neuron}`, LEFT - 6, (top + bottom) / 2);
  });
  if (traces.length > 0) timeAxis(plot, raster.durationMs, x, soft);
}

function timeAxis({ context: c, height }: Plot, most: number, x: (t: number) => number, color: string): void {
  c.fillStyle = color;
  c.textBaseline = "alphabetic";
  for (let k = 0; k <= 4; k++) {
    c.textAlign = k === 0 ? "left" : k === 4 ? "right" : "center";
    const t = (k * most) / 4;
    c.fillText(k === 4 ? `${Math.round(t)} ms` : String(Math.round(t)), x(t), height - 4);
  }
}
