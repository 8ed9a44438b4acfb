import { type Given, table, time, type Values } from "../parameters.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Inhibitory plasticity that balances excitation (Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, eq. 1 and 2). With
 * traces x and y of both sides, each of time constant tau and raised by 1 at a spike,
 *
 *     w += eta (y - alpha)   at a presynaptic spike,     w += eta x   at a postsynaptic one
 *
 * and alpha = 2 targetRate tau: w stands still, on average, when the postsynaptic neuron fires at targetRate. Weights
 * count as positive; put the sign of inhibition into the projection's gain.
 */
const parameters = table({
  eta: { unit: "1", doc: "change of the weight by a pair at no distance, in the unit of the weights" },
  targetRate: {
    unit: "Hz",
    check: r => (r >= 0 && r < Infinity) || "a rate in Hz, 0 or more",
    doc: "postsynaptic rate at which the weights stand still",
  },
  tau: { ...time, default: 20, doc: "time constant of both traces" },
  ...bounds,
});

/** Parameters of `stdp-inhibitory` as they are described. */
export type StdpInhibitorySpec = { readonly kind: "stdp-inhibitory" } & Given<typeof parameters>;

export const stdpInhibitory: PlasticityDefinition<typeof parameters, "stdp-inhibitory"> = {
  name: "stdp-inhibitory",
  parameters,
  create: balancing,
};

function balancing({ eta, targetRate, tau, ...bounds }: Values<typeof parameters>): PlasticityModel {
  const alpha = (2 * targetRate * tau) / 1000;
  return {
    dendritic: true,
    shares: true,
    check: weights => checkWeights(weights, bounds),
    create({ preSides, postSides, weights }) {
      const [x, y] = [new Trace(preSides, tau), new Trace(postSides, tau)];
      return {
        preSpike: (pre, t) => x.bump(pre, t),
        postSpike: (post, t) => y.bump(post, t),
        atPre(s, _pre, post, t) {
          weights[s] = clip(weights[s] + eta * (y.at(post, t) - alpha), bounds);
        },
        atPost(s, pre, _post, t) {
          weights[s] = clip(weights[s] + eta * x.at(pre, t), bounds);
        },
      };
    },
  };
}
