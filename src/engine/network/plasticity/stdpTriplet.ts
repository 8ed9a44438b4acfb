import { type Given, type Others, table, time, type Values } from "../parameters.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Triplet STDP (Pfister & Gerstner 2006, eq. 1 to 4). With presynaptic traces r1 (tauPlus) and r2 (tauX), postsynaptic
 * traces o1 (tauMinus) and o2 (tauY), and e an instant,
 *
 *     w -= wRef o1(t) (aMinus2 + aMinus3 r2(t - e))   at a presynaptic spike,
 *     w += wRef r1(t) (aPlus2 + aPlus3 o2(t - e))     at a postsynaptic one.
 *
 * A spike raises its traces by 1 (`all`) or sets them to 1 (`nearest`). The minimal models have no aMinus3, and in
 * visual cortex no aPlus2. Published values: `pfisterGerstner2006`.
 */
const parameters = table({
  aPlus2: { unit: "1", doc: "strengthening by pairs" },
  aPlus3: { unit: "1", doc: "strengthening by triplets" },
  aMinus2: { unit: "1", doc: "weakening by pairs" },
  aMinus3: { unit: "1", default: 0, doc: "weakening by triplets" },
  tauPlus: { ...time, doc: "time constant of r1" },
  tauMinus: { ...time, doc: "time constant of o1" },
  tauX: {
    unit: "ms",
    default: ({ aMinus3 }: Others) => (aMinus3 === 0 ? Infinity : undefined),
    check: (t, { aMinus3 }) => (t === Infinity && aMinus3 === 0) || time.check(t),
    doc: "time constant of r2; needed with aMinus3",
  },
  tauY: { ...time, doc: "time constant of o2" },
  pairing: { words: ["all", "nearest"], default: "all", doc: "which spikes make a pair" },
  wRef: {
    unit: "mV",
    default: 1,
    check: w => (w > 0 && w < Infinity) || "a weight above 0",
    doc: "weight that amplitudes are relative to",
  },
  ...bounds,
});

export type TripletParameters = Pick<
  Given<typeof parameters>,
  "aPlus2" | "aPlus3" | "aMinus2" | "aMinus3" | "tauPlus" | "tauMinus" | "tauX" | "tauY"
>;

/** Parameters of `stdp-triplet` as they are described. */
export type StdpTripletSpec = { readonly kind: "stdp-triplet" } & Given<typeof parameters>;

export const stdpTriplet: PlasticityDefinition<typeof parameters, "stdp-triplet"> = {
  name: "stdp-triplet",
  parameters,
  create: triplets,
};

function triplets(p: Values<typeof parameters>): PlasticityModel {
  const { aPlus2, aPlus3, aMinus2, aMinus3, tauPlus, tauMinus, tauX, tauY, pairing, wRef, wMin, wMax } = p;
  const bounds = { wMin, wMax };
  return {
    dendritic: true,
    shares: true,
    check: weights => checkWeights(weights, bounds),
    create({ preSides, postSides, weights }) {
      const [r1, o1] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      const [r2, o2] = [new Trace(preSides, tauX), new Trace(postSides, tauY)];
      // r2 and o2 just before the spike that a side has just seen.
      const [r2Before, o2Before] = [new Float64Array(preSides), new Float64Array(postSides)];
      const raise = (trace: Trace, side: number, t: number) =>
        pairing === "nearest" ? trace.restart(side, t) : trace.bump(side, t);
      return {
        preSpike(pre, t) {
          raise(r1, pre, t);
          if (aMinus3 === 0) return;
          r2Before[pre] = r2.at(pre, t);
          raise(r2, pre, t);
        },
        postSpike(post, t) {
          o2Before[post] = o2.at(post, t);
          raise(o1, post, t);
          raise(o2, post, t);
        },
        atPre(s, pre, post, t) {
          const change = o1.at(post, t) * (aMinus2 + aMinus3 * r2Before[pre]);
          weights[s] = clip(weights[s] - wRef * change, bounds);
        },
        atPost(s, pre, post, t) {
          const change = r1.at(pre, t) * (aPlus2 + aPlus3 * o2Before[post]);
          weights[s] = clip(weights[s] + wRef * change, bounds);
        },
      };
    },
  };
}

const taus = { tauPlus: 16.8, tauMinus: 33.7 };

/** Fits of Pfister & Gerstner 2006: table 3 (visual cortex) and table 4 (hippocampal culture), for each pairing. */
export const pfisterGerstner2006 = {
  visualCortex: {
    all: {
      full: { ...taus, aPlus2: 5e-10, aPlus3: 6.2e-3, aMinus2: 7e-3, aMinus3: 2.3e-4, tauX: 101, tauY: 125 },
      minimal: { ...taus, aPlus2: 0, aPlus3: 6.5e-3, aMinus2: 7.1e-3, tauY: 114 },
    },
    nearest: {
      full: {
        ...taus,
        aPlus2: 8.8e-11,
        aPlus3: 5.3e-2,
        aMinus2: 6.6e-3,
        aMinus3: 3.1e-3,
        tauX: 714,
        tauY: 40,
      },
      minimal: { ...taus, aPlus2: 0, aPlus3: 5e-2, aMinus2: 8e-3, tauY: 40 },
    },
  },
  hippocampus: {
    all: {
      full: {
        ...taus,
        aPlus2: 6.1e-3,
        aPlus3: 6.7e-3,
        aMinus2: 1.6e-3,
        aMinus3: 1.4e-3,
        tauX: 946,
        tauY: 27,
      },
      minimal: { ...taus, aPlus2: 5.3e-3, aPlus3: 8e-3, aMinus2: 3.5e-3, tauY: 40 },
    },
    nearest: {
      full: { ...taus, aPlus2: 4.6e-3, aPlus3: 9.1e-3, aMinus2: 3e-3, aMinus3: 7.5e-9, tauX: 575, tauY: 47 },
      minimal: { ...taus, aPlus2: 4.6e-3, aPlus3: 9.1e-3, aMinus2: 3e-3, tauY: 48 },
    },
  },
} as const satisfies Record<string, Record<"all" | "nearest", Record<"full" | "minimal", TripletParameters>>>;
