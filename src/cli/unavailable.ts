import { Rng } from "../math/rng.ts";
import type { Rule } from "../rules/index.ts";

/** Why a rule has no spiking form, or null: it says so when it is asked to make one. */
export function spikingUnavailable(rule: Rule): string | null {
  const { spiking } = rule.create([2, 2, 2], new Rng(0), 1);
  return typeof spiking === "function" ? null : spiking.unavailable;
}
