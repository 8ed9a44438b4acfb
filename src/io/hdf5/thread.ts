import { Worker } from "node:worker_threads";
import { InputError } from "../../errors.ts";
import { expectRegular } from "../../files/regular.ts";
import type { Group } from "./hdf5.ts";

/*
 * The HDF5 library never returns from some damaged files, and from others with its memory in disorder. So files are
 * read in a thread, which is ended when it takes too long, and not used again after a damaged file.
 */

// biome-ignore lint/suspicious/noExplicitAny: each has arguments of its own behind the first two
export type Hdf5Reader = (root: Group, path: string, ...more: any[]) => unknown;
type More<R> = R extends (root: Group, path: string, ...more: infer M) => unknown ? M : never;

export interface Request {
  /** Its name. */
  readonly reader: string;
  readonly path: string;
  readonly more: readonly unknown[];
}

export type Answer =
  | { readonly value: unknown }
  /** The message of an InputError, and whether the thread is of no further use. */
  | { readonly refused: string; readonly spoilt: boolean }
  | { readonly failed: string };

/** After how long a file counts as one without an end: far beyond what a slow machine takes. */
export const hdf5Limits = { seconds: 20, secondsPerMegabyte: 0.5 };
/** [MB] Of JavaScript's own objects, such as names; numbers lie outside and have a limit in `hdf5.ts`. */
const MEMORY = 2048;

// Node 20 runs no TypeScript, so that tests, which import this file as it is, need the build.
const compiled = import.meta.url.endsWith(".ts") ? "../../../dist/src/io/hdf5/worker.js" : "./worker.js";

let thread: Promise<Worker> | null = null;
/** Gets what the thread answers, or why it is gone. */
let hear: (heard: Answer | { readonly gone: string }) => void = () => {};
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads from an HDF5 file.
 * @param reader  what of it: one of `hdf5Readers`, which the thread knows by their names
 * @param more    what that reader wants to know besides
 * @throws InputError when the file is none of that kind or damaged
 */
export function readHdf5<R extends Hdf5Reader>(
  reader: R,
  path: string,
  ...more: More<R>
): Promise<ReturnType<R>> {
  // One after the other: the thread has one memory, and one clock runs for it.
  const next = last.then(() => ask({ reader: reader.name, path, more }));
  last = next.catch(() => {});
  return next as Promise<ReturnType<R>>;
}

async function ask(request: Request): Promise<unknown> {
  const { path } = request;
  const limit = hdf5Limits.seconds + (hdf5Limits.secondsPerMegabyte * expectRegular(path)) / 2 ** 20;
  thread ??= start().catch(error => {
    thread = null;
    throw error;
  });
  const worker = await thread;
  worker.ref();
  const answer = await new Promise<Answer>(resolve => {
    const clock = setTimeout(() => {
      const late = `${path}: expected a whole HDF5 file, got one without an end in ${Math.ceil(limit)} s`;
      // An answer may lie waiting where this thread was the busy one: it is heard first.
      setImmediate(() => resolve({ refused: late, spoilt: true }));
    }, limit * 1000);
    hear = heard => {
      clearTimeout(clock);
      resolve(
        "gone" in heard
          ? { refused: `${path}: expected a whole HDF5 file, got ${heard.gone}`, spoilt: true }
          : heard,
      );
    };
    worker.postMessage(request);
  });
  if ("failed" in answer || ("refused" in answer && answer.spoilt)) {
    thread = null;
    await worker.terminate();
  } else worker.unref();
  if ("refused" in answer) throw new InputError(answer.refused);
  if ("failed" in answer) throw new Error(answer.failed);
  return answer.value;
}

function start(): Promise<Worker> {
  const worker = new Worker(new URL(compiled, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.on("message", (answer: Answer) => hear(answer));
      resolve(worker);
    });
    worker.on("error", error => {
      reject(error);
      hear({ gone: reasonOf(error) });
    });
    worker.on("exit", () => hear({ gone: "one that ends its reader" }));
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? `one that needs more than ${MEMORY} MB`
    : `one that ends its reader (${error.message?.split("\n")[0]})`;
}
