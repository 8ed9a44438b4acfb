import type { Raster } from "../../engine/record/raster.ts";
import { font, type Plot, theme } from "./canvas.ts";

/** Spikes of each output neuron up to a time. */
export function outputCounts(raster: Raster, until: number): number[] {
  const p = raster.populations.findIndex(({ name }) => name === "output");
  const counts = new Array<number>(p < 0 ? 0 : raster.populations[p].size).fill(0);
  for (let k = 0; k < raster.times.length && raster.times[k] <= until; k++)
    if (raster.populationIndex[k] === p) counts[raster.neurons[k]]++;
  return counts;
}

/** Output spikes by class; the decided one stands out when all have come. */
export function answerPlot(
  plot: Plot,
  counts: readonly number[],
  most: number,
  decision: number | null,
): void {
  const { context: c, width, height } = plot;
  const { ink, soft, rule, populations } = theme();
  const step = width / counts.length;
  const wide = Math.min(26, step - 6);
  const room = height - 34;
  c.textAlign = "center";
  counts.forEach((count, k) => {
    const x = (k + 0.5) * step;
    const tall = (count / Math.max(1, most)) * room;
    c.fillStyle = decision === null || k === decision ? populations[2] : soft;
    c.globalAlpha = decision === null || k === decision ? 1 : 0.55;
    c.fillRect(x - wide / 2, 16 + room - tall, wide, tall);
    c.globalAlpha = 1;
    c.fillStyle = rule;
    c.fillRect(x - wide / 2, 16 + room, wide, 1);
    c.fillStyle = k === decision ? ink : soft;
    c.font = k === decision ? `600 ${font(14)}` : font(13);
    c.fillText(String(k), x, height - 3);
    if (count > 0) {
      c.font = font(10);
      c.fillText(String(count), x, 12 + room - tall);
    }
  });
}
