import { exp } from "../../math/elementary.ts";
import { expectFinite, expectOnly, expectTime } from "../expect.ts";
import { type Bounds, checkBounds, checkWeights, clip } from "./bounds.ts";
import { checkDopamine, checkRewards, Dopamine, type Rewards } from "./dopamine.ts";
import type { PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * STDP that waits for a reward (Izhikevich 2007, "Solving the distal reward problem", eq. 1 to 3). Pairs of spikes
 * change an eligibility c instead of the weight, and global dopamine turns it into a change:
 *
 *     dc/dt = -c / tauEligibility,    c += aPlus x at a postsynaptic, c -= aMinus y at a presynaptic spike
 *     dw/dt = eta c d,                dd/dt = -d / tauDopamine, over a baseline; d += amount at a reward
 *
 * x and y are the traces of pair STDP. Weights move without events too; they are exact whenever they are read: the
 * product of two exponentials has a closed integral, and within a stretch without a reward c d keeps its sign, so that
 * a bound that is passed in it is passed at its end (for a baseline and rewards of one sign).
 *
 * Defaults are those of the paper's program: tau 20 ms, amplitudes 0.1 and 0.15, tauEligibility 1 s, tauDopamine 200 ms,
 * baseline 0.002, eta 0.1 per ms (it adds 0.002 c every 10 ms), rewards of 0.5.
 */
export interface StdpRewardSpec extends Bounds {
  readonly kind: "stdp-reward";
  readonly aPlus?: number;
  readonly aMinus?: number;
  /** [ms] */
  readonly tauPlus?: number;
  readonly tauMinus?: number;
  readonly tauEligibility?: number;
  readonly tauDopamine?: number;
  readonly baseline?: number;
  /** Change of the weight per eligibility, dopamine and time [1/ms]. */
  readonly eta?: number;
  /** Rewards at known times; `Simulation.reward` gives others. */
  readonly rewards?: Rewards;
}

/** @throws InputError that names the field, its value and what was expected */
export function stdpReward(spec: StdpRewardSpec): PlasticityModel {
  expectOnly(spec, "stdp-reward", [
    ...["kind", "aPlus", "aMinus", "tauPlus", "tauMinus", "tauEligibility", "tauDopamine"],
    ...["baseline", "eta", "rewards", "wMin", "wMax"],
  ]);
  const { aPlus = 0.1, aMinus = 0.15, tauPlus = 20, tauMinus = 20, eta = 0.1 } = spec;
  const { tauEligibility = 1000, tauDopamine = 200, baseline = 0.002, rewards } = spec;
  for (const [field, value] of Object.entries({ aPlus, aMinus, eta })) expectFinite(field, value);
  for (const [field, value] of Object.entries({ tauPlus, tauMinus, tauEligibility }))
    expectTime(field, value);
  checkDopamine(tauDopamine, baseline);
  if (rewards) checkRewards(rewards);
  const bounds = { wMin: spec.wMin ?? 0, wMax: spec.wMax ?? Infinity };
  checkBounds(bounds);
  return {
    // Dopamine comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    check: weights => checkWeights(weights, bounds),
    create({ synapses, preSides, postSides, weights }) {
      const dopamine = new Dopamine(tauDopamine, baseline);
      for (let k = 0; k < (rewards?.times.length ?? 0); k++) {
        const { amount, times } = rewards!;
        dopamine.reward(times[k]!, typeof amount === "number" ? amount : amount[k]!);
      }
      const [x, y] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      // Eligibility of each synapse at its last event; its weight in double precision, for changes come in small steps.
      const [c, last] = [new Float64Array(synapses), new Float64Array(synapses)];
      const exact = Float64Array.from(weights);
      const weightAt = (s: number, t: number) => {
        let w = exact[s]!;
        if (c[s] !== 0) {
          dopamine.integrate(last[s]!, t, tauEligibility, integral => {
            w = clip(w + eta * c[s]! * integral, bounds);
          });
        }
        return w;
      };
      const advance = (s: number, t: number) => {
        const w = weightAt(s, t);
        c[s]! *= exp(-(t - last[s]!) / tauEligibility);
        last[s] = t;
        exact[s] = w;
        weights[s] = w;
      };
      return {
        preSpike: (pre, t) => x.bump(pre, t),
        postSpike: (post, t) => y.bump(post, t),
        atPre(s, _pre, post, t) {
          advance(s, t);
          c[s]! -= aMinus * y.at(post, t);
        },
        atPost(s, pre, _post, t) {
          advance(s, t);
          c[s]! += aPlus * x.at(pre, t);
        },
        weightAt: (s, _pre, _post, t) => weightAt(s, t),
        reward: (t, amount) => dopamine.reward(t, amount),
      };
    },
  };
}
