import type { Twin } from "../../training/results.ts";
import { differenceOf } from "../differences.ts";
import type { RuleGroup } from "../groups.ts";
import { diverging } from "../palette.ts";
import { axis, layout, type Plot, plain, round } from "./figure.ts";

/** Beyond this many rules numbers no longer fit into their cells. */
const MOST_WRITTEN = 12;
/** Points at which the colour ends. */
const STRONGEST = 5;
const SIDE = 26;

/** How many points each rule of a twin is above each other one, paired over seeds; nothing for fewer than two rules. */
export function differencePlots(groups: readonly RuleGroup[], twin: Twin): Plot[] {
  const all = groups.flatMap(group =>
    group[twin].length > 0 ? [{ name: group.name, runs: group[twin] }] : [],
  );
  if (all.length < 2) return [];
  const cells = all.map(row => all.map(column => (row === column ? null : differenceOf(row, column))));
  const names = all.map(({ name }) => plain(name));
  const ticks = { tickvals: names.map((_, k) => k), ticktext: names, showgrid: false, fixedrange: true };
  const written = all.length <= MOST_WRITTEN;
  const several = all.some(({ runs }) => runs.length > 1);
  return [
    {
      title: `Differences, ${twin}`,
      label: `How many points of test accuracy each rule's ${twin} twin is above each other's.`,
      caption: `Row minus column, in points of test accuracy${
        several ? ", mean over the seeds that both have" : ""
      }; pointing at a cell shows ${several ? "the 95 % bootstrap interval and " : ""}the exact McNemar probability of each seed.`,
      figure: {
        data: [
          {
            type: "heatmap",
            z: cells.map(row => row.map(cell => (cell ? round(cell.points.mean) : 0))),
            text: cells.map(row => row.map(cell => (cell ? cell.points.mean.toFixed(1) : ""))),
            customdata: cells.map((row, y) =>
              row.map((cell, x) => (cell ? `${names[y]} − ${names[x]}: ${told(cell)}` : "")),
            ),
            ...(written ? { texttemplate: "%{text}", textfont: { size: 11 } } : {}),
            zmin: -STRONGEST,
            zmax: STRONGEST,
            colorscale: diverging,
            showscale: false,
            xgap: 1,
            ygap: 1,
            hovertemplate: "%{customdata}<extra></extra>",
          },
        ],
        layout: layout(150 + SIDE * all.length, {
          margin: { l: 130, r: 8, t: 8, b: 130 },
          xaxis: axis("", { ...ticks, tickangle: -45, showline: false }),
          yaxis: axis("", { ...ticks, showline: false, autorange: "reversed" }),
        }),
      },
    },
  ];
}

function told({ points, samples }: NonNullable<ReturnType<typeof differenceOf>>): string {
  const interval = points.interval?.map(end => end.toFixed(2)).join(" to ");
  const tests = samples.flatMap(sample =>
    sample ? [sample.p < 0.001 ? "<0.001" : sample.p.toFixed(3)] : [],
  );
  return [
    `${points.mean.toFixed(2)} points`,
    ...(interval ? [`95 %: ${interval}`] : []),
    ...(tests.length > 0 ? [`McNemar p = ${tests.join(", ")}`] : []),
  ].join("<br>");
}
