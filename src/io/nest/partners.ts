import { MEMBRANE } from "../../engine/network/modulators.ts";
import type { Population } from "../../engine/network/network.ts";
import { currentPerWeight, type SynapticParameters } from "../../engine/network/neurons/parameters.ts";
import { alphaPeak, expPeak } from "../../engine/network/neurons/response.ts";
import type { Plasticity } from "../../engine/network/plasticity/plasticSynapses.ts";
import { InputError, shown } from "../../errors.ts";

/**
 * Capacitance of every neuron that is handed over [pF]. The engine has currents over capacitance, and so none of its own;
 * a power of 2 makes pA of mV/ms without rounding.
 */
export const CAPACITANCE = 256;

/** A model of NEST and its parameters, under NEST's names. */
export interface Partner {
  readonly model: string;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface NeuronPartner extends Partner {
  /** What a weight of 1 is in NEST's unit, pA, nS for conductances or mV for delta synapses: excitatory and inhibitory. */
  readonly perWeight: readonly [number, number];
}

/** A weight in NEST's unit. */
export function weightOf(amount: number, [excitatory, inhibitory]: NeuronPartner["perWeight"]): number {
  return amount * (amount > 0 ? excitatory : inhibitory);
}

type Given = Readonly<Record<string, unknown>>;

/**
 * The neuron of NEST with the equations of a population's: `iaf_psc_delta`, `iaf_psc_exp`, `iaf_psc_alpha`,
 * `parrot_neuron`, and those of the same names on `_ps`, which fire between points of the lattice (Hanuschkin et al. 2010,
 * Front. Neuroinform. 4:113); of conductances and adaptive neurons, on the lattice alone, `iaf_cond_exp`, `aeif_cond_exp` and
 * `aeif_psc_exp`, whose steps adapt. An input population is parrots, which pass on what a generator gives them.
 * @param precise  whether spikes lie anywhere in time
 * @throws InputError that names the field that has no partner
 */
export function neuronPartner({ name, model }: Population, precise: boolean): NeuronPartner {
  const end = precise ? "_ps" : "";
  const path = `populations.${name}.neuron`;
  const no = (field: string, expected: string, value: unknown) =>
    new InputError(`${path}.${field}: expected ${expected}, as NEST has, got ${shown(value)}`);
  if (!model || model.model === "parrot")
    return { model: `parrot_neuron${end}`, parameters: {}, perWeight: [1, 1] };
  const names: Given = { lif: "iaf_psc_delta", "lif-exp": "iaf_psc_exp", "lif-alpha": "iaf_psc_alpha" };
  const numeric = ["lif-cond-exp", "adex"];
  const partner = Object.hasOwn(names, model.model) ? names[model.model] : null;
  if (partner === null && !numeric.includes(model.model))
    throw no("model", "lif, lif-exp, lif-alpha, lif-cond-exp, adex, parrot or input", model.model);
  const p = model.parameters as unknown as SynapticParameters;
  if (numeric.includes(model.model)) {
    if (precise) throw no("model", "lif, lif-exp, lif-alpha, parrot or input in the exact mode", model.model);
    if (!Number.isFinite(p.vThreshold)) throw no("vThreshold", "a finite number", p.vThreshold);
    const { integrator = "rk4" } = model.parameters as Given;
    if (integrator !== "rk4") throw no("integrator", "rk4, as NEST steps by no coarser method", integrator);
    return numericPartner(model.model, model.parameters as unknown as Given);
  }
  if (p.reset !== "fixed") throw no("reset", "fixed", p.reset);
  for (const field of ["tauMem", "vThreshold"] as const)
    if (!Number.isFinite(p[field])) throw no(field, "a finite number", p[field]);
  const membrane = {
    C_m: CAPACITANCE,
    tau_m: p.tauMem,
    E_L: p.vRest,
    V_th: p.vThreshold,
    V_reset: p.vReset,
    t_ref: p.tauRef,
    I_e: p.bias * CAPACITANCE,
  };
  if (model.model === "lif") return { model: `${partner}${end}`, parameters: membrane, perWeight: [1, 1] };
  const peak = (tau: number) =>
    model.model === "lif-exp"
      ? expPeak(1 / p.tauMem, 1 / tau)
      : (Math.E / tau) * alphaPeak(1 / p.tauMem, 1 / tau);
  const scale = (tau: number) => CAPACITANCE * currentPerWeight(p, peak(tau));
  return {
    model: `${partner}${end}`,
    parameters: { ...membrane, tau_syn_ex: p.tauExc, tau_syn_in: p.tauInh },
    perWeight: [scale(p.tauExc), scale(p.tauInh)],
  };
}

/** Neurons without an exact solution that NEST has too. */
function numericPartner(model: string, given: Given): NeuronPartner {
  const p = given as Readonly<Record<string, number>>;
  // Conductances count in the leak's.
  const perSiemens = CAPACITANCE / (p.gLeak * p.tauMem);
  const shared = {
    ...{ C_m: CAPACITANCE, g_L: CAPACITANCE / p.tauMem, E_L: p.vRest, V_reset: p.vReset, t_ref: p.tauRef },
    ...{ I_e: p.bias * CAPACITANCE, tau_syn_ex: p.tauExc, tau_syn_in: p.tauInh },
  };
  const reversal = { E_ex: p.eExc, E_in: p.eInh };
  if (model === "lif-cond-exp")
    return {
      model: "iaf_cond_exp",
      parameters: { ...shared, ...reversal, V_th: p.vThreshold },
      perWeight: [perSiemens, perSiemens],
    };
  const adaptive = {
    ...{ ...shared, V_th: p.vT, Delta_T: p.deltaT, V_peak: p.vThreshold },
    ...{ a: p.a * perSiemens, b: p.b * CAPACITANCE, tau_w: p.tauW },
  };
  return given.synapses === "current"
    ? { model: "aeif_psc_exp", parameters: adaptive, perWeight: [CAPACITANCE, CAPACITANCE] }
    : {
        model: "aeif_cond_exp",
        parameters: { ...adaptive, ...reversal },
        perWeight: [perSiemens, perSiemens],
      };
}

export interface SynapsePartner extends Partner {
  /** What the postsynaptic neurons keep for it. */
  readonly postsynaptic: Readonly<Record<string, number>>;
}

/** @throws InputError for a projection onto a modulator, which NEST's neurons have none of */
export function expectMembrane(target: string | null | undefined, path: string): void {
  if ((target ?? MEMBRANE) !== MEMBRANE)
    throw new InputError(`${path}.target: expected the membrane, as NEST has, got ${shown(target)}`);
}

/**
 * The synapse of NEST with the equations of a projection's rule, whose weights are `factor` times ours. NEST keeps the
 * whole delay behind the synapse: rules that hear postsynaptic spikes need `delayKind: "dendritic"`. Spikes that reach a
 * synapse from both sides at one point of the lattice make no pair in NEST; here the presynaptic one comes first.
 * @param path  of the projection
 * @throws InputError that names the field that has no partner
 */
export function synapsePartner(
  { kinds, parameters, delayKind }: Plasticity,
  factor: number,
  path: string,
): SynapsePartner {
  const no = (field: string, expected: string, value: unknown) =>
    new InputError(`${path}.${field}: expected ${expected}, as NEST has, got ${shown(value)}`);
  const [kind] = kinds;
  const p = parameters[0] as Readonly<Record<string, number>>;
  const given = parameters[0];
  if (kinds.length > 1) throw no("plasticity", "one rule", kinds.join(", "));
  const rules = ["short-term", "stdp-pair", "stdp-triplet", "stdp-inhibitory"];
  if (!rules.includes(kind)) throw no("plasticity.kind", rules.join(", "), kind);
  if (kind === "short-term") {
    if (!(p.tauRec > 0)) throw no("plasticity.tauRec", "a time above 0", p.tauRec);
    // Its first spike acts with u and x as they are.
    const rested = { U: p.use, u: p.use, x: 1, tau_rec: p.tauRec, tau_fac: p.tauFacil };
    return { model: "tsodyks2_synapse", parameters: rested, postsynaptic: {} };
  }
  if (delayKind !== "dendritic") throw no("delayKind", "dendritic", delayKind);
  if (p.wMin !== 0) throw no("plasticity.wMin", "0", p.wMin);
  const Wmax = Number.isFinite(p.wMax) ? p.wMax * factor : Math.sign(factor) * 1e300;
  if (kind === "stdp-inhibitory") {
    const alpha = (2 * p.targetRate * p.tau) / 1000;
    return {
      model: "vogels_sprekeler_synapse",
      parameters: { tau: p.tau, eta: p.eta * Math.abs(factor), alpha, Wmax },
      postsynaptic: { tau_minus: p.tau },
    };
  }
  if (given.pairing !== "all") throw no("plasticity.pairing", "all", given.pairing);
  if (kind === "stdp-triplet") {
    const unit = p.wRef * Math.abs(factor);
    return {
      model: "stdp_triplet_synapse",
      parameters: {
        tau_plus: p.tauPlus,
        tau_plus_triplet: Number.isFinite(p.tauX) ? p.tauX : 1e300,
        Aplus: p.aPlus2 * unit,
        Aplus_triplet: p.aPlus3 * unit,
        Aminus: p.aMinus2 * unit,
        Aminus_triplet: p.aMinus3 * unit,
        Wmax,
      },
      postsynaptic: { tau_minus: p.tauMinus, tau_minus_triplet: p.tauY },
    };
  }
  if (given.dependence === "power")
    throw no("plasticity.dependence", "additive or multiplicative", given.dependence);
  if (!(p.aPlus > 0)) throw no("plasticity.aPlus", "a number above 0", p.aPlus);
  const mu = given.dependence === "additive" ? 0 : p.mu;
  return {
    model: "stdp_synapse",
    parameters: {
      tau_plus: p.tauPlus,
      lambda: p.aPlus,
      alpha: p.aMinus / p.aPlus,
      mu_plus: mu,
      mu_minus: mu,
      Wmax,
    },
    postsynaptic: { tau_minus: p.tauMinus },
  };
}
