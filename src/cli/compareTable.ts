import { layeredModels } from "../../models/index.ts";
import { presets } from "../../models/presets.ts";
import { parseAugmentation } from "../data/augment.ts";
import { datasetChoice } from "../data/index.ts";
import { DIRECT_CURRENT } from "../encoding/current.ts";
import { type EncoderName, encoderNamed, encoders } from "../encoding/index.ts";
import { type Modulation, modulations } from "../encoding/shown.ts";
import type { Precision, Reading } from "../engine/exact/presentation.ts";
import type { Eligibility } from "../engine/network/plasticity/threeFactor.ts";
import { InputError } from "../errors.ts";
import { type ActivationName, activationNames, type LossName, lossNames } from "../rate/activation.ts";
import { backendNames } from "../rate/backend.ts";
import { ruleNamed, rules } from "../rules/index.ts";
import { type CircuitSettings, usualCircuit } from "../training/circuitSettings.ts";
import { type OptimiserName, optimiserNames } from "../training/optimiser.ts";
import type { Twin } from "../training/results.ts";
import { defaultSchedule, schedules } from "../training/schedules.ts";
import { among, integer, integerFrom, list, oneOf, positive, probability, share } from "./arguments.ts";
import { readModel } from "./layeredModels.ts";
import type { Flags, OptionValues, ValueRow } from "./options.ts";
import { readRuleOptions, ruleOptionsText } from "./ruleOptions.ts";
import type { Constants } from "./startNetwork.ts";

/** Defaults may come from the constants of the data set. */
type Row<T> = ValueRow<T, Constants> & Required<Pick<ValueRow<T, Constants>, "read" | "otherwise">>;

/** A setting of the trainers, under the same name there. */
type Setting<T> = Row<T> & {
  /** The form whose learning it decides. */
  readonly form: "rate" | "spike" | "both";
};

function option<T>(row: Row<T>): Row<T> {
  return row;
}

/** Null is left to the rule, or to the data set's constants. */
function setting<T>(form: Setting<T>["form"], row: Row<T>): Setting<T> {
  return {
    ...row,
    form,
    ...(form !== "both" && { group: `Options of the ${form === "rate" ? "rate" : "spiking"} form:` }),
  };
}

/** Of circuits alone. */
function circuit<T>(row: Row<T>): Row<T> & { readonly group: string } {
  return { ...row, group: "Options of circuits:" };
}

export const defaultDataset = "digits";

/**
 * What a comparison is made of, one row per option. It stands in run.json in this order, and two folders with the same
 * options hold the same numbers.
 */
export const comparison = {
  dataset: option({
    takes: "<name>",
    help: datasetChoice,
    read: (_, text) => text,
    otherwise: defaultDataset,
  }),
  rules: option<readonly string[]>({
    takes: "<names>",
    help: () => `comma-separated, or all: ${rules.map(rule => rule.name).join(", ")}`,
    read: (flag, text) => (text === "all" ? rules : list(flag, text).map(ruleNamed)).map(rule => rule.name),
    otherwise: ["bp", "dfa", "pepita", "pepita:sparse", "f3", "frozen"],
  }),
  twins: option<readonly Twin[]>({
    takes: "<names>",
    help: "of rate, spike and circuit, where every signal is a spike and nothing else makes weights",
    read: (flag, text) => list(flag, text).map(twin => oneOf<Twin>(flag, twin, ["rate", "spike", "circuit"])),
    otherwise: ["rate", "spike"],
  }),
  /** Name of a layered model, one of the user's own as JSON, or the file of a network with weights; null: fully connected, of the sizes in `hidden`. */
  model: option<string | null>({
    takes: "<name>",
    help: `a network layer by layer: ${Object.keys(layeredModels).join(", ")}, or a JSON file; or the file of a network to go on with: a trained one, NIR or a SONATA circuit`,
    read: (_, text) => readModel(text),
    otherwise: null,
  }),
  hidden: option<readonly number[]>({
    takes: "<sizes>",
    help: "neurons of each hidden layer, such as 256 or 256,128",
    read: (flag, text) => text.split(",").map(size => integer(flag, size, 1, 100_000)),
    otherwise: model => model.hidden,
  }),
  epochs: setting("both", {
    takes: "<n>",
    help: "passes over the training part",
    read: integerFrom(1),
    otherwise: model => model.epochs,
  }),
  /** null: the data set's own, by form. */
  batch: setting<number | null>("both", {
    takes: "<n>",
    help: "samples between two changes of the weights; by default the data set's own, in spikes 1 on the digits, with shorter steps",
    read: integerFrom(1),
    otherwise: null,
  }),
  learningRate: setting<number | null>("both", {
    takes: "<x>",
    help: "for every rule; by default the data set's own rates",
    read: positive,
    otherwise: null,
  }),
  schedule: setting("both", {
    takes: "<expression>",
    help: `factor on the learning rate: an expression in progress and epoch, or ${Object.keys(schedules).join(", ")}`,
    read: (_, text) => text,
    otherwise: defaultSchedule,
  }),
  optimiser: setting<OptimiserName>("both", {
    takes: "<name>",
    help: `${optimiserNames.join(", ")}, in both twins`,
    read: among(optimiserNames),
    otherwise: "sgd",
  }),
  activation: setting<ActivationName>("rate", {
    takes: "<name>",
    help: `of hidden neurons: ${activationNames.join(", ")}; spiking ones are rectified`,
    read: among(activationNames),
    otherwise: "relu",
  }),
  loss: setting<LossName>("rate", {
    takes: "<name>",
    help: "what the readout is made to say: cross-entropy, of a softmax; binary, of a sigmoid for each class, summed over them",
    read: among(lossNames),
    otherwise: "cross-entropy",
  }),
  /** Sorted, such as `ff.slope=1,ff.theta=2`; null: as every rule says. */
  ruleOptions: option<string | null>({
    takes: "<list>",
    help: "options of rules, such as ff.theta=2,usf.scale=biotorch, or a JSON file of them by rule; `threefactor rules NAME` shows a rule's",
    read: (flag, text) => ruleOptionsText(readRuleOptions(flag, text)),
    otherwise: null,
  }),
  /** null: what each rule asks for itself. */
  weightDecay: setting<number | null>("both", {
    takes: "<x>",
    help: "share of the learning rate by which learning weights shrink at every step",
    read: share,
    otherwise: null,
  }),
  activityDecay: setting("both", {
    takes: "<x>",
    help: "share of a hidden neuron's own activity in its third factor",
    read: share,
    otherwise: 0,
  }),
  dropout: setting("both", {
    takes: "<p>",
    help: "probability of a hidden neuron to be left out while a sample is learned",
    read: probability,
    otherwise: 0,
  }),
  encoder: setting<EncoderName>("spike", {
    takes: "<name>",
    help: () =>
      `${encoders.map(encoder => encoder.name).join(", ")}; current is ${DIRECT_CURRENT} (default: recording where samples are recordings of events, else rate)`,
    read: (_, text) => encoderNamed(text).name,
    otherwise: constants => constants.encoder,
  }),
  /** null: as the encoder does. */
  modulation: setting<Modulation | null>("spike", {
    takes: "<name>",
    help: "how what a rule adds to the input is shown: pair, by spikes beside the sample's, of each input or of its twin of opposite sign; spikes, inputs fire more or less, down to never; current, a constant drive of either sign (default: pair where the encoder spikes and inputs are neither pooled nor have drawn delays, else current)",
    read: among<Modulation>(modulations),
    otherwise: null,
    before: "current",
  }),
  replay: {
    help: "spikes that are drawn are the same in every presentation of a sample, instead of afresh",
    form: "spike",
    group: "Options of the spiking form:",
    before: true,
  },
  noReset: {
    help: "neurons are not brought to rest between presentations: membranes and traces run on from sample to sample",
    form: "spike",
    group: "Options of the spiking form:",
  },
  eligibility: setting<Eligibility>("spike", {
    takes: "<name>",
    help: "trace; timing: read at postsynaptic spikes; online: weights change at spikes, for rules that know their third factor beforehand",
    read: among(["trace", "timing", "online"]),
    otherwise: "trace",
  }),
  /** null: as the network allows. */
  presentations: setting<"sweep" | "queue" | null>("spike", {
    takes: "<name>",
    help: "sweep: layer by layer, or queue: event by event, as delays and further synapses need; both give the same numbers, in double precision (default: sweep where it can be)",
    read: among<"sweep" | "queue">(["sweep", "queue"]),
    otherwise: null,
  }),
  /** Never null in what `compareOptions` gives. */
  precision: setting<Precision | null>("spike", {
    takes: "<name>",
    help: "of states, sums and changes: single, several times as fast as double and to the same accuracy, for layers without delays with the eligibility trace; or double (default: single where it can be)",
    read: among<Precision>(["single", "double"]),
    otherwise: null,
    before: "double",
  }),
  reading: setting<Reading>("spike", {
    takes: "<name>",
    help: "what learning reads of hidden neurons: spikes, their own; drive, spikes and potential, which is the sum of their inputs whether they fire or not",
    read: among<Reading>(["spikes", "drive"]),
    otherwise: "spikes",
    before: "drive",
  }),
  readout: setting<"spikes" | "potential" | null>("spike", {
    takes: "<name>",
    help: "spikes: the readout fires, and decides by its spikes; potential: it never does; by default as --reading",
    read: among<"spikes" | "potential">(["spikes", "potential"]),
    otherwise: null,
  }),
  vThreshold: setting("spike", {
    takes: "<x>",
    help: "activation that one hidden spike stands for",
    read: positive,
    otherwise: model => model.vThreshold,
  }),
  maxSpikes: setting("spike", {
    takes: "<n>",
    help: "spikes of a full-intensity input in one presentation; of recordings, how many stand for it",
    read: integerFrom(1, 1000),
    otherwise: model => model.maxSpikes,
  }),
  circuitMode: circuit<CircuitSettings["mode"]>({
    takes: "<name>",
    help: "exact, or grid: spikes on multiples of 1 ms, some times faster",
    read: among<CircuitSettings["mode"]>(["exact", "grid"]),
    otherwise: usualCircuit.mode,
  }),
  circuitDuration: circuit<number>({
    takes: "<ms>",
    help: "how long a sample is shown, or each of its phases",
    read: positive,
    otherwise: usualCircuit.durationMs,
  }),
  circuitRest: circuit<CircuitSettings["rest"]>({
    takes: "<when>",
    help: "before which the network comes to rest: samples, or passes of all of them; membranes carry on from one to the next then",
    read: among<CircuitSettings["rest"]>(["samples", "passes"]),
    otherwise: usualCircuit.rest,
  }),
  trainSamples: option<number | null>({
    takes: "<n>",
    help: "use the first n; beyond the training part, validation samples are used up, unless they are measured on",
    read: integerFrom(1),
    otherwise: null,
  }),
  testSamples: option<number | null>({
    takes: "<n>",
    help: "use the first n",
    read: integerFrom(1),
    otherwise: null,
  }),
  measure: option<"test" | "validation">({
    takes: "<part>",
    help: "what the trained network is measured on: test, or validation, which leaves the test part unread, for choices",
    read: among<"test" | "validation">(["test", "validation"]),
    otherwise: "test",
  }),
  /** Words of `parseAugmentation` between commas. */
  augment: option<string | null>({
    takes: "<list>",
    help: "crop:SIDE[+PAD], flip and standardise, of pictures; crops and flips are drawn anew every epoch",
    read: readAugmentation,
    otherwise: null,
  }),
  seeds: option<readonly number[]>({
    takes: "<list>",
    help: "one run of every rule and twin per seed, such as 1,2,3",
    read: readSeeds,
    otherwise: [1],
  }),
} as const;

/** What the numbers depend on too, and run.json holds under other names. */
export const alsoRecorded = {
  seed: option<number | null>({
    takes: "<n>",
    help: "same as --seeds with one seed",
    read: integerFrom(0),
    otherwise: null,
  }),
  backend: option<string | null>({
    takes: "<name>",
    help: "tfjs-node, wasm or cpu, by default the first of them that starts; or blas (wasm with the products of an installed BLAS) or webgpu",
    read: among(backendNames),
    otherwise: null,
  }),
} as const;

/** What no number depends on: where things lie, and how they are shown. */
export const conduct = {
  preset: option<string | null>({
    takes: "<name>",
    help: () => `the settings of a published run, beside what is given: ${[...presets.keys()].join(", ")}`,
    read: (_, text) => text,
    otherwise: null,
  }),
  dataDir: option<string | null>({
    takes: "<folder>",
    help: "where data sets lie (default: $THREEFACTOR_DATA, else the user's cache)",
    read: (_, text) => text,
    otherwise: null,
  }),
  workers: option({
    takes: "<n>",
    help: "threads that share each batch of a spiking twin; a circuit, which learns one sample after the other, has one; the numbers do not depend on it",
    read: integerFrom(1, 256),
    otherwise: 1,
  }),
  out: option<string | null>({
    takes: "<folder>",
    help: "run folder to write (default: a new one under runs/)",
    read(flag, text) {
      if (text === "") throw new InputError(`--${flag}: expected a folder, got ""`);
      return text;
    },
    otherwise: null,
  }),
  resume: { help: "go on with the unfinished run in --out; options that are not given are the run's" },
  noReport: { help: "write no report.html; `threefactor report` makes it at any time" },
  json: { help: "print results.json on standard output and nothing else" },
} as const;

/** What the user typed; commander's names, all text. */
export type CompareFlags = Flags<typeof comparison & typeof alsoRecorded & typeof conduct>;

export type CompareOptions = OptionValues<typeof comparison>;

type SettingName = {
  [K in keyof CompareOptions]: (typeof comparison)[K] extends { form: string } ? K : never;
}[keyof CompareOptions];
type Optional = { [K in SettingName]: null extends CompareOptions[K] ? K : never }[SettingName];

/** The settings of the trainers that are options: without those that are null. */
export type OptionSettings = Pick<CompareOptions, Exclude<SettingName, Optional>> & {
  readonly [K in Optional]?: NonNullable<CompareOptions[K]>;
};

export function settingsOf(options: CompareOptions): OptionSettings {
  const settings = Object.entries(comparison).filter(([, row]) => "form" in row);
  const values = settings.map(([key]) => [key, options[key as SettingName]] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== null)) as OptionSettings;
}

function readSeeds(flag: string, text: string): number[] {
  const seeds = list(flag, text).map(seed => integer(flag, seed, 0));
  const twice = seeds.find((seed, k) => seeds.indexOf(seed) !== k);
  if (twice !== undefined) throw new InputError(`--${flag}: expected each seed once, got ${twice} twice`);
  return seeds;
}

function readAugmentation(flag: string, text: string): string {
  const words = list(flag, text);
  parseAugmentation(words, `--${flag}`);
  return words.join(",");
}
