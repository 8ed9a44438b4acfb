/**
 * Convolutional networks in both twins. Two parts, each resumable: steps that measured.json holds are not run again.
 *
 * `twins`: 8 kernels of 5 x 5 and max pools of 2 x 2 (Forward-Forward: 100 neurons above them, as its goodness is that
 * of a layer which sees the label and the picture) on 12,000 samples of MNIST and Fashion-MNIST.
 * `published`: 32 kernels, all training samples of MNIST, rate twins.
 *
 * Learning rate and the kernels' factor on it are chosen first, with the rate twin on some training samples (3,000;
 * `published`: 20,000) in two epochs, by accuracy on validation samples (2,000; 5,000).
 *
 *     npm run build && node dist/experiments/convolution/experiment.js DATA_DIR [twins|published] [MEASURED_JSON]
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { architectureFrom, type LayerSpec } from "../../src/description/layeredModel.ts";
import { notation } from "../../src/engine/architecture.ts";
import {
  type Dataset,
  InputError,
  loadDataset,
  type RunResult,
  selectBackend,
  type TrainingSettings,
  train,
  twinModel,
} from "../../src/index.ts";
import { writeAtomic } from "../../src/io/atomic.ts";

const SEED = 1;
const CHOICE = {
  epochs: 2,
  rates: [0.03, 0.1, 0.3],
  factors: [1, 0.1, 0.01],
} as const;
/** Where other numbers suit a rule: PEPITA's kernels take small steps only, Forward-Forward's 100 neurons too. */
const CHOICE_OF: Readonly<Record<string, { rates?: readonly number[]; factors?: readonly number[] }>> = {
  pepita: { factors: [0.1, 0.01, 0.001] },
  "pepita:textbook": { factors: [0.1, 0.01, 0.001] },
  ff: { rates: [0.003, 0.01, 0.03], factors: [1, 3, 10] },
  // Without learning kernels their factor plays no part.
  frozen: { factors: [1] },
};
const parts = {
  twins: {
    datasets: ["mnist", "fashion-mnist"],
    rules: ["bp", "dfa", "pepita", "usf", "ff", "frozen"],
    twins: ["rate", "spike"],
    samples: 12_000,
    epochs: 3,
    filters: 8,
    choice: { samples: 3000, validationSamples: 2000 },
  },
  published: {
    datasets: ["mnist"],
    rules: ["bp", "pepita", "pepita:textbook", "frozen"],
    twins: ["rate"],
    samples: 60_000,
    epochs: 10,
    filters: 32,
    choice: { samples: 20_000, validationSamples: 5000 },
  },
} as const;
type Part = keyof typeof parts;

interface Choice {
  readonly dataset: string;
  readonly rule: string;
  readonly filters: number;
  readonly learningRate: number;
  readonly factor: number;
  /** [learning rate, factor of the kernels, validation accuracy; null where it diverged] */
  readonly tried: readonly (readonly [number, number, number | null])[];
}
interface Run extends Partial<Omit<RunResult, "confusion">> {
  readonly part: Part;
  readonly rule: string;
  readonly twin: "rate" | "spike";
  readonly dataset: string;
  readonly factor: number;
  readonly failed?: string;
}
interface Measured {
  readonly about: Readonly<Record<string, unknown>>;
  readonly choices: Choice[];
  readonly runs: Run[];
}

const [
  dataDir,
  asked,
  file = fileURLToPath(new URL("../../../experiments/convolution/measured.json", import.meta.url)),
] = process.argv.slice(2);
if (!dataDir || (asked !== undefined && !Object.hasOwn(parts, asked))) {
  console.error(`expected the folder of the data sets and ${Object.keys(parts).join(" or ")}`);
  process.exit(2);
}
const model = twinModel("mnist");
// A BLAS, where there is one, is several times faster; the command line asks for it by name.
const backend = await selectBackend("blas").catch(() => selectBackend());
const measured: Measured = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : { about: about(), choices: [], runs: [] };

for (const part of asked ? [asked as Part] : (Object.keys(parts) as Part[])) {
  const { datasets, rules, twins, samples, filters, choice } = parts[part];
  for (const dataset of datasets) {
    const some = await loadDataset(dataset, { dataDir, trainSamples: choice.samples, testSamples: 1 });
    const small = validatedBy(choice.validationSamples, some);
    const whole = await loadDataset(dataset, { dataDir, trainSamples: samples });
    // The validation part has served once the rates are chosen.
    const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
    for (const rule of rules) {
      const own = (c: Choice) => c.dataset === dataset && c.rule === rule && c.filters === filters;
      const chosen = measured.choices.find(own) ?? (await choose(small, dataset, rule, filters));
      for (const twin of twins) {
        const done = (run: Run) =>
          run.part === part && run.dataset === dataset && run.rule === rule && run.twin === twin;
        if (!measured.runs.some(done)) await measure(part, twin, chosen, { ...whole, validation: none });
      }
    }
  }
}

function validatedBy(count: number, data: Dataset): Dataset {
  const { intensities, labels } = data.validation;
  return {
    ...data,
    validation: {
      count,
      intensities: intensities.subarray(0, count * data.inputs),
      labels: labels.subarray(0, count),
    },
  };
}

function layersOf(rule: string, filters: number, factor: number): LayerSpec[] {
  return [
    { kind: "conv", filters, size: 5, rate: factor },
    { kind: "maxpool", size: 2 },
    ...(rule === "ff" ? [{ kind: "dense", units: 100 } as const] : []),
  ];
}

async function choose(data: Dataset, dataset: string, rule: string, filters: number): Promise<Choice> {
  const tried: [number, number, number | null][] = [];
  const { rates, factors } = { ...CHOICE, ...CHOICE_OF[rule] };
  for (const factor of factors) {
    for (const learningRate of rates) {
      const done = await trained(data, rule, "rate", filters, {
        learningRate,
        factor,
        epochs: CHOICE.epochs,
      });
      tried.push([learningRate, factor, "failed" in done ? null : done.validationAccuracy!]);
    }
  }
  const best = tried.reduce((a, b) => ((b[2] ?? 0) > (a[2] ?? 0) ? b : a));
  const choice = { dataset, rule, filters, learningRate: best[0], factor: best[1], tried };
  measured.choices.push(choice);
  await save();
  console.log(`${dataset} ${rule}: learning rate ${best[0]}, factor ${best[1]} of ${JSON.stringify(tried)}`);
  return choice;
}

async function measure(part: Part, twin: "rate" | "spike", chosen: Choice, data: Dataset): Promise<void> {
  const { dataset, rule, filters, learningRate, factor } = chosen;
  const { epochs } = parts[part];
  const done = await trained(data, rule, twin, filters, { learningRate, factor, epochs });
  measured.runs.push({ part, rule, twin, dataset, factor, ...done });
  await save();
  const got =
    "failed" in done
      ? done.failed
      : `${(100 * done.testAccuracy).toFixed(2)} % in ${done.wallSeconds.toFixed(0)} s`;
  console.log(`${part} ${dataset} ${rule} ${twin}: ${got}`);
}

async function trained(
  data: Dataset,
  rule: string,
  twin: "rate" | "spike",
  filters: number,
  { learningRate, factor, epochs }: { learningRate: number; factor: number; epochs: number },
): Promise<Omit<RunResult, "confusion"> | { failed: string }> {
  const layered = { name: "convolution", layers: layersOf(rule, filters, factor) };
  const architecture = architectureFrom(layered, data.shape, data.classes, layered.name);
  const settings: TrainingSettings = {
    sizes: architecture.sizes,
    architecture,
    seed: SEED,
    epochs,
    batch: model.batch,
    learningRate,
    schedule: "1 - 0.9 * progress",
    encoder: "current",
    eligibility: "trace",
    durationMs: model.durationMs,
    tauMem: model.tauMem,
    vThreshold: model.vThreshold,
    maxSpikes: model.maxSpikes,
  };
  try {
    const { confusion, ...result } = (await train({ rule, twin, settings }, data)).result;
    return { ...result, architecture: notation(architecture) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { failed: error.message };
  }
}

function about(): Measured["about"] {
  return {
    command: "node dist/experiments/convolution/experiment.js DATA_DIR",
    choice: CHOICE,
    choiceOf: CHOICE_OF,
    parts,
    seed: SEED,
    model,
    versions: { node: process.versions.node },
    backend,
    machine: `${cpus()[0]?.model}, ${cpus().length} cores`,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** One line for each choice and run, so that versions of the file can be compared. */
async function save(): Promise<void> {
  const lines = (items: readonly unknown[]) => items.map(item => `\n  ${JSON.stringify(item)}`).join(",");
  const { about, choices, runs } = measured;
  await writeAtomic(
    file,
    `{\n "about": ${JSON.stringify(about)},\n "choices": [${lines(choices)}\n ],\n "runs": [${lines(runs)}\n ]\n}\n`,
  );
}
