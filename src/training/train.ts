import { type DatasetArrays, datasetOf } from "../data/arrays.ts";
import type { Dataset, Samples } from "../data/dataset.ts";
import type { ThreadMemory } from "../engine/kernels/threadMemory.ts";
import { dense, notation } from "../engine/network/architecture.ts";
import { InputError, Interrupted } from "../errors.ts";
import { bitText } from "../math/bitSet.ts";
import { needBackend } from "../rate/backend.ts";
import { checkNeeds, type Rule, ruleOf } from "../rules/index.ts";
import { alignmentDegrees } from "./alignment.ts";
import { batches } from "./batches.ts";
import { circuitTrainer } from "./circuitTrainer.ts";
import type { Parameters } from "./initialise.ts";
import { rateTrainer } from "./rateTrainer.ts";
import type { CurvePoint, RunResult, Twin } from "./results.ts";
import { checkState, type RunState } from "./runState.ts";
import { readoutOf, spikingTrainer } from "./spikingTrainer.ts";
import { type Evaluation, networkOf, type Trainer, type TrainingSettings } from "./trainer.ts";

/** One run of a comparison: a rule in one of its forms, from one seed. */
export interface RunPlan {
  /** A name, or the rule itself. */
  readonly rule: string | Rule;
  readonly twin: Twin;
  readonly settings: TrainingSettings;
}

/** What `train` calls, and what stops it. */
export interface TrainHooks {
  /** Called when an epoch is done and its state is whole. */
  onEpoch?(state: RunState): Promise<void> | void;
  /** Called now and then within an epoch. */
  onProgress?(epoch: number, samplesDone: number): void;
  /** Training is interrupted when it says so; an `AbortSignal` is one. */
  readonly signal?: { readonly aborted: boolean };
  /** Makes the trainer; by default `createTrainer`. */
  makeTrainer?(plan: RunPlan, data: Dataset): Trainer;
  /** What errors call the state to go on from, such as its file. */
  readonly stateName?: string;
}

/** What training has come to. */
export interface Trained {
  readonly result: RunResult;
  readonly parameters: Parameters;
}

const trainers: {
  readonly [twin in Twin]: (
    rule: Rule,
    data: Dataset,
    settings: TrainingSettings,
    threads: ThreadMemory | null,
  ) => Trainer;
} = {
  rate: rateTrainer,
  spike: spikingTrainer,
  circuit: circuitTrainer,
};

/**
 * @param threads  that are to share the weights
 * @throws InputError when the rule cannot learn in this network, or the network does not fit the data; for a rate twin
 *         before a backend has been chosen: `await selectBackend()`
 */
export function createTrainer(plan: RunPlan, data: Dataset, threads: ThreadMemory | null = null): Trainer {
  const rule = ruleOf(plan.rule);
  const architecture = networkOf(rule, plan.settings);
  const { sizes } = architecture;
  if (sizes[0] !== data.inputs || sizes.at(-1) !== data.classes)
    throw new InputError(
      `sizes: expected ${data.inputs} inputs and ${data.classes} classes, as ${data.name} has, got ${sizes.join("-")}`,
    );
  checkNeeds(rule, architecture);
  for (const [key, own] of [
    ["activation", "relu"],
    ["loss", "cross-entropy"],
  ] as const) {
    const { [key]: asked = own } = plan.settings;
    if (asked !== own && plan.twin !== "rate")
      throw new InputError(`${key}: expected ${own} for the twin ${plan.twin}, got ${asked}`);
  }
  return trainers[plan.twin](rule, data, plan.settings, threads);
}

/**
 * Trains one twin from its start or from a state, and measures it on the test part once, after the last epoch. Tensors
 * run on what `selectBackend` chose, or on its default.
 * @param given  the samples of training, validation and test, a `Dataset` or plain arrays
 * @throws Interrupted when the signal says so
 * @throws InputError when the weights diverge or `from` is not a state of this run
 */
export async function train(
  plan: RunPlan,
  given: Dataset | DatasetArrays,
  hooks: TrainHooks = {},
  from: RunState | null = null,
): Promise<Trained> {
  const { settings } = plan;
  const data = datasetOf(given);
  ruleOf(plan.rule);
  await needBackend();
  const trainer = (hooks.makeTrainer ?? createTrainer)(plan, data);
  try {
    if (from) {
      checkState(from, trainer, settings.epochs, hooks.stateName ?? "state");
      trainer.restore(from.parameters, from.memory);
    }
    let state = from ?? (await namingPlace(plan, "start", async () => start(trainer, data)));
    const pause = pacer(hooks.signal);
    while (state.epochsDone < settings.epochs) {
      const before = state;
      const next = () => epoch(trainer, data, settings, before, hooks, pause);
      state = await namingPlace(plan, `epoch ${before.epochsDone + 1}`, next);
      await hooks.onEpoch?.(state);
    }
    const result = await namingPlace(plan, "test", () => conclude(plan, data, trainer, state, pause));
    return { result, parameters: trainer.deployed() };
  } finally {
    trainer.dispose();
  }
}

function start(trainer: Trainer, data: Dataset): RunState {
  const parameters = trainer.parameters();
  return {
    epochsDone: 0,
    parameters,
    memory: null,
    curve: [],
    initialAlignmentDegrees: alignmentDegrees(trainer, data),
    initialFeedbackDegrees: trainer.feedbackDegrees?.(parameters.weights) ?? [],
    trainAccuracy: 0,
    cost: {},
    trainSeconds: 0,
    wallSeconds: 0,
  };
}

/**
 * Lets signals and timers in about ten times a second, however long or short an epoch is.
 * @returns null when it is not time yet, else a promise of the milliseconds spent away
 */
function pacer(signal?: { readonly aborted: boolean }): (place: string) => Promise<number> | null {
  let last = performance.now();
  return place => {
    const before = performance.now();
    if (before - last < 100) return null;
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        last = performance.now();
        if (signal?.aborted) reject(new Interrupted(`in ${place}`));
        else resolve(last - before);
      });
    });
  };
}

async function epoch(
  trainer: Trainer,
  data: Dataset,
  settings: TrainingSettings,
  state: RunState,
  hooks: TrainHooks,
  pause: ReturnType<typeof pacer>,
): Promise<RunState> {
  const began = performance.now();
  const e = state.epochsDone;
  // Runs that are too short for a pause are stopped here.
  if (hooks.signal?.aborted) throw new Interrupted(`in epoch ${e + 1}`);
  const { count } = data.train;
  let [loss, correct, paused] = [0, 0, 0];
  for (const { indices, rate, done } of batches(
    count,
    { ...settings, batch: trainer.stride ?? settings.batch },
    e,
  )) {
    const learned = trainer.learn(indices, rate, e);
    loss += learned.loss;
    correct += learned.correct;
    const waiting = pause(`epoch ${e + 1}`);
    if (waiting) {
      hooks.onProgress?.(e + 1, done);
      paused += await waiting;
    }
  }
  const trainSeconds = (performance.now() - began - paused) / 1000;

  const parameters = trainer.parameters();
  checkFinite(loss / count, parameters, settings.learningRate);
  const cost = trainer.cost();
  const feedback = trainer.feedbackDegrees?.(parameters.weights);
  const { validation } = data;
  const validated =
    validation.count > 0 && (await evaluated(trainer, validation, pause, `epoch ${e + 1}, validation`));
  if (validated) checkSpikes(validated, settings, trainer);
  const point: CurvePoint = {
    epoch: e + 1,
    ...(validated && { validationAccuracy: validated.accuracy }),
    trainLoss: loss / count,
    alignmentDegrees: alignmentDegrees(trainer, data),
    ...(feedback && { feedbackDegrees: feedback }),
  };
  return {
    ...state,
    epochsDone: e + 1,
    parameters,
    memory: trainer.memory,
    curve: [...state.curve, point],
    trainAccuracy: correct / count,
    cost,
    trainSeconds: state.trainSeconds + trainSeconds,
    wallSeconds: state.wallSeconds + (performance.now() - began) / 1000,
  };
}

/** A large part, or a network with shared kernels, takes minutes: as long as an epoch, and no less to be stopped. */
async function evaluated(
  trainer: Trainer,
  samples: Samples,
  pause: ReturnType<typeof pacer>,
  place: string,
): Promise<Evaluation> {
  const steps = trainer.evaluating(samples);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause(place);
  }
}

/** Errors from the depths are about values; this adds whose they are. */
async function namingPlace<T>({ rule, twin }: RunPlan, place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${ruleOf(rule).name} ${twin}, ${place}: ${error.message}`, { cause: error });
  }
}

export function checkFinite(meanLoss: number, { weights, biases }: Parameters, learningRate: number): void {
  if (Number.isFinite(meanLoss) && [...weights, ...biases].every(part => part.every(Number.isFinite))) return;
  throw new InputError(
    `the weights have diverged, mean loss ${meanLoss}: expected a finite one; lower the learning rate (${learningRate})`,
  );
}

/** What is read of spikes cannot be known without one. */
export function checkSpikes(
  { hiddenSpikesPerSample }: Pick<Evaluation, "hiddenSpikesPerSample">,
  { vThreshold }: TrainingSettings,
  { readsSpikes }: Trainer,
): void {
  if (hiddenSpikesPerSample !== 0 || !readsSpikes) return;
  throw new InputError(
    `no hidden neuron fires: expected spikes, which --reading spikes reads; lower the threshold (${vThreshold})`,
  );
}

async function conclude(
  plan: RunPlan,
  data: Dataset,
  trainer: Trainer,
  state: RunState,
  pause: ReturnType<typeof pacer>,
): Promise<RunResult> {
  const { settings } = plan;
  const began = performance.now();
  const { accuracy, confusion, correct, ...spikes } = await evaluated(trainer, data.test, pause, "the test");
  checkSpikes(spikes, settings, trainer);
  const last = state.curve.at(-1);
  return {
    rule: ruleOf(plan.rule).name,
    twin: plan.twin,
    dataset: data.name,
    architecture: notation(settings.architecture ?? dense(settings.sizes)),
    ...(plan.twin === "spike" && {
      ...{ encoder: settings.encoder, eligibility: settings.eligibility },
      ...{ reading: settings.reading ?? "spikes", readout: readoutOf(settings) },
    }),
    ...(plan.twin === "circuit" && { encoder: settings.encoder }),
    ...(settings.ruleOptions && { ruleOptions: settings.ruleOptions }),
    seed: settings.seed,
    epochs: settings.epochs,
    batch: settings.batch,
    learningRate: settings.learningRate,
    testAccuracy: accuracy,
    testSamples: data.test.count,
    ...(last?.validationAccuracy !== undefined && { validationAccuracy: last.validationAccuracy }),
    trainAccuracy: state.trainAccuracy,
    trainSamples: data.train.count,
    curve: state.curve,
    initialAlignmentDegrees: state.initialAlignmentDegrees,
    alignmentDegrees: last?.alignmentDegrees ?? state.initialAlignmentDegrees,
    ...(trainer.feedbackDegrees && {
      initialFeedbackDegrees: state.initialFeedbackDegrees,
      feedbackDegrees: last?.feedbackDegrees ?? state.initialFeedbackDegrees,
    }),
    confusion,
    correct: bitText(correct),
    ...(data.classNames && { classNames: data.classNames }),
    ...spikes,
    ...state.cost,
    trainSamplesPerSecond: (data.train.count * state.epochsDone) / state.trainSeconds || 0,
    wallSeconds: state.wallSeconds + (performance.now() - began) / 1000,
  };
}
