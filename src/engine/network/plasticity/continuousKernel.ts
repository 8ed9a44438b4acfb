import { exp } from "../../../math/elementary.ts";
import { moved } from "./bounds.ts";
import type { Continuous, Leaving } from "./continuousReading.ts";
import type { Modulator } from "./modulator.ts";
import type { Site, SynapseRule } from "./plasticity.ts";

/** Time constants after which the origin is too far back: what rounding takes grows by exp(10) until then. */
const SPAN = 10;

/**
 * As `continuously`, where synapses share weights: dw/dt = eta sum of U e over the synapses of a weight. Between events all of
 * these products decay by one factor q(t) = exp(-(t - origin) / both), 1 / both = 1 / tau + 1 / tauU, so that of each weight
 * there is their sum P at the origin, and their integral since the weight was brought up to date, A - both P q(t). A spike that
 * raises an eligibility, or reaches the modulator of a neuron with synapses of that weight, adds to P, and both q times that
 * to A. A bound cuts what an event of any of the synapses finds.
 */
export function continuouslyShared(
  { synapses, weights }: Site,
  modulator: Modulator,
  { eta, tau, bounds }: Continuous,
  leaving: Leaving,
): SynapseRule {
  const both = 1 / (1 / tau + 1 / modulator.tau);
  const eligible = new Float64Array(synapses);
  const [sum, integral] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  const exact = Float64Array.from(weights);
  let origin = 0;
  const since = (t: number, constant: number) => exp(-(t - origin) / constant);
  const weightAt = (s: number, t: number) => {
    const w = Math.fround(exact[s]) === weights[s] ? exact[s] : weights[s];
    return sum[s] === 0 && integral[s] === 0
      ? w
      : moved(w, eta * (integral[s] - both * sum[s] * since(t, both)), bounds);
  };
  const settle = (s: number, t: number) => {
    exact[s] = weightAt(s, t);
    weights[s] = exact[s];
    integral[s] = both * sum[s] * since(t, both);
  };
  const restart = (t: number) => {
    for (let s = 0; s < weights.length; s++) settle(s, t);
    const [q, left] = [since(t, both), since(t, tau)];
    for (let own = 0; own < synapses; own++) eligible[own] *= left;
    for (let s = 0; s < weights.length; s++) {
      sum[s] *= q;
      integral[s] = both * sum[s];
    }
    origin = t;
  };
  const begin = (t: number) => {
    if (t - origin > SPAN * both) restart(t);
  };
  /** @param product  of eligibility and modulator at t */
  const add = (s: number, product: number, t: number) => {
    sum[s] += product / since(t, both);
    integral[s] += both * product;
  };
  const left = leaving((own, post, t, by, s) => {
    begin(t);
    settle(s, t);
    eligible[own] += by / since(t, tau);
    add(s, by * modulator.at(post, t), t);
  });
  return {
    ...left,
    modulatedBy: modulator,
    modulate(s, _pre, _post, t, own, amount) {
      if (eligible[own] === 0) return;
      begin(t);
      add(s, eligible[own] * since(t, tau) * amount, t);
    },
    weightAt: (s, _pre, _post, t) => weightAt(s, t),
    rest(t) {
      left.rest?.(t);
      restart(t);
      for (const each of [eligible, sum, integral]) each.fill(0);
    },
  };
}
