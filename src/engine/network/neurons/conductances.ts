import { InputError } from "../../../errors.ts";
import { type Others, table, time } from "../parameters.ts";

const potential = (v: number) => Number.isFinite(v) || "a potential in mV";

/** Parameters of neurons that synapses reach as conductances, beside those of the membrane. */
export const conductanceParameters = table({
  gLeak: {
    unit: "nS",
    default: 1,
    check: g => (g > 0 && g < Infinity) || "a conductance in nS above 0",
    doc: "conductance of the leak; by default weights count in it",
  },
  eExc: { unit: "mV", check: potential, doc: "where excitatory conductances pull the potential" },
  eInh: { unit: "mV", check: potential, doc: "where inhibitory conductances pull the potential" },
  tauExc: { ...time, default: 5, doc: "time constant of the excitatory conductance" },
  tauInh: {
    ...time,
    default: ({ tauExc }: Others) => tauExc,
    doc: "time constant of the inhibitory conductance; tauExc by default",
  },
});

/** What a conductance of 1 nS takes of the way to its reversal potential in a step, at first. */
export function perWeight({ gLeak, tauMem }: { gLeak: number; tauMem: number }, dt: number): number {
  return dt / (gLeak * tauMem);
}

/** `create` of a model that has no exact solution between events. */
export function gridOnly(model: string): () => never {
  return () => {
    throw new InputError(
      `model: expected neurons with an exact solution between events, which ${model} has not; ` +
        'use mode "grid" (--mode grid)',
    );
  };
}
