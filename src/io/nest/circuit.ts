import { within } from "../../engine/network/expect.ts";
import type { Network, NetworkSpec } from "../../engine/network/network.ts";
import { edges } from "../../engine/network/plasticity/edges.ts";
import { plasticity } from "../../engine/network/plasticity/index.ts";
import { InputError } from "../../errors.ts";
import { inputsOf, type NestInput } from "./inputs.ts";
import type { NestOptions } from "./options.ts";
import {
  CAPACITANCE,
  expectMembrane,
  neuronPartner,
  type Partner,
  type SynapsePartner,
  synapsePartner,
  weightOf,
} from "./partners.ts";
import { type NestRule, rulesOf } from "./rules.ts";
import { stepsOf } from "./steps.ts";

export interface NestPopulation extends Partner {
  readonly name: string;
  readonly size: number;
  /** Whether it has no dynamics, and emits what it is given. */
  readonly input: boolean;
  /** Parameters in which its neurons differ, by NEST's names: [size] each. */
  readonly each: Readonly<Record<string, Float64Array>>;
}

/** A list of synapses, one entry each; `model` is the synapse's. */
export interface NestProjection extends Partner {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** [pA], mV onto `iaf_psc_delta`, or nS: one each, or one for all. */
  readonly weights: Float64Array | number;
  /** [ms], multiples of the step. */
  readonly delays: Float64Array | number;
}

/** A network in NEST's models and units. */
export interface NestCircuit extends NestOptions {
  readonly populations: readonly NestPopulation[];
  readonly projections: readonly NestProjection[];
  /** Instead of projections, where `rules` were asked for. */
  readonly connections: readonly NestRule[];
  readonly inputs: readonly NestInput[];
  /** What is not as in the engine, in sentences. */
  readonly notes: readonly string[];
}

/**
 * A network as NEST would have it: each synapse with its weight and delay, potentials at the start, and inputs.
 * @param spec  what the network was made of
 * @param net   its network; where `rules` are asked for, one of its populations and stimuli alone
 * @throws InputError that names the field for what NEST has no partner
 */
export function nestCircuit(spec: NetworkSpec, net: Network, options: NestOptions): NestCircuit {
  const { precise, dtMs } = options;
  const notes = new Set<string>();
  const partners = net.populations.map(population => neuronPartner(population, precise));
  const kept: Record<string, number>[] = partners.map(({ parameters }) => ({ ...parameters }));
  const keep = (to: number, { postsynaptic }: SynapsePartner, path: string) => {
    if (precise)
      throw new InputError(
        `${path}.plasticity: expected the grid mode, as NEST's synapses learn from times of the lattice, got exact`,
      );
    addTo(kept[to], postsynaptic, path);
  };
  const rules = options.rules ? rulesOf(spec, net, partners, options, notes, keep) : [];
  const projections = net.projections.map((projection): NestProjection => {
    const { name, place, synapses, plasticity, from, to, target } = projection;
    const path = `projections[${place}]`;
    expectMembrane(target, path);
    if (synapses.shared)
      throw new InputError(
        `${path}.connect.kind: expected a weight per synapse, got those of a shared kernel`,
      );
    const { perWeight } = partners[to];
    const rule = plasticity
      ? synapsePartner(plasticity, weightOf(synapses.gain, perWeight), path)
      : { model: "static_synapse", parameters: {}, postsynaptic: {} };
    if (plasticity) keep(to, rule, path);
    const { pre, post, delays } = edges(synapses);
    const scaled = (w: number) => weightOf(w * synapses.gain, perWeight);
    const steps = (delay: number) => stepsOf(delay, `${path}.delay`, options, notes);
    return {
      ...{ name, from: net.populations[from].name, to: net.populations[to].name, pre, post },
      ...{ model: rule.model, parameters: rule.parameters },
      weights:
        synapses.uniformWeight !== null
          ? scaled(synapses.uniformWeight)
          : Float64Array.from(synapses.heldWeights, scaled),
      delays: delays
        ? Float64Array.from(delays, steps)
        : synapses.synapses > 0
          ? steps(synapses.minDelay)
          : dtMs,
    };
  });
  for (const { model } of net.populations)
    if (!precise && model?.model === "lif" && (model.parameters.tauRef as number) > 0)
      notes.add("input that reaches iaf_psc_delta at the very end of a refractory time is lost");
  const { inputs, currents } = inputsOf(spec, net, partners, options, notes);
  const populations = net.populations.map(({ name, size, initial, model }, p): NestPopulation => {
    const { E_L, I_e } = kept[p];
    const constant = options.currents?.[name];
    const added = currents[p] ?? (constant ? new Float64Array(size) : null);
    const each = {
      // At rest, where nothing else is said: NEST would begin at its own default.
      ...(E_L !== undefined && { V_m: initial ?? new Float64Array(size).fill(E_L) }),
      ...(added && { I_e: added.map((pA, i) => I_e + pA + (constant?.[i] ?? 0) * CAPACITANCE) }),
    };
    const parameters = { ...kept[p] };
    for (const [key, values] of Object.entries(each))
      if (values.every(value => value === values[0])) {
        parameters[key] = values[0];
        delete each[key as "V_m"];
      }
    return { name, size, input: model === null, model: partners[p].model, parameters, each };
  });
  return { ...options, populations, projections, connections: rules, inputs, notes: [...notes] };
}

/**
 * Before synapses are drawn, which may be millions.
 * @param net  of the populations alone
 * @throws InputError that names the first neuron or learning rule that has no partner
 */
export function expectPartners(spec: NetworkSpec, net: Network, precise: boolean): void {
  const partners = net.populations.map(population => neuronPartner(population, precise));
  (spec.projections ?? []).forEach((projection, q) => {
    const path = `projections[${q}]`;
    expectMembrane(projection?.target, path);
    const to = net.populations.findIndex(({ name }) => name === projection?.to);
    const rule = to < 0 ? null : within(path, () => plasticity(projection));
    if (rule) synapsePartner(rule, weightOf(projection.gain ?? 1, partners[to].perWeight), path);
  });
}

/** Gives neurons what a rule has them keep. @throws InputError where another rule has them keep something else */
function addTo(kept: Record<string, number>, wanted: Readonly<Record<string, number>>, path: string): void {
  for (const [key, value] of Object.entries(wanted)) {
    if (kept.C_m === undefined)
      throw new InputError(`${path}.to: expected neurons that keep traces in NEST, got parrots`);
    if (kept[key] !== undefined && kept[key] !== value)
      throw new InputError(
        `${path}.plasticity: expected one ${key} for all rules onto a population in NEST, got ${kept[key]} and ${value}`,
      );
    kept[key] = value;
  }
}
