import { DIRECT_CURRENT } from "../../encoding/current.ts";
import type { Raster } from "../../engine/record/raster.ts";
import { colors, sequential } from "../palette.ts";
import { axis, layout, type Plot, type PlotTrace, plain, round } from "./figure.ts";
import { type Row, stack, stackMargin, timeAxis, yAxis } from "./stack.ts";

/** Above this many spikes single points only make the page slow and the picture black. */
export const densityAbove = 20_000;

const inks = [colors.vermillion, colors.blue, colors.green, colors.purple];
const timeBins = 120;
const mostNeuronBins = 64;

/** Spikes by time and neuron, one row per population; counted in bins when there are too many to draw. */
export function rasterPlot(raster: Raster, rule: string, currentDriven: boolean): Plot {
  const { populations, durationMs } = raster;
  const spikes = spikesByPopulation(raster);
  const dense = raster.times.length > densityAbove;
  const readFromPotential = raster.traces.some(t => t.population === "output" && t.quantity === "v");
  const silence = (name: string) => {
    if (name === "input" && currentDriven) return DIRECT_CURRENT;
    return name === "output" && readFromPotential ? "no spikes, read from its potential" : "no spikes";
  };
  const rows: Row[] = populations.map(({ name, size }, p) => ({
    heading: `${name} (${size} ${size === 1 ? "neuron" : "neurons"}): ${spikeCount(spikes[p].times.length, silence(name))}`,
    ...(spikes[p].times.length > 0 ? { height: rowHeight(size) } : { height: 10, empty: true }),
  }));
  const { height, domains, annotations, shapes } = stack(rows);
  const data: PlotTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (let p = 0; p < populations.length; p++) {
    if (rows[p].empty) continue;
    const { name, size } = populations[p];
    const n = data.length;
    const place = { name: plain(name), xaxis: "x", yaxis: yAxis(n, "y") };
    data.push(
      dense
        ? { ...place, ...density(spikes[p], size, durationMs) }
        : { ...place, ...points(spikes[p], size, rows[p].height, inks[p % inks.length]) },
    );
    axes[yAxis(n, "yaxis")] = axis("", {
      domain: domains[p],
      range: [-1, size],
      tickvals: size > 1 ? [0, size - 1] : [0],
      showgrid: false,
      showline: false,
      fixedrange: true,
    });
  }
  const total = raster.times.length;
  return {
    title: "Spikes",
    label: `Spike raster of ${rule}. ${rows.map(row => row.heading).join("; ")}.`,
    ...(dense
      ? { caption: `${total.toLocaleString("en-US")} spikes, too many for points: counts per bin.` }
      : {}),
    figure: {
      data,
      layout: layout(height, {
        margin: dense ? { ...stackMargin, r: 62 } : stackMargin,
        annotations,
        shapes,
        xaxis: timeAxis(durationMs),
        ...axes,
        ...(dense ? { coloraxis: coloraxis() } : {}),
      }),
    },
  };
}

interface Spikes {
  readonly times: number[];
  readonly neurons: number[];
}

function spikesByPopulation({ populations, times, populationIndex, neurons }: Raster): Spikes[] {
  const spikes = populations.map(() => ({ times: [] as number[], neurons: [] as number[] }));
  for (let s = 0; s < times.length; s++) {
    spikes[populationIndex[s]].times.push(round(times[s]));
    spikes[populationIndex[s]].neurons.push(neurons[s]);
  }
  return spikes;
}

function points({ times, neurons }: Spikes, size: number, height: number, color: string): PlotTrace {
  const length = Math.min(8, Math.max(4, (0.9 * height) / size));
  return {
    type: "scatter",
    mode: "markers",
    x: times,
    y: neurons,
    // An upright stroke: neighbours in time stay apart better than as dots.
    marker: { symbol: "line-ns-open", size: length, color, line: { width: 1.3, color } },
    hovertemplate: "%{fullData.name} %{y}<br>%{x} ms<extra></extra>",
    cliponaxis: false,
  };
}

function density({ times, neurons }: Spikes, size: number, durationMs: number): PlotTrace {
  const rows = Math.min(size, mostNeuronBins);
  const perRow = size / rows;
  const z = Array.from({ length: rows }, () => new Array<number>(timeBins).fill(0));
  for (let s = 0; s < times.length; s++) {
    // A spike at the very end belongs to the last bin.
    const column = Math.min(timeBins - 1, Math.max(0, Math.floor((times[s] / durationMs) * timeBins)));
    z[Math.min(rows - 1, Math.floor(neurons[s] / perRow))][column]++;
  }
  const dx = durationMs / timeBins;
  return {
    type: "heatmap",
    x0: round(dx / 2),
    dx: round(dx, 8),
    y0: round(perRow / 2 - 0.5),
    dy: round(perRow, 8),
    z,
    coloraxis: "coloraxis",
    hovertemplate: "%{fullData.name}, about neuron %{y:.0f}<br>%{x:.1f} ms: %{z} spikes<extra></extra>",
  };
}

function coloraxis() {
  return {
    cmin: 0,
    colorscale: sequential,
    colorbar: { title: { text: "spikes", side: "right" }, thickness: 10, len: 0.6, outlinewidth: 0 },
  };
}

/** Between strict proportion, which makes ten outputs a thread, and equal rows. */
function rowHeight(size: number): number {
  return Math.round(Math.min(280, Math.max(70, 20 * Math.sqrt(size))));
}

function spikeCount(spikes: number, silence: string): string {
  if (spikes === 0) return silence;
  return spikes === 1 ? "1 spike" : `${spikes.toLocaleString("en-US")} spikes`;
}
