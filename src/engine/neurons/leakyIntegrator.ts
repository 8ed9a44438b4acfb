import { LifGroup, membraneStep } from "./lifGroup.ts";
import { expectOnly, type MembraneParameters, membrane } from "./parameters.ts";

export type LiSpec = Partial<Pick<MembraneParameters, "tauMem" | "vRest" | "bias">>;

/**
 * Leaky integrator with delta-shaped synapses that never fires: a readout whose potential is looked at (as the output
 * of Bellec et al. 2020, Nat. Commun. 11:3625, eq. 11). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I
 *
 * For a readout with filtered input take `lif-exp` or `lif-alpha` with vThreshold Infinity.
 */
export function leakyIntegrator(given: LiSpec) {
  expectOnly(given, "li", ["tauMem", "vRest", "bias"]);
  const checked = membrane({ ...given, vThreshold: Infinity });
  return {
    create: (size: number) => new LifGroup(size, checked),
    lattice: (dt: number) => membraneStep(checked, dt),
  };
}
