import { type CircuitPlan, DELAY, type During, type Parts, refractory, transposed } from "./circuit.ts";

const each = { connect: { kind: "oneToOne" } } as const;

/** The two kinds of error neurons: those that fire where outputs are too active, and where they are not active enough. */
export const SIGNS = [
  ["error+", "error-", 1],
  ["error-", "error+", -1],
] as const;

const AMPLIFIED = 5;

/** Neurons of the classes, of which that of the right one fires as an output of activity 1 would. */
export function labelNeurons({ architecture, tau, thresholds }: CircuitPlan, during?: During): Parts {
  const interval = thresholds.output * tau;
  return {
    populations: { label: { size: architecture.sizes.at(-1)!, neuron: "input" } },
    stimuli: [{ to: "label", kind: "labels", interval, resolution: 1, ...(during && { during }) }],
  };
}

/**
 * Error neurons: an output spike excites its neuron of `error+` and inhibits that of `error-`, one of the label does the
 * opposite, and a spike of either brings the other up by what it took off itself. Spikes of `error+` less those of `error-`
 * are then the activity of the output less that of the label, which is 1 for the right class. They reach the modulator
 * `error` of the outputs (as in Neftci et al. 2017, "Event-driven random back-propagation").
 * @param signOnly  they are driven many times as strongly, and no faster than an error of 1 would let them fire: what is
 *                  left is the sign of an error
 * @param teaching  populations whose spikes reach the outputs instead of theirs
 */
export function errorNeurons(
  plan: CircuitPlan,
  {
    signOnly = false,
    teaching = SIGNS.map(([own]) => own),
  }: { readonly signOnly?: boolean; readonly teaching?: readonly string[] } = {},
): Parts {
  const { architecture, tau, thresholds } = plan;
  const size = architecture.sizes.at(-1)!;
  const { output, error } = thresholds;
  const tauRef = refractory(plan, error, signOnly ? 1 : undefined);
  const neuron = { tauMem: tau, vThreshold: error, tauRef };
  const strength = signOnly ? AMPLIFIED : 1;
  return {
    populations: Object.fromEntries(SIGNS.map(([own]) => [own, { size, neuron }])),
    projections: SIGNS.flatMap(([own, other, sign]) => [
      { from: "output", to: own, ...each, weights: output, gain: sign * strength },
      { from: "label", to: own, ...each, weights: output, gain: -sign * strength },
      { from: own, to: other, ...each, weights: error, delay: DELAY },
      ...teaching
        .filter((_, s) => SIGNS[s][0] === own)
        .map(from => ({
          ...{ from, to: "output", target: "error", ...each, weights: error, gain: sign, delay: DELAY },
        })),
    ]),
  };
}

/**
 * Spikes of the error neurons onto a modulator.
 * @param B      [neurons of the layer, classes]
 * @param delay  how long they are on their way
 */
export function feedback(
  { architecture, thresholds }: CircuitPlan,
  to: string,
  B: ArrayLike<number>,
  target = "error",
  delay = DELAY,
): Parts {
  const classes = architecture.sizes.at(-1)!;
  const weights = transposed(B, B.length / classes, classes);
  return {
    projections: SIGNS.map(([from, , sign]) => ({
      ...{ from, to, target, weights, gain: sign * thresholds.error, delay },
    })),
  };
}

/**
 * Spikes of the label neurons onto a modulator, as an error would be of outputs that never fire.
 * @param B  [neurons of the layer, classes]
 */
export function targets(
  { architecture, thresholds }: CircuitPlan,
  to: string,
  B: ArrayLike<number>,
  target = "target",
): Parts {
  const classes = architecture.sizes.at(-1)!;
  const weights = transposed(B, B.length / classes, classes);
  return { projections: [{ from: "label", to, target, weights, gain: -thresholds.output, delay: DELAY }] };
}
