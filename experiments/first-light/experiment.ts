/**
 * First light on MNIST: trains the rules in both twins by the command line, one comparison after another, and collects
 * what the run folders hold in measured.json. Finished comparisons are not run again, unfinished ones go on.
 *
 *     npm run build && node dist/experiments/first-light/experiment.js DATA_DIR RUNS_DIR
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Results, RunRecord } from "../../src/index.ts";

const common = [
  ...["--dataset", "mnist", "--hidden", "256", "--train-samples", "60000"],
  ...["--reading", "drive", "--replay", "--modulation", "current", "--precision", "double"],
];
const comparisons: Readonly<Record<string, readonly string[]>> = {
  "rate-5": ["--epochs", "5", "--rules", "bp,dfa,pepita:sparse,frozen"],
  "current-5": [
    "--epochs",
    "5",
    "--rules",
    "bp,dfa,pepita:sparse,frozen",
    "--twins",
    "spike",
    "--encoder",
    "current",
  ],
  "rate-10": ["--epochs", "10", "--rules", "f3"],
  "current-10": ["--epochs", "10", "--rules", "f3", "--twins", "spike", "--encoder", "current"],
};

const [dataDir, runsDir] = process.argv.slice(2);
if (!dataDir || !runsDir) {
  console.error("expected two folders: that of the data sets, and one for the run folders");
  process.exit(2);
}
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const measured = Object.entries(comparisons).map(([name, options]) => {
  const out = `${runsDir}/${name}`;
  const begun = existsSync(`${out}/run.json`);
  const args = begun ? ["--resume"] : [...common, ...options];
  const done = spawnSync(process.execPath, [main, "compare", ...args, "--data-dir", dataDir, "--out", out], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
  const read = (file: string) => JSON.parse(readFileSync(`${out}/${file}`, "utf8"));
  const { command, versions, backend, machine, startedAt }: RunRecord = read("run.json");
  const { runs }: Results = read("results.json");
  return { name, command, versions, backend, machine, date: startedAt.slice(0, 10), runs };
});
const file = new URL("../../../experiments/first-light/measured.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(measured, null, 1)}\n`);
console.log(`wrote ${fileURLToPath(file)}`);
