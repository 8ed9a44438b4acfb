import { expectFinite, expectNumber, expectOnly, expectTime } from "../expect.ts";
import { type Bounds, checkBounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityModel } from "./plasticity.ts";
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
export interface StdpInhibitorySpec extends Bounds {
  readonly kind: "stdp-inhibitory";
  /** Change of the weight by a pair at no distance, in the unit of the weights. */
  readonly eta: number;
  /** [Hz] */
  readonly targetRate: number;
  /** [ms]; 20 by default. */
  readonly tau?: number;
}

/** @throws InputError that names the field, its value and what was expected */
export function stdpInhibitory(spec: StdpInhibitorySpec): PlasticityModel {
  expectOnly(spec, "stdp-inhibitory", ["kind", "eta", "targetRate", "tau", "wMin", "wMax"]);
  const { eta, targetRate, tau = 20 } = spec;
  expectFinite("eta", eta);
  expectNumber("targetRate", targetRate, targetRate >= 0 && targetRate < Infinity, "a rate in Hz, 0 or more");
  expectTime("tau", tau);
  const bounds = { wMin: spec.wMin ?? 0, wMax: spec.wMax ?? Infinity };
  checkBounds(bounds);
  const alpha = (2 * targetRate * tau) / 1000;
  return {
    dendritic: true,
    check: weights => checkWeights(weights, bounds),
    create({ preSides, postSides, weights }) {
      const [x, y] = [new Trace(preSides, tau), new Trace(postSides, tau)];
      return {
        preSpike: (pre, t) => x.bump(pre, t),
        postSpike: (post, t) => y.bump(post, t),
        atPre(s, _pre, post, t) {
          weights[s] = clip(weights[s]! + eta * (y.at(post, t) - alpha), bounds);
        },
        atPost(s, pre, _post, t) {
          weights[s] = clip(weights[s]! + eta * x.at(pre, t), bounds);
        },
      };
    },
  };
}
