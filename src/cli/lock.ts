import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { InputError, shown } from "../errors.ts";
import { isGone, type Owner, self } from "../files/owner.ts";
import { hold, release } from "../files/temporary.ts";

/** Somebody else writes there. */
export class Busy extends InputError {}

/** [ms] A lock is empty for as long as its owner takes from opening it to writing it. */
const PATIENCE = 1000;

/**
 * Takes a lock: a file that only one process can make, which says whose it is. One that was left by a process that is
 * gone is taken over.
 * @param what  is locked, as errors call it
 * @returns what gives it back
 * @throws Busy when another process has it
 */
export function lock(path: string, what: string): () => void {
  take(path, what);
  hold(path);
  return () => {
    rmSync(path, { force: true });
    release(path);
  };
}

function take(path: string, what: string): void {
  for (;;) {
    if (make(path)) return;
    const found = read(path);
    // Given back meanwhile.
    if (found === null) continue;
    if (found.owner && !isGone(found.owner)) throw busy(found.owner, path, what);
    // Whoever clears it away locks that: of two, the slower one would else clear away the lock of the faster one.
    const clearing = `${path}.next`;
    take(clearing, what);
    try {
      if (read(path)?.text === found.text) rmSync(path, { force: true });
    } finally {
      rmSync(clearing, { force: true });
    }
  }
}

/** Whose it is; null when it is nobody's, or was left by a process that is gone. */
export function heldBy(path: string): Owner | null {
  const owner = read(path)?.owner ?? null;
  return owner && !isGone(owner) ? owner : null;
}

/** @returns false when there is one */
function make(path: string): boolean {
  try {
    writeFileSync(path, `${JSON.stringify({ ...self(), since: new Date().toISOString() })}\n`, {
      flag: "wx",
    });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // On a full disk it is made, and empty.
    rmSync(path, { force: true });
    throw Object.assign(new Error(`${path}: cannot be written (${code})`, { cause: error }), { code, path });
  }
}

type Since = Owner & { readonly since: string };

/** What stands in a lock; null when there is none, and no owner when it was never written whole. */
function read(path: string): { text: string; owner: Since | null } | null {
  const until = Date.now() + PATIENCE;
  for (;;) {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    const owner = ownerIn(text);
    if (owner || Date.now() > until) return { text, owner };
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function ownerIn(text: string): Since | null {
  try {
    const { pid, host, began, since } = JSON.parse(text);
    const known =
      Number.isSafeInteger(pid) && pid > 0 && typeof host === "string" && typeof since === "string";
    return known ? { pid, host, began: typeof began === "string" ? began : null, since } : null;
  } catch {
    return null;
  }
}

function busy({ pid, host, since }: Since, path: string, what: string): Busy {
  return new Busy(
    `${what} is written by process ${pid} on ${host} since ${since}; expected it to have ended; ` +
      `where it has, remove ${shown(path)}`,
  );
}
