import { type Given, table, time, type Values } from "../parameters.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * STDP that acts on how fast a weight changes (Izhikevich 2006, "Polychronization: computation with spikes", Neural Comput.
 * 18:245, and its program spnet.cpp). Pairs of spikes change c instead of the weight, and at every multiple of `period`
 *
 *     w += drift + c,    c *= keep;        c += aPlus x at a postsynaptic, c -= aMinus y at a presynaptic spike
 *
 * within the bounds. x and y are the traces of pair STDP, those of the last spike alone by default. What arrives at the
 * very end of a period belongs to it; a postsynaptic spike then belongs to the next, as in the program.
 *
 * Defaults are the program's: amplitudes 0.1 and 0.12, traces that lose 5 % in 1 ms, a period of 1 s, of which 0.9 of c
 * remains, and a drift of 0.01. In its time an arrival finds a trace one step younger: there aMinus is 0.12 / 0.95.
 */
const parameters = table({
  aPlus: { unit: "1", default: 0.1, doc: "what a pair adds to the change" },
  aMinus: { unit: "1", default: 0.12, doc: "what a pair in the other order takes off it" },
  tauPlus: { ...time, default: 19.495725, doc: "time constant of the presynaptic trace" },
  tauMinus: { ...time, default: 19.495725, doc: "time constant of the postsynaptic trace" },
  pairing: { words: ["all", "nearest"], default: "nearest", doc: "which spikes make a pair" },
  period: {
    ...time,
    default: 1000,
    check: t => (t >= 1 && t < Infinity) || "1 ms or more",
    doc: "time between two changes of the weight",
  },
  keep: {
    unit: "1",
    default: 0.9,
    check: k => (k >= 0 && k <= 1) || "0 to 1",
    doc: "part of the change that is left for the next period",
  },
  drift: { unit: "mV", default: 0.01, doc: "what every period adds to the weight besides" },
  ...bounds,
});

/** Parameters of `stdp-derivative` as they are described. */
export type StdpDerivativeSpec = { readonly kind: "stdp-derivative" } & Given<typeof parameters>;

export const stdpDerivative: PlasticityDefinition<typeof parameters, "stdp-derivative"> = {
  name: "stdp-derivative",
  parameters,
  create: derivative,
};

function derivative(p: Values<typeof parameters>): PlasticityModel {
  const { aPlus, aMinus, tauPlus, tauMinus, period, keep, drift, wMin, wMax } = p;
  const limits = { wMin, wMax };
  const nearest = p.pairing === "nearest";
  /** How many periods have ended at t, free of the rounding of t. */
  const ended = (t: number) => Math.floor(t / period + 1e-9);
  /** The same where one that ends at t has not. */
  const before = (t: number) => Math.ceil(t / period - 1e-9) - 1;
  return {
    // Periods end at their own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    check: weights => checkWeights(weights, limits),
    create({ synapses, preSides, postSides, weights }) {
      const [x, y] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      const change = new Float64Array(synapses);
      const done = new Float64Array(synapses);
      /** The weight after so many periods from `stored` on, and what is then left of the change. */
      const after = (s: number, periods: number, stored: number): readonly [number, number] => {
        let [w, c] = [stored, change[s]];
        for (let k = done[s]; k < periods; k++) {
          const next = clip(w + drift + c, limits);
          const left = c * keep;
          if (next === w && left === c) break;
          [w, c] = [next, left];
        }
        return [w, c];
      };
      const advance = (s: number, periods: number) => {
        if (periods <= done[s]) return;
        [weights[s], change[s]] = after(s, periods, weights[s]);
        done[s] = periods;
      };
      return {
        preSpike: (pre, t) => (nearest ? x.restart(pre, t) : x.bump(pre, t)),
        postSpike: (post, t) => (nearest ? y.restart(post, t) : y.bump(post, t)),
        atPre(s, _pre, post, t) {
          advance(s, before(t));
          change[s] -= aMinus * y.at(post, t);
        },
        atPost(s, pre, _post, t) {
          advance(s, ended(t));
          change[s] += aPlus * x.at(pre, t);
        },
        weightAt: (s, _pre, _post, t, stored) => after(s, before(t), stored)[0],
      };
    },
  };
}
