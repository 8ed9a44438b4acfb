import { outputError } from "../math/softmax.ts";
import { tf } from "../rate/tensors.ts";
import { circuitOf, settled } from "./circuits/circuit.ts";
import { errorNeurons, labelNeurons } from "./circuits/errorNeurons.ts";
import { feedForward } from "./circuits/feedForward.ts";
import { UNCHANGED } from "./equation.ts";
import type { OwnRule } from "./rule.ts";

/**
 * Control: hidden layers keep their random weights and only the readout learns, by the delta rule (Widrow & Hoff
 * 1960). A rule that is not above it has taught the hidden layers nothing.
 */
export const frozen: OwnRule = {
  name: "frozen",
  title: "frozen (control)",
  source: "control: random hidden layers, readout by the delta rule (Widrow & Hoff 1960)",
  presentations: 1,
  synapseKnows: "nothing: hidden synapses do not change",
  equation: "ΔWₗ = 0; readout: ΔW = −η e hᵀ",
  factors: UNCHANGED,
  knowsAhead: true,
  create: ({ sizes }) => ({
    rate: net => ({
      learn({ x, y }, descend) {
        const { h, logits, probabilities } = net.forward(x);
        descend(net.depth - 1, tf.sub(probabilities, y), h[net.depth - 1]);
        return logits;
      },
    }),
    circuit(given) {
      const plan = settled(given);
      return circuitOf(
        plan,
        feedForward(plan, l => (l === sizes.length - 2 ? { modulator: "error" } : null)),
        labelNeurons(plan),
        errorNeurons(plan),
      );
    },
    spiking: net => {
      const now = net.presentation();
      const e = new Float64Array(sizes.at(-1)!);
      return {
        ahead: () => [],
        learn({ label }, descend) {
          net.present(now);
          descend(net.depth - 1, outputError(now.logits, label, e), now);
          return now;
        },
      };
    },
  }),
};
