import type { Bounds } from "./bounds.ts";
import { moved } from "./bounds.ts";
import type { Modulator } from "./modulator.ts";
import { ModulatorIntegral } from "./modulatorIntegral.ts";
import type { Site, SynapseRule } from "./plasticity.ts";

/** Raises the eligibility of a synapse; `weight` is the place of its weight, which others may share. */
export type Raise = (synapse: number, post: number, t: number, by: number, weight: number) => void;

/** What spikes do to it; see `leaving`. */
export type Leaving = (raise: Raise) => SynapseRule;

/** How the weights move, by eligibilities that decay with `tau` [ms]. */
export interface Continuous {
  readonly eta: number;
  readonly tau: number;
  readonly bounds: Bounds;
}

/**
 * dw/dt = eta U e for a modulator U and an eligibility e that decays with `tau`: the product of two exponentials, whose
 * integral is brought up to date when an event reaches the synapse or the weight is read. A bound cuts what an event of
 * the synapse finds, not what the weight was in between.
 */
export function continuously(
  { synapses, weights }: Site,
  modulator: Modulator,
  { eta, tau, bounds }: Continuous,
  leaving: Leaving,
): SynapseRule {
  const integral = new ModulatorIntegral(modulator, tau);
  // The eligibility of each synapse as it would have been at the origin, and the integral at its last event.
  const [eligible, since] = [new Float64Array(synapses), new Float64Array(synapses)];
  const post = new Uint32Array(synapses);
  // Changes come in small steps: weights in double precision, where those of the network are what these were rounded to.
  const exact = Float64Array.from(weights);
  const held = (s: number) => (Math.fround(exact[s]) === weights[s] ? exact[s] : weights[s]);
  const weightAt = (s: number, t: number) => {
    const w = held(s);
    return eligible[s] === 0 ? w : moved(w, eta * eligible[s] * (integral.at(post[s], t) - since[s]), bounds);
  };
  const settle = (s: number, t: number) => {
    exact[s] = weightAt(s, t);
    weights[s] = exact[s];
  };
  const restart = (t: number) => {
    const left = integral.left(t);
    for (let s = 0; s < synapses; s++) {
      if (eligible[s] === 0) continue;
      settle(s, t);
      eligible[s] *= left;
      since[s] = 0;
    }
    integral.restart(t);
  };
  const raise = (s: number, j: number, t: number, by: number) => {
    if (integral.isLate(t)) restart(t);
    post[s] = j;
    settle(s, t);
    since[s] = integral.at(j, t);
    eligible[s] += by / integral.left(t);
  };
  const left = leaving(raise);
  const rest = (t: number) => {
    left.rest?.(t);
    restart(t);
    eligible.fill(0);
    integral.rest(t);
  };
  return { ...left, rest, weightAt: (s, _pre, _post, t) => weightAt(s, t) };
}
