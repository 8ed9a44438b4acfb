import type { Values } from "../parameters.ts";
import { LifGroup, membraneStep } from "./lifGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { type MembraneParameters, membraneParameters } from "./parameters.ts";

const { tauMem: _, ...parameters } = membraneParameters;

const membraneOf = (p: Values<typeof parameters>): MembraneParameters => ({ ...p, tauMem: Infinity });

/**
 * Non-leaky integrate-and-fire neuron with delta-shaped synapses (the perfect integrator; Gerstein & Mandelbrot 1964,
 * Biophys. J. 4:41). Between events
 *
 *     dV/dt = I,     V(t) = V(0) + I t
 *
 * It is `lif` with an infinite membrane time constant; vRest is where it starts, and what a subtractive reset
 * counts the threshold from.
 */
export const integrateAndFire: NeuronDefinition<typeof parameters, "if"> = {
  name: "if",
  parameters,
  create: (p, size) => new LifGroup(size, membraneOf(p)),
  lattice: (p, dt) => membraneStep(membraneOf(p), dt),
};
