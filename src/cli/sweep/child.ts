import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { plugins } from "../plugins.ts";

/** What a process of a sweep says of itself while it runs. */
export interface Told {
  /** Of its work, from 0 to 1. */
  readonly share: number;
  /** [bytes] Most memory that it has had so far. */
  readonly peakBytes: number;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its error, without the program's name; empty where it said none. */
  readonly error: string;
}

/** The number of the sweep that has started a process: others that start one have messages of their own. */
const SWEEP = "THREEFACTOR_SWEEP";
/** [ms] */
const INTERVAL = 250;
let last = Number.NEGATIVE_INFINITY;

/** Tells the sweep that has started this process how far it is, if one has. */
export function tellSweep(share: number): void {
  const now = performance.now();
  if (!isChild() || (share < 1 && now - last < INTERVAL)) return;
  last = now;
  const told: Told = { share, peakBytes: process.resourceUsage().maxRSS * 1024 };
  // A sweep that has gone need not be told.
  process.send?.(told, undefined, undefined, () => {});
}

function isChild(): boolean {
  return process.channel !== undefined && process.env[SWEEP] === `${process.ppid}`;
}

/** A process of a sweep ends when the sweep is gone, however it went: as one that is interrupted, with a checkpoint. */
export function endWithSweep(): void {
  if (!isChild()) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}

/** A process of `threefactor compare` that belongs to this one. */
export class Child {
  readonly ended: Promise<Ending>;
  told: Told = { share: 0, peakBytes: 0 };
  readonly #child: ChildProcess;

  /** @param words  arguments of `compare` */
  constructor(words: readonly string[]) {
    const main = fileURLToPath(new URL("../main.js", import.meta.url));
    const definitions = plugins.flatMap(({ file }) => ["--plugin", file]);
    // Of its own group, so that an interrupt at the keyboard reaches the sweep alone, which passes it on once.
    this.#child = spawn(process.execPath, [main, ...definitions, "compare", ...words], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
      env: { ...process.env, [SWEEP]: `${process.pid}` },
    });
    this.#child.on("message", told => {
      this.told = told as Told;
    });
    let text = "";
    this.#child.stderr!.setEncoding("utf8").on("data", part => {
      text = (text + part).slice(-10_000);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        const lines = text.split("\n").filter(line => line.startsWith("threefactor: "));
        resolve({ code, signal, error: lines.at(-1)?.slice("threefactor: ".length) ?? "" });
      });
    });
  }

  /** Has it end after its last finished epoch. */
  stop(): void {
    this.#child.kill("SIGTERM");
  }
}
