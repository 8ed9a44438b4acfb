import type { ModelDescription } from "../../src/description/describe.ts";
import { log1p } from "../../src/math/elementary.ts";

/** Populations, their neurons and their external inputs (Potjans & Diesmann 2014, table 5). */
export const names = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"] as const;
export const sizes = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948];
export const external = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100];

/** Probability that a pair is connected, [target][source] (table 5). */
export const probability = [
  [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
  [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
  [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0],
  [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
  [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
  [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
  [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
  [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
];

/** Rates of the full network [Hz]: those of its authors' reference implementation, which they scale it with. */
export const fullRates = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];

const [tauMem, tauSyn, backgroundHz, psp] = [10, 0.5, 8, 0.15];

/** Jump of the current [mV/ms] for a postsynaptic potential of 1 mV at its peak: of both exponentials' difference. */
const currentPerPsp =
  (tauMem - tauSyn) /
  (tauMem * tauSyn) /
  ((tauSyn / tauMem) ** (tauSyn / (tauMem - tauSyn)) - (tauSyn / tauMem) ** (tauMem / (tauMem - tauSyn)));

/** Peak of the postsynaptic potential of a synapse of the full network [mV]; inhibition is four times as strong. */
const efficacy = (target: number, source: number): number =>
  source % 2 === 1 ? -4 * psp : target === 0 && source === 2 ? 2 * psp : psp;

/** Synapses of the full network; several may join one pair (equation 1, solved for the number). */
const synapses = (target: number, source: number): number =>
  Math.round(log1p(-probability[target][source]) / log1p(-1 / (sizes[target] * sizes[source])));

/** Mean current over capacitance that a neuron of the full network gets from its synapses [mV/ms]. */
function meanDrive(target: number): number {
  let psps = external[target] * psp * backgroundHz;
  sizes.forEach((_, source) => {
    const inDegree = synapses(target, source) / sizes[target];
    psps += inDegree * efficacy(target, source) * fullRates[source];
  });
  return (psps * currentPerPsp * tauSyn) / 1000;
}

/**
 * Cortical microcircuit under 1 mm2 of surface (Potjans & Diesmann 2014, Cereb. Cortex 24:785): four layers of
 * excitatory and inhibitory neurons, 77,169 in all with 0.3 billion synapses, and external input of Poisson spikes.
 *
 * `scale` is a fraction of the neurons and of the synapses that each has, external ones too. Means and variances of the
 * input are kept (van Albada, Helias & Diesmann 2015, PLOS Comput. Biol. 11:e1004490): weights grow by 1 / sqrt(scale),
 * and a constant current makes up for the mean that is lost. The full network takes several gigabytes.
 */
export const microcircuit: ModelDescription = {
  name: "microcircuit",
  description: "four layers of cortex under 1 mm2; a tenth of its 77,169 neurons by default",
  source: "Potjans & Diesmann 2014, Cereb. Cortex 24:785; scaled as in van Albada et al. 2015",
  parameters: { scale: 0.1 },
  populations: Object.fromEntries(
    names.map((name, p) => [
      name,
      {
        size: `round(${sizes[p]} * scale)`,
        neuron: {
          model: "lif-exp",
          tauMem: `${tauMem} ms`,
          tauExc: `${tauSyn} ms`,
          tauInh: `${tauSyn} ms`,
          weightAs: "peak",
          vRest: "-65 mV",
          vThreshold: "-50 mV",
          reset: "fixed",
          vReset: "-65 mV",
          tauRef: "2 ms",
          bias: `(1 - sqrt(scale)) * ${meanDrive(p)} mV/ms`,
        },
        initial: { v: "normal(-58 mV, 10 mV)" },
      },
    ]),
  ),
  projections: names.flatMap((to, target) =>
    names.flatMap((from, source) => {
      if (probability[target][source] === 0) return [];
      const weight = `${efficacy(target, source)} mV / sqrt(scale)`;
      return {
        from,
        to,
        connect: { kind: "total", n: `round(${synapses(target, source)} * scale^2)` },
        weights: `normal(${weight}, 0.1 * ${Math.abs(efficacy(target, source))} mV / sqrt(scale))`,
        // Delays below a tenth of a millisecond are drawn again.
        delay: source % 2 === 0 ? "normal(1.5 ms, 0.75 ms, 0.1 ms)" : "normal(0.75 ms, 0.375 ms, 0.1 ms)",
      };
    }),
  ),
  stimuli: names.map((to, p) => ({
    to,
    kind: "poisson",
    rate: `${external[p] * backgroundHz} Hz * scale`,
    weight: `${psp} mV / sqrt(scale)`,
  })),
};
