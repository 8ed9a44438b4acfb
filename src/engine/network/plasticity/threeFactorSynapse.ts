import { decay, type Given, table, time, type Values } from "../parameters.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Generic three-factor synapse (Fremaux & Gerstner 2016, eq. 5 and 6): an eligibility e that the spikes of both sides
 * leave, and a modulator M of its postsynaptic neuron that comes at an event (`Simulation.modulate`) and changes
 *
 *     w += eta M e.
 *
 * Eligibilities:
 * `trace`: the presynaptic trace x, raised by 1 at a presynaptic spike; dx/dt = -x / tauPlus;
 * `timing`: de/dt = -e / tauEligibility, e += x at a postsynaptic spike (Hebbian);
 * `pair`: the same with e += aPlus x at a postsynaptic, e -= aMinus y at a presynaptic spike (STDP).
 */
const parameters = table({
  eligibility: {
    words: ["trace", "timing", "pair"],
    default: "trace",
    doc: "what spikes leave at a synapse",
  },
  eta: { unit: "1", doc: "change of the weight per modulator and eligibility" },
  tauPlus: { ...decay, default: 20, doc: "time constant of the presynaptic trace; Infinity counts spikes" },
  tauMinus: { ...time, default: 20, doc: "time constant of the postsynaptic trace, for pair" },
  tauEligibility: {
    ...decay,
    default: 1000,
    doc: "time constant of the eligibility, for timing and pair; Infinity keeps all",
  },
  aPlus: { unit: "1", default: 1, doc: "what a pair adds to the eligibility, for pair" },
  aMinus: { unit: "1", default: 1, doc: "what a pair in the other order takes off it, for pair" },
  wMin: { ...bounds.wMin, default: -Infinity },
  wMax: bounds.wMax,
});

export type ThreeFactorSpec = { readonly kind: "three-factor" } & Given<typeof parameters>;

export const threeFactorSynapse: PlasticityDefinition<typeof parameters> = {
  name: "three-factor",
  parameters,
  create: modulated,
};

function modulated(p: Values<typeof parameters>): PlasticityModel {
  const { eligibility, eta, tauPlus, tauMinus, tauEligibility, aPlus, aMinus, wMin, wMax } = p;
  const bounds = { wMin, wMax };
  const [up, down] = eligibility === "pair" ? [aPlus, aMinus] : [1, 0];
  return {
    // The modulator comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    shares: true,
    check: weights => checkWeights(weights, bounds),
    create({ synapses, preSides, postSides, weights }) {
      const x = new Trace(preSides, tauPlus);
      const change = (s: number, by: number) => {
        weights[s] = clip(weights[s] + eta * by, bounds);
      };
      if (eligibility === "trace") {
        return {
          preSpike: (pre, t) => x.bump(pre, t),
          modulate: (s, pre, _post, t, _own, modulator) => change(s, modulator * x.at(pre, t)),
        };
      }
      const [y, e] = [new Trace(postSides, tauMinus), new Trace(synapses, tauEligibility)];
      return {
        preSpike: (pre, t) => x.bump(pre, t),
        ...(down !== 0 && {
          postSpike: (post: number, t: number) => y.bump(post, t),
          atPre: (_s: number, _pre: number, post: number, t: number, own: number) =>
            e.bump(own, t, -down * y.at(post, t)),
        }),
        atPost: (_s, pre, _post, t, own) => e.bump(own, t, up * x.at(pre, t)),
        modulate: (s, _pre, _post, t, own, modulator) => change(s, modulator * e.at(own, t)),
      };
    },
  };
}
