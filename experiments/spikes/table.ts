/**
 * The tables of README.md and curves.svg, from the files in measured/.
 *
 *     node dist/experiments/spikes/table.js
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

interface Run {
  readonly seed: number;
  readonly twin?: string;
  readonly encoder?: string;
  readonly reading?: string;
  readonly vThreshold?: number | null;
  readonly validationAccuracy?: number;
  readonly testAccuracy?: number;
  readonly hiddenSpikesPerSample?: number;
  readonly failed?: string;
}
interface Measured {
  readonly learningRate: number;
  readonly vThreshold?: number;
  readonly curve: readonly Run[];
  readonly table: readonly Run[];
}

const at = (file: string) => new URL(`../../../experiments/spikes/${file}`, import.meta.url);
const ORDER = "bp,fa,dfa,usf,kp,drtp,f3,pepita,pepita:sparse,ff,frozen,shallow".split(",");
const files = readdirSync(at("measured/"));
const rules = ORDER.flatMap(rule => {
  const file = `${rule.replace(":", "-")}.json`;
  if (!files.includes(file)) return [];
  const measured: Measured = JSON.parse(readFileSync(at(`measured/${file}`), "utf8"));
  return [{ rule, ...measured }];
});

/** Student's t for 95 %, by the number of values. */
const T95 = [Number.NaN, Number.NaN, 12.706, 4.303];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const interval = (values: readonly number[]) => {
  const m = mean(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1));
  return (T95[values.length] * deviation) / Math.sqrt(values.length);
};
const signed = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(2)}`;

const forms = (["rate", "poisson"] as const).flatMap(encoder =>
  (["spikes", "drive"] as const).map(reading => ({ encoder, reading })),
);
console.log(
  `| rule | learning rate | threshold | rate twin | ${forms.map(({ encoder, reading }) => `\`${encoder}\`, ${reading}`).join(" | ")} |`,
);
console.log(`| --- | --- | --- | --- |${" --- |".repeat(forms.length)}`);
for (const { rule, learningRate, vThreshold, table } of rules) {
  const rates = table.filter(run => run.twin === "rate");
  if (rates.length === 0) continue;
  const cells = forms.map(form => {
    const runs = table.filter(run => run.encoder === form.encoder && run.reading === form.reading);
    if (runs.length === 0) return "not run";
    if (runs.some(run => run.failed)) return "diverged";
    const gaps = runs.map(
      run => 100 * (run.testAccuracy! - rates.find(({ seed }) => seed === run.seed)!.testAccuracy!),
    );
    const spread = gaps.length > 1 ? ` ± ${interval(gaps).toFixed(2)}` : "";
    const spikes = mean(runs.map(run => run.hiddenSpikesPerSample!));
    return `${signed(mean(gaps))}${spread} (${spikes.toFixed(0)})${gaps.length < 3 ? `, seeds so far: ${gaps.length}` : ""}`;
  });
  const accuracies = rates.map(run => 100 * run.testAccuracy!);
  const spread = accuracies.length > 1 ? ` ± ${interval(accuracies).toFixed(2)}` : "";
  const told = `${mean(accuracies).toFixed(2)}${spread}`;
  console.log(`| \`${rule}\` | ${learningRate} | ${vThreshold} | ${told} | ${cells.join(" | ")} |`);
}

/** A panel for each rule: validation accuracy over hidden spikes, and the band of its rate twin. */
const [columns, wide, high] = [3, 260, 190];
const [left, right, top, bottom] = [44, 12, 26, 38];
const height = Math.ceil(rules.length / columns) * high + 24;
const parts = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns * wide} ${height}" font-family="sans-serif" font-size="11">`,
  `<rect width="${columns * wide}" height="${height}" fill="#fff"/>`,
  `<text x="8" y="16">validation accuracy [%] over hidden spikes per sample; three seeds; band: rate twin</text>`,
];
const [fewest, most] = [1, 4.3];
rules.forEach(({ rule, curve }, n) => {
  const [x0, y0] = [(n % columns) * wide, 24 + Math.floor(n / columns) * high];
  const rates = curve.filter(run => run.vThreshold === null).map(run => 100 * run.validationAccuracy!);
  const points = curve.flatMap(({ vThreshold, seed, hiddenSpikesPerSample: spikes, validationAccuracy }) =>
    vThreshold === null || !spikes || validationAccuracy === undefined
      ? []
      : [{ vThreshold, seed, spikes, accuracy: 100 * validationAccuracy }],
  );
  const best = Math.max(...rates, ...points.map(({ accuracy }) => accuracy));
  const highest = Math.ceil(best + 0.5);
  const lowest = Math.max(highest - 8, Math.floor(Math.min(...rates, ...points.map(p => p.accuracy)) - 0.5));
  const x = (spikes: number) =>
    x0 +
    left +
    ((Math.log10(Math.max(spikes, 10 ** fewest)) - fewest) / (most - fewest)) * (wide - left - right);
  const y = (accuracy: number) =>
    y0 + top + ((highest - Math.max(lowest, accuracy)) / (highest - lowest)) * (high - top - bottom);
  const base = y0 + high - bottom;
  parts.push(`<text x="${x0 + left}" y="${y0 + top - 8}" font-weight="bold">${rule}</text>`);
  if (rates.length > 0) {
    const [from, to] = [y(Math.max(...rates)), y(Math.min(...rates))];
    const size = `width="${wide - left - right}" height="${Math.max(1, to - from).toFixed(1)}"`;
    parts.push(`<rect x="${x0 + left}" y="${from.toFixed(1)}" ${size} fill="#c7dcec"/>`);
  }
  for (const power of [1, 2, 3, 4]) {
    const px = x(10 ** power).toFixed(1);
    parts.push(`<line x1="${px}" x2="${px}" y1="${y0 + top}" y2="${base}" stroke="#eee"/>`);
    parts.push(`<text x="${px}" y="${base + 14}" text-anchor="middle">${10 ** power}</text>`);
  }
  const step = highest - lowest > 4 ? 2 : 1;
  for (let accuracy = highest; accuracy >= lowest; accuracy -= step)
    parts.push(
      `<text x="${x0 + left - 6}" y="${(y(accuracy) + 4).toFixed(1)}" text-anchor="end">${accuracy}</text>`,
    );
  parts.push(`<line x1="${x0 + left}" x2="${x0 + wide - right}" y1="${base}" y2="${base}" stroke="#888"/>`);
  const thresholds = [...new Set(points.map(({ vThreshold }) => vThreshold))];
  const path = thresholds.map(vThreshold => {
    const own = points.filter(point => point.vThreshold === vThreshold);
    return `${x(mean(own.map(p => p.spikes))).toFixed(1)},${y(mean(own.map(p => p.accuracy))).toFixed(1)}`;
  });
  parts.push(`<polyline points="${path.join(" ")}" fill="none" stroke="#d55e00"/>`);
  for (const { spikes, accuracy } of points)
    parts.push(
      `<circle cx="${x(spikes).toFixed(1)}" cy="${y(accuracy).toFixed(1)}" r="2.5" fill="#d55e00"/>`,
    );
});
parts.push("</svg>");
writeFileSync(at("curves.svg"), `${parts.join("\n")}\n`);
