import type { ModelDescription } from "../../src/description/describe.ts";
import { distalReward } from "./distalReward.ts";

/**
 * The network of `distalReward` with the neurons and the background of the program of Izhikevich 2007 (Cereb. Cortex
 * 17:2443): regular and fast spiking neurons by its steps, under a current that is drawn anew in every ms, evenly between
 * -6.5 and 6.5 mV/ms; pairs of the last spikes alone, traces that lose 5 % in 1 ms.
 *
 * It runs in the program's steps of 1 ms.
 */
export const distalRewardIzhikevich: ModelDescription = {
  ...distalReward,
  name: "distal-reward-izhikevich",
  description: "the same with Izhikevich's neurons and noise",
  source: "Izhikevich 2007, Cereb. Cortex 17:2443",
  dt: "1 ms",
  parameters: {
    ...Object.fromEntries(
      Object.entries(distalReward.parameters!).filter(([name]) => !["background", "kick"].includes(name)),
    ),
    noise: "6.5 mV / (1 ms)",
  },
  populations: {
    E: { size: "nE", neuron: { model: "izhikevich", a: 0.02, d: 8, integrator: "euler" } },
    I: { size: "nI", neuron: { model: "izhikevich", a: 0.1, d: 2, integrator: "euler" } },
  },
  projections: (distalReward.projections as readonly { plasticity?: object }[]).map(projection => ({
    ...projection,
    ...(projection.plasticity && {
      plasticity: {
        ...projection.plasticity,
        ...{
          pairing: "nearest",
          aMinus: "0.15 / 0.95",
          tauPlus: "-1 ms / log(0.95)",
          tauMinus: "-1 ms / log(0.95)",
        },
      },
    }),
  })),
  stimuli: ["E", "I"].map(to => ({ to, kind: "noise", low: "-noise", high: "noise", interval: "1 ms" })),
};
