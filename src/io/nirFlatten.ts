import { InputError } from "../errors.ts";
import { isNeuron, type NirGraph, type NirNode, numbers } from "./nirGraph.ts";
import { type LinearMap, linearMap, size } from "./nirLinear.ts";

export interface FlatGraph {
  readonly nodes: Readonly<Record<string, NirNode>>;
  readonly edges: readonly (readonly [string, string])[];
}

/** Graphs within the graph dissolved: `inner.name`; their Input and Output nodes pass on what reaches them. */
export function flattenGraph(graph: NirGraph, prefix = ""): FlatGraph {
  const nodes: Record<string, NirNode> = {};
  const edges: (readonly [string, string])[] = [];
  const ends = (name: string, kind: "Input" | "Output"): string[] => {
    const node = graph.nodes[name]!;
    if (!("nodes" in node)) return [prefix + name];
    return Object.entries(node.nodes)
      .filter(([, inner]) => inner.type === kind)
      .map(([inner]) => `${prefix}${name}.${inner}`);
  };
  for (const [name, node] of Object.entries(graph.nodes)) {
    if (!("nodes" in node)) nodes[prefix + name] = node;
    else {
      const inner = flattenGraph(node, `${prefix}${name}.`);
      for (const [key, value] of Object.entries(inner.nodes)) {
        const passes = value.type === "Input" && graph.edges.some(([, to]) => to === name);
        // Only the outermost inputs emit; those within are wires.
        nodes[key] = passes ? { ...value, type: "Output" } : value;
      }
      edges.push(...inner.edges);
    }
  }
  for (const [from, to] of graph.edges)
    for (const a of ends(from, "Output")) for (const b of ends(to, "Input")) edges.push([a, b]);
  return { nodes, edges };
}

/**
 * The shape that leaves each node, followed from inputs and neurons, whose shapes stand in the file.
 * @throws InputError when a node gets no shape, or two
 */
export function shapesOf({ nodes, edges }: FlatGraph): Map<string, LinearMap> {
  const maps = new Map<string, LinearMap>();
  const wire = (shape: readonly number[]): LinearMap => ({
    inShape: shape,
    outShape: shape,
    bias: null,
    spread: (i, amount, add) => add(i, amount),
  });
  for (const [name, node] of Object.entries(nodes)) {
    const shape = isNeuron(node.type)
      ? fieldShape(node, node.fields.tau_mem ? "tau_mem" : node.fields.r ? "r" : "threshold")
      : node.type === "Input" || node.type === "Output"
        ? [...numbers(node, "shape")]
        : null;
    if (shape) maps.set(name, wire(shape));
  }
  // Each round settles at least one more node, or none ever will.
  for (let settled = -1; settled !== maps.size; ) {
    settled = maps.size;
    for (const [from, to] of edges) {
      const source = maps.get(from);
      if (!source || maps.has(to)) continue;
      const node = nodes[to]!;
      const where = `nir: node ${to}`;
      maps.set(to, linearMap(node, source.outShape, where) ?? wire(source.outShape));
    }
  }
  for (const name of Object.keys(nodes)) {
    if (!maps.has(name)) throw new InputError(`nir: node ${name}: expected an input, got no edge to it`);
  }
  for (const [from, to] of edges) {
    const [a, b] = [size(maps.get(from)!.outShape), size(maps.get(to)!.inShape)];
    if (a !== b) throw new InputError(`nir: edge ${from} to ${to}: expected ${b} values, got ${a}`);
  }
  return maps;
}

function fieldShape(node: NirNode, field: string): readonly number[] {
  const value = node.fields[field];
  return value === undefined || typeof value === "string" ? [] : value.shape;
}
