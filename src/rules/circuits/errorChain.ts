import type { ModelDescription } from "../../description/describe.ts";
import {
  type CircuitPlan,
  circuitOf,
  DELAY,
  layerNames,
  type Parts,
  refractory,
  settled,
  transposed,
} from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";
import { errorsOf } from "./learnedFeedback.ts";
import { AXONS, axonsOf, unreliableAxons } from "./unreliableAxons.ts";

/**
 * The circuit of rules whose error goes down layer by layer: that of the output reaches the hidden layer below it, and
 * error neurons of that layer, two for each of its neurons, which send it on. What a rate net multiplies the error by on its way,
 * the derivative of the layers that it comes through, is left out: a layer's own synapses alone are gated.
 * @param B           feedback of each layer but the first, [sources, targets] as its weights, or of each axon of a target
 * @param signs       whether the weights that it stands for keep theirs
 * @param unreliable  error neurons send by several axons, of which some fail; see `unreliableAxons`
 */
export function chainCircuit(
  given: CircuitPlan,
  B: readonly Float32Array[],
  { signs, unreliable = false }: { readonly signs?: "kept"; readonly unreliable?: boolean } = {},
): ModelDescription {
  const plan = settled(given);
  const { architecture, thresholds } = plan;
  const { sizes } = architecture;
  const hidden = layerNames(architecture).slice(1, -1);
  const sources = (p: number) => sizes[p] * (unreliable ? AXONS : 1);
  const received = (p: number, to: string, factor: number, target?: string): Parts => ({
    projections: SIGNS.map(([sign, , own]) => {
      const above = errorsOf(architecture, p + 1, sign);
      return {
        ...{ from: unreliable ? axonsOf(above) : above, to, ...(target !== undefined && { target }) },
        weights: transposed(B[p], sizes[p], sources(p + 1)),
        ...{ gain: factor * own * thresholds.error, delay: DELAY },
      };
    }),
  });
  return circuitOf(
    plan,
    feedForward(plan, l => ({ modulator: "error", ...(l > 0 && signs && { signs }) })),
    labelNeurons(plan),
    errorNeurons(plan),
    ...hidden.flatMap((name, k): Parts[] => {
      const p = k + 1;
      return [
        ...(unreliable
          ? SIGNS.map(([sign]) => unreliableAxons(plan, errorsOf(architecture, p + 1, sign), sizes[p + 1]))
          : []),
        received(p, name, 1, "error"),
        // What is sent on to the layer below, where there is one.
        ...(p > 1
          ? SIGNS.flatMap(([sign, other, factor]) => [
              errorsBetween(plan, p, sign, other),
              received(p, errorsOf(architecture, p, sign), factor),
            ])
          : []),
      ];
    }),
  );
}

/** Error neurons of hidden layer p of one sign. */
function errorsBetween(plan: CircuitPlan, p: number, sign: string, other: string): Parts {
  const { architecture, tau, thresholds } = plan;
  const { error } = thresholds;
  const [from, to] = [sign, other].map(each => errorsOf(architecture, p, each));
  return {
    populations: {
      [from]: {
        size: architecture.sizes[p],
        neuron: { tauMem: tau, vThreshold: error, tauRef: refractory(plan, error) },
      },
    },
    projections: [{ from, to, connect: { kind: "oneToOne" }, weights: error, delay: DELAY }],
  };
}
