/**
 * Every rule in all its twins on MNIST: one rate twin, and spiking twins with the encoders `current` and `rate` and the
 * eligibilities `trace` and `timing`. Each rule's learning rate is chosen first, with its rate twin on a part of the
 * training data, by accuracy on the validation part; all its twins then use it. measured.json is rewritten after every
 * finished step, and steps that it holds are not run again.
 *
 *     npm run build && node dist/experiments/twins/experiment.js DATA_DIR [MEASURED_JSON]
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../../src/files/atomic.ts";
import {
  type Dataset,
  InputError,
  loadDataset,
  type RunPlan,
  type RunResult,
  rules,
  selectBackend,
  type TrainingSettings,
  train,
  twinModel,
} from "../../src/index.ts";

/** The rules that stand for a family get more training samples than their variants. */
const LEADING = ["bp", "fa", "dfa", "drtp", "f3", "pepita:sparse", "frozen", "shallow"];
const samplesOf = (rule: string) =>
  LEADING.includes(rule) ? 20_000 : rule.startsWith("f3") ? 5_000 : 10_000;
const GRID = [0.03, 0.1, 0.2, 0.5, 1, 2];
/** The time-local rule runs away on all of these: its first step of every sample is not gated by any error. */
const gridOf = (rule: string) => (rule === "pepita-tl" ? [0.001, 0.003, 0.01, 0.03] : GRID);
const CHOICE_EPOCHS = 2;
/** Its feedback grows with the weights that it mirrors: a rate that is best at first runs away later. */
const RUNS_AWAY = "pepita-wm";
const choiceEpochsOf = (rule: string) => (rule === RUNS_AWAY ? epochsOf(rule) : CHOICE_EPOCHS);
const choiceSamplesOf = (rule: string) => (LEADING.includes(rule) || rule === RUNS_AWAY ? 10_000 : 5_000);
const SEED = 1;
/** F3 spends its first epoch on the readout, as its memory starts empty. */
const epochsOf = (rule: string) => (rule.startsWith("f3") ? 10 : 5);
/** Those that comparisons are made with come first; the rest in the order of the tables. */
const FIRST =
  "bp dfa pepita:sparse frozen shallow fa f3 drtp usf brsf frsf ff afa mempepita:sparse kp wm sdfa pepita-tl pepita-hebbian pepita ff:readout";
const others = rules.map(({ name }) => name).filter(name => name !== RUNS_AWAY);
const names = [...new Set([...FIRST.split(" "), ...others, RUNS_AWAY])];

const spikingTwins = (["current", "rate"] as const).flatMap(encoder =>
  (["trace", "timing"] as const).map(eligibility => ({ twin: "spike" as const, encoder, eligibility })),
);
const twins = [
  { twin: "rate" as const, encoder: "rate" as const, eligibility: "trace" as const },
  ...spikingTwins,
];
type TwinForm = (typeof twins)[number];

/** One twin; `failed` instead of an accuracy where training ended in an error. */
interface Run extends Partial<Omit<RunResult, "rule" | "twin" | "confusion">> {
  readonly rule: string;
  readonly twin: string;
  readonly failed?: string;
}
interface Choice {
  readonly rule: string;
  readonly trainSamples: number;
  readonly chosen: number;
  /** [learning rate, validation accuracy, null where it diverged] */
  readonly tried: readonly (readonly [number, number | null])[];
}
interface Measured {
  readonly about: Readonly<Record<string, unknown>>;
  readonly choices: Choice[];
  readonly runs: Run[];
}

const [dataDir, file = fileURLToPath(new URL("../../../experiments/twins/measured.json", import.meta.url))] =
  process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const model = twinModel("mnist");
const backend = await selectBackend();
const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
const whole = await loadDataset("mnist", { dataDir });
const first = (count: number) => ({
  count,
  intensities: whole.train.intensities.subarray(0, count * whole.inputs),
  labels: whole.train.labels.subarray(0, count),
});
/** To choose by: a part of the training data and the validation part, and no test part. */
const forChoice = (rule: string) => ({ ...whole, train: first(choiceSamplesOf(rule)), test: none });
const forRuns = (rule: string) => ({ ...whole, train: first(samplesOf(rule)), validation: none });
const measured: Measured = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : { about: about(), choices: [], runs: [] };

for (const name of names) {
  const { chosen } = measured.choices.find(({ rule }) => rule === name) ?? (await choose(name));
  for (const form of twins) {
    if (!measured.runs.some(run => isRun(run, name, form))) await measure(name, form, chosen);
  }
}

async function choose(rule: string): Promise<Choice> {
  const tried: [number, number | null][] = [];
  for (const learningRate of gridOf(rule)) {
    const done = await trained(
      rule,
      twins[0],
      { learningRate, epochs: choiceEpochsOf(rule) },
      forChoice(rule),
    );
    tried.push([learningRate, "failed" in done ? null : done.validationAccuracy!]);
  }
  const chosen = tried.reduce((best, next) => ((next[1] ?? 0) > (best[1] ?? 0) ? next : best))[0];
  const choice = { rule, trainSamples: choiceSamplesOf(rule), chosen, tried };
  measured.choices.push(choice);
  await save();
  console.log(`${rule}: learning rate ${chosen} of ${tried.map(([rate, a]) => `${rate} ${a}`).join(", ")}`);
  return choice;
}

async function measure(rule: string, form: TwinForm, learningRate: number): Promise<void> {
  const done = await trained(rule, form, { learningRate, epochs: epochsOf(rule) }, forRuns(rule));
  measured.runs.push({ rule, ...(form.twin === "rate" ? { twin: "rate" } : form), ...done } as Run);
  await save();
  const place = form.twin === "rate" ? "rate twin" : `${form.encoder} ${form.eligibility}`;
  const got = "failed" in done ? done.failed : `${(100 * done.testAccuracy).toFixed(2)} %`;
  const { wallSeconds = 0, trainSamplesPerSecond = 0 } = "failed" in done ? {} : done;
  console.log(
    `${rule}, ${place}: ${got} in ${wallSeconds.toFixed(0)} s, ${trainSamplesPerSecond.toFixed(0)}/s`,
  );
}

async function trained(
  rule: string,
  form: TwinForm,
  { learningRate, epochs }: { learningRate: number; epochs: number },
  data: Dataset,
): Promise<Omit<RunResult, "confusion"> | { failed: string }> {
  const settings: TrainingSettings = {
    sizes: [data.inputs, ...model.hidden, data.classes],
    seed: SEED,
    epochs,
    batch: model.batch,
    learningRate,
    schedule: "1 - 0.9 * progress",
    encoder: form.encoder,
    eligibility: form.eligibility,
    durationMs: model.durationMs,
    tauMem: model.tauMem,
    vThreshold: model.vThreshold,
    maxSpikes: model.maxSpikes,
    ...{ reading: "drive", replay: true, modulation: "current" },
  };
  const plan: RunPlan = { rule, twin: form.twin, settings };
  try {
    const { confusion, ...result } = (await train(plan, data)).result;
    return result;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { failed: error.message };
  }
}

function isRun(run: Run, rule: string, { twin, encoder, eligibility }: TwinForm): boolean {
  return (
    run.rule === rule &&
    run.twin === twin &&
    (twin === "rate" || (run.encoder === encoder && run.eligibility === eligibility))
  );
}

function about(): Measured["about"] {
  return {
    command: "node dist/experiments/twins/experiment.js DATA_DIR",
    choice: { epochs: CHOICE_EPOCHS, grid: GRID, validationSamples: whole.validation.count },
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
