import type { Raster } from "../../engine/record/raster.ts";
import { collect, type RasterStream } from "../raster/stream.ts";
import { axis, INK, inks, label, short, TEXT, ticks, WIDTH } from "./axes.ts";
import type { Drawing, Mark } from "./draw.ts";

/** Above this many spikes strokes would only make the file large and the picture black. */
const DENSITY_ABOVE = 10_000;

const LEFT = 38;
const RIGHT = 10;
const HISTOGRAM = 70;
const RATE_BINS = 100;
/** Populations that have a band: more would make a picture that no page holds. */
const MOST_BANDS = 64;
/** Letters of a name that fit beside its band. */
const LONGEST_NAME = 48;
/** [ms] A shorter recording is drawn as one of 1 ms: numbers below have no digits left to divide. */
const SHORTEST = 1e-290;

/**
 * A raster as a figure: one band of spikes per population, neurons upwards, and the rate of each population below.
 * Up to 10,000 spikes are strokes; beyond, each band is a picture of counts. Only the first 64 populations are drawn,
 * and a line says how many more there are.
 */
export function rasterPicture(raster: Raster | RasterStream): Drawing {
  const {
    durationMs,
    populations: all,
    times,
    populationIndex,
    neurons,
  } = "spikes" in raster ? collect(raster) : raster;
  const populations = all.slice(0, MOST_BANDS).map(({ name, size }) => ({ name: brief(name), size }));
  const shapes: Mark[] = [];
  const right = WIDTH - RIGHT;
  const span = durationMs > SHORTEST ? durationMs : 1;
  // Nothing is drawn beside the axis, whenever a spike is.
  const xOf = (t: number) => LEFT + (right - LEFT) * Math.max(0, Math.min(1, t / span));
  const byPopulation: { times: number[]; neurons: number[] }[] = populations.map(() => ({
    times: [],
    neurons: [],
  }));
  let others = 0;
  times.forEach((t, k) => {
    const own = byPopulation[populationIndex[k]];
    own?.times.push(t);
    own?.neurons.push(neurons[k]);
    if (!own) others++;
  });
  let y = 4;
  populations.forEach(({ name, size }, p) => {
    const color = inks[p % inks.length];
    const own = byPopulation[p];
    const height = Math.min(130, Math.max(26, 9 * Math.sqrt(size)));
    y += TEXT + 3;
    label(
      shapes,
      LEFT,
      y - 3,
      `${name} (${size} ${size === 1 ? "neuron" : "neurons"})`,
      "start",
      color,
      TEXT,
    );
    const yOf = (i: number) => y + (height * (size - i - 0.5)) / Math.max(1, size);
    if (times.length > DENSITY_ABOVE) {
      const columns = 400;
      const rows = Math.max(1, Math.min(size, Math.round(height * 2)));
      const area = { x: LEFT, y, width: right - LEFT, height };
      shapes.push({
        kind: "density",
        ...area,
        columns,
        rows,
        shades: shades(own, columns, rows, size, span),
        color,
      });
    } else {
      const at = own.times.map((t, k) => [xOf(t), yOf(own.neurons[k])] as const);
      shapes.push({
        kind: "strokes",
        at,
        length: Math.min(6, Math.max(1.5, (0.8 * height) / size)),
        color,
        width: 0.6,
      });
    }
    axis(shapes, [
      [LEFT, y],
      [LEFT, y + height],
    ]);
    if (size > 1) label(shapes, LEFT - 4, yOf(size - 1) + 2.5, String(size - 1), "end");
    label(shapes, LEFT - 4, yOf(0) + 2.5, "0", "end");
    y += height + 5;
  });
  if (all.length > MOST_BANDS) {
    y += TEXT + 3;
    const more = all.length - MOST_BANDS;
    label(shapes, LEFT, y - 3, `and ${more} more populations with ${others} spikes`, "start", INK, TEXT);
  }
  y += TEXT + 5;
  label(
    shapes,
    LEFT,
    y - 4,
    `rate [Hz per neuron], bins of ${short(span / RATE_BINS)} ms`,
    "start",
    INK,
    TEXT,
  );
  histogram(shapes, populations, byPopulation, span, y, xOf);
  const bottom = y + HISTOGRAM;
  axis(shapes, [
    [LEFT, y],
    [LEFT, bottom],
    [right, bottom],
  ]);
  for (const t of ticks(span)) {
    axis(shapes, [
      [xOf(t), bottom],
      [xOf(t), bottom + 3],
    ]);
    label(shapes, xOf(t), bottom + 11, short(t), "middle");
  }
  label(shapes, (LEFT + right) / 2, bottom + 22, "time [ms]", "middle", INK, TEXT);
  const names = populations.map(({ name }, p) => `${name}: ${byPopulation[p].times.length}`).join(", ");
  return {
    width: WIDTH,
    height: Math.ceil(bottom + 27),
    title: `Spikes of ${short(durationMs)} ms (${names})`,
    shapes,
  };
}

function histogram(
  shapes: Mark[],
  populations: readonly { size: number }[],
  spikes: readonly { times: readonly number[] }[],
  span: number,
  top: number,
  xOf: (t: number) => number,
): void {
  const bin = span / RATE_BINS;
  const rates = populations.map(({ size }, p) => {
    const counts = new Float64Array(RATE_BINS);
    for (const t of spikes[p].times) counts[Math.max(0, Math.min(RATE_BINS - 1, Math.floor(t / bin)))]++;
    return counts.map(n => (1000 * n) / (bin * Math.max(1, size)));
  });
  const most = Math.max(0, ...rates.map(list => list.reduce((a, b) => Math.max(a, b), 0)));
  const high = most > 0 ? most : 1;
  const yOf = (rate: number) => top + HISTOGRAM * (1 - rate / (1.05 * high));
  rates.forEach((list, p) => {
    const points = Array.from(list, (rate, k) => [
      [xOf(k * bin), yOf(rate)] as const,
      [xOf((k + 1) * bin), yOf(rate)] as const,
    ]).flat();
    shapes.push({ kind: "line", points, color: inks[p % inks.length], width: 0.75 });
  });
  for (const rate of ticks(high, 4)) {
    axis(shapes, [
      [LEFT - 3, yOf(rate)],
      [LEFT, yOf(rate)],
    ]);
    label(shapes, LEFT - 4, yOf(rate) + 2.5, short(rate), "end");
  }
}

/** Counts in cells, as shades: the root makes rare spikes show. */
function shades(
  { times, neurons }: { times: readonly number[]; neurons: readonly number[] },
  columns: number,
  rows: number,
  size: number,
  span: number,
): Float32Array {
  const counts = new Float32Array(columns * rows);
  times.forEach((t, k) => {
    const column = Math.max(0, Math.min(columns - 1, Math.floor((t / span) * columns)));
    const row = rows - 1 - Math.floor((neurons[k] / size) * rows);
    counts[row * columns + column]++;
  });
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return most === 0 ? counts : counts.map(n => Math.sqrt(n / most));
}

function brief(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  return `${[...name.slice(0, 2 * LONGEST_NAME)].slice(0, LONGEST_NAME - 1).join("")}…`;
}
