import { type Bounds, moved } from "./bounds.ts";
import type { Modulator } from "./modulator.ts";
import type { Site, SynapseRule } from "./plasticity.ts";

/**
 * Changes that wait: a rule moves a tag of each synapse instead of its weight, and the tag stays as it is until a spike
 * reaches the modulator of the neuron that consolidates; it then becomes a change of the weight, times the weight of
 * that spike, and is gone (Frey & Morris 1997, "Synaptic tagging and long-term potentiation", Nature 385:533, without the
 * tag's decay over hours). What other spikes of that instant change counts for the next one.
 */
export function tagged(
  { synapses, weights }: Site,
  consolidating: Modulator,
  bounds: Bounds,
  rule: (change: (weight: number, by: number, own: number) => void) => SynapseRule,
): SynapseRule {
  const tags = new Float64Array(synapses);
  const waiting = rule((_s, by, own) => {
    tags[own] += by;
  });
  return {
    ...waiting,
    modulatedBy: consolidating,
    modulate(s, _pre, _post, _t, own, amount) {
      if (tags[own] === 0) return;
      weights[s] = moved(weights[s], amount * tags[own], bounds);
      tags[own] = 0;
    },
  };
}
