import { exp } from "../../math/elementary.ts";
import type { Running } from "../messages.ts";
import type { Values } from "../networks/catalogue.ts";
import { describe, font, Plot, theme } from "./canvas.ts";
import { roundUp } from "./curves.ts";

/** Points of a window, and of a weight's course before every second one is left out. */
const MOST_POINTS = 3000;
const MOST_TIMES = 800;

/** The window of STDP as pairs of spikes have shown it, and the weights that distal rewards have made. */
export class PlasticityPlot {
  readonly #plot: Plot;
  readonly #points = new Float32Array(2 * MOST_POINTS);
  #count = 0;
  #course: { t: number; own: number; others: number }[] = [];
  /** Between two points of the course [ms]. */
  #interval = 100;
  #values: Values = {};
  #kind: "weights" | "window" | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#plot = new Plot(canvas);
  }

  begin(kind: "weights" | "window" | null, values: Values): void {
    [this.#kind, this.#values, this.#count, this.#course, this.#interval] = [kind, values, 0, [], 100];
    this.#plot.draw(plot => this.#draw(plot));
  }

  add({ points, weights, time }: Running): void {
    if (points) {
      for (let k = 0; k < points.length; k += 2) {
        const at = 2 * (this.#count++ % MOST_POINTS);
        this.#points[at] = points[k];
        this.#points[at + 1] = points[k + 1];
      }
      if (points.length > 0) {
        this.#plot.draw(plot => this.#draw(plot));
        describe(
          this.#plot.canvas,
          `Change of a weight by the interval of a pair of spikes, ${this.#count} pairs`,
        );
      }
    }
    if (!weights) return;
    const last = this.#course.at(-1);
    if (last && time - last.t < this.#interval) return;
    this.#course.push({ t: time, own: weights[0], others: weights[1] });
    if (this.#course.length > MOST_TIMES) {
      this.#course = this.#course.filter((_, k) => k % 2 === 0);
      this.#interval *= 2;
    }
    this.#plot.draw(plot => this.#draw(plot));
    describe(
      this.#plot.canvas,
      `After ${(time / 1000).toFixed(0)} s: rewarded weight ${weights[0].toFixed(2)} mV, mean of the others ${weights[1].toFixed(2)} mV`,
    );
  }

  #draw(plot: Plot): void {
    if (this.#kind === "window") this.#window(plot);
    else if (this.#kind === "weights") this.#weights(plot);
  }

  #window({ context: c, width, height }: Plot): void {
    const { soft, rule, populations } = theme();
    const { aPlus, aMinus, tauPlus, tauMinus } = this.#values as Record<string, number>;
    const pairs = this.#values.rule === "pairs";
    let peak = pairs ? 100 * Math.max(aPlus, aMinus) : 0.2;
    const count = Math.min(this.#count, MOST_POINTS);
    for (let k = 0; k < count; k++) peak = Math.max(peak, Math.abs(this.#points[2 * k + 1]));
    const most = roundUp(Math.max(0.1, peak));
    const [left, bottom] = [64, 30];
    const x = (dt: number) => left + ((dt + 80) / 160) * (width - left - 8);
    const y = (percent: number) => 6 + ((most - percent) / (2 * most)) * (height - bottom - 6);
    c.font = font(11);
    c.fillStyle = soft;
    c.textBaseline = "middle";
    c.textAlign = "right";
    for (const tick of [-most, 0, most]) {
      c.strokeStyle = tick === 0 ? soft : rule;
      c.beginPath();
      c.moveTo(left, Math.round(y(tick)) + 0.5);
      c.lineTo(width - 8, Math.round(y(tick)) + 0.5);
      c.stroke();
      c.fillText(`${tick > 0 ? "+" : ""}${tick} %`, left - 8, y(tick));
    }
    c.textAlign = "center";
    c.textBaseline = "alphabetic";
    for (const tick of [-80, -40, 0, 40, 80]) c.fillText(String(tick), x(tick), height - 16);
    c.fillText("ms from the presynaptic to the postsynaptic spike", (left + width) / 2, height - 2);
    // What one pair alone would do.
    c.strokeStyle = soft;
    for (const side of pairs ? [-1, 1] : []) {
      c.beginPath();
      for (let dt = 0.5; dt <= 80; dt += 0.5) {
        const change = side > 0 ? aPlus * exp(-dt / tauPlus) : -aMinus * exp(-dt / tauMinus);
        c.lineTo(x(side * dt), y(100 * change));
      }
      c.stroke();
    }
    for (let k = 0; k < count; k++) {
      const [dt, percent] = [this.#points[2 * k], this.#points[2 * k + 1]];
      c.globalAlpha = 0.55;
      c.fillStyle = percent >= 0 ? populations[1] : populations[2];
      c.fillRect(x(dt) - 1.5, y(percent) - 1.5, 3, 3);
    }
    c.globalAlpha = 1;
  }

  #weights({ context: c, width, height }: Plot): void {
    const { soft, rule, populations } = theme();
    const [left, bottom, most] = [64, 30, 4];
    const end = Math.max(10_000, this.#course.at(-1)?.t ?? 0);
    const x = (t: number) => left + (t / end) * (width - left - 8);
    const y = (w: number) => 6 + ((most - w) / most) * (height - bottom - 6);
    c.font = font(11);
    c.textBaseline = "middle";
    c.textAlign = "right";
    for (const tick of [0, 1, 2, 3, 4]) {
      c.strokeStyle = rule;
      c.beginPath();
      c.moveTo(left, Math.round(y(tick)) + 0.5);
      c.lineTo(width - 8, Math.round(y(tick)) + 0.5);
      c.stroke();
      c.fillStyle = soft;
      c.fillText(`${tick} mV`, left - 8, y(tick));
    }
    c.textBaseline = "alphabetic";
    c.fillText(`${(end / 1000).toFixed(0)} s`, width - 8, height - 16);
    c.textAlign = "left";
    c.fillText("0", left, height - 16);
    const lines = [
      { of: "others" as const, color: populations[0], label: "mean of all others", dash: [5, 4] },
      { of: "own" as const, color: populations[1], label: "rewarded synapse", dash: [] },
    ];
    lines.forEach(({ of, color, label, dash }, n) => {
      c.strokeStyle = color;
      c.lineWidth = 2;
      c.setLineDash(dash);
      c.beginPath();
      for (const point of this.#course) c.lineTo(x(point.t), y(point[of]));
      c.stroke();
      const at = left + 30 + n * 160;
      c.beginPath();
      c.moveTo(at, height - 6);
      c.lineTo(at + 22, height - 6);
      c.stroke();
      c.setLineDash([]);
      c.lineWidth = 1;
      c.fillStyle = color;
      c.fillText(label, at + 28, height - 2);
    });
  }
}
