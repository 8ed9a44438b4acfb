import { InputError } from "../../errors.ts";

/*
 * NIR, the Neuromorphic Intermediate Representation (Pedersen et al. 2024, Nat Commun 15:8122), as the reference
 * package nir 1.0 writes it. A graph here holds exactly what a file holds, so that reading and writing changes nothing.
 */

/** Numbers with their shape; [] for a single one. */
export interface NirTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array;
}

/** A parameter of a node. */
export type NirValue = NirTensor | string;

/** A node of NIR: its type, such as `LIF`, and its parameters. */
export interface NirNode {
  readonly type: string;
  readonly fields: Readonly<Record<string, NirValue>>;
  readonly metadata?: Readonly<Record<string, NirValue>>;
}

/** A graph of NIR: nodes by name, edges between them; a node may be a graph too. */
export interface NirGraph {
  readonly type: "NIRGraph";
  readonly nodes: Readonly<Record<string, NirNode | NirGraph>>;
  /** From, to: names of nodes. Several edges into one node add up; loops are allowed. */
  readonly edges: readonly (readonly [string, string])[];
  readonly metadata?: Readonly<Record<string, NirValue>>;
}

/**
 * Fields of each kind of node. `?` may be absent. Parameters of neurons are arrays of the layer's shape, all
 * alike, or single numbers for all of its neurons.
 * LIF: tau dv/dt = v_leak - v + r I, a spike at v > v_threshold, then v = v_reset; IF without the leak. Cuba: the input
 * first passes tau_syn dI/dt = -I + w_in S.
 */
const nirFields: Readonly<Record<string, readonly string[]>> = {
  Input: ["shape"],
  Output: ["shape"],
  Affine: ["weight", "bias"],
  Linear: ["weight"],
  Scale: ["scale"],
  Conv1d: ["input_shape?", "weight", "stride", "padding", "dilation", "groups", "bias"],
  Conv2d: ["input_shape?", "weight", "stride", "padding", "dilation", "groups", "bias"],
  SumPool2d: ["kernel_size", "stride", "padding"],
  AvgPool2d: ["kernel_size", "stride", "padding"],
  Flatten: ["start_dim", "end_dim", "input_type?"],
  Delay: ["delay"],
  Threshold: ["threshold"],
  I: ["r"],
  IF: ["r", "v_threshold", "v_reset?"],
  LI: ["tau", "r", "v_leak"],
  LIF: ["tau", "r", "v_leak", "v_threshold", "v_reset?"],
  CubaLI: ["tau_syn", "tau_mem", "r", "v_leak", "w_in?"],
  CubaLIF: ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset?", "w_in?"],
};

const stateful = new Set(["I", "IF", "LI", "LIF", "CubaLI", "CubaLIF", "Threshold"]);

/** Whether nodes of a kind are neurons; a Threshold is one without memory. */
export function isNeuron(type: string): boolean {
  return stateful.has(type);
}

/** The parameters of a neuron node. */
export function parametersOf(node: NirNode): [name: string, value: NirTensor][] {
  return (nirFields[node.type] ?? [])
    .map(field => field.replace("?", ""))
    .flatMap(field => {
      const value = node.fields[field];
      return value === undefined || typeof value === "string" ? [] : [[field, value] as [string, NirTensor]];
    });
}

export function tensor(data: NirTensor["data"], shape: readonly number[] = [data.length]): NirTensor {
  return { shape, data };
}

/** Numbers of a field; a missing `v_reset` is 0 and a missing `w_in` is 1, as older files mean it. */
export function numbers(node: NirNode, field: string): Float64Array {
  const value = node.fields[field];
  if (value !== undefined && typeof value !== "string") return Float64Array.from(value.data as never, Number);
  const like = node.fields.v_threshold ?? node.fields.tau_mem;
  if (value === undefined && like !== undefined && typeof like !== "string")
    return new Float64Array(like.data.length).fill(field === "w_in" ? 1 : 0);
  throw new InputError(`${node.type}.${field}: expected numbers, got ${value ?? "nothing"}`);
}

/**
 * Checks that nodes are of known kinds, have their fields, and that edges join nodes.
 * @param where  file and path within it, for messages
 * @throws InputError that names the node and the field
 */
export function checkGraph(graph: NirGraph, where: string): void {
  for (const [name, node] of Object.entries(graph.nodes)) {
    const at = `${where}: node ${name}`;
    if ("nodes" in node) checkGraph(node, at);
    else checkNode(node, at);
  }
  for (const [from, to] of graph.edges) {
    const missing = [from, to].find(name => !Object.hasOwn(graph.nodes, name));
    if (missing !== undefined)
      throw new InputError(`${where}: edge ${from} to ${to}: expected nodes of the graph, got ${missing}`);
  }
}

function checkNode(node: NirNode, at: string): void {
  const fields = nirFields[node.type];
  if (!fields) {
    throw new InputError(`${at}: expected one of ${Object.keys(nirFields).join(", ")}, got ${node.type}`);
  }
  let shape: string | null = null;
  for (const field of fields) {
    const value = node.fields[field.replace("?", "")];
    if (value === undefined && field.endsWith("?")) continue;
    if (value === undefined || (typeof value === "string" && field !== "padding"))
      throw new InputError(`${at}: ${field}: expected numbers, got ${value ?? "nothing"}`);
    if (typeof value === "string") {
      if (value !== "same" && value !== "valid")
        throw new InputError(`${at}: padding: expected numbers, same or valid, got ${value}`);
      continue;
    }
    const found = value.shape.join(" x ");
    if (isNeuron(node.type) && value.data.length !== 1) {
      if (shape !== null && found !== shape)
        throw new InputError(`${at}: ${field}: expected the shape of the others, ${shape}, got ${found}`);
      shape = found;
    }
    if (field.startsWith("tau") && !Array.from(value.data as Float64Array).every(x => x > 0))
      throw new InputError(`${at}: ${field}: expected times above 0`);
  }
}
