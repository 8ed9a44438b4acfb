/**
 * A process that reads the inputs of a campaign one after the other. Where it is stands in a file, so that whoever ends it,
 * or finds it dead, knows which input it was.
 */
import { mkdirSync, mkdtempSync, openSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import { hdf5Limits } from "../../src/io/hdf5/thread.ts";
import { inputOf, type Kind, type Reader } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { type Asked, type Counts, limits } from "./protocol.ts";

/** The number of the input that is read, and how many before it were not refused. */
const place = new Float64Array(2);
const file = openSync(process.argv[2], "w");
writeSync(file, place);
const root = mkdtempSync(join(tmpdir(), "fuzz-"));
const readers = new Map<string, Promise<Reader>>();
// Shorter than what an input may take.
hdf5Limits.seconds = limits.processor / 2;

function readerOf(kind: Kind): Promise<Reader> {
  const folder = join(root, String(kinds.indexOf(kind)));
  if (!readers.has(kind.name)) {
    mkdirSync(folder, { recursive: true });
    readers.set(kind.name, Promise.resolve(kind.start(folder)));
  }
  return readers.get(kind.name)!;
}

const seconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const highest = () => process.resourceUsage().maxRSS / 1024;

async function run({ kind: name, seed, from, to }: Asked): Promise<Counts & { next: number }> {
  const kind = kinds.find(kind => kind.name === name)!;
  const reader = await readerOf(kind);
  const counts: Counts = { read: 0, refused: 0, slowest: 0, largest: 0, failures: [] };
  for (let index = from; index < to; index++) {
    const fail = (why: string) => counts.failures.push({ kind: name, index, why });
    const input = await inputOf(kind, reader, seed, index).catch((error: Error) => {
      fail(`cannot be made: ${error.stack}`);
      return new Uint8Array(0);
    });
    place.set([index, counts.read]);
    writeSync(file, place, 0, 16, 0);
    const [began, before] = [seconds(), highest()];
    try {
      await reader.read(input);
      counts.read++;
    } catch (error) {
      // That it is said in one short line is up to the command line.
      const problem = error instanceof InputError ? null : String((error as Error)?.stack ?? error);
      counts.refused++;
      if (problem !== null) fail(problem);
      else if (index < reader.good.length) fail(`a good one was refused: ${(error as Error).message}`);
    }
    const [took, grew] = [seconds() - began, highest() - before];
    if (took > limits.processor) fail(`took ${took.toFixed(1)} s of processor time`);
    if (grew > limits.memory) fail(`took ${Math.round(grew)} MiB`);
    counts.slowest = Math.max(counts.slowest, took);
    counts.largest = Math.max(counts.largest, grew);
    // Memory is measured by its highest mark, which only a new process has low again.
    if (grew > limits.memory / 8) return { ...counts, next: index + 1 };
  }
  return { ...counts, next: to };
}

process.on("message", async (asked: Asked & { save?: string }) => {
  if (asked.save === undefined) return process.send!(await run(asked));
  const kind = kinds.find(kind => kind.name === asked.kind)!;
  const made = inputOf(kind, await readerOf(kind), asked.seed, asked.from);
  writeFileSync(asked.save, await made.catch(() => new Uint8Array(0)));
  return process.send!({ saved: asked.save });
});
process.on("unhandledRejection", error => {
  throw error;
});
process.send!(kinds.map(({ name, share }) => ({ name, share })));
