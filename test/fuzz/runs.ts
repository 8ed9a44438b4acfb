import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRun } from "../../src/cli/openRun.ts";
import { RunFolder } from "../../src/cli/runFolder.ts";
import { encode } from "../../src/io/msgpack.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { sampleRaster } from "../io/raster/rasters.ts";
import { bytes, either, jsonValues, packedValues, text } from "./changes.ts";
import { command } from "./command.ts";
import type { Kind } from "./kind.ts";

/** Few enough samples that a run that goes on is over at once. */
const job = [
  "--rules",
  "f3",
  "--twins",
  "rate",
  "--hidden",
  "4",
  "--train-samples",
  "40",
  "--test-samples",
  "20",
];
const EPOCHS = 3;

/** A folder whose run has ended. */
async function ended(folder: string): Promise<string> {
  const out = join(folder, "run");
  await command("compare", ...job, "--epochs", String(EPOCHS), "--backend", "cpu", "--out", out);
  mkdirSync(join(out, "rasters"), { recursive: true });
  const raster = { ...sampleRaster(), metadata: { rule: "f3", seed: 1 } };
  writeFileSync(join(out, "rasters", "f3-seed1.msgpack"), encodeRaster(raster));
  return out;
}

/** One of the files that `threefactor report` reads. */
function reported(file: string, share: number, change = either(text, jsonValues, jsonValues)): Kind {
  return {
    name: `run ${file}`,
    share,
    async start(folder) {
      const out = await ended(folder);
      return {
        good: [new Uint8Array(readFileSync(join(out, file)))],
        change,
        async read(bytes) {
          writeFileSync(join(out, file), bytes);
          await command("report", out, "--out", join(folder, "report.html"));
        },
      };
    },
  };
}

/** The options of a run that goes on; with other ones it may rightly take for ever, so that it is not begun. */
const record: Kind = {
  name: "run options",
  share: 1,
  async start(folder) {
    const out = await ended(folder);
    return {
      good: [new Uint8Array(readFileSync(join(out, "run.json")))],
      change: either(text, jsonValues, jsonValues),
      async read(bytes) {
        writeFileSync(join(out, "run.json"), bytes);
        const { folder } = await openRun({ resume: true, out });
        folder.unlock();
      },
    };
  },
};

/** A run that goes on after its first epoch of three. */
const checkpoint: Kind = {
  name: "run checkpoint",
  share: 0.05,
  async start(folder) {
    const out = await ended(folder);
    const run = readFileSync(join(out, "run.json"));
    const floats = (count: number) => new Float32Array(count).fill(0.01);
    const state = {
      epochsDone: 1,
      parameters: { weights: [floats(64 * 4), floats(40)], biases: [floats(4), floats(10)] },
      memory: floats(400),
      curve: [
        { epoch: 1, trainLoss: 1, trainAccuracy: 0.5, validationAccuracy: 0.5, alignmentDegrees: [90] },
      ],
      initialAlignmentDegrees: [90],
      initialFeedbackDegrees: [90],
      trainAccuracy: 0.5,
      cost: {},
      trainSeconds: 1,
      wallSeconds: 1,
    };
    const point = new RunFolder(out).checkpointPath;
    return {
      good: [encode({ schema: "threefactor.checkpoint/1", done: [], state })],
      change: either(bytes, packedValues, packedValues, packedValues),
      async read(bytes) {
        rmSync(out, { recursive: true });
        mkdirSync(out);
        writeFileSync(join(out, "run.json"), run);
        writeFileSync(point, bytes);
        await command("compare", "--resume", "--out", out);
      },
    };
  },
};

export const runs: readonly Kind[] = [
  reported("run.json", 0.05),
  reported("results.json", 0.05),
  reported("rasters/f3-seed1.msgpack", 0.05, either(bytes, packedValues, packedValues)),
  record,
  checkpoint,
];
