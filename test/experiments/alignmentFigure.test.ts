import { expect, test } from "vitest";
import { type AlignedRun, alignmentFigure } from "../../experiments/circuits/alignmentFigure.ts";

const run = (
  rule: string,
  twin: string,
  angles: readonly (number | null)[],
  dataset = "digits",
): AlignedRun => ({
  ...{ rule, twin, dataset, initialAlignmentDegrees: angles.slice(0, 1) },
  curve: angles.slice(1).map((angle, k) => ({ epoch: k + 1, alignmentDegrees: [angle] })),
});
/** Thick lines are means; those of a panel in its pixels. */
const lines = (svg: string, color: string) =>
  [...svg.matchAll(new RegExp(`<path d="(M[^"]+)" fill="none" stroke="${color}" stroke-width="2"`, "g"))]
    .map(([, path]) =>
      path
        .split(/[ML]/)
        .slice(1)
        .map(point => point.split(" ").map(Number)),
    )
    .slice(1);

test("a line of the mean over seeds goes from before training to the last epoch, from 0 to 120 degrees where it needs them", () => {
  const svg = alignmentFigure(
    [run("fa", "circuit", [90, 60, 30]), run("fa", "circuit", [90, 40, 10]), run("fa", "rate", [120, 0])],
    "a <title>",
  )!;
  expect(lines(svg, "#d55e00")).toEqual([
    [
      [0, 24],
      [75, 56],
      [150, 80],
    ],
  ]);
  expect(lines(svg, "#0072b2")).toEqual([
    [
      [0, 0],
      [75, 96],
    ],
  ]);
  expect(svg.match(/opacity="0.3"/g)).toHaveLength(2);
  expect(svg).toContain(">fa, digits</tspan>: 20°<");
  expect(svg).toContain("<title>a &#60;title&#62;</title>");
});

test("each rule that changes hidden weights has a panel, each data set its own epochs", () => {
  const svg = alignmentFigure(
    [
      run("fa", "circuit", [90, 60]),
      run("dfa", "circuit", [90, 70, 50], "mnist"),
      { ...run("frozen", "circuit", []), curve: [{ epoch: 1, alignmentDegrees: [] }] },
      run("usf", "circuit", [null, null]),
    ],
    "angles",
  )!;
  expect([...svg.matchAll(/<tspan[^>]*>([^<]*)</g)].map(([, name]) => name)).toEqual([
    "fa, digits",
    "dfa, mnist",
  ]);
  expect(lines(svg, "#d55e00").map(line => line.at(-1)![0])).toEqual([150, 150]);
  // From 30 degrees on.
  expect(lines(svg, "#d55e00")[0][0]).toEqual([0, 32]);
  expect(alignmentFigure([run("frozen", "circuit", [])], "none")).toBeNull();
});
