import { filled, type Given, type Others, table, time, type Values } from "../parameters.ts";
import { lifParameters } from "./lif.ts";

/** Parameters that every model with a membrane has: those of `lif`, and a current that is always on. */
export const membraneParameters = table({
  ...lifParameters,
  bias: {
    unit: "mV/ms",
    default: 0,
    check: i => Number.isFinite(i) || "a current over capacitance in mV/ms",
    doc: "constant current over capacitance, dV/dt without the leak; currents that are set add to it",
  },
});

/** A membrane's parameters, checked and filled in. */
export type MembraneParameters = Values<typeof membraneParameters>;

/** What a user writes: the threshold and whatever should differ from the defaults. */
export type MembraneSpec = Given<typeof membraneParameters>;

/** Fills in the defaults. @throws InputError that names the parameter, the value and what was expected */
export function membrane(given: MembraneSpec): MembraneParameters {
  return filled(given, membraneParameters);
}

/**
 * What a weight w of a synaptic current stands for:
 * `slope` [mV/ms]: the current (over capacitance) jumps, or peaks, at w; dV/dt changes by w;
 * `drive` [mV]: it jumps, or peaks, at w / tauMem. w is the potential at which the membrane would settle if the current
 *     stayed. So `tauMem dV/dt = vRest - V + gE + gI` with jumps in mV is written, as in Vogels & Abbott's CUBA;
 * `peak` [mV]: one input moves a resting membrane by w at most. So papers give a synapse by its postsynaptic potential.
 */
export type WeightAs = "slope" | "drive" | "peak";

/** Parameters of neurons that excitation and inhibition reach as currents of their own. */
function currents<T extends number>(usual: T) {
  return table({
    ...membraneParameters,
    tauExc: {
      ...time,
      default: usual,
      doc: "time constant of the excitatory current; of lif-alpha, time to its peak",
    },
    tauInh: {
      ...time,
      default: ({ tauExc }: Others) => tauExc,
      doc: "time constant of the inhibitory current; tauExc by default",
    },
    weightAs: {
      words: ["slope", "drive", "peak"],
      default: "slope",
      check: (_, { weightAs, tauMem }) =>
        weightAs !== "drive" || tauMem < Infinity || "slope or peak without a leak (tauMem Infinity)",
      doc: "what a weight stands for: a current in mV/ms, the same times tauMem, or the peak that it makes",
    },
  });
}

export const expParameters = currents(5);
export const alphaParameters = currents(2);
/** Membrane and currents of `lif-exp` and `lif-alpha`, checked and filled in. */
export type SynapticParameters = Values<typeof expParameters>;
/** The same as they are described. */
export type SynapticSpec = Given<typeof expParameters>;

/** Factor from a weight to the peak of its current [mV/ms]. */
export function currentPerWeight(
  { tauMem, weightAs }: { tauMem: number; weightAs: WeightAs },
  peak: number,
): number {
  return weightAs === "slope" ? 1 : weightAs === "drive" ? 1 / tauMem : 1 / peak;
}
