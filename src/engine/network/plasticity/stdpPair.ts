import { type Given, table, time, type Values } from "../parameters.ts";
import { checkWeights, clip } from "./bounds.ts";
import { dependenceOf, dependenceParameters } from "./dependence.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Pair-based spike-timing-dependent plasticity. With traces dx/dt = -x / tauPlus and dy/dt = -y / tauMinus that a pre-
 * and a postsynaptic spike raise by 1 (`all`) or set to 1 (`nearest`),
 *
 *     w -= aMinus F-(w) y   at a presynaptic spike,      w += aPlus F+(w) x   at a postsynaptic one
 *
 * so that one pair changes w by aPlus F+ exp(-dt / tauPlus), or -aMinus F- exp(dt / tauMinus), dt = tPost - tPre
 * (Song, Miller & Abbott 2000, eq. 1 and 2; Morrison, Diesmann & Gerstner 2008, eq. 1 to 4). `nearest` pairs each spike
 * with the last one of the other side (their figure 7A, symmetric). F: see `dependenceParameters`.
 */
const parameters = table({
  aPlus: { unit: "1", doc: "amplitude of strengthening" },
  aMinus: { unit: "1", doc: "amplitude of weakening" },
  tauPlus: { ...time, default: 20, doc: "time constant of the presynaptic trace" },
  tauMinus: { ...time, default: 20, doc: "time constant of the postsynaptic trace" },
  pairing: { words: ["all", "nearest"], default: "all", doc: "which spikes make a pair" },
  ...dependenceParameters,
});

/** Parameters of `stdp-pair` as they are described. */
export type StdpPairSpec = { readonly kind: "stdp-pair" } & Given<typeof parameters>;

export const stdpPair: PlasticityDefinition<typeof parameters, "stdp-pair"> = {
  name: "stdp-pair",
  parameters,
  create: pairing,
};

function pairing(p: Values<typeof parameters>): PlasticityModel {
  const { aPlus, aMinus, tauPlus, tauMinus, wMin, wMax } = p;
  const bounds = { wMin, wMax };
  const { strengthen, weaken, linear } = dependenceOf(p);
  const nearest = p.pairing === "nearest";
  return {
    dendritic: true,
    shares: true,
    ...(linear && { pairs: { aPlus, aMinus, tauPlus, tauMinus, nearest, bounds, ...linear } }),
    check: weights => checkWeights(weights, bounds),
    create({ preSides, postSides, weights }) {
      const [x, y] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      return {
        preSpike: (pre, t) => (nearest ? x.restart(pre, t) : x.bump(pre, t)),
        postSpike: (post, t) => (nearest ? y.restart(post, t) : y.bump(post, t)),
        atPre(s, _pre, post, t) {
          const w = weights[s];
          weights[s] = clip(w - aMinus * weaken(w) * y.at(post, t), bounds);
        },
        atPost(s, pre, _post, t) {
          const w = weights[s];
          weights[s] = clip(w + aPlus * strengthen(w) * x.at(pre, t), bounds);
        },
      };
    },
  };
}
