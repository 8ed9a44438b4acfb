import type { Samples } from "../data/dataset.ts";
import { describe, type ModelDescription } from "../description/describe.ts";
import { MEMBRANE } from "../engine/network/modulators.ts";
import { type Network, network } from "../engine/network/network.ts";
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import type { CircuitPlan } from "../rules/circuits/circuit.ts";
import { whyNoCircuit } from "../rules/index.ts";
import type { Forms, Rule } from "../rules/rule.ts";
import { usualCircuit } from "./circuitSettings.ts";
import type { Parameters } from "./initialise.ts";
import { scheduleText } from "./schedule.ts";
import { networkOf, type TrainingSettings } from "./trainer.ts";

/** @throws InputError where there is none, with the reason */
export function circuitForm(rule: Rule, forms: Forms): NonNullable<Forms["circuit"]> {
  if (forms.circuit) return forms.circuit;
  throw new InputError(`${rule.name}: has no circuit: ${whyNoCircuit(rule)}`);
}

/** The forms of a rule as a run draws them. */
export function formsOf(rule: Rule, settings: TrainingSettings, samples: number): Forms {
  const rng = new Rng(settings.seed, "feedback");
  return rule.create(networkOf(rule, settings), rng, samples, settings.ruleOptions);
}

/**
 * What a rule makes its circuit of.
 * @param count    training samples of a pass
 * @param samples  fields of the stream that say which samples are shown
 */
export function planOf(
  rule: Rule,
  settings: TrainingSettings,
  { weights, biases }: Parameters,
  count: number,
  samples: Readonly<Record<string, unknown>>,
): CircuitPlan {
  const { tauMem, vThreshold, learningRate, batch, epochs, seed, encoder } = settings;
  const { durationMs, output, error, interval, rest, hiddenRate } = { ...usualCircuit, ...settings.circuit };
  const architecture = networkOf(rule, settings);
  const stray = architecture.layers.findIndex(({ conv, pool }) => conv || pool);
  if (stray >= 0)
    throw new InputError(
      `layers[${stray}]: expected fully connected layers in a circuit, got shared kernels or pools`,
    );
  if (tauMem === Infinity)
    throw new InputError("tauMem: expected a time constant in a circuit, got Infinity");
  return {
    ...{ name: rule.name, architecture, weights, biases },
    // That of a batch is a mean.
    learningRate: learningRate / batch,
    hiddenRate,
    schedule: scheduleText(settings.schedule),
    ...{ durationMs, periodMs: durationMs, count, epochs },
    tau: tauMem,
    thresholds: { hidden: vThreshold, output, error },
    ...{ interval, encoder },
    samples: { passes: epochs, seed, rest, ...samples },
  };
}

/** The network of a description whose stream shows samples that are at hand. */
export function networkIn(description: ModelDescription, data: Samples, seed: number): Network {
  const { stream } = description as { stream: object };
  return network(describe({ ...description, stream: { ...stream, data } }).spec, { seed });
}

export interface Projected {
  readonly from: string;
  readonly to: string;
  readonly target?: string;
  readonly plasticity?: unknown;
  readonly weights: unknown;
}

export const nameOf = ({ from, to, target }: Projected) =>
  target === undefined || target === MEMBRANE ? `${from}->${to}` : `${from}->${to} ${target}`;

/** The layers of a circuit alone, which are shown samples and learn nothing; each once, as they are given. */
export function withoutLearning(description: ModelDescription, layers: readonly string[]): ModelDescription {
  const kept = ["bias", ...layers];
  const { populations, projections = [], stimuli = [], stream, name } = description;
  const own = (projection: unknown) => projection as Projected;
  return {
    name,
    populations: Object.fromEntries(
      Object.entries(populations)
        .filter(([name]) => kept.includes(name))
        .map(([name, population]) => {
          const { modulators, ...rest } = population as Record<string, unknown>;
          return [name, rest];
        }),
    ),
    projections: projections
      .filter(p => kept.includes(own(p).from) && kept.includes(own(p).to) && own(p).target === undefined)
      .map(p => {
        const { plasticity, ...rest } = own(p);
        return rest;
      }),
    stimuli: stimuli.filter(s => kept.includes((s as { to: string }).to)),
    stream: { ...(stream as object), passes: 1, order: "given" },
  };
}

/** Synapses that learn and are none of the layers': weights that a rule learns beside them, such as feedback. */
export function feedbackThatLearns(
  { projections = [] }: ModelDescription,
  layers: readonly string[],
): number[] {
  const forward = new Set(layers.slice(1).flatMap((to, l) => [`${layers[l]}->${to}`, `bias->${to}`]));
  return [...projections.keys()].filter(q => {
    const projection = projections[q] as Projected;
    return projection.plasticity !== undefined && !forward.has(nameOf(projection));
  });
}
