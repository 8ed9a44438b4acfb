/**
 * The table of README.md and gaps.svg, from measured.json.
 *
 *     node dist/experiments/twins/table.js
 */
import { readFileSync, writeFileSync } from "node:fs";
import { rules } from "../../src/index.ts";

interface Run {
  readonly rule: string;
  readonly twin: string;
  readonly encoder?: string;
  readonly eligibility?: string;
  readonly testAccuracy?: number;
  readonly learningRate?: number;
  readonly trainSamples?: number;
  readonly epochs?: number;
  readonly failed?: string;
}
const at = (file: string) => new URL(`../../../experiments/twins/${file}`, import.meta.url);
const { runs }: { runs: Run[] } = JSON.parse(readFileSync(at("measured.json"), "utf8"));

const forms = (["current", "rate"] as const).flatMap(encoder =>
  (["trace", "timing"] as const).map(eligibility => ({ encoder, eligibility })),
);
/** [points] */
const expected = { current: 0.2, rate: 0.5 };
const measured = rules
  .map(({ name }) => ({ name, own: runs.filter(run => run.rule === name) }))
  .flatMap(({ name, own }) => {
    const base = own.find(run => run.twin === "rate");
    if (base?.testAccuracy === undefined) return [];
    const gaps = forms.map(({ encoder, eligibility }) => {
      const run = own.find(r => r.encoder === encoder && r.eligibility === eligibility);
      if (!run) return null;
      return run.testAccuracy === undefined ? Number.NaN : 100 * (run.testAccuracy - base.testAccuracy!);
    });
    return [{ name, base, gaps }];
  });

const signed = (gap: number) => `${gap < 0 ? "-" : "+"}${Math.abs(gap).toFixed(2)}`;
console.log(
  "| rule | samples x epochs | learning rate | rate twin | `current` `trace` | `current` `timing` | `rate` `trace` | `rate` `timing` |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const { name, base, gaps } of measured) {
  const cells = gaps.map((gap, k) => {
    if (gap === null) return "not run";
    if (Number.isNaN(gap)) return "failed";
    const outside = Math.abs(gap) > expected[forms[k].encoder] + 1e-9;
    return outside ? `**${signed(gap)}**` : signed(gap);
  });
  const size = `${base.trainSamples! / 1000}k x ${base.epochs}`;
  const accuracy = (100 * base.testAccuracy!).toFixed(2);
  console.log(`| \`${name}\` | ${size} | ${base.learningRate} | ${accuracy} | ${cells.join(" | ")} |`);
}

const [left, right, top, step] = [150, 24, 46, 20];
const [width, lowest, highest] = [720, -2.5, 1];
const x = (gap: number) =>
  left + ((Math.max(lowest, Math.min(highest, gap)) - lowest) / (highest - lowest)) * (width - left - right);
const height = top + measured.length * step + 36;
const colours = ["#0072b2", "#56b4e9", "#d55e00", "#e69f00"];
const parts = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
  `<rect width="${width}" height="${height}" fill="#fff"/>`,
];
forms.forEach(({ encoder, eligibility }, k) => {
  const cx = left + k * 136;
  parts.push(`<circle cx="${cx}" cy="16" r="4" fill="${colours[k]}"/>`);
  parts.push(`<text x="${cx + 9}" y="20">${encoder}, ${eligibility}</text>`);
});
const bottom = top + measured.length * step - 6;
for (const [encoder, tone] of [
  ["rate", "#f3f3f3"],
  ["current", "#e4e4e4"],
] as const) {
  const [from, to] = [x(-expected[encoder]), x(expected[encoder])];
  const size = `width="${(to - from).toFixed(1)}" height="${bottom - top + 10}"`;
  parts.push(`<rect x="${from.toFixed(1)}" y="${top - 10}" ${size} fill="${tone}"/>`);
}
for (let gap = lowest; gap <= highest; gap += 0.5) {
  parts.push(`<text x="${x(gap).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${gap}</text>`);
}
parts.push(
  `<line x1="${x(0).toFixed(1)}" x2="${x(0).toFixed(1)}" y1="${top - 10}" y2="${bottom}" stroke="#888"/>`,
);
measured.forEach(({ name, gaps }, n) => {
  const y = top + n * step;
  parts.push(`<text x="${left - 10}" y="${y + 4}" text-anchor="end">${name}</text>`);
  gaps.forEach((gap, k) => {
    if (gap === null || Number.isNaN(gap)) return;
    // Beyond the edges: hollow, at the edge.
    const inside = gap >= lowest && gap <= highest;
    const style = inside ? `fill="${colours[k]}"` : `fill="#fff" stroke="${colours[k]}" stroke-width="2"`;
    parts.push(`<circle cx="${x(gap).toFixed(1)}" cy="${y}" r="4" ${style}/>`);
  });
});
parts.push(
  `<text x="${x(0).toFixed(1)}" y="${bottom + 30}" text-anchor="middle">spikes minus rate twin [points]</text>`,
  "</svg>",
);
writeFileSync(at("gaps.svg"), `${parts.join("\n")}\n`);
