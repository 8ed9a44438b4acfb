import { summarize } from "../src/report/groups.ts";
import { cellsOf, type MeasuredRun, type Published, percents } from "./paperTable.ts";

const [left, wide, high, top] = [210, 640, 24, 44];
/** Okabe and Ito's colours: published, rates, spiking. */
const [PAPER, RATE, SPIKE] = ["#000000", "#0072b2", "#d55e00"];

/** A row for each cell: the published mean with its deviation, and each run of ours. */
export function figureOf(published: readonly Published[], runs: readonly MeasuredRun[]): string {
  const cells = cellsOf(published, runs);
  const all = cells.flatMap(({ published: paper, rate, spike }) => [
    ...(paper
      ? [100 * (paper.testAccuracy - (paper.sd ?? 0)), 100 * (paper.testAccuracy + (paper.sd ?? 0))]
      : []),
    ...percents(rate),
    ...percents(spike),
  ]);
  const [low, top_] = [Math.floor(Math.min(...all, 100) - 0.2), Math.ceil(Math.max(...all, 0) + 0.2)];
  const step = [0.2, 0.5, 1, 2, 5, 10, 20].find(each => (top_ - low) / each <= 8) ?? 20;
  const x = (percent: number) => left + ((percent - low) / (top_ - low)) * (wide - left - 20);
  const height = top + cells.length * high + 34;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${wide}" height="${height}" fill="#fff"/>`,
    ...[
      ["published, ± sd", PAPER],
      ["rates, each seed and mean", RATE],
      ["spiking", SPIKE],
    ].map(
      ([text, colour], n) =>
        `<circle cx="${20 + 190 * n}" cy="18" r="4" fill="${colour}"/><text x="${30 + 190 * n}" y="22">${text}</text>`,
    ),
  ];
  for (let tick = Math.ceil(low / step) * step; tick <= top_ + 1e-9; tick += step) {
    const at = x(tick).toFixed(1);
    parts.push(`<line x1="${at}" x2="${at}" y1="${top - 8}" y2="${height - 30}" stroke="#e4e4e4"/>`);
    parts.push(`<text x="${at}" y="${height - 14}" text-anchor="middle">${Number(tick.toFixed(1))}</text>`);
  }
  cells.forEach(({ rule, dataset, architecture, published: paper, rate, spike }, n) => {
    const y = top + n * high + high / 2;
    parts.push(`<text x="8" y="${y + 4}">${rule}, ${dataset}, ${architecture}</text>`);
    if (paper) {
      const [from, to] = [-1, 1].map(side =>
        x(100 * (paper.testAccuracy + side * (paper.sd ?? 0))).toFixed(1),
      );
      parts.push(
        `<line x1="${from}" x2="${to}" y1="${y - 5}" y2="${y - 5}" stroke="${PAPER}" stroke-width="2"/>`,
      );
      parts.push(
        `<circle cx="${x(100 * paper.testAccuracy).toFixed(1)}" cy="${y - 5}" r="4" fill="${PAPER}"/>`,
      );
    }
    for (const [own, colour, below] of [
      [rate, RATE, 2],
      [spike, SPIKE, 8],
    ] as const) {
      const values = percents(own);
      for (const value of values)
        parts.push(
          `<circle cx="${x(value).toFixed(1)}" cy="${y + below}" r="2.5" fill="${colour}" opacity="0.6"/>`,
        );
      if (values.length > 1) {
        const at = x(summarize(values)!.mean).toFixed(1);
        parts.push(
          `<line x1="${at}" x2="${at}" y1="${y + below - 4}" y2="${y + below + 4}" stroke="${colour}" stroke-width="2"/>`,
        );
      }
    }
  });
  parts.push(`<text x="${left}" y="${height - 1}" font-size="10">test accuracy [%]</text>`, "</svg>");
  return `${parts.join("\n")}\n`;
}
