import type { ModelDescription } from "../../description/describe.ts";
import type { Architecture } from "../../engine/network/architecture.ts";
import type { Rng } from "../../math/rng.ts";
import {
  ACTIVITY_DECAY,
  type CircuitPlan,
  circuitOf,
  DELAY,
  type InPhases,
  inPhases,
  layerNames,
  type Parts,
} from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";
import { beginnings, passedOn, raising, signal } from "./passing.ts";

/** Pairs of neurons of the input layer that the error reaches, and the share of them that each error neuron does. */
const [PAIRS, SHARE] = [32, 0.3];
/**
 * Of membrane time constants: how long neurons are left alone between two phases. What a bound on their activity has kept
 * back would last longer.
 */
const PAUSE = 3;
const SHOWN = ["clean", "modulated", "learning"] as const;

/** Feedback of a circuit onto the neurons of the input layer that are there for it. */
export interface ErrorInput {
  /** [classes, neurons], of -1, 0 and 1 */
  readonly F: Float32Array;
  /** [neurons, first hidden] */
  readonly weights: Float32Array;
}

/**
 * Neurons come in pairs, as ON and OFF cells do: what excites one inhibits the other, and so do their synapses onto hidden
 * neurons. What these get is odd in the error, although no neuron fires less than not at all; with neurons of one kind
 * errors of either sign would also drive hidden neurons the same way, which no learning makes vanish.
 */
export function errorInput({ sizes }: Architecture, rng: Rng): ErrorInput {
  const classes = sizes.at(-1)!;
  const opposed = (row: Float32Array) => [...row, ...row.map(value => -value)];
  const rows = (count: number, length: number, draw: () => number) =>
    Array.from({ length: count }, () => Float32Array.from({ length }, draw));
  const F = rows(classes, PAIRS, () => (rng.uniform() < SHARE ? (rng.uniform() < 0.5 ? -1 : 1) : 0));
  const deviation = Math.sqrt(2 / sizes[0]);
  const weights = rows(1, PAIRS * sizes[1], () => deviation * rng.normal());
  return { F: Float32Array.from(F.flatMap(opposed)), weights: Float32Array.from(weights.flatMap(opposed)) };
}

/**
 * Showings of a sample, one after the other, each from rest.
 * @returns the plan, and the time from one to the next [ms]
 */
export function inShowings(whole: CircuitPlan, names: readonly string[]): { plan: InPhases; step: number } {
  const { durationMs, tau } = whole;
  const step = durationMs + PAUSE * tau;
  const at = (k: number) => ({ start: k * step, stop: k * step + durationMs });
  return { plan: inPhases(whole, Object.fromEntries(names.map((name, k) => [name, at(k)]))), step };
}

/**
 * Label and error neurons. Their spikes reach the readout in all showings but the one called `modulated`, and in that one the
 * input, delayed by the time from one showing to the next, so that the error of this showing has no part in it. There they
 * make neurons of the input layer fire that carry nothing else, and these move the hidden neurons.
 *
 * Populations that a signal of the other showings holds down pass these spikes on. Where a showing begins, outputs lag behind
 * the label: those that pass errors on are held down for one membrane time constant.
 * @param shown  all showings, `step` apart
 */
export function errorSentBack(
  plan: CircuitPlan,
  { F, weights }: ErrorInput,
  shown: readonly string[],
  step: number,
): Parts[] {
  const { architecture, tau, interval } = plan;
  const size = architecture.sizes.at(-1)!;
  const [taught, sent] = ["to readout", "to input"].map(name => SIGNS.map(([own]) => `${own} ${name}`));
  const held = heldFor(tau);
  return [
    labelNeurons(plan, shown),
    errorNeurons(plan, { teaching: taught }),
    ...shown.map(showing => signal(`in ${showing}`, [showing])),
    beginnings("beginning", shown),
    ...SIGNS.flatMap(([from], s) => [
      passedOn(taught[s], { from, size, closedBy: ["in modulated"], ...held, delay: DELAY }),
      passedOn(sent[s], {
        ...{ from, size, closedBy: signalsOf(shown, "modulated"), ...held, delay: `${step} ms` },
      }),
    ]),
    {
      populations: { modulation: { size: 2 * PAIRS, neuron: { tauMem: tau, vThreshold: 1 } } },
      projections: [
        ...SIGNS.map(([, , sign], s) => ({
          ...{ from: sent[s], to: "modulation", weights: F, gain: sign, delay: DELAY },
        })),
        { from: "modulation", to: layerNames(architecture)[1], weights, gain: interval / tau },
      ],
    },
  ];
}

/** Held down as a showing begins. */
export function heldFor(settleMs: number) {
  return { settling: "beginning", settleMs };
}

/** Signals of the showings but one. */
function signalsOf(shown: readonly string[], but: string): string[] {
  return shown.filter(name => name !== but).map(name => `in ${name}`);
}

/**
 * A sample is shown three times, each time from rest and with the same spikes:
 *
 * `clean`: error neurons fire, and the readout learns from them.
 * `modulated`: their spikes arrive at the input (`errorSentBack`).
 * `learning`: hidden spikes of both showings have been on their way until now, and reach the modulator of the neuron that
 *     fired them with opposite signs. It is at each moment by how much less the error has made the neuron fire, with a share
 *     of its activity; presynaptic spikes are those of the sample alone. The readout learns once more.
 */
export function errorAtInput(whole: CircuitPlan, input: ErrorInput): ModelDescription {
  const { architecture, thresholds } = whole;
  const { sizes } = architecture;
  const { plan, step } = inShowings(whole, SHOWN);
  const readout = sizes.length - 2;
  const hidden = layerNames(architecture).slice(1, -1);
  return circuitOf(
    plan,
    feedForward(
      plan,
      l => ({ modulator: l === readout ? "error" : "moved", factor: l === readout ? 0.5 : 1 }),
      { during: SHOWN },
    ),
    ...errorSentBack(plan, input, SHOWN, step),
    ...hidden.flatMap((name, l): Parts[] => {
      const size = sizes[l + 1];
      const inPhase = (phase: string) => `${name} ${phase}`;
      return [
        passedOn(inPhase("clean"), { from: name, size, closedBy: signalsOf(SHOWN, "clean") }),
        passedOn(inPhase("modulated"), { from: name, size, closedBy: signalsOf(SHOWN, "modulated") }),
        raising(inPhase("clean"), name, "moved", (1 + ACTIVITY_DECAY) * thresholds.hidden, `${2 * step} ms`),
        raising(inPhase("modulated"), name, "moved", -thresholds.hidden, `${step} ms`),
      ];
    }),
  );
}

/** The circuit as it decides: a sample is shown once. */
export function withoutError(plan: CircuitPlan): ModelDescription {
  return circuitOf(
    plan,
    feedForward(plan, () => null),
  );
}
