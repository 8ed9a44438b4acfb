import { LifGroup, membraneStep } from "./lifGroup.ts";
import { expectOnly, type MembraneParameters, membrane, membraneFields } from "./parameters.ts";

export type IfSpec = Partial<Omit<MembraneParameters, "tauMem">> & { readonly vThreshold: number };

/**
 * Non-leaky integrate-and-fire neuron with delta-shaped synapses (the perfect integrator; Gerstein & Mandelbrot 1964,
 * Biophys. J. 4:41). Between events
 *
 *     dV/dt = I,     V(t) = V(0) + I t
 *
 * It is `lif` with an infinite membrane time constant; vRest is where it starts, and what a subtractive reset
 * counts the threshold from.
 */
export function integrateAndFire(given: IfSpec) {
  expectOnly(
    given,
    "if",
    membraneFields.filter(field => field !== "tauMem"),
  );
  const checked = membrane({ ...given, tauMem: Infinity });
  return {
    create: (size: number) => new LifGroup(size, checked),
    lattice: (dt: number) => membraneStep(checked, dt),
  };
}
