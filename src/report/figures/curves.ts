import type { CurvePoint, RunResult, Twin } from "../../training/results.ts";
import { type RuleGroup, summarize, twins } from "../groups.ts";
import { grey, type RuleStyle, twinMarks } from "../palette.ts";
import { axis, extent, layout, type Plot, type PlotTrace, plain, round } from "./figure.ts";

type Pick = (point: CurvePoint) => number | undefined | null;
type Styles = ReadonlyMap<string, RuleStyle>;

/** Validation accuracy and training loss per epoch; a plot without any value is left out. */
export function learningPlots(groups: readonly RuleGroup[], styles: Styles): Plot[] {
  const accuracy = curveTraces(groups, styles, p => percent(p.validationAccuracy));
  const loss = curveTraces(groups, styles, p => p.trainLoss);
  const [low, high] = extent(loss.flatMap(trace => trace.y!)) ?? [1, 1];
  const type = low > 0 && high > 30 * low ? "log" : "linear";
  return [
    ...curvePlot("Validation accuracy", accuracy, axis("validation accuracy [%]")),
    ...curvePlot(
      "Training loss",
      loss,
      axis("cross-entropy [nats]", { type, ...(type === "log" ? { dtick: 1 } : {}) }),
    ),
  ];
}

/** Angle between each rule's update and the exact gradient at one hidden layer (from 0), and between its paths. */
export function alignmentPlots(groups: readonly RuleGroup[], styles: Styles, layer: number): Plot[] {
  const fromStart = groups.map(group => ({
    ...group,
    rate: group.rate.map(withStart),
    spike: group.spike.map(withStart),
    circuit: group.circuit.map(withStart),
  }));
  const update = curveTraces(fromStart, styles, p => p.alignmentDegrees?.[layer]);
  const feedback = curveTraces(fromStart, styles, p => p.feedbackDegrees?.[layer]);
  return [
    ...anglePlot("Update against exact gradient", update),
    ...anglePlot("Forward path against feedback weights", feedback),
  ];
}

/** Number of hidden layers for which any run has an angle. */
export function alignedLayers(groups: readonly RuleGroup[]): number {
  const counts = groups.flatMap(group =>
    twins.flatMap(twin =>
      group[twin].flatMap(run =>
        run.curve.flatMap(p => [p.alignmentDegrees?.length ?? 0, p.feedbackDegrees?.length ?? 0]),
      ),
    ),
  );
  return extent(counts)?.[1] ?? 0;
}

/** The angles before training are those of epoch 0. */
function withStart(run: RunResult): RunResult {
  const { initialAlignmentDegrees = [], initialFeedbackDegrees, curve } = run;
  const start: CurvePoint = {
    epoch: 0,
    trainLoss: Number.NaN,
    alignmentDegrees: initialAlignmentDegrees,
    ...(initialFeedbackDegrees ? { feedbackDegrees: initialFeedbackDegrees } : {}),
  };
  return { ...run, curve: [start, ...curve] };
}

function anglePlot(title: string, traces: readonly PlotTrace[]): Plot[] {
  const highest = extent(traces.flatMap(trace => trace.y!))?.[1] ?? 0;
  const top = Math.min(180, Math.max(100, highest + 5));
  const angle = axis("angle [degrees]", { range: [0, top], tickvals: [0, 30, 60, 90, 120, 150, 180] });
  return curvePlot(title, traces, angle, {
    shapes: [
      {
        type: "line",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: 90,
        y1: 90,
        line: { color: grey, width: 1.5, dash: "dot" },
      },
    ],
    annotations: [
      {
        text: "90°: no agreement",
        xref: "paper",
        x: 1,
        xanchor: "right",
        y: 90,
        yanchor: "bottom",
        showarrow: false,
        font: { size: 11, color: grey },
      },
    ],
  });
}

function curvePlot(title: string, traces: readonly PlotTrace[], yaxis: object, more: object = {}): Plot[] {
  const epochs = extent(traces.flatMap(trace => trace.x!));
  if (!epochs) return [];
  const [first, last] = epochs;
  const pad = 0.03 * (last - first) || 0.5;
  const spoken = traces.filter(t => t.name).map(t => `${t.name} ends at ${t.y!.at(-1)!.toPrecision(3)}`);
  return [
    {
      title,
      label: `${title} per epoch. ${spoken.join("; ")}.`,
      figure: {
        data: traces,
        layout: layout(330, {
          // Epochs are whole: no ticks between them.
          xaxis: axis("epoch", {
            range: [first - pad, last + pad],
            ...(last - first < 8 ? { dtick: 1 } : {}),
            tickformat: "d",
          }),
          yaxis,
          ...more,
        }),
      },
    },
  ];
}

/** One line per rule and twin, the mean over seeds; with several seeds each of them stands behind it, pale. */
function curveTraces(groups: readonly RuleGroup[], styles: Styles, pick: Pick): PlotTrace[] {
  const pale: PlotTrace[] = [];
  const lines: PlotTrace[] = [];
  for (const group of groups)
    for (const twin of twins) {
      const runs = group[twin];
      const mean = meanCurve(runs, pick);
      if (mean.x.length === 0) continue;
      const marks = twinMarks(twin, styles.get(group.name)!);
      const common = { type: "scatter" as const, legendgroup: group.name };
      if (runs.length > 1)
        for (const run of runs)
          pale.push({
            ...common,
            ...meanCurve([run], pick),
            mode: "lines",
            line: { ...marks.line, width: 1 },
            opacity: 0.3,
            hoverinfo: "skip",
          });
      lines.push({ ...common, ...mean, ...lineStyle(group.name, twin, marks) });
    }
  return [...pale, ...lines];
}

function lineStyle(name: string, twin: Twin, { line, marker }: ReturnType<typeof twinMarks>) {
  return {
    name: plain(`${name}, ${twin}`),
    mode: "lines+markers",
    line,
    marker: { ...marker, maxdisplayed: 12 },
    hovertemplate: "%{fullData.name}<br>epoch %{x}: %{y:.4~g}<extra></extra>",
    cliponaxis: false,
  };
}

function meanCurve(runs: readonly RunResult[], pick: Pick): { x: number[]; y: number[] } {
  const values = new Map<number, (number | undefined | null)[]>();
  for (const run of runs)
    for (const point of run.curve) values.set(point.epoch, [...(values.get(point.epoch) ?? []), pick(point)]);
  const x: number[] = [];
  const y: number[] = [];
  for (const [epoch, found] of [...values].sort((a, b) => a[0] - b[0])) {
    const mean = summarize(found)?.mean;
    if (mean === undefined) continue;
    x.push(epoch);
    y.push(round(mean));
  }
  return { x, y };
}

function percent(fraction: number | undefined | null): number | undefined {
  return typeof fraction === "number" ? 100 * fraction : undefined;
}
