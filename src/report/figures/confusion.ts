import type { RunResult, Twin } from "../../training/results.ts";
import { type RuleGroup, twins } from "../groups.ts";
import { sequential } from "../palette.ts";
import { axis, layout, type Plot, plain, round } from "./figure.ts";

/** Beyond this many classes numbers no longer fit into their cells. */
const mostWritten = 20;

/** Decided against true class of each twin that was run; counts of all seeds together. */
export function confusionPlots(group: RuleGroup): Plot[] {
  return twins.flatMap(twin => {
    const runs = group[twin].filter(run => run.confusion?.length > 0);
    return runs.length > 0 ? [confusionPlot(group.name, twin, runs)] : [];
  });
}

function confusionPlot(name: string, twin: Twin, runs: readonly RunResult[]): Plot {
  const counts = sum(runs.map(run => run.confusion));
  const classes = counts.length;
  const total = counts.flat().reduce((a, b) => a + b, 0);
  const right = counts.reduce((a, row, i) => a + row[i], 0);
  const written = classes <= mostWritten;
  const names = runs[0].classNames?.map(name => plain(name.length > 12 ? `${name.slice(0, 11)}…` : name));
  const named = names && { tickvals: names.map((_, k) => k), ticktext: names };
  const ticks = written ? (named ?? { dtick: 1 }) : { nticks: 6 };
  return {
    title: `${name}, ${twin}`,
    label: `Confusion matrix of ${name}, ${twin} twin: ${right} of ${total} test samples on the diagonal.`,
    caption: `${right.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} right${
      runs.length > 1 ? `, ${runs.length} seeds together` : ""
    }.${written ? " Empty cells are zero." : ""}`,
    figure: {
      data: [
        {
          type: "heatmap",
          // Coloured by share of the true class, so that rare classes show their errors too.
          z: counts.map(row => {
            const samples = row.reduce((a, b) => a + b, 0);
            return row.map(count => (samples > 0 ? round(count / samples) : 0));
          }),
          text: counts.map(row => row.map(count => (count > 0 ? `${count}` : ""))),
          ...(written ? { texttemplate: "%{text}", textfont: { size: 11 } } : {}),
          zmin: 0,
          zmax: 1,
          colorscale: sequential,
          showscale: false,
          xgap: 1,
          ygap: 1,
          hovertemplate: "true %{y}, decided %{x}: %{text}<extra></extra>",
        },
      ],
      layout: layout(400, {
        margin: { l: written && names ? 90 : 48, r: 8, t: 8, b: 44 },
        plot_bgcolor: "#eeeeee",
        xaxis: axis("decided class", { ...ticks, showgrid: false, showline: false, fixedrange: true }),
        yaxis: axis("true class", {
          ...ticks,
          showgrid: false,
          showline: false,
          autorange: "reversed",
          fixedrange: true,
        }),
      }),
    },
  };
}

function sum(matrices: readonly (readonly (readonly number[])[])[]): number[][] {
  return matrices[0].map((row, i) => row.map((_, j) => matrices.reduce((total, m) => total + m[i][j], 0)));
}
