import type { Running } from "../messages.ts";
import { font, Plot, theme } from "./canvas.ts";
import { roundUp } from "./curves.ts";
import { populationColors } from "./raster.ts";

export const SCROLL_LEFT = 64;

/** Colours of a network's populations: excitation, inhibition, and what else there is. */
export function liveColors(populations: Running["populations"]): string[] {
  const { populations: colors } = theme();
  return populationColors(populations.map(({ name, size }) => ({ name, size }))).map((color, p) =>
    populations[p].name === "E" ? colors[1] : populations[p].name === "I" ? colors[2] : color,
  );
}

/** A raster through which time runs: what was drawn moves to the left, and only what is new is drawn. */
export class Scroller {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #axis: Plot;
  #populations: Running["populations"] = [];
  #window = 500;
  /** Columns of the picture that have gone by, a place in time. */
  #column = 0;
  #time = 0;

  /** @param canvas  of the spikes; @param axis  of names and times, below it in the page */
  constructor(canvas: HTMLCanvasElement, axis: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
    this.#axis = new Plot(axis);
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  /** Empties it, for a network of these populations. @param window  of time that is seen [ms] */
  begin(window: number): void {
    [this.#window, this.#column, this.#time, this.#populations] = [window, 0, 0, []];
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#fit();
    this.#names();
  }

  #fit(): void {
    const density = globalThis.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.#canvas;
    const [width, height] = [clientWidth, clientHeight].map(size => Math.round(size * density));
    if (width === this.#canvas.width && height === this.#canvas.height) return;
    const before =
      this.#canvas.width > 0 && this.#time > 0 ? (this.#canvas.cloneNode() as HTMLCanvasElement) : null;
    before?.getContext("2d")?.drawImage(this.#canvas, 0, 0);
    [this.#canvas.width, this.#canvas.height] = [width, height];
    if (before && width > 0) this.#context.drawImage(before, 0, 0, width, height);
    this.#column = Math.floor(this.#time * this.#perMs);
    this.#names();
  }

  get #perMs(): number {
    return this.#canvas.width / this.#window;
  }

  add({ populations, time, since, times, rows }: Running): void {
    if (this.#populations.length === 0) {
      this.#populations = populations;
      this.#names();
    }
    const c = this.#context;
    const { width, height } = this.#canvas;
    if (width === 0) return;
    const perMs = this.#perMs;
    const column = Math.floor(time * perMs);
    const moved = Math.min(width, column - this.#column);
    if (moved > 0) {
      c.globalCompositeOperation = "copy";
      c.drawImage(this.#canvas, -moved, 0);
      c.globalCompositeOperation = "source-over";
      c.clearRect(width - moved, 0, moved, height);
    }
    this.#column = column;
    this.#time = time;
    const total = populations.reduce((sum, { rows }) => sum + rows, 0);
    const tall = height / total;
    const density = globalThis.devicePixelRatio || 1;
    const mark = Math.max(1.5 * density, Math.min(5 * density, tall * 0.9));
    const wide = 1.5 * density;
    const colors = liveColors(populations);
    const first = firstRows(populations);
    populations.forEach(({ rows: own }, p) => {
      c.fillStyle = colors[p];
      for (let k = 0; k < times.length; k++) {
        const row = rows[k];
        if (row < first[p] || row >= first[p] + own) continue;
        const x = width - (column - (since + times[k]) * perMs) - wide;
        c.fillRect(x, (row + 0.5) * tall - mark / 2, wide, mark);
      }
    });
    this.#axis.redraw();
  }

  #names(): void {
    this.#axis.draw(({ context: c, width, height }) => {
      const { soft, rule } = theme();
      const populations = this.#populations;
      const total = populations.reduce((sum, { rows }) => sum + rows, 0);
      const room = height - 20;
      const colors = liveColors(populations);
      const first = firstRows(populations);
      c.font = font(12);
      c.textAlign = "right";
      c.textBaseline = "middle";
      populations.forEach(({ name, rows, size }, p) => {
        const middle = ((first[p] + rows / 2) / total) * room;
        c.fillStyle = colors[p];
        c.fillText(name, SCROLL_LEFT - 8, rows / total > 0.12 ? middle - 7 : middle);
        c.fillStyle = soft;
        if (rows / total > 0.12) c.fillText(size.toLocaleString("en"), SCROLL_LEFT - 8, middle + 8);
      });
      c.strokeStyle = rule;
      c.strokeRect(SCROLL_LEFT - 0.5, 0.5, width - SCROLL_LEFT, room);
      c.fillStyle = soft;
      c.textBaseline = "alphabetic";
      c.fillText(`${(this.#time / 1000).toFixed(2)} s`, width, height - 4);
      c.textAlign = "left";
      c.fillText(`the last ${this.#window} ms`, SCROLL_LEFT, height - 4);
    });
  }
}

function firstRows(populations: Running["populations"]): number[] {
  let at = 0;
  return populations.map(({ rows }) => {
    at += rows;
    return at - rows;
  });
}

/** Most points of the curves of rates. */
const POINTS = 250;

/** Rates of populations over the same time, each point the mean of some ms. */
export class Rates {
  readonly #plot: Plot;
  #bin = 1;
  /** Points that are seen at once. */
  #room = POINTS;
  /** By population, the last points [Hz]; as many spikes and bins as have come of the next. */
  #points: number[][] = [];
  #sums: number[] = [];
  #bins = 0;
  #populations: Running["populations"] = [];
  #most = 10;

  constructor(canvas: HTMLCanvasElement) {
    this.#plot = new Plot(canvas);
  }

  begin(window: number): void {
    this.#bin = Math.max(1, Math.ceil(window / POINTS));
    this.#room = Math.floor(window / this.#bin);
    [this.#points, this.#sums, this.#bins, this.#populations, this.#most] = [[], [], 0, [], 10];
    this.#plot.redraw();
  }

  /** Of the last point, by population. */
  get now(): { name: string; rate: number }[] {
    return this.#populations.map(({ name }, p) => {
      const last = this.#points[p].slice(-50);
      return { name, rate: last.reduce((a, b) => a + b, 0) / Math.max(1, last.length) };
    });
  }

  add({ populations, counts }: Running): void {
    const n = populations.length;
    if (this.#populations.length === 0) {
      this.#populations = populations;
      this.#points = populations.map(() => []);
      this.#sums = populations.map(() => 0);
    }
    for (let b = 0; b < counts.length / n; b++) {
      for (let p = 0; p < n; p++) this.#sums[p] += counts[b * n + p];
      if (++this.#bins < this.#bin) continue;
      populations.forEach(({ size }, p) => {
        this.#points[p].push((1000 * this.#sums[p]) / (size * this.#bin));
        if (this.#points[p].length > this.#room) this.#points[p].shift();
        this.#sums[p] = 0;
      });
      this.#bins = 0;
    }
    this.#plot.draw(plot => this.#draw(plot));
  }

  #draw({ context: c, width, height }: Plot): void {
    const { soft, rule } = theme();
    const peak = Math.max(1, ...this.#points.flat());
    // The scale grows at once and shrinks when it is far too large.
    if (peak > this.#most || peak < this.#most / 3) this.#most = roundUp(peak * 1.1);
    const [top, bottom] = [6, 6];
    const y = (rate: number) => height - bottom - (rate / this.#most) * (height - top - bottom);
    c.font = font(11);
    c.textAlign = "right";
    c.textBaseline = "middle";
    for (const tick of [0, this.#most / 2, this.#most]) {
      c.strokeStyle = rule;
      c.beginPath();
      c.moveTo(SCROLL_LEFT, Math.round(y(tick)) + 0.5);
      c.lineTo(width, Math.round(y(tick)) + 0.5);
      c.stroke();
      c.fillStyle = soft;
      c.fillText(`${tick} Hz`, SCROLL_LEFT - 8, y(tick));
    }
    const colors = liveColors(this.#populations);
    const step = (width - SCROLL_LEFT) / (this.#room - 1);
    c.lineWidth = 1.5;
    this.#points.forEach((points, p) => {
      c.strokeStyle = colors[p];
      c.beginPath();
      points.forEach((rate, k) => {
        c.lineTo(width - (points.length - 1 - k) * step, y(rate));
      });
      c.stroke();
    });
    c.lineWidth = 1;
  }
}
