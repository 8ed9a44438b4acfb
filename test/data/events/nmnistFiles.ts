import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "../../../src/math/rng.ts";

/** An event of N-MNIST: time [us], column, row, 1 for brighter. */
type Event = readonly [micros: number, x: number, y: number, polarity: number];

/** A recording in the set's own records of five bytes. */
export function nmnistBytes(events: readonly Event[]): Uint8Array {
  return Uint8Array.from(
    events.flatMap(([t, x, y, polarity]) => [x, y, (polarity << 7) | (t >> 16), (t >> 8) & 255, t & 255]),
  );
}

/** Writes a set in which recording n of a class is what `of` makes of them, in the set's own folders. */
export function writeNmnist(
  dataDir: string,
  { train, test }: { train: number; test: number },
  of: (label: number, rng: Rng) => readonly Event[],
): void {
  for (const [part, count] of [["Train", train] as const, ["Test", test] as const])
    for (let label = 0; label < 10; label++) {
      const folder = join(dataDir, "nmnist", part, String(label));
      mkdirSync(folder, { recursive: true });
      for (let n = 0; n < count; n++) {
        const events = of(label, new Rng(1, `${part} ${label} ${n}`));
        writeFileSync(join(folder, `${n + 1}.bin`.padStart(9, "0")), nmnistBytes(events));
      }
    }
}

/** Ten pixels with five events each in every class: they fire in turn, and a class is who begins. */
export function timesDiffer(label: number, rng: Rng): Event[] {
  const place = (p: number) => (p + 10 - label) % 10;
  return recorded(p => Array.from({ length: 5 }, () => 30_000 * place(p) + 10_000 * rng.uniform()));
}

/** Ten pixels that fire at any time: a class is the one that fires most. */
export function countsDiffer(label: number, rng: Rng): Event[] {
  return recorded(p => Array.from({ length: p === label ? 36 : 6 }, () => 310_000 * rng.uniform()));
}

/** @param timesOf  when a pixel fires [us] */
function recorded(timesOf: (pixel: number) => number[]): Event[] {
  const events = Array.from({ length: 10 }, (_, p) =>
    timesOf(p).map((t): Event => [Math.round(t), 3 * p, 2 * p, p % 2]),
  );
  return events.flat().sort((a, b) => a[0] - b[0]);
}
