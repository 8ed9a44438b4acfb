/** The command line as a user meets it: a process of its own, from the build that `npm test` makes first. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { decode } from "../../src/io/msgpack.ts";
import type { Results } from "../../src/training/results.ts";

const built = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `threefactor` with these arguments. */
export function start(...args: string[]): Running {
  return startWith({}, ...args);
}

interface Setting {
  /** File of standard output. */
  readonly stdout?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another installation's. */
  readonly main?: string;
}

/** The same in other circumstances. */
export function startWith({ stdout: file, cwd, env, main = built }: Setting, ...args: string[]): Running {
  if (!existsSync(main)) throw new Error(`${main} is not there: run "npm run build" first`);
  const out = file === undefined ? "pipe" : openSync(file, "w");
  const child = spawn(process.execPath, [main, ...args], {
    ...{ cwd, env: { ...process.env, ...env } },
    stdio: ["ignore", out, "pipe"],
  });
  if (typeof out === "number") closeSync(out);
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", text => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", text => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function threefactor(...args: string[]): Promise<Ended> {
  return start(...args).ended;
}

/** A place for the run folders of one test file: names to paths in it. */
export function scratch(): (name: string) => string {
  const root = mkdtempSync(join(tmpdir(), "cli-"));
  return name => join(root, name);
}

/** Every file under a folder, by its path inside it, sorted. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export async function json<T = Results>(folder: string, file = "results.json"): Promise<T> {
  return JSON.parse(await readFile(join(folder, file), "utf8")) as T;
}

/** The text of results.json without what the clock decides. */
export async function untimed(folder: string): Promise<string> {
  const text = await readFile(join(folder, "results.json"), "utf8");
  return text.replace(/"(trainSamplesPerSecond|wallSeconds)": [^,\n]+/g, '"$1": 0');
}

/** Two folders hold the same numbers, the same spikes and the same weights. */
export async function expectSame(a: string, b: string): Promise<void> {
  expect(await untimed(a)).toBe(await untimed(b));
  const packed = async (folder: string) =>
    (await filesUnder(folder)).filter(file => /^(rasters|networks)\b/.test(file));
  const files = await packed(a);
  expect(await packed(b)).toEqual(files);
  for (const file of files) {
    expect((await readFile(join(a, file))).equals(await readFile(join(b, file))), file).toBe(true);
  }
}

/** How far the run in a folder has come: finished runs, and epochs of the one under way. */
export async function progressOf(folder: string): Promise<{ done: number; epochs: number }> {
  const file = join(folder, "checkpoint.msgpack");
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) return { done: 0, epochs: 0 };
  const { done, state } = decode(bytes, file) as { done: unknown[]; state: { epochsDone: number } | null };
  return { done: done.length, epochs: state?.epochsDone ?? 0 };
}

/** Waits until a run is within its run number `done`, some epochs in. */
export async function waitUntilWithin(folder: string, done: number, { child }: Running): Promise<void> {
  for (;;) {
    const now = await progressOf(folder);
    if (now.done === done && now.epochs > 0) return;
    if (now.done > done || child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`run ${done + 1} of ${folder} is over already (${JSON.stringify(now)})`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
