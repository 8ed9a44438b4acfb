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
import { errorNeurons, feedback, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";

/**
 * The circuit of rules whose error goes down layer by layer: that of the output reaches the hidden layer below it, and
 * error neurons of that layer, two for each of its neurons, which send it on. What a rate net multiplies the error by on its way,
 * the derivative of the layers that it comes through, is left out: a layer's own synapses alone are gated.
 * @param B      feedback of each layer but the first, [sources, targets] as its weights
 * @param signs  whether the weights that it stands for keep theirs
 */
export function chainCircuit(
  given: CircuitPlan,
  B: readonly Float32Array[],
  signs?: "kept",
): ModelDescription {
  const plan = settled(given);
  const names = layerNames(plan.architecture);
  const depth = names.length - 1;
  return circuitOf(
    plan,
    feedForward(plan, l => ({ modulator: "error", ...(l > 0 && signs && { signs }) })),
    labelNeurons(plan),
    errorNeurons(plan),
    ...(depth > 1 ? [feedback(plan, names[depth - 1], B[depth - 1])] : []),
    ...names.slice(2, -1).map((name, k) => relayed(plan, k + 2, name, names[k + 1], B)),
  );
}

/** Error neurons of hidden layer p, driven by those above it, and what they send to the layer below. */
function relayed(
  plan: CircuitPlan,
  p: number,
  name: string,
  below: string,
  B: readonly Float32Array[],
): Parts {
  const { architecture, tau, thresholds } = plan;
  const { sizes } = architecture;
  const top = p === sizes.length - 2;
  const { error } = thresholds;
  const own = (sign: string) => `${sign} of ${name}`;
  const above = (sign: string) => (top ? sign : `${sign} of ${layerNames(architecture)[p + 1]}`);
  const neuron = { tauMem: tau, vThreshold: error, tauRef: refractory(plan, error) };
  const down = transposed(B[p], sizes[p], sizes[p + 1]);
  const onwards = transposed(B[p - 1], sizes[p - 1], sizes[p]);
  return {
    populations: Object.fromEntries(SIGNS.map(([sign]) => [own(sign), { size: sizes[p], neuron }])),
    projections: SIGNS.flatMap(([sign, other, factor]) => [
      ...SIGNS.map(([from, , from_]) => ({
        ...{ from: above(from), to: own(sign), weights: down, gain: factor * from_ * error, delay: DELAY },
      })),
      { from: own(sign), to: own(other), connect: { kind: "oneToOne" }, weights: error, delay: DELAY },
      {
        ...{ from: own(sign), to: below, target: "error", weights: onwards, gain: factor * error },
        delay: DELAY,
      },
    ]),
  };
}
