import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { colors, grey } from "../palette.ts";
import { axis, extent, layout, type Plot, type PlotTrace, plain, round } from "./figure.ts";
import { spreadOut } from "./spreadOut.ts";
import { stack, stackMargin, timeAxis, yAxis } from "./stack.ts";

const mostNeurons = 4;
const mostClasses = 10;
const mostPoints = 900;

/** Membrane potentials of a few hidden neurons with threshold and spikes; nothing when none was recorded. */
export function membranePlot(raster: Raster, rule: string): Plot[] {
  const recorded = raster.traces.filter(
    t => t.quantity === "v" && t.population !== "output" && t.times.length > 0,
  );
  const spikes = new Map(recorded.map(trace => [trace, spikeTimes(raster, trace)]));
  // Neurons that fired first: a row of flat lines says little.
  const shown = [...recorded]
    .sort((a, b) => Number(spikes.get(b)!.length > 0) - Number(spikes.get(a)!.length > 0))
    .slice(0, mostNeurons);
  if (shown.length === 0) return [];
  const threshold = finite(raster.metadata.vThreshold);
  const rows = shown.map(trace => {
    const n = spikes.get(trace)!.length;
    return {
      heading: `${trace.population} neuron ${trace.neuron}: ${n} spike${n === 1 ? "" : "s"}`,
      height: 80,
    };
  });
  const [low, high] = extent([0, threshold ?? 0, ...shown.flatMap(trace => extent(trace.values) ?? [])])!;
  const span = high - low || 1;
  const tick = high + 0.18 * span;
  const { height, domains, annotations, shapes } = stack(rows);
  const axes = shown.map((_, n) => [
    yAxis(n, "yaxis"),
    axis("", {
      domain: domains[n],
      range: [low - 0.06 * span, tick + 0.12 * span],
      nticks: 4,
      showline: false,
      fixedrange: true,
    }),
  ]);
  const data = shown.flatMap((trace, n): PlotTrace[] => {
    const place = { type: "scatter" as const, xaxis: "x", yaxis: yAxis(n, "y") };
    const times = spikes.get(trace)!;
    return [
      ...(threshold === undefined ? [] : [{ ...place, ...thresholdLine(threshold, raster.durationMs) }]),
      {
        ...place,
        ...thinned(trace),
        mode: "lines",
        name: "v",
        line: { color: colors.blue, width: 1.5 },
        hovertemplate: "%{x} ms: %{y:.4~g}<extra></extra>",
      },
      ...(times.length === 0 ? [] : [{ ...place, ...spikeTicks(times, tick) }]),
    ];
  });
  return [
    {
      title: "Membrane potentials",
      label: `Membrane potentials over time of ${rule}. ${rows.map(row => row.heading).join("; ")}.`,
      caption:
        (threshold === undefined ? "" : `Dashed: the threshold, ${threshold}. `) +
        "Strokes above the trace: spikes.",
      figure: {
        data,
        layout: layout(height, {
          margin: stackMargin,
          annotations,
          shapes,
          xaxis: timeAxis(raster.durationMs),
          ...Object.fromEntries(axes),
        }),
      },
    },
  ];
}

/**
 * Potentials of the output neurons, one line per class, named at its end; nothing when none was recorded.
 * @param classNames  where classes have other names than their numbers
 */
export function readoutPlot(raster: Raster, rule: string, classNames?: readonly string[]): Plot[] {
  const nameOf = (neuron: number) => classNames?.[neuron] ?? `${neuron}`;
  const label = finite(raster.metadata.label);
  const decision = finite(raster.metadata.decision);
  const marked = (t: RecordedTrace) => t.neuron === label || t.neuron === decision;
  const recorded = raster.traces.filter(
    t => t.quantity === "v" && t.population === "output" && t.times.length > 0,
  );
  const shown = [...recorded]
    .sort((a, b) => Number(marked(b)) - Number(marked(a)) || b.values.at(-1)! - a.values.at(-1)!)
    .slice(0, mostClasses);
  const bounds = extent(shown.flatMap(trace => extent(trace.values) ?? []));
  if (!bounds) return [];
  const pad = 0.05 * (bounds[1] - bounds[0] || 1);
  const [low, high] = [bounds[0] - pad, bounds[1] + pad];
  const height = 320;
  const names = endLabels(shown, [low, high], 14 / (height - 56));
  const end = names.map(({ trace, y }) => ({
    text: trace.neuron === decision ? `<b>${plain(nameOf(trace.neuron))}</b>` : plain(nameOf(trace.neuron)),
    xref: "paper",
    x: 1,
    xanchor: "left",
    xshift: 4,
    y,
    yanchor: "middle",
    showarrow: false,
    font: { size: 11, color: inkOf(trace, label, decision) },
  }));
  const left = recorded.length - shown.length;
  return [
    {
      title: "Readout potentials",
      label: `Readout potentials over time of ${rule}; highest at the end first: ${names.map(n => nameOf(n.trace.neuron)).join(", ")}.`,
      caption: `${classNames ? "Classes" : "Class numbers"} stand at the ends of their lines; ${emphasis(label, decision)}.${left > 0 ? ` ${left} lower classes are left out.` : ""}`,
      figure: {
        data: [...shown].reverse().map(trace => ({
          type: "scatter",
          mode: "lines",
          name: plain(`class ${nameOf(trace.neuron)}`),
          ...thinned(trace),
          line: lineOf(trace, label, decision),
          hovertemplate: "%{fullData.name}<br>%{x} ms: %{y:.4~g}<extra></extra>",
        })),
        layout: layout(height, {
          margin: { l: 54, r: classNames ? 90 : 40, t: 12, b: 44 },
          annotations: end,
          xaxis: axis("time [ms]", { range: [0, raster.durationMs] }),
          yaxis: axis("potential", { range: [low, high] }),
        }),
      },
    },
  ];
}

function emphasis(label: number | undefined, decision: number | undefined): string {
  if (label === undefined) return decision === undefined ? "all are drawn alike" : "dashed: the decision";
  const wrong = decision !== undefined && decision !== label;
  return `thick: the true class${wrong ? "; dashed: the decision" : ""}`;
}

function thresholdLine(threshold: number, durationMs: number) {
  return {
    mode: "lines",
    name: "threshold",
    x: [0, durationMs],
    y: [threshold, threshold],
    line: { color: grey, width: 1.2, dash: "dash" },
    hoverinfo: "skip",
  };
}

function spikeTicks(times: readonly number[], y: number) {
  return {
    mode: "markers",
    name: "spikes",
    x: times,
    y: times.map(() => round(y)),
    marker: {
      symbol: "line-ns-open",
      size: 8,
      color: colors.vermillion,
      line: { width: 1.5, color: colors.vermillion },
    },
    hovertemplate: "spike at %{x} ms<extra></extra>",
  };
}

/** The true class and a wrong decision stand out by width and dash as well as by colour. */
function lineOf(trace: RecordedTrace, label: number | undefined, decision: number | undefined) {
  const color = inkOf(trace, label, decision);
  if (trace.neuron === label) return { color, width: 3 };
  return trace.neuron === decision ? { color, width: 3, dash: "dash" } : { color, width: 1.2 };
}

function inkOf({ neuron }: RecordedTrace, label: number | undefined, decision: number | undefined): string {
  if (neuron === label) return colors.blue;
  return neuron === decision ? colors.vermillion : grey;
}

/** Where the names go, highest first: beside the final values, `gap` (of the range) apart or more. */
function endLabels(traces: readonly RecordedTrace[], [low, high]: readonly [number, number], gap: number) {
  const ascending = [...traces].sort((a, b) => a.values.at(-1)! - b.values.at(-1)!);
  const ends = ascending.map(trace => trace.values.at(-1)!);
  const places = spreadOut(ends, gap * (high - low), low, high);
  return ascending.map((trace, i) => ({ trace, y: places[i] })).reverse();
}

function spikeTimes(raster: Raster, { population, neuron }: RecordedTrace): number[] {
  const p = raster.populations.findIndex(({ name }) => name === population);
  const times: number[] = [];
  for (let s = 0; s < raster.times.length; s++)
    if (raster.populationIndex[s] === p && raster.neurons[s] === neuron) times.push(round(raster.times[s]));
  return times;
}

/** Long traces keep the lowest and highest point of each stretch, so that no jump is lost. */
export function thinned({ times, values }: Pick<RecordedTrace, "times" | "values">): {
  x: number[];
  y: number[];
} {
  const kept: number[] = [];
  const stretch = times.length > mostPoints ? Math.ceil((3 * times.length) / mostPoints) : 1;
  for (let from = 0; from < times.length; from += stretch) {
    const to = Math.min(times.length, from + stretch);
    let least = from;
    let most = from;
    for (let i = from; i < to; i++) {
      if (values[i] < values[least]) least = i;
      if (values[i] > values[most]) most = i;
    }
    kept.push(...new Set([from, least, most].sort((a, b) => a - b)));
  }
  const last = times.length - 1;
  if (kept.at(-1) !== last && last >= 0) kept.push(last);
  return { x: kept.map(i => round(times[i])), y: kept.map(i => round(values[i])) };
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
