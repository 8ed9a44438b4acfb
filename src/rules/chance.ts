import { Rng } from "../math/rng.ts";
import { tf } from "../rate/tensors.ts";
import { UNCHANGED } from "./equation.ts";
import type { OwnRule } from "./rule.ts";

/** Control: learns nothing and guesses; what an accuracy is without any knowledge, on this very test part. */
export const chance: OwnRule = {
  name: "chance",
  title: "chance (control)",
  source: "control: guesses, uniform over the classes",
  presentations: 0,
  synapseKnows: "nothing: no synapse changes",
  equation: "ΔWₗ = 0",
  factors: UNCHANGED,
  knowsAhead: true,
  create({ sizes }, rng) {
    const classes = sizes.at(-1)!;
    const seed = rng.nextUint32();
    const guess = (place: number) => new Rng(seed, place).integer(classes);
    const scores = (place: number) =>
      Float32Array.from({ length: classes }, (_, k) => (k === guess(place) ? 1 : 0));
    return {
      rate: () => ({
        learn: ({ y }) => tf.zerosLike(y),
        decide: (x, first) =>
          tf.stack(Array.from({ length: x.shape[0] }, (_, n) => tf.tensor1d(scores(first + n)))),
      }),
      spiking: net => {
        const silent = net.presentation();
        return { ahead: () => [], learn: () => silent, decide: scores };
      },
    };
  },
};
