/**
 * Rules as circuits, where every signal is a spike, against their rate twins: the digits, seeds 1 to 3, and MNIST,
 * 784-256-10, all 60,000 training samples. Learning rates of each form are chosen on the validation part, seed 1; the test
 * part is read by the runs with the chosen one alone. The angle of a circuit's summed change against the exact gradient is in
 * `curve`, epoch by epoch, and in alignment.svg.
 *
 * Each rule has a file in measured/, rewritten after every finished step; steps that it holds are not run again, and the figure
 * is drawn anew of all files.
 *
 *     npm run build && node dist/experiments/circuits/experiment.js DATA_DIR [digits|mnist [RULES [FOLDER [SAMPLES [FORMS]]]]]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../../src/files/atomic.ts";
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
import { rules, whyNoCircuit } from "../../src/rules/index.ts";
import { type AlignedRun, alignmentFigure } from "./alignmentFigure.ts";

type Form = "rate" | "circuit";
type Task = "digits" | "mnist";
/**
 * Step at a sample. Grids hold the best of most inside. On MNIST one pass over all samples but those of the validation part
 * chooses: a fifth of them is too few, as what runs away in the end does so later.
 */
const tasks = {
  digits: {
    rates: { rate: [0.03, 0.1, 0.3, 1], circuit: [0.0075, 0.015, 0.03, 0.06, 0.12] },
    ...{ choice: null, epochs: 10, choiceEpochs: 10, seeds: [1, 2, 3] },
  },
  mnist: {
    rates: { rate: [0.03, 0.1, 0.3], circuit: [0.0025, 0.005, 0.01, 0.02] },
    ...{ choice: 50_000, epochs: 2, choiceEpochs: 1, seeds: [1] },
  },
} as const;
/** Samples whose mean changes the weights: a circuit knows of one at a time. */
const BATCH = { rate: 10, circuit: 1 } as const;

type Run = Partial<Omit<RunResult, "confusion" | "correct">> & { readonly failed?: string };
interface Measured {
  readonly about: Readonly<Record<string, unknown>>;
  /** Validation accuracy; null where it diverged. */
  readonly tried: { readonly form: Form; readonly rate: number; readonly validation: number | null }[];
  readonly table: (Run & { readonly form: Form; readonly seed: number })[];
}

const home = fileURLToPath(new URL("../../../experiments/circuits/measured", import.meta.url));
const [dataDir, task = "digits", names, folder = home, samples, asked = "circuit,rate"] =
  process.argv.slice(2);
const forms = asked.split(",") as Form[];
if (!dataDir || (task !== "digits" && task !== "mnist")) {
  console.error("expected the folder of the data sets, and digits or mnist");
  process.exit(2);
}
const backend = await selectBackend();
const circuits = rules.filter(rule => whyNoCircuit(rule) === null).map(({ name }) => name);
mkdirSync(folder, { recursive: true });
for (const rule of names?.split(",") ?? circuits) {
  await measure(task, rule);
  await draw();
}

async function measure(of: Task, rule: string): Promise<void> {
  const { rates, choice, seeds, epochs, choiceEpochs } = tasks[of];
  const file = `${folder}/${of}-${rule.replace(":", "-")}.json`;
  const measured: Measured = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : { about: about(of), tried: [], table: [] };
  const save = () => writeAtomic(file, written({ ...measured, about: about(of) }));
  const size = (count: number | null) => {
    const most = Math.min(samples ? Number(samples) : Infinity, count ?? Infinity);
    return most === Infinity ? {} : { trainSamples: most };
  };
  const few = await loadDataset(of, { dataDir: dataDir!, ...size(choice) });
  const all = await loadDataset(of, { dataDir: dataDir!, ...size(of === "mnist" ? 60_000 : null) });
  const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
  for (const form of forms) {
    for (const rate of rates[form]) {
      if (measured.tried.some(one => one.form === form && one.rate === rate)) continue;
      const data = { ...few, validation: none, test: few.validation };
      const { testAccuracy = null } = await trained(of, rule, form, 1, rate, choiceEpochs, data);
      measured.tried.push({ form, rate, validation: testAccuracy });
      await save();
    }
    const own = measured.tried.filter(one => one.form === form);
    const { rate } = own.reduce((best, next) =>
      (next.validation ?? 0) > (best.validation ?? 0) ? next : best,
    );
    // Runs with another step than the chosen one are of an older list of them.
    const kept = measured.table.filter(run => run.form !== form || (run.learningRate ?? rate) === rate);
    measured.table.splice(0, measured.table.length, ...kept);
    for (const seed of seeds) {
      if (measured.table.some(run => run.form === form && run.seed === seed)) continue;
      const run = await trained(of, rule, form, seed, rate, epochs, { ...all, validation: none });
      measured.table.push({ ...run, form, seed });
      await save();
      const got = run.failed ?? `${(100 * (run.testAccuracy ?? 0)).toFixed(2)} %`;
      console.log(`${of} ${rule} ${form}, seed ${seed}, step ${rate}: ${got}`);
    }
  }
}

/** Of every rule in the order of the list, on the digits first. */
async function draw(): Promise<void> {
  const order = (file: string) =>
    rules.findIndex(({ name }) => file.endsWith(`-${name.replace(":", "-")}.json`));
  const files = readdirSync(folder).filter(file => /^(digits|mnist)-/.test(file));
  files.sort((a, b) => Number(a[0] > b[0]) - Number(a[0] < b[0]) || order(a) - order(b));
  const runs = files.flatMap(file => {
    const { table } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Measured;
    // The loss whose gradient it is is that of a readout: outputs that count have none.
    return table.filter(
      (run): run is typeof run & AlignedRun => run.failed === undefined && run.rule !== "ff",
    );
  });
  const figure = alignmentFigure(runs, "Updates of circuits against the exact gradient");
  const place = resolve(folder) === home ? dirname(home) : folder;
  if (figure) await writeAtomic(join(place, "alignment.svg"), figure);
}

async function trained(
  of: Task,
  rule: string,
  twin: Form,
  seed: number,
  learningRate: number,
  epochs: number,
  data: Dataset,
): Promise<Run> {
  const model = twinModel(of);
  const settings: TrainingSettings = {
    sizes: [data.inputs, ...model.hidden, data.classes],
    ...{ seed, epochs, learningRate, batch: BATCH[twin], schedule: "1 - 0.9 * progress" },
    ...{ durationMs: model.durationMs, tauMem: model.tauMem, maxSpikes: model.maxSpikes },
    ...{ eligibility: "trace", encoder: "rate", vThreshold: model.vThreshold },
    circuit: { mode: "grid", dt: 1 },
  };
  try {
    const { confusion, correct, ...kept } = (await train({ rule, twin, settings }, data)).result;
    return kept;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { failed: error.message };
  }
}

function about(of: Task): Measured["about"] {
  return {
    command: `node dist/experiments/circuits/experiment.js DATA_DIR ${of}`,
    ...tasks[of],
    model: twinModel(of),
    versions: { node: process.versions.node },
    backend,
    machine: `${cpus()[0]?.model}, ${cpus().length} cores`,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** One line for each run, so that versions of the file can be compared. */
function written({ about, tried, table }: Measured): string {
  const lines = (items: readonly unknown[]) => items.map(item => `\n  ${JSON.stringify(item)}`).join(",");
  return `{\n "about": ${JSON.stringify(about)},\n "tried": [${lines(tried)}\n ],\n "table": [${lines(table)}\n ]\n}\n`;
}
