import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { Dataset } from "../data/dataset.ts";
import { loadDataset } from "../data/index.ts";
import { InputError } from "../errors.ts";
import { writeAtomic } from "../io/atomic.ts";
import { selectBackend } from "../rate/backend.ts";
import { renderReport } from "../report/report.ts";
import { formatTable } from "../report/table.ts";
import { ruleNamed, rules } from "../rules/index.ts";
import { recordSample } from "../training/record.ts";
import type { RunRecord, RunResult } from "../training/results.ts";
import { Interrupted, type RunPlan, train } from "../training/train.ts";
import { type CompareFlags, type CompareOptions, compareOptions, plans } from "./compareOptions.ts";
import { bar, Progress } from "./progress.ts";
import { type Checkpoint, RunFolder } from "./runFolder.ts";
import { versions } from "./versions.ts";

/** `threefactor compare`: trains rules in both twins and writes a run folder. */
export function compareCommand(): Command {
  return new Command("compare")
    .description("train learning rules in their rate and spiking forms on a data set, and compare them")
    .option(
      "--dataset <name>",
      "digits, mnist, fashion-mnist, or a folder with four IDX files (default: digits)",
    )
    .option("--rules <names>", `comma-separated, or all: ${rules.map(rule => rule.name).join(", ")}`)
    .option("--twins <names>", "rate, spike or both (default: rate,spike)")
    .option("--hidden <sizes>", "neurons of each hidden layer, such as 256 or 256,128")
    .option("--epochs <n>", "passes over the training part")
    .option("--batch <n>", "samples between two changes of the weights")
    .option("--learning-rate <x>", "for every rule; by default the data set's own rates")
    .option("--schedule <expression>", 'factor on the learning rate (default: "1 - 0.9 * progress")')
    .option("--encoder <name>", "current, rate, poisson or latency (default: rate)")
    .option("--eligibility <name>", "trace, or timing: read at postsynaptic spikes (default: trace)")
    .option("--v-threshold <x>", "activation that one hidden spike stands for")
    .option("--max-spikes <n>", "spikes of a full-intensity input in one presentation")
    .option(
      "--train-samples <n>",
      "use the first n; beyond the training part, validation samples are used up",
    )
    .option("--test-samples <n>", "use the first n")
    .option("--seed <n>", "same as --seeds with one seed (default: 1)")
    .option("--seeds <list>", "one run of every rule and twin per seed, such as 1,2,3")
    .option("--data-dir <folder>", "where data sets lie (default: $THREEFACTOR_DATA, else the user's cache)")
    .option("--backend <name>", "tfjs-node, wasm or cpu; by default the first of them that starts")
    .option("--out <folder>", "run folder to write (default: a new one under runs/)")
    .option("--resume", "go on with the unfinished run in --out; options that are not given are the run's")
    .option("--json", "print results.json on standard output and nothing else")
    .action(compare);
}

async function compare(flags: CompareFlags): Promise<void> {
  const { folder, options, record: begun } = await openRun(flags);
  const data = await loadDataset(options.dataset, {
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(options.trainSamples !== null && { trainSamples: options.trainSamples }),
    ...(options.testSamples !== null && { testSamples: options.testSamples }),
  });
  const backend = await selectBackend(flags.backend);
  const progress = new Progress();
  progress.line(`${title(options, data)}; tensors on ${backend}; writing ${folder.path}`);
  const record: RunRecord = begun ?? newRecord(options, flags, backend);
  if (record.backend !== backend) {
    throw new InputError(`--backend: ${folder.path} was begun on ${record.backend}, got ${backend}`);
  }
  if (!begun) await folder.writeRecord(record);

  const results = await runAll(folder, plans(options, data), data, progress);
  await folder.writeResults(results);
  const ended = record.endedAt ? record : { ...record, endedAt: new Date().toISOString() };
  await folder.writeRecord(ended);
  await writeReport(folder);
  await folder.removeCheckpoint();
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ schema: "threefactor.results/1", runs: results }, null, 2)}\n`);
  else {
    const table = formatTable({ schema: "threefactor.results/1", runs: results });
    process.stdout.write(`${table}\n\nReport: ${folder.path}/report.html\n`);
  }
}

/**
 * Writes the folder's report.html from what the folder holds.
 * @param out  another file to write instead
 * @returns the file that was written
 */
export async function writeReport(
  folder: RunFolder,
  out = join(folder.path, "report.html"),
): Promise<string> {
  const [run, results, rasters] = [await folder.record(), await folder.results(), await folder.rasters()];
  const plotlyPath = createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
  await writeAtomic(out, renderReport({ run, results, rasters, plotly: await readFile(plotlyPath, "utf8") }));
  return out;
}

/** Trains every plan that the checkpoint does not hold yet, with a checkpoint after every epoch. */
async function runAll(
  folder: RunFolder,
  all: readonly RunPlan[],
  data: Dataset,
  progress: Progress,
): Promise<readonly RunResult[]> {
  const checkpoint: Checkpoint | null = await folder.checkpoint();
  const results = checkpoint ? [...checkpoint.done] : await finishedResults(folder);
  let state = checkpoint?.state ?? null;
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    for (const plan of all.slice(results.length)) {
      const { settings } = plan;
      const name = `[${results.length + 1}/${all.length}] ${plan.rule} ${plan.twin} seed ${settings.seed}`;
      const trained = await train(
        plan,
        data,
        {
          signal: stop.signal,
          onProgress(epoch, samples) {
            const share = (epoch - 1 + samples / data.train.count) / settings.epochs;
            progress.update(`${name}  ${bar(share)}  epoch ${epoch}/${settings.epochs}`);
          },
          onEpoch: at => folder.writeCheckpoint({ done: results, state: at }),
        },
        state,
      );
      state = null;
      if (plan.twin === "spike") {
        await folder.writeRaster(plan.rule, settings.seed, recordSample(plan, data, trained.parameters));
      }
      results.push(trained.result);
      await folder.writeResults(results);
      await folder.writeCheckpoint({ done: results, state: null });
      const { testAccuracy, wallSeconds } = trained.result;
      progress.line(`${name}: test ${(100 * testAccuracy).toFixed(2)} % in ${wallSeconds.toFixed(1)} s`);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      `interrupted ${error.message}; go on from its last finished epoch with: threefactor compare --resume --out ${folder.path}`,
    );
  } finally {
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  }
  return results;
}

/** Without a checkpoint, results stand in the folder only when the run had ended. */
async function finishedResults(folder: RunFolder): Promise<RunResult[]> {
  return (await folder.holdsRun()) && (await folder.record()).endedAt
    ? [...(await folder.results()).runs]
    : [];
}

/** Finds the folder and settles the options: those given, or those of the run that goes on. */
async function openRun(
  flags: CompareFlags,
): Promise<{ folder: RunFolder; options: CompareOptions; record: RunRecord | null }> {
  const asked = compareOptions(flags);
  if (!flags.resume) {
    const folder = new RunFolder(flags.out ?? defaultFolder(asked));
    if (await folder.holdsRun()) {
      throw new InputError(`--out: ${folder.path} holds a run already; expected another folder, or --resume`);
    }
    return { folder, options: asked, record: null };
  }
  if (flags.out === undefined)
    throw new InputError("--resume: expected --out with the folder of the run, got none");
  const folder = new RunFolder(flags.out);
  const record = await folder.record();
  const options = record.options as unknown as CompareOptions;
  for (const key of Object.keys(asked) as (keyof CompareOptions)[]) {
    const given =
      (flags as Record<string, unknown>)[key] !== undefined || (key === "seeds" && flags.seed !== undefined);
    const [was, is] = [JSON.stringify(options[key]), JSON.stringify(asked[key])];
    if (given && was !== is)
      throw new InputError(`--resume: ${folder.path} was run with ${key} ${was}, got ${is}`);
  }
  return { folder, options, record };
}

function newRecord(options: CompareOptions, flags: CompareFlags, backend: string): RunRecord {
  return {
    schema: "threefactor.run/1",
    command: commandLine(flags),
    options: options as unknown as Record<string, unknown>,
    versions: versions(),
    seeds: options.seeds,
    startedAt: new Date().toISOString(),
    backend,
    machine: `${os.cpus()[0]?.model.trim() ?? "unknown processor"}, ${os.cpus().length} cores, ${os.platform()} ${os.arch()}`,
  };
}

/** The command that makes this run again: what decides the numbers, without the user's folders. */
function commandLine(flags: CompareFlags): string {
  const words = ["threefactor", "compare"];
  for (const [key, value] of Object.entries(flags)) {
    if (["out", "resume", "json", "dataDir"].includes(key)) continue;
    const text = String(value);
    words.push(
      `--${key.replace(/[A-Z]/g, c => `-${c.toLowerCase()}`)}`,
      /[\s*]/.test(text) ? `"${text}"` : text,
    );
  }
  return words.join(" ");
}

function title(options: CompareOptions, data: Dataset): string {
  const sizes = [data.inputs, ...options.hidden, data.classes].join("-");
  const names = options.rules.map(name => ruleNamed(name).title).join(", ");
  return `${data.name} ${sizes}, ${options.encoder} encoder: ${names}`;
}

function defaultFolder(options: CompareOptions): string {
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  return `runs/${options.dataset.split(/[\\/]/).filter(Boolean).at(-1)}-${now}`;
}
