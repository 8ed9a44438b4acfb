import type { Twin } from "../../training/results.ts";
import { control, type RuleGroup, summarize, twins } from "../groups.ts";
import { grey, type RuleStyle, twinMarks } from "../palette.ts";
import { axis, extent, layout, type Plot, type PlotTrace, plain, round } from "./figure.ts";

/** Test accuracy of both twins of each rule [%], with the frozen control of each twin as a horizontal line. */
export function accuracyPlot(groups: readonly RuleGroup[], styles: ReadonlyMap<string, RuleStyle>): Plot {
  const rules = groups.filter(group => group.rule !== control);
  const frozen = groups.filter(group => group.rule === control);
  const shown = rules.length > 0 ? rules : groups;
  const width: [number, number] = [-0.5, shown.length - 0.5];
  const lines =
    rules.length > 0 ? frozen.flatMap(group => twins.flatMap(t => controlLine(group, t, width))) : [];
  // A twin that is alone stands in the middle of its rule's place.
  const there = twins.filter(twin => shown.some(group => group[twin].length > 0));
  const place = (i: number, twin: Twin) => round(i + 0.28 * (there.indexOf(twin) - (there.length - 1) / 2));
  const dots = shown.flatMap((group, i) =>
    there.flatMap(t => dot(group, t, place(i, t), styles.get(group.name)!)),
  );
  const bars = shown.flatMap((group, i) =>
    gapBar(
      group,
      there,
      there.map(t => place(i, t)),
    ),
  );
  const data = [...lines, ...bars, ...dots];
  return {
    title: "Test accuracy",
    label: `Test accuracy of each rule. ${[...dots, ...lines].map(spoken).join("; ")}.`,
    figure: {
      data,
      layout: layout(360, {
        xaxis: axis("", {
          range: width,
          tickvals: shown.map((_, i) => i),
          ticktext: shown.map(group => plain(group.name)),
          tickangle: shown.length > 7 || shown.some(group => group.name.length > 18) ? -40 : "auto",
          automargin: true,
          showgrid: false,
          fixedrange: true,
        }),
        yaxis: axis("test accuracy [%]", { range: range(data) }),
      }),
    },
  };
}

function dot(group: RuleGroup, twin: Twin, x: number, style: RuleStyle): PlotTrace[] {
  const values = group[twin].map(run => 100 * run.testAccuracy);
  const summary = summarize(values);
  if (!summary) return [];
  const marks = twinMarks(twin, style);
  const mean: PlotTrace = {
    type: "scatter",
    mode: "markers",
    name: plain(`${group.name}, ${twin}`),
    x: [x],
    y: [round(summary.mean)],
    marker: { ...marks.marker, size: 12, line: { width: 2, color: style.color } },
    hovertemplate: "%{fullData.name}<br>%{y:.2f} %<extra></extra>",
    cliponaxis: false,
    ...(summary.sd === undefined
      ? {}
      : {
          error_y: { type: "data", array: [round(summary.sd)], color: style.color, thickness: 1.5, width: 4 },
        }),
  };
  return [mean];
}

/** A thin line between the twins, so that the eye reads the gap. */
function gapBar(group: RuleGroup, there: readonly Twin[], x: readonly number[]): PlotTrace[] {
  if (there.length < 2) return [];
  const ends = there.map(twin => summarize(group[twin].map(run => 100 * run.testAccuracy))?.mean);
  if (ends.some(end => end === undefined)) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      x,
      y: ends.map(end => round(end!)),
      line: { color: "#bbbbbb", width: 1 },
      hoverinfo: "skip",
    },
  ];
}

function controlLine(group: RuleGroup, twin: Twin, x: [number, number]): PlotTrace[] {
  const mean = summarize(group[twin].map(run => 100 * run.testAccuracy))?.mean;
  if (mean === undefined) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      name: plain(`${group.name}, ${twin}`),
      x,
      y: [round(mean), round(mean)],
      line: { ...twinMarks(twin, { color: grey, symbol: "square" }).line, width: 1.5 },
      hovertemplate: "%{fullData.name}<br>%{y:.2f} %<extra></extra>",
    },
  ];
}

/** The differences matter here, not the distance to zero: dots, unlike bars, may leave zero out. */
function range(data: readonly PlotTrace[]): [number, number] {
  const spread = data.flatMap(({ y = [], error_y }) => {
    const sd = (error_y as { array: number[] } | undefined)?.array[0] ?? 0;
    return y.flatMap(value => [value! - sd, value! + sd]);
  });
  const [low, high] = extent(spread) ?? [0, 100];
  const margin = Math.max(0.5, 0.08 * (high - low));
  // No room beyond 0 and 100 %, except for a bar that reaches there.
  return [Math.min(low, Math.max(0, low - margin)), Math.max(high, Math.min(100.5, high + margin))];
}

function spoken({ name, y }: PlotTrace): string {
  return `${name} ${y![0]!.toFixed(2)} %`;
}
