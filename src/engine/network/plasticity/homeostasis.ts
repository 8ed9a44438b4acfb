import { exp, expm1, log } from "../../../math/elementary.ts";
import { type Given, table, time, type Values } from "../parameters.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";

/**
 * Synaptic scaling towards a target rate (Turrigiano et al. 1998; van Rossum, Bi & Turrigiano 2000, eq. 3 without its
 * integral term). All synapses of a neuron are multiplied by one factor g, which grows while the neuron's rate r is
 * below the target and shrinks while it is above:
 *
 *     d ln g / dt = (1 - r / targetRate) / tauScaling,    dr/dt = -r / tauRate, r += 1 / tauRate at its spikes
 *
 * r decays by an exponential between spikes, so ln g has a closed form: it is brought up to date when the neuron fires,
 * and read without being changed when a weight is. Weights that other rules change are the ones before scaling.
 */
const parameters = table({
  targetRate: {
    unit: "Hz",
    check: r => (r > 0 && r < Infinity) || "a rate in Hz above 0",
    doc: "rate at which the weights stand still",
  },
  tauRate: { ...time, default: 1000, doc: "over which the rate is averaged" },
  tauScaling: { ...time, doc: "in which a silent neuron's weights grow e-fold" },
  scaleMin: {
    unit: "1",
    default: 0,
    check: g => (g >= 0 && g <= 1) || "a factor from 0 to 1",
    doc: "least factor",
  },
  scaleMax: {
    unit: "1",
    default: Infinity,
    check: g => g >= 1 || "a factor of 1 or more",
    doc: "largest factor",
  },
});

/** Parameters of `homeostasis` as they are described. */
export type HomeostasisSpec = { readonly kind: "homeostasis" } & Given<typeof parameters>;

export const homeostasis: PlasticityDefinition<typeof parameters, "homeostasis"> = {
  name: "homeostasis",
  parameters,
  create: scaling,
};

function scaling({
  targetRate,
  tauRate,
  tauScaling,
  scaleMin,
  scaleMax,
}: Values<typeof parameters>): PlasticityModel {
  const [low, high] = [log(scaleMin), log(scaleMax)];
  const bounded = (x: number) => Math.min(high, Math.max(low, x));
  /** ln g a time dt after it was `from`, with a rate that was q targets then. */
  const move = (from: number, q: number, dt: number) => {
    const by = (q: number, dt: number) => (dt + q * tauRate * expm1(-dt / tauRate)) / tauScaling;
    // It falls until the rate has come down to the target, and grows from then on: the lower bound acts in between.
    const falls = q > 1 ? Math.min(dt, tauRate * log(q)) : 0;
    const lowest = bounded(from + by(q, falls));
    return bounded(lowest + by(q * exp(-falls / tauRate), dt - falls));
  };
  return {
    dendritic: true,
    check: () => {},
    create({ postSides }) {
      // Of each neuron at its last spike: its rate in targets, ln g, when that was.
      const [q, logScale, last] = [0, 0, 0].map(() => new Float64Array(postSides)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return {
        postSpike(post, t) {
          const dt = t - last[post];
          logScale[post] = move(logScale[post], q[post], dt);
          q[post] = q[post] * exp(-dt / tauRate) + 1000 / (tauRate * targetRate);
          last[post] = t;
        },
        weightAt: (_s, _pre, post, t, stored) => stored * exp(move(logScale[post], q[post], t - last[post])),
      };
    },
  };
}
