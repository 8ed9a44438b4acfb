import os from "node:os";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { backendTitle } from "../rate/backend.ts";
import type { RunRecord } from "../training/results.ts";
import { compareOptions, recordedOptions } from "./compareOptions.ts";
import { type CompareFlags, type CompareOptions, conduct } from "./compareTable.ts";
import { isEarlier, laterName } from "./earlierNames.ts";
import { Busy } from "./lock.ts";
import { flagOf } from "./options.ts";
import { plugins, recordedPlugins, usePluginsOf } from "./plugins.ts";
import { RunFolder } from "./runFolder.ts";
import { type StartNetwork, startNetwork } from "./startNetwork.ts";
import { versions } from "./versions.ts";
import { writable } from "./writable.ts";

/**
 * Finds the folder and settles the options: those given, or those of the run that goes on, whose folder is locked then.
 * @returns record: null for a new run
 */
export async function openRun(flags: CompareFlags): Promise<{
  folder: RunFolder;
  options: CompareOptions;
  record: RunRecord | null;
  start: StartNetwork | null;
}> {
  if (flags.model !== undefined && flags.hidden !== undefined) {
    throw new InputError("--model: expected --model or --hidden, got both");
  }
  if (flags.resume && flags.out === undefined)
    throw new InputError("--resume: expected --out with the folder of the run, got none");
  // What its plugins define may be asked for.
  if (flags.resume) await usePluginsOf(await new RunFolder(flags.out!).record(), flags.out!);
  // What is wrong with the others is said before a large file is read.
  const { model, ...others } = flags;
  compareOptions(others);
  const start = await startNetwork(model);
  const asked = compareOptions(flags, start);
  const folder = new RunFolder(flags.out ?? defaultFolder(asked));
  if (!flags.resume) {
    if (flags.out !== undefined) await folder.expectFree();
    return { folder, options: asked, record: null, start };
  }
  folder.lock();
  try {
    return { folder, ...(await resumed(folder, flags, asked)) };
  } catch (error) {
    folder.unlock();
    throw error;
  }
}

async function resumed(
  folder: RunFolder,
  flags: CompareFlags,
  asked: CompareOptions,
): Promise<{ options: CompareOptions; record: RunRecord; start: StartNetwork | null }> {
  const record = await folder.record();
  const { rules } = record.options;
  const moved =
    isEarlier(record) && Array.isArray(rules) ? rules.find(rule => laterName(rule) !== rule) : undefined;
  if (moved !== undefined)
    throw new InputError(
      `--resume: ${folder.path}: expected a run of this version for ${moved}, which is called ${laterName(moved)} now; begin it again`,
    );
  const start = await startNetwork(record.start?.file);
  if (start?.sha256 !== record.start?.sha256)
    throw new InputError(
      `--resume: ${folder.path} began with ${record.start?.file}, sha256 ${record.start?.sha256}, got ${start?.sha256 ?? "no network there"}`,
    );
  const options = recordedOptions(record.options, join(folder.path, "run.json"), start);
  for (const key of Object.keys(asked) as (keyof CompareOptions)[]) {
    const given =
      (flags as Record<string, unknown>)[key] !== undefined || (key === "seeds" && flags.seed !== undefined);
    const [was, is] = [JSON.stringify(options[key]), JSON.stringify(asked[key])];
    if (given && was !== is)
      throw new InputError(`--resume: ${folder.path} was run with ${key} ${was}, got ${is}`);
  }
  return { options, record, start };
}

export function newRecord(
  options: CompareOptions,
  flags: CompareFlags,
  backend: string,
  notes: readonly string[],
  start: StartNetwork | null,
  folder: RunFolder,
): RunRecord {
  return {
    schema: "threefactor.run/1",
    command: commandLine(flags),
    options: options as unknown as Record<string, unknown>,
    versions: versions(),
    seeds: options.seeds,
    ...(start && { start: { file: start.file, sha256: start.sha256 } }),
    ...recordedPlugins(folder.path),
    startedAt: new Date().toISOString(),
    backend,
    library: backendTitle(),
    machine: `${os.cpus()[0]?.model.trim() ?? "unknown processor"}, ${os.cpus().length} cores, ${os.platform()} ${os.arch()}`,
    ...(notes.length > 0 && { notes }),
  };
}

/** The command that makes this run again: what decides the numbers, without the user's folders. */
function commandLine(flags: CompareFlags): string {
  const words = ["threefactor", "compare", ...plugins.map(({ file }) => `--plugin ${quoted(file)}`)];
  for (const [key, value] of Object.entries(flags)) {
    if (Object.hasOwn(conduct, key)) continue;
    words.push(`--${flagOf(key)}`, ...(value === true ? [] : [quoted(String(value))]));
  }
  return words.join(" ");
}

/** The command that goes on with a run; what run.json does not hold must be given again. */
export function resumeCommand(folder: RunFolder, { dataDir }: CompareFlags): string {
  const data = dataDir === undefined ? "" : ` --data-dir ${quoted(dataDir)}`;
  return `threefactor compare --resume --out ${quoted(folder.path)}${data}`;
}

/** A word as a shell reads it. */
export function quoted(text: string): string {
  return /^[\w.,:/\\@%+=-]+$/.test(text) ? text : `"${text.replace(/["$`]/g, "\\$&")}"`;
}

/**
 * Takes the folder for a new run; a name that was made up here is made up again where another run has it.
 * @throws InputError when it cannot be written, or another run has it
 */
export async function beginRun(
  folder: RunFolder,
  record: RunRecord,
  { out }: CompareFlags,
): Promise<RunFolder> {
  for (let n = 2; ; n++) {
    const at = n === 2 ? folder : new RunFolder(`${folder.path}-${n - 1}`);
    try {
      await writable(at.path, "a folder that can be written", () => at.begin(record));
      return at;
    } catch (error) {
      if (out !== undefined || !(error instanceof Busy)) throw error;
    }
  }
}

function defaultFolder(options: CompareOptions): string {
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  // Of folder:PATH the last folder, as a colon is no letter of a file's name everywhere.
  return `runs/${options.dataset
    .split(/[\\/:]/)
    .filter(Boolean)
    .at(-1)}-${now}`;
}
