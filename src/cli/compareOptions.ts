import { twinModel } from "../../models/index.ts";
import { parseAugmentation } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { architectureFrom } from "../description/layeredModel.ts";
import { type EncoderName, encoderNamed } from "../encoding/index.ts";
import { type Architecture, dense, notation } from "../engine/architecture.ts";
import type { Eligibility } from "../engine/plasticity/threeFactor.ts";
import { InputError, shown } from "../errors.ts";
import { backendNames } from "../rate/backend.ts";
import { checkNeeds, ruleNamed, rules } from "../rules/index.ts";
import { type OptimiserName, optimiserNames } from "../training/optimiser.ts";
import type { Twin } from "../training/results.ts";
import { defaultSchedule, schedule } from "../training/schedule.ts";
import type { RunPlan } from "../training/train.ts";
import { networkOf } from "../training/trainer.ts";
import { integer, list, oneOf, positive } from "./arguments.ts";
import { modelOf, readModel } from "./layeredModels.ts";
import { knowsAhead, spikingUnavailable } from "./unavailable.ts";

/** A copy of the weights is then 400 MB, and training holds several. */
const MOST_SYNAPSES = 1e8;

/** Rules that are compared when none are named. */
const DEFAULT_RULES = ["bp", "dfa", "pepita", "f3", "frozen"];

/** What the user typed; commander's names, all text. */
export interface CompareFlags {
  dataset?: string;
  rules?: string;
  twins?: string;
  model?: string;
  hidden?: string;
  epochs?: string;
  batch?: string;
  learningRate?: string;
  schedule?: string;
  optimiser?: string;
  weightDecay?: string;
  activityDecay?: string;
  dropout?: string;
  encoder?: string;
  eligibility?: string;
  vThreshold?: string;
  maxSpikes?: string;
  trainSamples?: string;
  testSamples?: string;
  augment?: string;
  seed?: string;
  seeds?: string;
  dataDir?: string;
  backend?: string;
  workers?: string;
  out?: string;
  resume?: boolean;
  json?: boolean;
}

/**
 * What a comparison is made of. It stands in run.json, and two folders with the same options hold the same numbers;
 * where the data lie and which backend runs are no part of it.
 */
export interface CompareOptions {
  readonly dataset: string;
  readonly rules: readonly string[];
  readonly twins: readonly Twin[];
  /** Name of a layered model, or one of the user's own as JSON; null: fully connected, of the sizes in `hidden`. */
  readonly model: string | null;
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  /** null: the rate that the data set's model gives each rule. */
  readonly learningRate: number | null;
  readonly schedule: string;
  readonly optimiser: OptimiserName;
  /** null: what each rule asks for itself. */
  readonly weightDecay: number | null;
  readonly activityDecay: number;
  readonly dropout: number;
  readonly encoder: EncoderName;
  readonly eligibility: Eligibility;
  readonly vThreshold: number;
  readonly maxSpikes: number;
  readonly trainSamples: number | null;
  readonly testSamples: number | null;
  /** Words of `parseAugmentation` between commas; null for none. */
  readonly augment: string | null;
  readonly seeds: readonly number[];
}

/** @throws InputError that names the option, its value and what was expected */
export function compareOptions(flags: CompareFlags): CompareOptions {
  const dataset = flags.dataset ?? "digits";
  const model = twinModel(dataset);
  if (flags.seed !== undefined && flags.seeds !== undefined) {
    throw new InputError("--seed: expected --seed or --seeds, got both");
  }
  if (flags.backend !== undefined) oneOf("backend", flags.backend, backendNames);
  const given = <T>(text: string | undefined, read: (text: string) => T, otherwise: T) =>
    text === undefined ? otherwise : read(text);
  const epochs = given(flags.epochs, text => integer("epochs", text, 1), model.epochs);
  if (flags.schedule !== undefined) {
    // Not after hours, when an epoch comes for which it has no number.
    const factor = schedule(flags.schedule, epochs);
    for (let e = 0; e < Math.min(epochs, 10_000); e++) factor(e / epochs);
  }
  return {
    dataset,
    rules: given(flags.rules, readRules, DEFAULT_RULES),
    twins: given(
      flags.twins,
      text => list("twins", text).map(twin => oneOf<Twin>("twins", twin, ["rate", "spike"])),
      ["rate", "spike"],
    ),
    model: given<string | null>(flags.model, readModel, null),
    hidden: given(
      flags.hidden,
      text => text.split(",").map(size => integer("hidden", size, 1, 100_000)),
      model.hidden,
    ),
    epochs,
    batch: given(flags.batch, text => integer("batch", text, 1), model.batch),
    learningRate: given<number | null>(flags.learningRate, text => positive("learning-rate", text), null),
    schedule: flags.schedule ?? defaultSchedule,
    optimiser: given<OptimiserName>(
      flags.optimiser,
      text => oneOf<OptimiserName>("optimiser", text, optimiserNames),
      "sgd",
    ),
    weightDecay: given<number | null>(flags.weightDecay, text => share("weight-decay", text), null),
    activityDecay: given(flags.activityDecay, text => share("activity-decay", text), 0),
    dropout: given(flags.dropout, text => probability("dropout", text), 0),
    encoder: given(flags.encoder, encoderNamed, "rate"),
    eligibility: given(
      flags.eligibility,
      text => oneOf<Eligibility>("eligibility", text, ["trace", "timing", "online"]),
      "trace",
    ),
    vThreshold: given(flags.vThreshold, text => positive("v-threshold", text), model.vThreshold),
    maxSpikes: given(flags.maxSpikes, text => integer("max-spikes", text, 1, 1000), model.maxSpikes),
    trainSamples: given<number | null>(flags.trainSamples, text => integer("train-samples", text, 1), null),
    testSamples: given<number | null>(flags.testSamples, text => integer("test-samples", text, 1), null),
    augment: given<string | null>(flags.augment, readAugmentation, null),
    seeds: flags.seed !== undefined ? [integer("seed", flags.seed, 0)] : given(flags.seeds, readSeeds, [1]),
  };
}

/**
 * The options that a run folder was made with, checked like typed ones.
 * @param file  named in errors
 * @throws InputError when they are not such options
 */
export function recordedOptions(recorded: Readonly<Record<string, unknown>>, file: string): CompareOptions {
  const typed = Object.entries(recorded).filter(([, value]) => value !== null);
  const stray = typed.find(([, value]) => ![value].flat().every(part => typeof part !== "object"));
  if (stray) {
    throw new InputError(
      `${file}: options: ${stray[0]}: expected text, a number or a list, got ${shown(stray[1])}`,
    );
  }
  let options: CompareOptions;
  try {
    options = compareOptions(Object.fromEntries(typed.map(([key, value]) => [key, String(value)])));
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${file}: options: ${error.message}`) : error;
  }
  for (const key of Object.keys(options) as (keyof CompareOptions)[]) {
    const [read, was] = [JSON.stringify(options[key]), JSON.stringify(recorded[key])];
    if (read !== was) throw new InputError(`${file}: options: ${key}: expected one like ${read}, got ${was}`);
  }
  return options;
}

function readSeeds(text: string): number[] {
  const seeds = list("seeds", text).map(seed => integer("seeds", seed, 0));
  const twice = seeds.find((seed, k) => seeds.indexOf(seed) !== k);
  if (twice !== undefined) throw new InputError(`--seeds: expected each seed once, got ${twice} twice`);
  return seeds;
}

function readAugmentation(text: string): string {
  const words = list("augment", text);
  parseAugmentation(words, "--augment");
  return words.join(",");
}

/** 0 is a share too. */
function share(option: string, text: string): number {
  return Number(text) === 0 && text.trim() !== "" ? 0 : positive(option, text);
}

function probability(option: string, text: string): number {
  const value = share(option, text);
  if (value < 1) return value;
  throw new InputError(`--${option}: expected a probability below 1, got ${text}`);
}

function readRules(text: string): string[] {
  if (text === "all") return rules.map(rule => rule.name);
  return list("rules", text).map(name => ruleNamed(name).name);
}

/** @throws InputError that names the layer that does not fit, or when the network is too large */
export function networkFor(options: CompareOptions, data: Dataset): Architecture {
  const layered = options.model ? modelOf(options.model) : null;
  const where = `--model: ${layered?.name}`;
  const network = layered
    ? architectureFrom(layered, data.shape, data.classes, where)
    : dense([data.inputs, ...options.hidden, data.classes]);
  const option = layered ? "model" : "hidden";
  const synapses = network.layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const neurons = network.sizes.reduce((sum, size) => sum + size, 0);
  for (const [what, got] of [["synapses", synapses] as const, ["neurons", neurons] as const]) {
    if (got <= MOST_SYNAPSES) continue;
    throw new InputError(
      `--${option}: expected at most ${MOST_SYNAPSES} ${what}, got ${got} for ${notation(network)}`,
    );
  }
  if (options.twins.includes("spike") && network.layers.some(({ batchNorm }) => batchNorm)) {
    const k = layered!.layers.findIndex(({ kind }) => kind === "batchnorm");
    throw new InputError(
      `${where}: layers[${k}] (batchnorm): needs a batch, and spikes show one sample at a time; expected --twins rate`,
    );
  }
  return network;
}

/**
 * The runs of a comparison in the order in which they are made; a rule without a spiking form has no such run.
 * @throws InputError when nothing is left to run, or the networks are too large
 */
export function plans(options: CompareOptions, data: Dataset): RunPlan[] {
  const model = twinModel(options.dataset);
  const layered = options.model ? modelOf(options.model) : null;
  const architecture = networkFor(options, data);
  const { sizes } = architecture;
  for (const name of options.rules) {
    const rule = ruleNamed(name);
    checkNeeds(rule, networkOf(rule, { sizes, architecture }));
  }
  const learningRates = layered?.learningRates ?? model.learningRates;
  const standardised = options.augment?.split(",").includes("standardise") === true;
  if (standardised && options.twins.includes("spike") && options.encoder !== "current") {
    throw new InputError(
      `--augment: standardise makes intensities below 0, which only --encoder current can show in spikes, got ${options.encoder}`,
    );
  }
  if (options.eligibility === "online" && options.twins.includes("spike")) {
    const late = options.rules.find(rule => !knowsAhead(ruleNamed(rule)));
    if (late !== undefined) {
      throw new InputError(
        `--eligibility: expected trace or timing for ${late}, got online: it knows its third factor only after a presentation`,
      );
    }
  }
  const optimiser = options.optimiser ?? "sgd";
  if (options.eligibility === "online" && options.twins.includes("spike") && optimiser !== "sgd") {
    throw new InputError(
      `--optimiser: expected sgd with --eligibility online, where weights change while a presentation runs, got ${optimiser}`,
    );
  }
  const all = options.seeds.flatMap(seed =>
    options.rules.flatMap(rule =>
      twinsOf(rule, options).map(twin => ({
        rule,
        twin,
        settings: {
          sizes,
          ...(layered && { architecture }),
          seed,
          epochs: options.epochs,
          batch: options.batch,
          learningRate:
            options.learningRate ??
            learningRates[rule] ??
            learningRates.default ??
            model.learningRates.default!,
          schedule: options.schedule,
          optimiser,
          // Folders written before these options have none of them.
          ...(typeof options.weightDecay === "number" && { weightDecay: options.weightDecay }),
          activityDecay: options.activityDecay ?? 0,
          dropout: options.dropout ?? 0,
          encoder: options.encoder,
          eligibility: options.eligibility,
          durationMs: model.durationMs,
          // One spike per input carries no intensity through a leak: the latency code asks for membranes without one.
          tauMem: options.encoder === "latency" ? Infinity : model.tauMem,
          vThreshold: options.vThreshold,
          maxSpikes: options.maxSpikes,
        },
      })),
    ),
  );
  if (all.length === 0) {
    const [rule] = options.rules;
    throw new InputError(
      `--twins: expected rate for ${rule}, got spike: ${spikingUnavailable(ruleNamed(rule!))}`,
    );
  }
  return all;
}

function twinsOf(rule: string, { twins }: CompareOptions): Twin[] {
  const unavailable = spikingUnavailable(ruleNamed(rule)) !== null;
  return twins.filter(twin => twin === "rate" || !unavailable);
}
