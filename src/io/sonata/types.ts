import { type NeuronSpec, neuronFields, neurons } from "../../engine/network/neurons/index.ts";
import { InputError, parseJson, shown } from "../../errors.ts";

import { LARGEST_DESCRIPTION, readText } from "../../files/regular.ts";
import { mapOf } from "./config.ts";
import type { Generator } from "./generators.ts";
import { nestNumeric } from "./nestNumeric.ts";

/** A row of a table of types: what stands in its columns, without those of NULL. */
export type TypeRow = Readonly<Record<string, string>>;

/** A table of types by their id: columns separated by spaces, texts with spaces in quotes. */
export function typeTable(path: string, key: string): Map<number, TypeRow> {
  const lines = readText(path, LARGEST_DESCRIPTION).split(/\r?\n/);
  const cells = (line: string) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
  const names = cells(lines[0] ?? "");
  if (!names.includes(key))
    throw new InputError(`${path}, line 1: expected the column ${key}, got ${lines[0]?.slice(0, 60)}`);
  const rows = new Map<number, TypeRow>();
  lines.slice(1).forEach((line, k) => {
    const values = cells(line);
    if (values.length === 0) return;
    if (values.length !== names.length)
      throw new InputError(`${path}, line ${k + 2}: expected ${names.length} columns, got ${values.length}`);
    const row = Object.fromEntries(
      names.map((name, c) => [name, values[c]] as const).filter(([, v]) => v !== "NULL"),
    );
    rows.set(Number(row[key]), row);
  });
  return rows;
}

/** A neuron in the engine, and what the numbers of the file are there. */
export interface SonataNeuron {
  readonly neuron: NeuronSpec | "input";
  /** Factor on the weights of its synapses. */
  readonly perWeight: number;
  /** [pF] By which currents in pA are divided; null where they have no unit. */
  readonly capacity: number | null;
  /** [ms] Of synapses onto it for which the file has none. */
  readonly delay: number;
  /** Whose delay that is. */
  readonly simulator: string;
  /** Potential at the start, where it is not that of rest. */
  readonly initial?: number;
  /** What it is instead of a neuron. */
  readonly generator?: Generator;
}

/**
 * The neuron of a type of nodes: `threefactor:lif` as trained networks are written, `threefactor:MODEL` for any model
 * that is known here, with the parameters of its table in their units; three of NEST's, whose defaults are those of its
 * documentation (version 3): `iaf_psc_delta` with weights in mV, `iaf_psc_exp` and `iaf_psc_alpha` with weights in pA; those
 * of `nestNumeric`; and `IntFire1` of NEURON, whose potential is between 0 and its threshold of 1. NEST's parrots are ours;
 * its Poisson generators are no neurons.
 * @param given  the type's row and its parameters
 * @param notes  gets a sentence when a unit was inferred
 * @throws InputError that names the type, when it is another or a parameter is no number
 */
export function sonataNeuron(given: TypeRow, where: string, notes: string[]): SonataNeuron {
  const ours = { perWeight: 1, capacity: null, delay: 0, simulator: "threefactor" };
  if (given.model_type === "virtual") return { neuron: "input", ...ours };
  const number = (name: string, usual?: number): number => {
    const value = given[name] === undefined ? usual : given[name] === "inf" ? Infinity : Number(given[name]);
    if (value === undefined || Number.isNaN(value))
      throw new InputError(`${where}: ${name}: expected a number, got ${shown(given[name])}`);
    return value;
  };
  const template = given.model_template ?? "";
  if (template === "threefactor:lif") {
    const [tauMem, tauRef, vRest] = [number("tau_m"), number("t_ref"), number("v_rest")];
    const vThreshold = number("v_threshold");
    return { neuron: { vThreshold, tauMem, tauRef, vRest, reset: "subtract" }, ...ours };
  }
  const [owner, model] = template.split(/:(.*)/);
  const fields = owner === "threefactor" ? neuronFields({ model }) : undefined;
  if (fields) {
    const values = Object.entries(fields).flatMap(([name, { unit, words }]) => {
      const value = given[name];
      if (value === undefined) return [];
      return [[name, unit && !words?.includes(value) ? number(name) : value]];
    });
    return { neuron: { ...Object.fromEntries(values), model }, ...ours };
  }
  if (template === "nest:parrot_neuron")
    return { neuron: { model: "parrot" }, perWeight: 1, capacity: null, delay: 1, simulator: "NEST" };
  if (template === "nest:poisson_generator") {
    const generator = { rate: number("rate", 0), start: number("start", 0), stop: number("stop", Infinity) };
    return { neuron: "input", perWeight: 1, capacity: null, delay: 1, simulator: "NEST", generator };
  }
  if (template === "nrn:IntFire1") {
    const [tau, refrac] = [number("tau", 10), number("refrac", 5)];
    // Tools that write seconds do not say so; no membrane keeps for half a second, none leaks within half a ms.
    const ms = tau < 0.5 ? 1000 : 1;
    if (given.tau !== undefined)
      notes.push(`${where}: took tau and refrac in ${ms === 1 ? "ms" : "s"}, as tau is ${tau}`);
    const times = { tauMem: tau * ms, tauRef: given.refrac === undefined ? refrac : refrac * ms };
    const neuron = { ...times, vThreshold: 1, vRest: 0, reset: "fixed" as const, vReset: 0 };
    return { neuron, ...ours, delay: 1, simulator: "NEURON" };
  }
  if (Object.hasOwn(nestNumeric, template))
    return { ...nestNumeric[template](number), delay: 1, simulator: "NEST" };
  const capacity = number("C_m", 250);
  const vRest = number("E_L", -70);
  // In NEST, another E_L leaves the potential where it is.
  const initial = number("V_m", -70);
  const membrane = {
    vThreshold: number("V_th", -55),
    vRest,
    tauMem: number("tau_m", 10),
    tauRef: number("t_ref", 2),
    reset: "fixed" as const,
    vReset: number("V_reset", -70),
    bias: number("I_e", 0) / capacity,
  };
  const synaptic = () => ({ tauExc: number("tau_syn_ex", 2), tauInh: number("tau_syn_in", 2) });
  const nest = {
    ...{ capacity, delay: 1, simulator: "NEST" },
    ...(initial !== vRest && { initial }),
  };
  switch (template) {
    case "nest:iaf_psc_delta":
      return { neuron: membrane, perWeight: 1, ...nest };
    case "nest:iaf_psc_exp":
      return { neuron: { model: "lif-exp", ...membrane, ...synaptic() }, perWeight: 1 / capacity, ...nest };
    case "nest:iaf_psc_alpha":
      return { neuron: { model: "lif-alpha", ...membrane, ...synaptic() }, perWeight: 1 / capacity, ...nest };
    default:
      throw new InputError(
        `${where}: expected ${neurons.names.map(name => `threefactor:${name}`).join(", ")}, nrn:IntFire1, nest:iaf_psc_delta, nest:iaf_psc_exp, nest:iaf_psc_alpha, nest:parrot_neuron, nest:poisson_generator, ${Object.keys(nestNumeric).join(", ")} or virtual, got ${template || given.model_type || "none"}`,
      );
  }
}

/** A file of parameters, as `dynamics_params` names one. */
export function parameterFile(path: string): TypeRow {
  const map = mapOf(parseJson(readText(path, LARGEST_DESCRIPTION), path));
  if (!map) throw new InputError(`${path}: expected a map of numbers, got something else`);
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}
