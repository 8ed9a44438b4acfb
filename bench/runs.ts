/** What benchmarks share that run this project and its peers in processes of their own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** What a benchmark of ours prints as JSON. @param url  of its module */
export function inOwnProcess<T>(url: string, args: readonly string[]): T {
  const { stdout, stderr, status } = spawnSync(process.execPath, [fileURLToPath(url), ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** The JSON behind `RESULT` on a line of what a peer prints, which runs on one thread. */
export function resultOf(command: string, args: readonly string[], cwd?: string) {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", env, cwd });
  const line = stdout?.split("\n").find(text => text.startsWith("RESULT "));
  if (!line) throw new Error(`${[command, ...args].join(" ")}: ${error?.message ?? stderr.slice(-2000)}`);
  return JSON.parse(line.slice(7));
}

/** Gives `work` an empty folder for as long as it takes. */
export function inEmptyFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
