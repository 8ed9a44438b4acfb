import { resolve } from "node:path";
import { InputError } from "../errors.ts";
import { destinationOf, isStandardOutput } from "../files/destination.ts";
import { heedingSignals } from "./signals.ts";
import { leaveStandardOutput } from "./terminal.ts";

/** What another --out mends; a full disk is not among them. */
const mendable = [
  ...["EACCES", "EBADF", "EEXIST", "EINVAL", "EISDIR", "ELOOP", "ENAMETOOLONG"],
  ...["ENODEV", "ENOENT", "ENOTDIR", "ENOTEMPTY", "ENXIO", "EPERM", "EROFS"],
];

/**
 * Before long work whose result is written to a file.
 * @throws InputError when what stands there is no file
 */
export async function expectPlace(path: string): Promise<void> {
  await writable(path, "a file that can be written", () => destinationOf(path, "file"));
}

/**
 * Has something written where --out says. An interrupt leaves nothing half-written.
 * @throws InputError that names the path when it cannot be written there
 */
export async function writable<T>(path: string, expected: string, write: () => Promise<T>): Promise<T> {
  try {
    if (await isStandardOutput(path)) leaveStandardOutput();
    return await heedingSignals(write);
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(`${path}: expected`))
      throw new InputError(`--out: ${error.message}`);
    const { code = "", path: failed = path } = error as NodeJS.ErrnoException;
    const [wanted, at] = [resolve(path), resolve(failed)];
    // The file itself, its temporary name or a folder on the way, not something that was read.
    if (!mendable.includes(code) || !(wanted.startsWith(at) || at.startsWith(wanted))) throw error;
    throw new InputError(`--out: ${path} cannot be written (${code}); expected ${expected}`);
  }
}
