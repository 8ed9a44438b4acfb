import { readFileSync } from "node:fs";
import os from "node:os";

/** A process, told apart from another that gets its number later, and from one of another machine. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the system's own words; null where the system does not say. */
  readonly began: string | null;
}

/** This process. */
export function self(): Owner {
  return { pid: process.pid, host: os.hostname(), began: beginning(process.pid) };
}

/** Whether a process has ended for certain; those of other machines cannot be asked. */
export function isGone({ pid, host, began }: Owner): boolean {
  if (host !== os.hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be sent signals, but is there.
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  // The number has been given to another process since.
  return began !== null && began !== beginning(pid);
}

/** Ticks from the start of the machine to that of the process, and which start of the machine that was. */
function beginning(pid: number): string | null {
  try {
    // The name of the program stands in parentheses, and may hold some itself.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 8);
    return `${boot}-${fields[19]}`;
  } catch {
    return null;
  }
}
