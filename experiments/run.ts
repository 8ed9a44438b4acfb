/**
 * An experiment by the name of its folder here. One with files `sweep*.json` is a table of a paper: its sweeps are run or
 * gone on with, measured.json, figure.svg and the table of its README.md are renewed with what has ended, and the table
 * is printed. What a file's name has after a "+", as in `sweep+weight-decay.json`, is said of its runs in the table. Others
 * have an experiment.ts, which is given what follows the name.
 *
 *     npm run experiment NAME [-- --data-dir FOLDER] [--workers N] [--merge] [--quick]
 *
 * Runs that have ended are kept in `sweep*.ended.jsonl` and are not made again: remove a file, or its lines, to have them anew.
 * `--merge` starts no run, and renews these files by the runs that have ended so far.
 * `--quick` is one epoch of a few hundred samples from one seed; of fully connected networks with narrower layers and on the
 * digits, of others where their data set is there. It shows that all runs can be made, and writes nothing here.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readDeclaration } from "../src/cli/sweep/declaration.ts";
import { writeAtomic } from "../src/files/atomic.ts";
import { InputError, loadDataset, type RunResult } from "../src/index.ts";
import { endedPath, keepEnded, restoreEnded } from "./endedRuns.ts";
import { figureOf } from "./paperFigure.ts";
import { type Measured, type Published, settingOf, tableOf, withEarlier } from "./paperTable.ts";

/** A sweep that has said itself what went wrong. */
class Failed extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** Neurons of a hidden layer in a quick run, at most. */
const NARROW = 256;
const home = fileURLToPath(new URL("../../experiments", import.meta.url));
const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(home, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name);
if (!name || !known.includes(name)) refuse(`expected one of ${known.join(", ")}, got ${name ?? "no name"}`);
const folder = join(home, name);
// The paper's own rules first: sweep.json has the shortest name.
const sweeps = readdirSync(folder)
  .filter(file => /^sweep.*\.json$/.test(file))
  .sort((a, b) => a.length - b.length);
if (sweeps.length === 0) {
  const script = fileURLToPath(new URL(`${name}/experiment.js`, import.meta.url));
  process.exit(spawnSync(process.execPath, [script, ...rest], { stdio: "inherit" }).status ?? 1);
}

const options = given();
const passedOn = (["data-dir", "workers"] as const).flatMap(key =>
  options[key] === undefined ? [] : [`--${key}`, options[key]],
);
try {
  if (options.quick) await quickly();
  else await measure();
} catch (error) {
  if (!(error instanceof InputError || error instanceof Failed)) throw error;
  refuse(error.message, error instanceof Failed ? error.code : 2);
}

function given() {
  try {
    return parseArgs({
      args: rest,
      options: {
        "data-dir": { type: "string" },
        workers: { type: "string" },
        // npm takes what stands before "--" for its own.
        quick: { type: "boolean", default: process.env.npm_config_quick === "true" },
        merge: { type: "boolean", default: process.env.npm_config_merge === "true" },
      },
    }).values;
  } catch (error) {
    return refuse(`${(error as Error).message}; expected --data-dir, --workers, --merge or --quick`);
  }
}

async function quickly(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "experiment-"));
  try {
    for (const file of sweeps) {
      const { select, grid, random, ...declared } = await readDeclaration(join(folder, file));
      // Of what varies, the first value is enough.
      const first = Object.fromEntries(Object.entries(grid ?? {}).map(([key, values]) => [key, values[0]]));
      const small = { epochs: 1, trainSamples: 200, testSamples: 100, seeds: [1] };
      const all: Record<string, unknown> = { ...declared.options, ...first, ...small };
      // A BLAS has to be installed, and few samples do not need one.
      delete all.backend;
      if (all.model === undefined) {
        all.dataset = "digits";
        // Their pictures are smaller.
        delete all.augment;
        all.hidden = String(all.hidden).replace(/\d+/g, size => `${Math.min(+size, NARROW)}`);
      } else if (!(await present(String(all.dataset)))) {
        console.log(`${name}/${file}: skipped, ${all.dataset} is not there`);
        continue;
      }
      program("compare", [...flagsOf(all), ...passedOn, "--no-report", "--out", join(scratch, file)], file);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function present(dataset: string): Promise<boolean> {
  try {
    await loadDataset(dataset as "mnist", { ...(options["data-dir"] && { dataDir: options["data-dir"] }) });
    return true;
  } catch {
    return false;
  }
}

async function measure(): Promise<void> {
  const runs: (RunResult & { setting?: string })[] = [];
  for (const file of sweeps) {
    const out = join("runs", `${name}-${file.replace(".json", "")}`);
    const kept = endedPath(join(folder, file));
    await restoreEnded(kept, out);
    if (!options.merge) program("sweep", [join(folder, file), "--out", out, ...passedOn], file);
    else if (existsSync(join(out, "sweep.json"))) program("sweep", ["merge", out], file);
    else continue;
    await keepEnded(out, kept);
    const results: { runs: RunResult[] } = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
    const setting = settingOf(file);
    runs.push(...results.runs.map(run => ({ ...run, ...(setting !== undefined && { setting }) })));
  }
  const path = join(folder, "measured.json");
  const earlier: Measured["runs"] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).runs : [];
  const measured: Measured = {
    command: `npm run experiment ${name} -- --data-dir DATA_DIR`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model}, ${cpus().length} cores`,
    node: process.versions.node,
    runs: withEarlier(
      earlier,
      runs.map(run => ({
        ...{ rule: run.rule, ...(run.setting !== undefined && { setting: run.setting }) },
        ...{ twin: run.twin, dataset: run.dataset, architecture: run.architecture },
        ...{ seed: run.seed, epochs: run.epochs, batch: run.batch, learningRate: run.learningRate },
        ...{ testAccuracy: run.testAccuracy, wallSeconds: Math.round(run.wallSeconds) },
        ...(run.hiddenSpikesPerSample !== undefined && { hiddenSpikesPerSample: run.hiddenSpikesPerSample }),
      })),
    ),
  };
  const lines = measured.runs.map(run => `\n  ${JSON.stringify(run)}`).join(",");
  const head = JSON.stringify({ ...measured, runs: undefined }, null, 1).slice(0, -2);
  await writeAtomic(path, `${head},\n "runs": [${lines}\n ]\n}\n`);
  const published: Published[] = JSON.parse(readFileSync(join(folder, "published.json"), "utf8"));
  const table = tableOf(published, measured.runs);
  await writeAtomic(join(folder, "figure.svg"), figureOf(published, measured.runs));
  await renew(join(folder, "README.md"), "table", table);
  // The first page has the tables of some.
  await renew(join(home, "../README.md"), name!, table);
  console.log(`\n${table}`);
}

/** Puts a table between `<!-- MARK -->` and `<!-- end -->`, where a file has these. */
async function renew(file: string, mark: string, table: string): Promise<void> {
  if (!existsSync(file)) return;
  const before = readFileSync(file, "utf8");
  const between = new RegExp(`(<!-- ${mark} -->\\n)[\\s\\S]*?(\\n<!-- end -->)`);
  const after = before.replace(between, (_, a, b) => `${a}${table}${b}`);
  if (after !== before) await writeAtomic(file, after);
}

/** Options as they are typed. */
function flagsOf(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const flag = `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, String(value)];
  });
}

function program(command: "sweep" | "compare", args: readonly string[], of: string): void {
  const { status } = spawnSync(process.execPath, [main, command, ...args], { stdio: "inherit" });
  // A merge ends with 1 where runs are missing.
  if (status !== 0 && !(options.merge && status === 1))
    throw new Failed(`${of}: ${command} ended with ${status}`, status ?? 1);
}

function refuse(message: string, code = 2): never {
  console.error(`experiment: ${message}`);
  process.exit(code);
}
