/**
 * How fast a long recording leaves in each format, and in how much memory: spikes are made block by block while they are
 * written, so that what the process holds is what the writer holds.
 *
 *     npm run build && node dist/bench/formats.js [spikes] [formats]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RasterFormatName, rasterFormats, writeRaster } from "../src/io/raster/formats.ts";
import type { RasterStream } from "../src/io/raster/stream.ts";
import { Rng } from "../src/math/rng.ts";

const spikeCount = Number(process.argv[2] ?? 20_000_000);
const formats = (process.argv[3]?.split(",") ?? Object.keys(rasterFormats)) as RasterFormatName[];
const [BLOCK, NEURONS, DURATION] = [65_536, 10_000, 100_000];

const rng = new Rng(1, "bench formats");
const populationIndex = Uint16Array.from({ length: BLOCK }, (_, k) => k & 1);
const neurons = Uint32Array.from({ length: BLOCK }, () => rng.integer(NEURONS));

function times(from: number, n: number): Float64Array {
  const list = new Float64Array(n);
  for (let k = 0; k < n; k++) list[k] = (DURATION * (from + k)) / spikeCount;
  return list;
}

/** Two populations of 10,000 neurons that fire at random for 100 s. */
const stream: RasterStream = {
  durationMs: DURATION,
  populations: ["E", "I"].map(name => ({ name, size: NEURONS })),
  traces: [],
  metadata: { seed: 1 },
  spikeCount,
  *spikes() {
    for (let from = 0; from < spikeCount; from += BLOCK) {
      const n = Math.min(BLOCK, spikeCount - from);
      yield {
        times: times(from, n),
        populationIndex: populationIndex.subarray(0, n),
        neurons: neurons.subarray(0, n),
      };
    }
  },
};

const seconds = (from: number) => (performance.now() - from) / 1000;
let began = performance.now();
for (const block of stream.spikes()) if (block.times.length === 0) throw new Error("expected spikes");
const making = seconds(began);
console.log(
  `${spikeCount} spikes; making them once takes ${making.toFixed(1)} s, which is part of the times`,
);
console.log("| format | seconds | spikes/s | most memory so far [MB] |\n| --- | --- | --- | --- |");
for (const format of formats) {
  const folder = mkdtempSync(join(tmpdir(), "bench-formats-"));
  try {
    began = performance.now();
    await writeRaster(stream, format, join(folder, "raster"));
    const taken = seconds(began);
    const rate = Math.round(spikeCount / taken).toLocaleString("en-US");
    const memory = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(`| ${format} | ${taken.toFixed(1)} | ${rate} | ${memory} |`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
