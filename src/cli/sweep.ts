import os from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { InputError } from "../errors.ts";
import { formatTable } from "../report/table.ts";
import { integerFrom, positive } from "./arguments.ts";
import { wrapped } from "./document.ts";
import { quoted } from "./openRun.ts";
import { addOptions, type Flags, type OptionValues, readOptions } from "./options.ts";
import { plugins } from "./plugins.ts";
import { checkAll } from "./sweep/checkAll.ts";
import { handToCluster } from "./sweep/cluster.ts";
import { distinct, type Sweep, sweepOf } from "./sweep/configurations.ts";
import { type Declaration, readDeclaration } from "./sweep/declaration.ts";
import { dryRun } from "./sweep/dryRun.ts";
import { SweepFolder } from "./sweep/folder.ts";
import { merge } from "./sweep/merge.ts";
import type { Crew } from "./sweep/pool.ts";
import { runsToCome } from "./sweep/selection.ts";
import { runAllStages, runTask } from "./sweep/stages.ts";
import { statusCommand, sweepIn } from "./sweep/status.ts";
import { type Places, placesOf, type Task, taskOf } from "./sweep/tasks.ts";
import { complain, print, printJson, terminalWidth } from "./terminal.ts";
import { writable } from "./writable.ts";

const text = (_: string, typed: string) => typed;

const settings = {
  workers: {
    takes: "<n>",
    help: "runs at a time, each a process of its own, as far as memory allows (default: one per processor)",
    read: integerFrom(1, 1024),
  },
  memory: {
    takes: "<GB>",
    help: "memory for all of them together (default: what the machine has left)",
    read: positive,
  },
  out: {
    takes: "<folder>",
    help: "folder of the sweep (default: runs/sweep-NAME); one that is there is gone on with",
  },
  dataDir: { takes: "<folder>", help: "where data sets lie, as of compare", read: text },
  seed: { takes: "<n>", help: "of the random search, instead of the file's", read: integerFrom(0) },
  index: {
    takes: "<n>",
    help: "do one task of many, from 0, the last of which merges; in a job array of Slurm, PBS, Grid Engine or Kubernetes its own",
    read: integerFrom(0),
  },
  chunk: {
    takes: "<n>",
    help: "runs of a task (default: 1, or with --slurm and --kubernetes as many as take minutes)",
    read: integerFrom(1),
  },
  slurm: {
    takes: "[options]",
    help: 'submit a job array and a job that merges; options of sbatch after a "=": --slurm="--time=04:00:00 -p cpu"',
    read: (_: string, typed: string) => ((typed as string | true) === true ? "" : typed),
  },
  kubernetes: {
    takes: "<image>",
    help: "write the indexed Job of an image that holds threefactor",
    read: text,
  },
  retry: { help: "try again what has failed" },
  dryRun: { help: "list the runs, with the time that they take by a timed probe, and run nothing else" },
  json: { help: "print the merged results.json, or the list of --dry-run, and nothing else" },
} as const;

type Settings = OptionValues<typeof settings>;

/** `threefactor sweep FILE`: many runs of `compare`, in a folder that any number of processes can go on with. */
export function sweepCommand(): Command {
  const command = new Command("sweep")
    .argument("<file>", "JSON, or a module with a default export; see schemas/sweep.schema.json")
    .addCommand(statusCommand())
    .addCommand(mergeCommand());
  return addOptions(command, settings).action(sweepFile);
}

function mergeCommand(): Command {
  const table = { json: { help: "print the merged results.json and nothing else" } } as const;
  const command = new Command("merge")
    .description("write results.json and report.html of what has ended in a folder")
    .argument("<folder>", "of threefactor sweep");
  return addOptions(command, table).action(async (path: string, _: unknown, own: Command) => {
    const flags = own.optsWithGlobals<Flags<typeof table>>();
    const { folder, sweep } = await sweepIn(path);
    await conclude(folder, sweep, folder.declarationPath, flags.json === true);
  });
}

async function sweepFile(file: string, flags: Flags<typeof settings>): Promise<void> {
  const options = readOptions(settings, flags);
  checkTogether(options);
  const toCluster = options.slurm !== null || options.kubernetes !== null;
  const task = toCluster || options.dryRun ? null : taskOf(options.index);
  const declaration = seeded(await readDeclaration(file), options.seed);
  const sweep = await sweepOf(declaration, file);
  const folder = new SweepFolder(options.out ?? join("runs", `sweep-${declaration.name}`));
  folder.expectFree();
  const crew = crewOf(options, folder, file);
  const places = placesOf(sweep, options.chunk ?? 1);
  const write = () =>
    writable(folder.path, "a folder that can be written", () => folder.writeDeclaration(declaration));
  if (task) {
    await write();
    return oneTask(folder, sweep, places, task, crew, options, file);
  }
  const all = distinct([...places.trials, ...sweep.runs, ...runsToCome(sweep)]);
  const counts = await checkAll(all, options.dataDir, file);
  if (options.dryRun) return dryRun(folder, sweep, counts, crew, options.json);
  await write();
  if (toCluster) return handToCluster(folder, sweep, counts, { ...options, workers: options.workers ?? 1 });
  await runAllStages(folder, sweep, places, crew, options.retry);
  await conclude(folder, sweep, file, options.json);
}

/** @throws InputError for options that exclude each other */
function checkTogether({ index, slurm, kubernetes, dryRun }: Settings): void {
  const ways = Object.entries({ index, slurm, kubernetes, "dry-run": dryRun || null });
  const [first, second] = ways.filter(([, value]) => value !== null).map(([flag]) => `--${flag}`);
  if (second) throw new InputError(`${second}: expected ${first} or ${second}, got both`);
}

async function oneTask(
  folder: SweepFolder,
  sweep: Sweep,
  places: Places,
  task: Task,
  crew: Crew,
  { retry, json }: Settings,
  file: string,
): Promise<void> {
  const end = await runTask(folder, sweep, places, task, crew, retry);
  if (end === "merge") return conclude(folder, sweep, file, json);
  if (end === "left") process.exitCode = 1;
  if (end === "early")
    complain(
      `${task.from}: task ${task.index} needs runs of others that have not ended; expected them to be done`,
      1,
    );
}

/** Merges, and says what a sweep has come to; the program's code is 1 where a part is still to be run. */
async function conclude(folder: SweepFolder, sweep: Sweep, file: string, json: boolean): Promise<void> {
  const { results, whole } = await merge(folder, sweep, commandOf(file));
  const failed = (results.notes ?? []).filter(note => note.startsWith("failed: "));
  if (results.runs.length === 0 && failed.length > 0) throw new InputError(failed[0]);
  if (json) printJson(results);
  else {
    const notes = (results.notes ?? []).flatMap(note => wrapped(`note: ${note}`, "  "));
    print(
      ...formatTable(results, terminalWidth()).split("\n"),
      ...notes,
      "",
      `Report: ${folder.path}/report.html`,
    );
  }
  if (!whole) process.exitCode = 1;
}

function crewOf({ workers, memory, dataDir }: Settings, folder: SweepFolder, file: string): Crew {
  const data = dataDir === null ? "" : ` --data-dir ${quoted(dataDir)}`;
  return {
    workers: workers ?? os.availableParallelism(),
    memory: memory === null ? null : memory * 1e9,
    dataDir,
    resume: `${commandOf(file)} --out ${quoted(folder.path)}${data}`,
  };
}

function commandOf(file: string): string {
  const definitions = plugins.map(plugin => ` --plugin ${quoted(plugin.file)}`).join("");
  return `threefactor sweep${definitions} ${quoted(file)}`;
}

function seeded(declaration: Declaration, seed: number | null): Declaration {
  const { random } = declaration;
  return random && seed !== null ? { ...declaration, random: { ...random, seed } } : declaration;
}
