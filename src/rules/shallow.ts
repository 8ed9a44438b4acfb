import { frozen } from "./frozen.ts";
import type { OwnRule } from "./rule.ts";

/**
 * Control: no hidden layer at all, the delta rule from the input to the output (Widrow & Hoff 1960). What is above it
 * has made use of its hidden layers.
 */
export const shallow: OwnRule = {
  ...frozen,
  name: "shallow",
  title: "shallow (control)",
  source: "control: no hidden layer, delta rule (Widrow & Hoff 1960)",
  synapseKnows: "its own class's output error",
  equation: "ΔW = −η e xᵀ",
  factors: { pre: "x: the input; in spikes its trace", post: "none", modulator: "e: the output's own error" },
  shallow: true,
};
