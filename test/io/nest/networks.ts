import { type NetworkSpec, network, type ProjectionSpec } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import type { StimulusSpec } from "../../../src/engine/network/stimuli/stimulus.ts";
import { type NestCircuit, nestCircuit } from "../../../src/io/nest/circuit.ts";
import type { NestOptions } from "../../../src/io/nest/options.ts";

export const usual: NestOptions = { precise: false, dtMs: 0.1, durationMs: 100, seed: 1 };
export const lif = { model: "lif", tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2 } as const;
export const current = { ...lif, model: "lif-exp", tauExc: 5, tauInh: 10 } as const;

export interface Parts {
  readonly neuron?: NeuronSpec;
  readonly synapses?: Partial<ProjectionSpec>;
  readonly stimuli?: readonly StimulusSpec[];
}

/** Two inputs onto three neurons. */
export function spec({ neuron = lif, synapses = {}, stimuli = [] }: Parts): NetworkSpec {
  return {
    populations: { in: { size: 2, neuron: "input" }, n: { size: 3, neuron } },
    projections: [{ from: "in", to: "n", weights: 2, delay: 1, ...synapses }],
    stimuli,
  };
}

export function circuit(parts: Parts, options: Partial<NestOptions> = {}): NestCircuit {
  const made = spec(parts);
  return nestCircuit(made, network(made), { ...usual, ...options });
}
