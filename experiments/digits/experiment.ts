/**
 * Whether rules learn: every rule in both twins on the 8x8 digits, three seeds, against the control whose hidden layer
 * does not. Writes measured.json and prints the table of README.md. A run folder that is begun goes on, a finished one
 * is read.
 *
 *     npm run build && node dist/experiments/digits/experiment.js RUN_DIR
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Results, RunRecord, RunResult } from "../../src/index.ts";

const [out] = process.argv.slice(2);
if (!out) {
  console.error("expected a run folder");
  process.exit(2);
}
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const args = existsSync(`${out}/run.json`)
  ? ["--resume"]
  : ["--rules", "all", "--seeds", "1,2,3", "--epochs", "10"];
const done = spawnSync(process.execPath, [main, "compare", ...args, "--out", out], { stdio: "inherit" });
if (done.status !== 0) process.exit(done.status ?? 1);

const read = (file: string) => JSON.parse(readFileSync(`${out}/${file}`, "utf8"));
const { command, versions, backend, machine, startedAt }: RunRecord = read("run.json");
const { runs }: Results = read("results.json");

const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const spread = (x: readonly number[]) =>
  Math.sqrt(x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1));
const percents = (rule: string, twin: RunResult["twin"]) =>
  runs.filter(run => run.rule === rule && run.twin === twin).map(run => 100 * run.testAccuracy);
const told = (x: readonly number[]) => `${mean(x).toFixed(2)} ± ${spread(x).toFixed(2)}`;
/** Further above the control than both spreads together. */
const above = (rule: string, twin: RunResult["twin"]) => {
  const [own, control] = [percents(rule, twin), percents("frozen", twin)];
  return mean(own) - mean(control) > spread(own) + spread(control);
};

console.log("| rule | rate twin | spikes | learns (rate, spikes) |\n| --- | --- | --- | --- |");
for (const rule of new Set(runs.map(run => run.rule))) {
  const control = ["frozen", "shallow", "chance"].includes(rule);
  const learns = (["rate", "spike"] as const).map(twin => (above(rule, twin) ? "yes" : "no")).join(", ");
  const cells = [`\`${rule}\``, told(percents(rule, "rate")), told(percents(rule, "spike"))];
  console.log(`| ${cells.join(" | ")} | ${control ? "control" : learns} |`);
}
const lines = runs.map(
  ({ rule, twin, seed, learningRate, testAccuracy, trainAccuracy, alignmentDegrees }) => {
    const rounded = alignmentDegrees.map(angle => Number(angle.toFixed(2)));
    return JSON.stringify({
      ...{ rule, twin, seed, learningRate, testAccuracy, trainAccuracy },
      alignmentDegrees: rounded,
    });
  },
);
const about = {
  command,
  versions,
  backend,
  machine,
  date: startedAt.slice(0, 10),
  testSamples: runs[0].testSamples,
};
writeFileSync(
  new URL("../../../experiments/digits/measured.json", import.meta.url),
  `{\n "about": ${JSON.stringify(about)},\n "runs": [\n  ${lines.join(",\n  ")}\n ]\n}\n`,
);
