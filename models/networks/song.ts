import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Competition between the synapses of one neuron under additive STDP (Song, Miller & Abbott 2000, Nature Neurosci.
 * 3:919, figures 2 and 3): 1,000 excitatory Poisson inputs that learn from half strength on, and 200 inhibitory ones.
 *
 * The paper's synapses are conductances: a fully strong one raises the membrane conductance by 1.5 % and drives it
 * towards 0 mV. Here they are currents of the same size at the neuron's mean potential, about -58 mV; an inhibitory one
 * of 5 % drives it 12 mV down to -70 mV.
 */
export const song: ModelDescription = {
  name: "song",
  description:
    "one neuron, 1,000 plastic inputs of `rate` that compete under additive STDP, 200 inhibitory ones",
  source: "Song, Miller & Abbott 2000, Nature Neurosci. 3:919, with currents for conductances",
  parameters: {
    rate: "10 Hz",
    wMax: "0.015 * 58 mV",
    wInhibitory: "0.05 * 12 mV",
    aPlus: 0.005,
    aMinus: "1.05 * aPlus",
  },
  populations: {
    excitatory: { size: 1000, neuron: "input" },
    inhibitory: { size: 200, neuron: "input" },
    cell: {
      size: 1,
      neuron: {
        model: "lif-exp",
        weightAs: "drive",
        tauExc: "5 ms",
        tauInh: "5 ms",
        tauMem: "20 ms",
        vRest: "-70 mV",
        vThreshold: "-54 mV",
        reset: "fixed",
        vReset: "-60 mV",
      },
    },
  },
  projections: [
    {
      name: "plastic",
      from: "excitatory",
      to: "cell",
      weights: "wMax / 2",
      plasticity: {
        kind: "stdp-pair",
        aPlus: "aPlus",
        aMinus: "aMinus",
        tauPlus: "20 ms",
        tauMinus: "20 ms",
        wMax: "wMax",
      },
    },
    { from: "inhibitory", to: "cell", weights: "-wInhibitory" },
  ],
  stimuli: [
    { to: "excitatory", kind: "poisson", rate: "rate" },
    { to: "inhibitory", kind: "poisson", rate: "10 Hz" },
  ],
};
