import type { NeuronSpec } from "../../engine/network/neurons/index.ts";

/** A neuron of NEST in the engine, and what its file counts in. */
export interface NestNeuron {
  readonly neuron: NeuronSpec;
  /** [pF] */
  readonly capacity: number;
  /** Factor on the weights of its synapses. */
  readonly perWeight: number;
  /** Potential at the start, where it is not that of rest. */
  readonly initial?: number;
}

/** Gives a parameter of the file, or what it is by default. */
type Given = (name: string, usual?: number) => number;

/**
 * NEST's neurons whose equations have no exact solution, with the defaults of its documentation (version 3): weights are
 * conductances in nS, currents in pA, or of `izhikevich` in mV.
 */
export const nestNumeric: Readonly<Record<string, (given: Given) => NestNeuron>> = {
  "nest:iaf_cond_exp": given => ({
    neuron: {
      model: "lif-cond-exp",
      vThreshold: given("V_th", -55),
      ...membrane(given, 16.6667, 250, -70, 2),
    },
    capacity: given("C_m", 250),
    perWeight: 1,
    ...start(given, -70),
  }),
  "nest:aeif_cond_exp": given => ({
    neuron: { ...adaptive(given), synapses: "conductance" as const },
    capacity: given("C_m", 281),
    perWeight: 1,
    ...start(given, -70.6),
  }),
  "nest:aeif_psc_exp": given => {
    const capacity = given("C_m", 281);
    const { eExc: _, eInh: __, ...neuron } = adaptive(given);
    return {
      neuron: { ...neuron, synapses: "current" as const },
      capacity,
      perWeight: 1 / capacity,
      ...start(given, -70.6),
    };
  },
  // Its numbers are those of the paper, a current over a capacitance of 1.
  "nest:izhikevich": given => ({
    neuron: {
      ...{
        model: "izhikevich",
        a: given("a", 0.02),
        b: given("b", 0.2),
        c: given("c", -65),
        d: given("d", 8),
      },
      ...{ vThreshold: given("V_th", 30), bias: given("I_e", 0) },
    },
    capacity: 1,
    perWeight: 1,
    initial: given("V_m", -65),
  }),
};

function membrane(given: Given, leak: number, capacity: number, rest: number, held: number) {
  const [gLeak, c] = [given("g_L", leak), given("C_m", capacity)];
  return {
    ...{ gLeak, tauMem: c / gLeak, vRest: given("E_L", rest), vReset: given("V_reset", -60) },
    ...{ tauRef: given("t_ref", held), bias: given("I_e", 0) / c },
    ...{ eExc: given("E_ex", 0), eInh: given("E_in", -85) },
    ...{ tauExc: given("tau_syn_ex", 0.2), tauInh: given("tau_syn_in", 2) },
  };
}

function adaptive(given: Given) {
  return {
    model: "adex" as const,
    ...membrane(given, 30, 281, -70.6, 0),
    ...{ vT: given("V_th", -50.4), deltaT: given("Delta_T", 2), vThreshold: given("V_peak", 0) },
    ...{ a: given("a", 4), b: given("b", 80.5) / given("C_m", 281), tauW: given("tau_w", 144) },
  };
}

/** In NEST, another E_L leaves the potential where it is. */
function start(given: Given, usual: number): { readonly initial?: number } {
  const initial = given("V_m", usual);
  return initial === given("E_L", usual) ? {} : { initial };
}
