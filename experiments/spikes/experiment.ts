/**
 * What a rule keeps when spikes are all that is read: MNIST, 784-256-10, all 60,000 training samples, seeds 1 to 3, the
 * rate twin and spiking twins with the encoders `rate` and `poisson`, each with both readings; and, on 10,000 samples,
 * accuracy against the threshold, which sets the number of hidden spikes.
 *
 * Each rule has a file in measured/, rewritten after every finished step; steps that it holds are not run again. Learning
 * rates and thresholds are chosen on the validation part, and the test part is read by the runs on 60,000 samples alone.
 *
 *     npm run build && node dist/experiments/spikes/experiment.js DATA_DIR [RULES [FOLDER]]
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../../src/files/atomic.ts";
import {
  type Dataset,
  InputError,
  loadDataset,
  type RunPlan,
  type RunResult,
  selectBackend,
  type TrainingSettings,
  train,
  twinModel,
} from "../../src/index.ts";

const RULES = "dfa,usf,kp,pepita:sparse,ff,frozen,bp,pepita,drtp,f3,fa,shallow";
const GRID = [0.03, 0.1, 0.2, 0.5, 1, 2];
const THRESHOLDS = [2, 1, 0.5, 0.25, 0.125, 0.0625];
const SEEDS = [1, 2, 3];
const [CHOICE_SAMPLES, CURVE_SAMPLES, SAMPLES] = [20_000, 10_000, 60_000];
const EPOCHS = 5;
/** Hidden spikes per sample of the validation part that a threshold of the table stays below. */
const HIDDEN_SPIKES = 800;
/** Validation accuracies no further apart than this are alike. */
const NEARLY = 0.001;

type Form = Pick<TrainingSettings, "encoder" | "reading" | "vThreshold">;
/** A run of one twin; `failed` instead of an accuracy where training ended in an error. */
type Run = Partial<Omit<RunResult, "confusion" | "curve">> & { readonly failed?: string };
interface Measured {
  readonly about: Readonly<Record<string, unknown>>;
  learningRate?: number;
  /** [learning rate, validation accuracy, null where it diverged] */
  readonly tried: (readonly [number, number | null])[];
  /** On the validation part, by threshold; null is the rate twin. */
  readonly curve: (Run & { readonly seed: number; readonly vThreshold: number | null })[];
  vThreshold?: number;
  readonly table: (Run & { readonly seed: number })[];
}

const home = fileURLToPath(new URL("../../../experiments/spikes/measured", import.meta.url));
const [dataDir, names = RULES, folder = home] = process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const model = twinModel("mnist");
const backend = await selectBackend();
const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
const whole = await loadDataset("mnist", { dataDir });
const all = await loadDataset("mnist", { dataDir, trainSamples: SAMPLES });
/** A part of the training data, measured on the validation part. */
const first = (count: number): Dataset => ({
  ...whole,
  train: {
    count,
    intensities: whole.train.intensities.subarray(0, count * whole.inputs),
    labels: whole.train.labels.subarray(0, count),
  },
  validation: none,
  test: whole.validation,
});
mkdirSync(folder, { recursive: true });
for (const rule of names.split(",")) await measure(rule);

async function measure(rule: string): Promise<void> {
  const file = `${folder}/${rule.replace(":", "-")}.json`;
  const measured: Measured = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : { about: about(), tried: [], curve: [], table: [] };
  const save = () => writeAtomic(file, written(measured));

  for (const learningRate of GRID) {
    if (measured.tried.some(([rate]) => rate === learningRate)) continue;
    const run = await trained(rule, null, 1, learningRate, first(CHOICE_SAMPLES));
    measured.tried.push([learningRate, run.validationAccuracy ?? null]);
    await save();
  }
  const [learningRate] = measured.tried.reduce((best, next) =>
    (next[1] ?? 0) > (best[1] ?? 0) ? next : best,
  );
  measured.learningRate = learningRate;

  for (const seed of SEEDS) {
    for (const vThreshold of [null, ...THRESHOLDS]) {
      if (measured.curve.some(run => run.seed === seed && run.vThreshold === vThreshold)) continue;
      const form =
        vThreshold === null ? null : { encoder: "rate" as const, reading: "spikes" as const, vThreshold };
      const run = await trained(rule, form, seed, learningRate, first(CURVE_SAMPLES));
      measured.curve.push({ ...run, seed, vThreshold });
      await save();
      console.log(`${rule} ${vThreshold ?? "rates"}, seed ${seed}: ${told(run, run.validationAccuracy)}`);
    }
  }
  const vThreshold = chosenThreshold(measured.curve);
  measured.vThreshold = vThreshold;

  for (const form of [null, ...spikingForms(vThreshold)]) {
    for (const seed of SEEDS) {
      if (measured.table.some(run => isRun(run, seed, form))) continue;
      const run = await trained(rule, form, seed, learningRate, all);
      measured.table.push({ ...run, ...(form ? { twin: "spike", ...form } : { twin: "rate" }), seed });
      await save();
      const name = form ? `${form.encoder} ${form.reading}` : "rates";
      console.log(`${rule} ${name}, seed ${seed}, 60,000: ${told(run, run.testAccuracy)}`);
    }
  }
}

/** The finest of those that few hidden spikes suffice for and whose accuracy is the best of them, or nearly. */
function chosenThreshold(curve: Measured["curve"]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const tried = THRESHOLDS.map(vThreshold => {
    const runs = curve.filter(run => run.vThreshold === vThreshold);
    return {
      vThreshold,
      accuracy: mean(runs.map(run => run.validationAccuracy ?? 0)),
      spikes: mean(runs.map(run => run.hiddenSpikesPerSample ?? Infinity)),
    };
  });
  const few = tried.filter(({ spikes }) => spikes < HIDDEN_SPIKES);
  const best = Math.max(...few.map(({ accuracy }) => accuracy));
  return few.findLast(({ accuracy }) => accuracy > best - NEARLY)?.vThreshold ?? THRESHOLDS[0];
}

function spikingForms(vThreshold: number): Form[] {
  return (["rate", "poisson"] as const).flatMap(encoder =>
    (["spikes", "drive"] as const).map(reading => ({ encoder, reading, vThreshold })),
  );
}

function isRun(run: Run, seed: number, form: Form | null): boolean {
  if (run.seed !== seed) return false;
  if (!form) return run.twin === "rate";
  return run.twin === "spike" && run.encoder === form.encoder && run.reading === form.reading;
}

async function trained(
  rule: string,
  form: Form | null,
  seed: number,
  learningRate: number,
  data: Dataset,
): Promise<Run> {
  const settings: TrainingSettings = {
    sizes: [data.inputs, ...model.hidden, data.classes],
    ...{ seed, learningRate, epochs: EPOCHS, batch: model.batch, schedule: "1 - 0.9 * progress" },
    ...{ durationMs: model.durationMs, tauMem: model.tauMem, maxSpikes: model.maxSpikes },
    ...{ eligibility: "trace", encoder: "rate", vThreshold: model.vThreshold },
    ...form,
  };
  const plan: RunPlan = { rule, twin: form ? "spike" : "rate", settings };
  try {
    const { confusion, curve, testAccuracy, ...kept } = (await train(plan, data)).result;
    return { ...kept, [data === all ? "testAccuracy" : "validationAccuracy"]: testAccuracy };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { failed: error.message };
  }
}

function told({ failed, hiddenSpikesPerSample, wallSeconds = 0 }: Run, accuracy = Number.NaN): string {
  if (failed) return failed;
  const spikes =
    hiddenSpikesPerSample === undefined ? "" : `, ${hiddenSpikesPerSample.toFixed(0)} hidden spikes`;
  return `${(100 * accuracy).toFixed(2)} %${spikes}, ${wallSeconds.toFixed(0)} s`;
}

function about(): Measured["about"] {
  return {
    command: "node dist/experiments/spikes/experiment.js DATA_DIR",
    ...{ choiceSamples: CHOICE_SAMPLES, curveSamples: CURVE_SAMPLES, samples: SAMPLES, epochs: EPOCHS },
    model,
    versions: { node: process.versions.node },
    backend,
    machine: `${cpus()[0]?.model}, ${cpus().length} cores`,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** One line for each run, so that versions of the file can be compared. */
function written({ tried, curve, table, ...rest }: Measured): string {
  const lines = (items: readonly unknown[]) => items.map(item => `\n  ${JSON.stringify(item)}`).join(",");
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  return `${head},\n "tried": ${JSON.stringify(tried)},\n "curve": [${lines(curve)}\n ],\n "table": [${lines(table)}\n ]\n}\n`;
}
