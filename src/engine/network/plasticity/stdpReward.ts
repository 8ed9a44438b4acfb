import { exp } from "../../../math/elementary.ts";
import { type Given, table, time, type Values } from "../parameters.ts";
import { bounds, checkWeights, clip } from "./bounds.ts";
import { checkRewards, Dopamine, type Rewards } from "./dopamine.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * STDP that waits for a reward (Izhikevich 2007, "Solving the distal reward problem", eq. 1 to 3). Pairs of spikes
 * change an eligibility c instead of the weight, and global dopamine turns it into a change:
 *
 *     dc/dt = -c / tauEligibility,    c += aPlus x at a postsynaptic, c -= aMinus y at a presynaptic spike
 *     dw/dt = eta c d,                dd/dt = -d / tauDopamine, over a baseline; d += amount at a reward
 *
 * x and y are the traces of pair STDP; the paper's program has those of the last spike alone (`pairing: "nearest"`). Weights move without events too; they are exact whenever they are read: the
 * product of two exponentials has a closed integral, and within a stretch without a reward c d keeps its sign, so that
 * a bound that is passed in it is passed at its end (for a baseline and rewards of one sign).
 *
 * Defaults are those of the paper's program: tau 20 ms, amplitudes 0.1 and 0.15, tauEligibility 1 s, tauDopamine 200 ms,
 * baseline 0.002, eta 0.1 per ms (it adds 0.002 c every 10 ms), rewards of 0.5.
 */
const parameters = table({
  aPlus: { unit: "1", default: 0.1, doc: "what a pair adds to the eligibility" },
  aMinus: { unit: "1", default: 0.15, doc: "what a pair in the other order takes off it" },
  tauPlus: { ...time, default: 20, doc: "time constant of the presynaptic trace" },
  tauMinus: { ...time, default: 20, doc: "time constant of the postsynaptic trace" },
  pairing: { words: ["all", "nearest"], default: "all", doc: "which spikes make a pair" },
  tauEligibility: { ...time, default: 1000, doc: "time constant of the eligibility" },
  tauDopamine: { ...time, default: 200, doc: "time constant of dopamine" },
  baseline: {
    unit: "1",
    default: 0.002,
    check: d => Number.isFinite(d) || "a concentration",
    doc: "dopamine without rewards",
  },
  eta: { unit: "1/ms", default: 0.1, doc: "change of the weight per eligibility, dopamine and time" },
  rewards: {
    own: true,
    default: null,
    fields: () => ({ times: { unit: "ms" }, amount: { unit: "1" } }),
    doc: "rewards at known times, { times, amount }; Simulation.reward gives others",
  },
  ...bounds,
});

/** Parameters of `stdp-reward` as they are described. */
export type StdpRewardSpec = Omit<Given<typeof parameters>, "rewards"> & {
  readonly kind: "stdp-reward";
  readonly rewards?: Rewards;
};

export const stdpReward: PlasticityDefinition<typeof parameters, "stdp-reward"> = {
  name: "stdp-reward",
  parameters,
  create: rewarded,
};

function rewarded(p: Values<typeof parameters>): PlasticityModel {
  const { aPlus, aMinus, tauPlus, tauMinus, tauEligibility, tauDopamine, baseline, eta, wMin, wMax } = p;
  const bounds = { wMin, wMax };
  const nearest = p.pairing === "nearest";
  const rewards = p.rewards as unknown as Rewards | null;
  if (rewards) checkRewards(rewards);
  return {
    // Dopamine comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    check: weights => checkWeights(weights, bounds),
    create({ synapses, preSides, postSides, weights }) {
      const dopamine = new Dopamine(tauDopamine, baseline);
      for (let k = 0; k < (rewards?.times.length ?? 0); k++) {
        const { amount, times } = rewards!;
        dopamine.reward(times[k], typeof amount === "number" ? amount : amount[k]);
      }
      const [x, y] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      // Eligibility of each synapse at its last event; its weight in double precision, for changes come in small steps.
      const [c, last] = [new Float64Array(synapses), new Float64Array(synapses)];
      const exact = Float64Array.from(weights);
      const weightAt = (s: number, t: number) => {
        let w = exact[s];
        if (c[s] !== 0) {
          dopamine.integrate(last[s], t, tauEligibility, integral => {
            w = clip(w + eta * c[s] * integral, bounds);
          });
        }
        return w;
      };
      const advance = (s: number, t: number) => {
        const w = weightAt(s, t);
        c[s] *= exp(-(t - last[s]) / tauEligibility);
        last[s] = t;
        exact[s] = w;
        weights[s] = w;
      };
      return {
        preSpike: (pre, t) => (nearest ? x.restart(pre, t) : x.bump(pre, t)),
        postSpike: (post, t) => (nearest ? y.restart(post, t) : y.bump(post, t)),
        atPre(s, _pre, post, t) {
          advance(s, t);
          c[s] -= aMinus * y.at(post, t);
        },
        atPost(s, pre, _post, t) {
          advance(s, t);
          c[s] += aPlus * x.at(pre, t);
        },
        weightAt: (s, _pre, _post, t) => weightAt(s, t),
        reward: (t, amount) => dopamine.reward(t, amount),
      };
    },
  };
}
