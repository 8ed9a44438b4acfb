import { fstatSync, statSync, write } from "node:fs";
import { constants, type FileHandle, open, readdir, readlink } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { InputError } from "../errors.ts";

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Names of what this process has open already. */
const OPEN = /^\/(?:dev\/(?:fd\/(\d+)|std(in|out|err))|proc\/(?:self|thread-self)\/fd\/(\d+))$/;

/** Where something that is written ends up. */
export type Destination =
  /** A file or folder, there or not, by its name without links; it can be replaced by another one. */
  | { readonly kind: "path"; readonly path: string; readonly mode: number | null }
  /** A device, a pipe, or what this process has open: bytes go into it one after the other. */
  | { readonly kind: "stream"; open(): Promise<Stream> };

export interface Stream {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Finds out where a path leads.
 * @param kind  of what is to be written
 * @throws InputError when something of another kind stands there
 */
export async function destinationOf(path: string, kind: "file" | "folder"): Promise<Destination> {
  const expected = kind === "file" ? "a file that can be written" : "a new or empty folder";
  const refuse = (got: string) => new InputError(`${path}: expected ${expected}, got ${got}`);
  if (kind === "file" && (path.endsWith("/") || path.endsWith(sep))) throw refuse("the name of a folder");
  const real = await withoutLinks(resolve(path));
  const number = openNumber(real);
  if (number !== null) {
    if (kind === "folder") throw refuse("a stream");
    return { kind: "stream", open: async () => streamOf(number) };
  }
  const found = statSync(real, { throwIfNoEntry: false });
  if (!found) return { kind: "path", path: real, mode: null };
  if (found.isDirectory()) {
    if (kind === "file") throw refuse("a folder");
    if ((await readdir(real)).length > 0) throw refuse("one that is not empty");
    return { kind: "path", path: real, mode: null };
  }
  if (found.isSocket()) throw refuse("a socket");
  if (kind === "folder") throw refuse(found.isFile() ? "a file" : "a device or pipe");
  if (found.isFile()) return { kind: "path", path: real, mode: found.mode & 0o7777 };
  // Neither created nor emptied: it is there, and has no length.
  return { kind: "stream", open: async () => handleStream(await open(real, constants.O_WRONLY)) };
}

/** Whether a path leads to the standard output of this process. */
export async function isStandardOutput(path: string): Promise<boolean> {
  return openNumber(await withoutLinks(resolve(path))) === 1;
}

/** The path without links; what they lead to need not be there. Streams of this process keep their names. */
export async function withoutLinks(path: string, left = MOST_LINKS): Promise<string> {
  const parent = dirname(path);
  if (parent === path || openNumber(path) !== null) return path;
  const at = join(await withoutLinks(parent, left), basename(path));
  if (openNumber(at) !== null) return at;
  const to = await readlink(at).catch(() => null);
  if (to === null) return at;
  if (left === 0) throw Object.assign(new Error(`ELOOP: too many links, ${path}`), { code: "ELOOP", path });
  // What processes have open are links to names that are no paths, such as pipe:[123].
  if (/^\/proc\/\d+\/fd\/\d+$/.test(at) && !statSync(to, { throwIfNoEntry: false })) return at;
  return withoutLinks(resolve(dirname(at), to), left - 1);
}

/** The number under which this process has it open, or null. */
function openNumber(path: string): number | null {
  const own = path.replace(`/proc/${process.pid}/`, "/proc/self/");
  const [, dev, std, proc] = OPEN.exec(own) ?? [];
  if (std !== undefined) return ["in", "out", "err"].indexOf(std);
  const number = dev ?? proc;
  return number === undefined ? null : Number(number);
}

function streamOf(number: number): Stream {
  fstatSync(number);
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const [error, n] = await new Promise<[NodeJS.ErrnoException | null, number]>(done =>
          write(number, bytes, at, bytes.length - at, null, (error, n) => done([error, n])),
        );
        // A pipe that does not block is full for now.
        if (error?.code === "EAGAIN") await new Promise(done => setTimeout(done, 10));
        else if (error) throw error;
        else at += n;
      }
    },
    // Whoever opened it closes it.
    async close() {},
  };
}

function handleStream(handle: FileHandle): Stream {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    },
    close: () => handle.close(),
  };
}
