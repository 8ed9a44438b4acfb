import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NeuronSpec } from "../engine/neurons/index.ts";
import { InputError } from "../errors.ts";
import { parseJson } from "./metadataJson.ts";

/** A row of a table of types: what stands in its columns, without those of NULL. */
export type TypeRow = Readonly<Record<string, string>>;

/** A table of types by their id: columns separated by spaces, texts with spaces in quotes. */
export function typeTable(path: string, key: string): Map<number, TypeRow> {
  const lines = readFileSync(path, "utf8").split(/\r?\n/);
  const cells = (line: string) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
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
      names.map((name, c) => [name, values[c]!] as const).filter(([, v]) => v !== "NULL"),
    );
    rows.set(Number(row[key]), row);
  });
  return rows;
}

/** A neuron in the engine, and what a weight of the file is there. */
export interface SonataNeuron {
  readonly neuron: NeuronSpec | "input";
  readonly perWeight: number;
}

/**
 * The neuron of a type of nodes: our own, and three of NEST's, whose defaults are those of its documentation (version
 * 3): `iaf_psc_delta` with weights in mV, `iaf_psc_exp` and `iaf_psc_alpha` with weights in pA.
 * @param models  folder of the files that `dynamics_params` names
 * @throws InputError that names the type, when it is another or a parameter is no number
 */
export function sonataNeuron(row: TypeRow, models: string, where: string): SonataNeuron {
  if (row.model_type === "virtual") return { neuron: "input", perWeight: 1 };
  const given = { ...row, ...dynamics(row, models) };
  const number = (name: string, usual?: number): number => {
    const value = given[name] === undefined ? usual : given[name] === "inf" ? Infinity : Number(given[name]);
    if (value === undefined || Number.isNaN(value))
      throw new InputError(`${where}: ${name}: expected a number, got ${given[name] ?? "none"}`);
    return value;
  };
  const template = row.model_template ?? "";
  if (template === "threefactor:lif") {
    const [tauMem, tauRef, vRest] = [number("tau_m"), number("t_ref"), number("v_rest")];
    const vThreshold = number("v_threshold");
    return { neuron: { vThreshold, tauMem, tauRef, vRest, reset: "subtract" }, perWeight: 1 };
  }
  const capacity = number("C_m", 250);
  const vRest = number("E_L", -70);
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
  switch (template) {
    case "nest:iaf_psc_delta":
      return { neuron: membrane, perWeight: 1 };
    case "nest:iaf_psc_exp":
      return { neuron: { model: "lif-exp", ...membrane, ...synaptic() }, perWeight: 1 / capacity };
    case "nest:iaf_psc_alpha":
      return { neuron: { model: "lif-alpha", ...membrane, ...synaptic() }, perWeight: 1 / capacity };
    default:
      throw new InputError(
        `${where}: expected threefactor:lif, nest:iaf_psc_delta, nest:iaf_psc_exp, nest:iaf_psc_alpha or virtual, got ${template || row.model_type || "none"}`,
      );
  }
}

function dynamics(row: TypeRow, models: string): Record<string, string> {
  if (row.dynamics_params === undefined) return {};
  const path = join(models, row.dynamics_params);
  if (!existsSync(path))
    throw new InputError(`${path}: expected the parameters of a neuron, got nothing there`);
  const map = parseJson(readFileSync(path, "utf8"), path);
  if (map === null || typeof map !== "object") throw new InputError(`${path}: expected a map of numbers`);
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}
