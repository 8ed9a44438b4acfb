import { dense } from "../engine/architecture.ts";
import { FeedForwardNetwork } from "../engine/feedForward.ts";
import { Rng } from "../math/rng.ts";
import type { Rule } from "../rules/index.ts";

/** Why a rule has no spiking form, or null: it says so when it is asked to make one. */
export function spikingUnavailable(rule: Rule): string | null {
  const { spiking } = rule.create(dense([2, 2, 2]), new Rng(0), 1);
  return typeof spiking === "function" ? null : spiking.unavailable;
}

/** Whether the rule's third factor is known before a sample is presented, so that it can learn while one is. */
export function knowsAhead(rule: Rule): boolean {
  const sizes = [2, 2, 2];
  const { spiking } = rule.create(dense(sizes), new Rng(0), 1);
  if (typeof spiking !== "function") return false;
  const [weights, biases] = [
    [4, 4],
    [2, 2],
  ].map(lengths => lengths.map(n => new Float32Array(n)));
  const neuron = { tauMem: 20, vThreshold: 1, tauRef: 0 };
  return spiking(new FeedForwardNetwork(sizes, weights!, biases!, neuron, 20)).ahead !== undefined;
}
