import { expectChoice, expectFinite, expectNumber, expectOnly, expectTime } from "../expect.ts";
import { type Bounds, checkBounds, checkWeights, clip } from "./bounds.ts";
import type { PlasticityModel } from "./plasticity.ts";
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
export interface ThreeFactorSpec extends Bounds {
  readonly kind: "three-factor";
  readonly eligibility?: "trace" | "timing" | "pair";
  readonly eta: number;
  /** [ms]; 20 by default; Infinity counts spikes. */
  readonly tauPlus?: number;
  /** [ms]; 20 by default, for `pair`. */
  readonly tauMinus?: number;
  /** [ms]; 1,000 by default, for `timing` and `pair`; Infinity keeps all. */
  readonly tauEligibility?: number;
  /** 1 by default, for `pair`. */
  readonly aPlus?: number;
  readonly aMinus?: number;
}

/** @throws InputError that names the field, its value and what was expected */
export function threeFactorSynapse(spec: ThreeFactorSpec): PlasticityModel {
  expectOnly(spec, "three-factor", [
    ...["kind", "eligibility", "eta", "tauPlus", "tauMinus", "tauEligibility", "aPlus", "aMinus"],
    ...["wMin", "wMax"],
  ]);
  const { eligibility = "trace", eta, tauPlus = 20, tauMinus = 20, tauEligibility = 1000 } = spec;
  const { aPlus = 1, aMinus = 1 } = spec;
  expectChoice("eligibility", eligibility, ["trace", "timing", "pair"]);
  for (const [field, value] of Object.entries({ eta, aPlus, aMinus })) expectFinite(field, value);
  for (const [field, value] of Object.entries({ tauPlus, tauEligibility })) {
    expectNumber(field, value, value > 0, "a time in ms above 0");
  }
  expectTime("tauMinus", tauMinus);
  const bounds = { wMin: spec.wMin ?? -Infinity, wMax: spec.wMax ?? Infinity };
  checkBounds(bounds);
  const [up, down] = eligibility === "pair" ? [aPlus, aMinus] : [1, 0];
  return {
    // The modulator comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    check: weights => checkWeights(weights, bounds),
    create({ synapses, preSides, postSides, weights }) {
      const x = new Trace(preSides, tauPlus);
      const change = (s: number, by: number) => {
        weights[s] = clip(weights[s]! + eta * by, bounds);
      };
      if (eligibility === "trace") {
        return {
          preSpike: (pre, t) => x.bump(pre, t),
          modulate: (s, pre, _post, t, modulator) => change(s, modulator * x.at(pre, t)),
        };
      }
      const [y, e] = [new Trace(postSides, tauMinus), new Trace(synapses, tauEligibility)];
      return {
        preSpike: (pre, t) => x.bump(pre, t),
        ...(down !== 0 && {
          postSpike: (post: number, t: number) => y.bump(post, t),
          atPre: (s: number, _pre: number, post: number, t: number) => e.bump(s, t, -down * y.at(post, t)),
        }),
        atPost: (s, pre, _post, t) => e.bump(s, t, up * x.at(pre, t)),
        modulate: (s, _pre, _post, t, modulator) => change(s, modulator * e.at(s, t)),
      };
    },
  };
}
