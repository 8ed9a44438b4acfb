import type { TwinModel } from "../../models/index.ts";
import type { Dataset } from "../data/dataset.ts";
import { hasRecordings } from "../data/recordings.ts";
import { architectureFrom } from "../description/layeredModel.ts";

import { isWired, wiringOf } from "../description/wiring.ts";

import type { EncoderDefinition } from "../encoding/encoder.ts";
import { encoderNamed, encoders } from "../encoding/index.ts";

import type { Precision } from "../engine/exact/presentation.ts";
import { type Architecture, dense, notation } from "../engine/network/architecture.ts";
import type { LayeredNetwork, Wiring } from "../engine/network/layers.ts";
import { about, InputError, shown } from "../errors.ts";
import { checkNeeds, ruleNamed, whyNoCircuit } from "../rules/index.ts";
import { steps } from "../training/batches.ts";
import { usualPrecision } from "../training/precision.ts";
import type { Twin } from "../training/results.ts";
import { schedule } from "../training/schedule.ts";
import { refractoryPeriod } from "../training/spikingTrainer.ts";
import { createTrainer, type RunPlan } from "../training/train.ts";
import { networkOf, type TrainingSettings } from "../training/trainer.ts";
import {
  alsoRecorded,
  type CompareFlags,
  type CompareOptions,
  comparison,
  defaultDataset,
  settingsOf,
} from "./compareTable.ts";
import { modelOf } from "./layeredModels.ts";
import { readOptions } from "./options.ts";
import { readRuleOptions } from "./ruleOptions.ts";
import { constantsFor, type StartNetwork } from "./startNetwork.ts";
import { inputGain } from "./trainedNetwork.ts";

/** A copy of the weights is then 400 MB, and training holds several. */
const MOST_SYNAPSES = 1e8;

/**
 * @param start  the network of a file, where --model names one
 * @throws InputError that names the option, its value and what was expected
 */
export function compareOptions(flags: CompareFlags, start: StartNetwork | null = null): CompareOptions {
  if (flags.seed !== undefined && flags.seeds !== undefined) {
    throw new InputError("--seed: expected --seed or --seeds, got both");
  }
  const { seed } = readOptions(alsoRecorded, flags);
  const constants = constantsFor(flags.dataset ?? defaultDataset, start, flags.encoder);
  const options = readOptions(comparison, flags, constants);
  const { augment, encoder, twins } = options;
  if (augment !== null && twins.includes("spike") && encoderNamed(encoder).recorded)
    throw new InputError(
      `--augment: expected none with --encoder ${encoder}, which shows recordings as they are, got ${augment}`,
    );
  for (const [key, spiking] of [
    ["activation", "relu"],
    ["loss", "cross-entropy"],
  ] as const) {
    if (options[key] !== spiking && twins.some(twin => twin !== "rate"))
      throw new InputError(
        `--${key}: expected ${spiking}, which is what spiking neurons do, or --twins rate, got ${options[key]}`,
      );
  }
  if (start && options.vThreshold !== start.neuron.vThreshold)
    throw new InputError(
      `--v-threshold: expected ${start.neuron.vThreshold}, that of ${start.file}, got ${options.vThreshold}`,
    );
  if (flags.schedule !== undefined) {
    // Not after hours, when an epoch comes for which it has no number.
    const { epochs } = options;
    const factor = schedule(options.schedule, epochs);
    for (let e = 0; e < Math.min(epochs, 10_000); e++) factor(e / epochs);
  }
  const precision = options.precision ?? precisionFor(options, constants, start);
  return { ...options, precision, ...(seed !== null && { seeds: [seed] }) };
}

/** Where none is asked for; without spikes it is all the same. */
function precisionFor(options: CompareOptions, constants: TwinModel, start: StartNetwork | null): Precision {
  const { model, encoder, twins } = options;
  if (!twins.includes("spike")) return "double";
  const wired = start?.wired ?? (model !== null && isWired(modelOf(model)));
  return usualPrecision({ ...options, ...presented(encoder, constants), unwired: !wired });
}

/** Length of a presentation, and time constant of membranes and traces [ms]. */
function presented(encoder: string, { durationMs, tauMem }: TwinModel) {
  return { durationMs, tauMem: encoderNamed(encoder).withoutLeak ? Infinity : tauMem };
}

/**
 * The options that a run folder was made with, checked like typed ones. An option that is younger than the folder is
 * what it is when nothing is typed.
 * @param file   named in errors
 * @param start  the network of a file, where the run began with one
 * @throws InputError when they are not such options
 */
export function recordedOptions(
  recorded: Readonly<Record<string, unknown>>,
  file: string,
  start: StartNetwork | null = null,
): CompareOptions {
  const typed = Object.entries(recorded).filter(([, value]) => value !== null);
  const stray = typed.find(([, value]) => ![value].flat().every(part => typeof part !== "object"));
  if (stray) {
    throw new InputError(
      `${file}: options: ${stray[0]}: expected text, a number or a list, got ${shown(stray[1])}`,
    );
  }
  const before = Object.entries(comparison).flatMap(([key, row]) =>
    "before" in row && !Object.hasOwn(recorded, key) ? [[key, row.before] as const] : [],
  );
  const all = [...before, ...typed].map(([key, value]) => [key, String(value)]);
  const options = about(`${file}: options`, () => compareOptions(Object.fromEntries(all), start));
  for (const key of Object.keys(options) as (keyof CompareOptions)[]) {
    const [read, was] = [JSON.stringify(options[key]), JSON.stringify(recorded[key])];
    if (was !== undefined && read !== was)
      throw new InputError(`${file}: options: ${key}: expected one like ${read}, got ${was}`);
  }
  return options;
}

/**
 * @param begun  the network of a file, where the run begins with one
 * @throws InputError that names the layer that does not fit, or when the network is too large
 */
export function networkFor(
  options: CompareOptions,
  data: Dataset,
  begun: LayeredNetwork | null = null,
): Architecture {
  const layered = options.model && !begun ? modelOf(options.model) : null;
  const where = `--model: ${layered?.name}`;
  const network =
    begun?.architecture ??
    (layered
      ? architectureFrom(layered, data.shape, data.classes, where)
      : dense([data.inputs, ...options.hidden, data.classes]));
  const option = options.model ? "model" : "hidden";
  for (const [what, got, expected] of [
    ["inputs", network.sizes[0], data.inputs] as const,
    ["classes", network.sizes.at(-1), data.classes] as const,
  ]) {
    if (got === expected) continue;
    throw new InputError(
      `--model: ${options.model}: expected ${expected} ${what}, as ${data.name} has, got ${got}`,
    );
  }
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

/** The rule of a comparison is one of the list. */
export type NamedPlan = RunPlan & { readonly rule: string };

/**
 * The runs of a comparison in the order in which they are made; a rule without a spiking form has no such run.
 * @throws InputError when nothing is left to run, or the networks are too large
 */
export function plans(
  options: CompareOptions,
  data: Dataset,
  start: StartNetwork | null = null,
): NamedPlan[] {
  const model = constantsFor(options.dataset, start, options.encoder, data);
  const begun = start && beginning(options, data, model, start);
  const layered = options.model && !begun ? modelOf(options.model) : null;
  const architecture = networkFor(options, data, begun);
  const { sizes } = architecture;
  for (const name of options.rules) {
    const rule = ruleNamed(name);
    checkNeeds(rule, networkOf(rule, { sizes, architecture }));
  }
  const where = layered ? `--model: ${layered.name}` : `--model: ${options.model}`;
  const wiring = begun?.wiring ?? (layered && wiringOf(layered, architecture, where));
  if (wiring) checkWiring(wiring, options, where);
  const learningRates = layered?.learningRates ?? model.learningRates;
  const standardised = options.augment?.split(",").includes("standardise") === true;
  const { belowZero, recorded } = encoderNamed(options.encoder);
  if (recorded && options.twins.includes("spike") && !hasRecordings(data)) {
    throw new InputError(
      `--encoder: expected ${encodersThat(e => !e.recorded)} for ${data.name}, whose samples are no recordings of events, got ${options.encoder}`,
    );
  }
  if (standardised && options.twins.includes("spike") && !belowZero) {
    throw new InputError(
      `--augment: standardise makes intensities below 0, which only --encoder ${encodersThat(e => e.belowZero)} can show in spikes, got ${options.encoder}`,
    );
  }
  if (options.eligibility === "online" && options.twins.includes("spike")) {
    const late = options.rules.find(rule => !ruleNamed(rule).knowsAhead);
    if (late !== undefined) {
      throw new InputError(
        `--eligibility: expected trace or timing for ${late}, got online: it knows its third factor only after a presentation`,
      );
    }
  }
  if (options.eligibility === "online" && options.twins.includes("spike") && options.optimiser !== "sgd") {
    throw new InputError(
      `--optimiser: expected sgd with --eligibility online, where weights change while a presentation runs, got ${options.optimiser}`,
    );
  }
  const all = options.seeds.flatMap(seed =>
    options.rules.flatMap(rule =>
      twinsOf(rule, options).map(twin => ({
        rule,
        twin,
        settings: {
          ...settingsOf(options),
          ...chosenOf(options.ruleOptions, rule),
          sizes,
          ...(options.model !== null && { architecture }),
          ...(wiring && { wiring: { ...wiring, seed } }),
          ...(begun && { start: { weights: [...begun.weights], biases: [...begun.biases] } }),
          seed,
          ...steps(
            options.learningRate ??
              learningRates[rule] ??
              learningRates.default ??
              model.learningRates.default,
            options.batch,
            model,
            twin,
          ),
          ...(twin === "circuit" ? { circuit: circuitOf(options) } : {}),
          ...presented(options.encoder, model),
        },
      })),
    ),
  );
  if (all.length === 0) {
    const [rule] = options.rules;
    const found = ruleNamed(rule);
    const [twin, why] = options.twins.includes("spike")
      ? ["spike", found.rateOnly]
      : ["circuit", whyNoCircuit(found)];
    throw new InputError(`--twins: expected rate for ${rule}, got ${twin}: ${why}`);
  }
  if (wiring) tryEach(all, data, where);
  else if (options.precision === "single" && precisionFor(options, model, start) === "double")
    tryEach(all, data, "--precision single");
  return all;
}

function circuitOf(options: CompareOptions): NonNullable<TrainingSettings["circuit"]> {
  const { circuitMode: mode, circuitDuration: durationMs, circuitRest: rest } = options;
  return { mode, durationMs, rest };
}

/** @throws InputError for options that a network with delays or further synapses cannot have */
function checkWiring({ projections = [] }: Wiring, options: CompareOptions, where: string): void {
  const shallow = options.rules.find(rule => ruleNamed(rule).shallow);
  if (shallow !== undefined)
    throw new InputError(`${where}: expected rules that train its hidden layers, got ${shallow}`);
  if (options.twins.includes("rate") && projections.length > 0)
    throw new InputError(`${where}: projections: rates have layers alone; expected --twins spike`);
  if (options.presentations === "sweep")
    throw new InputError(
      `--presentations: expected queue for ${where.slice(9)}, which has delays or further synapses, got sweep`,
    );
}

/** Makes each spiking network once, before a folder is made for its run. @throws InputError where a rule or its network cannot be */
function tryEach(all: readonly RunPlan[], data: Dataset, where: string): void {
  const [first] = all;
  for (const plan of all) {
    if (plan.twin !== "spike" || plan.settings.seed !== first.settings.seed) continue;
    about(`${where}: ${plan.rule}`, () => createTrainer(plan, data).dispose());
  }
}

/** What `--rule-options` says of a rule. */
function chosenOf(text: string | null, rule: string): Pick<TrainingSettings, "ruleOptions"> {
  const chosen = readRuleOptions("rule-options", text ?? "")[rule];
  return chosen ? { ruleOptions: chosen } : {};
}

/** The layers that all runs begin with. @throws InputError for what a rule or the code of inputs would have otherwise */
function beginning(
  options: CompareOptions,
  data: Dataset,
  model: TwinModel,
  start: StartNetwork,
): LayeredNetwork {
  const { neuron, file } = start;
  if (encoderNamed(options.encoder).withoutLeak && neuron.tauMem < Infinity)
    throw new InputError(
      `--encoder: expected ${encodersThat(e => !e.withoutLeak && (hasRecordings(data) || !e.recorded))} where membranes leak, as in ${file} (tauMem ${neuron.tauMem} ms), got ${options.encoder}`,
    );
  const constants = { ...model, encoder: options.encoder, maxSpikes: options.maxSpikes };
  const begun = start.layers(model.durationMs, start.inputGain ?? inputGain(constants, data.inputs));
  for (const name of options.rules) {
    const rule = ruleNamed(name);
    if (rule.shallow)
      throw new InputError(`--model: ${file}: expected rules that train its hidden layers, got ${name}`);
    const tauRef = refractoryPeriod(rule.saturation ?? Infinity, model);
    if (Math.abs(tauRef - neuron.tauRef) > 1e-6 * tauRef)
      throw new InputError(
        `--model: ${file}: hidden neurons: expected tauRef ${tauRef} ms, where ${name} learns, got ${neuron.tauRef}`,
      );
  }
  return begun;
}

function encodersThat(fit: (encoder: EncoderDefinition) => boolean | undefined): string {
  const names = encoders.filter(fit).map(({ name }) => name);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function twinsOf(rule: string, { twins }: CompareOptions): Twin[] {
  const found = ruleNamed(rule);
  const unavailable = {
    rate: false,
    spike: found.rateOnly !== undefined,
    circuit: twins.includes("circuit") && whyNoCircuit(found) !== null,
  };
  return twins.filter(twin => !unavailable[twin]);
}
