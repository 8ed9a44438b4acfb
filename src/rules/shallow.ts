import { frozen } from "./frozen.ts";
import type { Rule } from "./rule.ts";

/**
 * Control: no hidden layer at all, the delta rule from the input to the output (Widrow & Hoff 1960). What is above it
 * has made use of its hidden layers.
 */
export const shallow: Rule = {
  ...frozen,
  name: "shallow",
  title: "shallow (control)",
  source: "control: no hidden layer, delta rule (Widrow & Hoff 1960)",
  synapseKnows: "its own class's output error",
  shallow: true,
};
