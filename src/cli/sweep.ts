import os from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { InputError } from "../errors.ts";
import { formatTable } from "../report/table.ts";
import { integerFrom, positive } from "./arguments.ts";
import { quoted } from "./openRun.ts";
import { addOptions, type Flags, type OptionValues, readOptions } from "./options.ts";
import { plugins } from "./plugins.ts";
import { checkAll } from "./sweep/checkAll.ts";
import { type Configuration, distinct, type Sweep, sweepOf } from "./sweep/configurations.ts";
import { Costs } from "./sweep/costs.ts";
import { type Declaration, readDeclaration } from "./sweep/declaration.ts";
import { dryRun } from "./sweep/dryRun.ts";
import { SweepFolder } from "./sweep/folder.ts";
import { merge } from "./sweep/merge.ts";
import { type Crew, runPool } from "./sweep/pool.ts";
import { SweepProgress } from "./sweep/progress.ts";
import { choiceTexts, choose, runsOf, runsToCome } from "./sweep/selection.ts";
import { statusCommand, sweepIn } from "./sweep/status.ts";
import { print, printJson } from "./terminal.ts";
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
  dataDir: { takes: "<folder>", help: "as of compare", read: text },
  seed: { takes: "<n>", help: "of the random search, instead of the file's", read: integerFrom(0) },
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
  const declaration = seeded(await readDeclaration(file), options.seed);
  const sweep = await sweepOf(declaration, file);
  const folder = new SweepFolder(options.out ?? join("runs", `sweep-${declaration.name}`));
  folder.expectFree();
  const trials = sweep.choices.flatMap(({ candidates }) => candidates.flatMap(({ trials }) => trials));
  const all = distinct([...trials, ...sweep.runs, ...runsToCome(sweep)]);
  const counts = await checkAll(all, options.dataDir, file);
  const crew = crewOf(options, folder, file);
  if (options.dryRun) return dryRun(folder, sweep, counts, crew, options.json);
  await writable(folder.path, "a folder that can be written", () => folder.writeDeclaration(declaration));
  await run(folder, sweep, trials, crew, options.retry);
  await conclude(folder, sweep, file, options.json);
}

/** Runs the stages of a sweep one after the other. */
async function run(
  folder: SweepFolder,
  sweep: Sweep,
  trials: readonly Configuration[],
  crew: Crew,
  retry: boolean,
): Promise<void> {
  const costs = new Costs();
  const progress = new SweepProgress(folder, costs, crew.workers);
  const stage = async (now: readonly Configuration[], later: readonly Configuration[]) => {
    progress.expect([...trials, ...now, ...later]);
    for (const each of distinct(now)) {
      const state = await folder.state(each);
      if (state === "failed" && retry) await folder.forgetFailure(each);
      else if (state === "done" || state === "failed") progress.known(each);
      if (state === "done") await costs.learnFrom(folder, [each]);
    }
    try {
      await runPool(
        folder,
        now.filter(each => !progress.isKnown(each)),
        crew,
        costs,
        progress,
      );
    } finally {
      progress.clear();
    }
  };
  progress.line(`${crew.workers} at a time; writing ${folder.path}`);
  if (trials.length === 0) return stage(sweep.runs, []);
  await stage(trials, runsToCome(sweep));
  const made = await choose(folder, sweep.choices);
  if (!made) return;
  for (const line of choiceTexts(made)) progress.line(`chosen: ${line}`);
  await stage(runsOf(made), []);
}

/** Merges, and says what a sweep has come to; the program's code is 1 where a part is still to be run. */
async function conclude(folder: SweepFolder, sweep: Sweep, file: string, json: boolean): Promise<void> {
  const { results, whole } = await merge(folder, sweep, commandOf(file));
  const failed = (results.notes ?? []).filter(note => note.startsWith("failed: "));
  if (results.runs.length === 0 && failed.length > 0) throw new InputError(failed[0]);
  if (json) printJson(results);
  else {
    const notes = (results.notes ?? []).map(note => `note: ${note}`);
    print(...formatTable(results).split("\n"), ...notes, "", `Report: ${folder.path}/report.html`);
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
