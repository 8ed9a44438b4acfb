import type { Values } from "../parameters.ts";
import { LifGroup, membraneStep } from "./lifGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membrane, membraneParameters } from "./parameters.ts";

const { tauMem, vRest, bias } = membraneParameters;
const parameters = { tauMem, vRest, bias };

const membraneOf = (p: Values<typeof parameters>) => membrane({ ...p, vThreshold: Infinity });

/**
 * Leaky integrator with delta-shaped synapses that never fires: a readout whose potential is looked at (as the output
 * of Bellec et al. 2020, Nat. Commun. 11:3625, eq. 11). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I
 *
 * For a readout with filtered input take `lif-exp` or `lif-alpha` with vThreshold Infinity.
 */
export const leakyIntegrator: NeuronDefinition<typeof parameters, "li"> = {
  name: "li",
  parameters,
  create: (p, size) => new LifGroup(size, membraneOf(p)),
  lattice: (p, dt) => membraneStep(membraneOf(p), dt),
};
