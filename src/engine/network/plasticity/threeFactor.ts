import { exp } from "../../../math/elementary.ts";
import type { SpikeTrain } from "../../record/spikeTrain.ts";
import { decay, type Given, table, time, type Values } from "../parameters.ts";
import type { Projection } from "../synapses/projection.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityDefinition, PlasticityModel, Site, SynapseRule } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Three-factor synapses (Fremaux & Gerstner 2016, eq. 5 and 6): an eligibility e that the spikes of both sides leave, and
 * a modulator M of the postsynaptic neuron that comes at an event and changes
 *
 *     w += eta M e.
 *
 * Eligibilities, here and in the layers of the learning rules, which read them at the end of a presentation:
 * `trace`: the presynaptic trace x, raised by `height` at a presynaptic spike; dx/dt = -x / tauPlus;
 * `timing`: that trace read at postsynaptic spikes, e += x, summed; de/dt = -e / tauEligibility. In rules a
 *     spike counts for what it has left of the neuron's own trace at the end (`ThreeFactorSynapses`);
 * `pair`: the same with e += aPlus x at a postsynaptic, e -= aMinus y at a presynaptic spike (STDP);
 * `online`: nothing is left. The modulator is known beforehand and stands, and each presynaptic spike that arrives
 *     changes the weight at once, after it has passed and thresholds have been tested, by eta M g x with the x that it
 *     adds and will have left at `end`; over a presentation these sum to `trace`, if the gate g stays as it is. It is
 *     open, 1, while the neuron's drive so far (its potential and what its spikes took off it) is positive and no
 *     refractory period holds a spike back, else 0.
 */
const parameters = table({
  eligibility: {
    words: ["trace", "timing", "pair", "online"],
    default: "trace",
    doc: "what spikes leave at a synapse; online: nothing, weights change at spikes while a modulator stands",
  },
  eta: { unit: "1", doc: "change of the weight per modulator and eligibility" },
  height: { unit: "1", default: 1, doc: "what a presynaptic spike raises its trace by" },
  tauPlus: { ...decay, default: 20, doc: "time constant of the presynaptic trace; Infinity counts spikes" },
  tauMinus: { ...time, default: 20, doc: "time constant of the postsynaptic trace, for pair" },
  tauEligibility: {
    ...decay,
    default: 1000,
    doc: "time constant of the eligibility, for timing and pair; Infinity keeps all",
  },
  aPlus: { unit: "1", default: 1, doc: "what a pair adds to the eligibility, for pair" },
  aMinus: { unit: "1", default: 1, doc: "what a pair in the other order takes off it, for pair" },
  end: {
    unit: "ms",
    default: Infinity,
    check: t => t >= 0 || "a time in ms, 0 or later",
    doc: "when it counts what a spike has left of its trace, for online; Infinity: it counts for all of it",
  },
  wMin: { ...bounds.wMin, default: -Infinity },
  wMax: bounds.wMax,
});

/** Those of the learning rules: `pair` has no share of a neuron's modulator that its own spikes would not undo. */
export type Eligibility = "trace" | "timing" | "online";

export type ThreeFactorSpec = { readonly kind: "three-factor" } & Given<typeof parameters>;

export const threeFactor: PlasticityDefinition<typeof parameters, "three-factor"> = {
  name: "three-factor",
  parameters,
  create: modulated,
};

function modulated(p: Values<typeof parameters>): PlasticityModel {
  const bounds = { wMin: p.wMin, wMax: p.wMax };
  return {
    // The modulator comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    shares: true,
    check: weights => checkWeights(weights, bounds),
    create(site) {
      const { weights } = site;
      const change = (s: number, by: number) => {
        weights[s] = clip(weights[s] + by, bounds);
      };
      return p.eligibility === "online" ? standing(p, site, change) : remembered(p, site, change);
    },
  };
}

type Change = (synapse: number, by: number) => void;

function remembered(p: Values<typeof parameters>, site: Site, change: Change): SynapseRule {
  const { eligibility, eta, height, tauPlus, tauMinus, tauEligibility, aPlus, aMinus } = p;
  const x = new Trace(site.preSides, tauPlus);
  const preSpike = (pre: number, t: number) => x.bump(pre, t, height);
  if (eligibility === "trace")
    return {
      preSpike,
      modulate: (s, pre, _post, t, _own, modulator) => change(s, eta * (modulator * x.at(pre, t))),
    };
  const [up, down] = eligibility === "pair" ? [aPlus, aMinus] : [1, 0];
  const [y, e] = [new Trace(site.postSides, tauMinus), new Trace(site.synapses, tauEligibility)];
  return {
    preSpike,
    ...(down !== 0 && {
      postSpike: (post: number, t: number) => y.bump(post, t),
      atPre: (_s: number, _pre: number, post: number, t: number, own: number) =>
        e.bump(own, t, -down * y.at(post, t)),
    }),
    atPost: (_s, pre, _post, t, own) => e.bump(own, t, up * x.at(pre, t)),
    modulate: (s, _pre, _post, t, own, modulator) => change(s, eta * (modulator * e.at(own, t))),
  };
}

function standing(p: Values<typeof parameters>, { postSides, neurons }: Site, change: Change): SynapseRule {
  const { eta, height, tauPlus, end } = p;
  const { reset = "fixed", tauMem = Infinity, vThreshold = Infinity, vRest = 0 } = neurons.parameters ?? {};
  const drop = reset === "subtract" ? vThreshold - vRest : 0;
  const own = new Trace(postSides, tauMem);
  const held = new Float64Array(postSides);
  return {
    ...(drop > 0 && { postSpike: (post: number, t: number) => own.bump(post, t, drop) }),
    stand: modulators => held.set(modulators),
    passed(s, _pre, post, t) {
      if (held[post] === 0) return false;
      const v = neurons.potential(post, t);
      if (!(v < vThreshold && v - vRest + own.at(post, t) > 0)) return false;
      change(s, eta * leftAt(end, height, t, tauPlus) * held[post]);
      return true;
    },
  };
}

/** What a spike at t has left of its height at the end [ms]; Infinity: all. */
export function leftAt(end: number, height: number, t: number, tau: number): number {
  return tau === Infinity || end === Infinity ? height : height * exp(t / tau) * exp(-end / tau);
}

/** What an arrival at a time [ms] counts for in the eligibility at neuron j at the end, per its height. */
export type Reading = (j: number, arrival: number) => number;

/** `trace` */
export function atEnd(tau: number, end: number): Reading {
  return (_, arrival) => exp((arrival - end) / tau);
}

/** `timing` of the rules: as `atEnd`, once for each spike of neuron j from then on. */
export function atSpikes(post: SpikeTrain, neurons: number, tau: number, end: number): Reading {
  const times = Array.from({ length: neurons }, () => [] as number[]);
  for (let k = 0; k < post.length; k++) times[post.neurons[k]].push(post.times[k]);
  const left = atEnd(tau, end);
  return (j, arrival) => {
    let spikes = 0;
    const own = times[j];
    while (spikes < own.length && own[own.length - 1 - spikes] >= arrival) spikes++;
    return spikes * left(j, arrival);
  };
}

/**
 * changes += modulator (x) eligibility of synapses with any delays: each spike counts from when it arrives.
 * @param spikes     of the sources; what arrives after `end` [ms] does not count
 * @param height     what a spike stands for
 * @param modulator  one number per target
 * @param changes    in the order of the weights
 * @returns          synapses that were given a change, once for each arrival
 */
export function addArrivals(
  synapses: Projection,
  spikes: SpikeTrain,
  height: number,
  end: number,
  modulator: ArrayLike<number>,
  reading: Reading,
  changes: Float32Array,
): number {
  let updates = 0;
  for (let k = 0; k < spikes.length; k++) {
    const [t, neuron] = [spikes.times[k], spikes.neurons[k]];
    // Beyond the sources, their twins of opposite sign.
    const [row, left] = neuron < synapses.pre ? [neuron, height] : [neuron - synapses.pre, -height];
    const length = synapses.rowLength(row);
    for (let cursor = 0; cursor < length; ) {
      const arrival = t + synapses.delayAt(row, cursor);
      if (arrival > end) break;
      const first = cursor;
      cursor = synapses.deliver(row, cursor, (j, _, s) => {
        changes[s] += modulator[j] * left * reading(j, arrival);
      });
      updates += cursor - first;
    }
  }
  return updates;
}
