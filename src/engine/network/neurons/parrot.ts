import { membraneStep } from "./lifGroup.ts";
import type { NeuronGroup } from "./neuronGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membrane } from "./parameters.ts";

/**
 * Parrot: fires once, at the same instant, for every spike that reaches it, whatever its weight (NEST's
 * `parrot_neuron`). It gives one random or recorded train to many targets, and carries a stimulus past a delay.
 */
export const parrot: NeuronDefinition<Readonly<Record<never, never>>, "parrot"> = {
  name: "parrot",
  parameters: {},
  create: (_, size) => new ParrotGroup(size),
  // A potential that counts the inputs of one step and forgets them at the next.
  lattice: (_, dt) => ({
    ...membraneStep(membrane({ vThreshold: 1 }), dt),
    propagator: [[0]],
    perCurrent: 0,
    counts: true,
  }),
};

class ParrotGroup implements NeuronGroup {
  /** Spikes that have arrived at this instant and are still to be repeated. */
  readonly heard: Uint32Array;

  constructor(size: number) {
    this.heard = new Uint32Array(size);
  }

  receive(i: number): void {
    this.heard[i]++;
  }

  fire(i: number): number {
    const spikes = this.heard[i];
    this.heard[i] = 0;
    return spikes;
  }

  rest(): void {
    this.heard.fill(0);
  }

  nextSpike(): number {
    return Infinity;
  }

  potential(): number {
    return 0;
  }

  /** Currents and crossings mean nothing to it. */
  setCurrent(): void {}
  settleCrossing(): void {}
}
