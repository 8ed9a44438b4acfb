import { InputError } from "../../errors.ts";
import { isNeuron, type NirGraph, type NirNode, type NirTensor, numbers, parametersOf } from "./graph.ts";
import { type LinearMap, linearMap, size } from "./linear.ts";

export interface FlatGraph {
  readonly nodes: Readonly<Record<string, NirNode>>;
  readonly edges: readonly (readonly [string, string])[];
  /** Where the edges of a node lead, in their order. */
  readonly following: ReadonlyMap<string, readonly string[]>;
}

/** Graphs within the graph dissolved: `inner.name`; their Input and Output nodes pass on what reaches them. */
export function flattenGraph(graph: NirGraph): FlatGraph {
  const flat = dissolve(graph, "");
  const following = new Map<string, string[]>();
  for (const [from, to] of flat.edges) {
    const list = following.get(from) ?? [];
    following.set(from, list);
    list.push(to);
  }
  return { ...flat, following };
}

function dissolve(graph: NirGraph, prefix: string): Pick<FlatGraph, "nodes" | "edges"> {
  const entered = new Set(graph.edges.map(([, to]) => to));
  const nodes: Record<string, NirNode> = {};
  const edges: (readonly [string, string])[] = [];
  const ends = (name: string, kind: "Input" | "Output"): string[] => {
    const node = graph.nodes[name];
    if (!("nodes" in node)) return [prefix + name];
    return Object.entries(node.nodes)
      .filter(([, inner]) => inner.type === kind)
      .map(([inner]) => `${prefix}${name}.${inner}`);
  };
  for (const [name, node] of Object.entries(graph.nodes)) {
    if (!("nodes" in node)) nodes[prefix + name] = node;
    else {
      const inner = dissolve(node, `${prefix}${name}.`);
      for (const [key, value] of Object.entries(inner.nodes)) {
        const passes = value.type === "Input" && entered.has(name);
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

/** Values of a node at most: beyond it, no machine holds the network. */
const LARGEST = 2 ** 26;

/**
 * The shape that leaves each node, followed from inputs and neurons, whose shapes stand in the file. Neurons whose
 * parameters are single numbers are as many as what reaches them, or one.
 * @throws InputError when a node gets no shape, or two
 */
export function shapesOf({ nodes, edges }: FlatGraph): Map<string, LinearMap> {
  const maps = new Map<string, LinearMap>();
  const put = (name: string, map: LinearMap) => {
    const fits = map.outShape.every(n => Number.isInteger(n) && n >= 1) && size(map.outShape) <= LARGEST;
    if (!fits)
      throw new InputError(
        `nir: node ${name}: expected a shape of 1 to ${LARGEST} values, got ${map.outShape.slice(0, 8).join(" x ")}`,
      );
    maps.set(name, map);
  };
  const wire = (shape: readonly number[]): LinearMap => ({
    inShape: shape,
    outShape: shape,
    bias: null,
    spread: (i, amount, add) => add(i, amount),
  });
  for (const [name, node] of Object.entries(nodes)) {
    const shape = isNeuron(node.type)
      ? ownShape(node)
      : node.type === "Input" || node.type === "Output"
        ? [...numbers(node, "shape")]
        : null;
    if (shape) put(name, wire(shape));
  }
  const follow = () => {
    // Each round settles at least one more node, or none ever will.
    for (let settled = -1; settled !== maps.size; ) {
      settled = maps.size;
      for (const [from, to] of edges) {
        const source = maps.get(from);
        if (!source || maps.has(to)) continue;
        const node = nodes[to];
        put(to, linearMap(node, source.outShape, `nir: node ${to}`) ?? wire(source.outShape));
      }
    }
  };
  follow();
  for (const [name, node] of Object.entries(nodes)) {
    if (maps.has(name)) continue;
    if (!isNeuron(node.type)) continue;
    put(name, wire(parametersOf(node)[0]?.[1].shape ?? []));
    follow();
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

/** The shape of those parameters that are no single numbers; null where all are. */
function ownShape(node: NirNode): readonly number[] | null {
  return parametersOf(node).find(([, { data }]) => data.length !== 1)?.[1].shape ?? null;
}

/** The graph with single numbers spread over all neurons of their node. @param notes  gets a sentence for each */
export function spreadSingle(
  flat: FlatGraph,
  maps: ReadonlyMap<string, LinearMap>,
  notes: string[],
): FlatGraph {
  const nodes = Object.entries(flat.nodes).map(([name, node]): [string, NirNode] => {
    const { outShape: shape } = maps.get(name)!;
    const n = size(shape);
    if (!isNeuron(node.type)) return [name, node];
    const single = parametersOf(node).filter(([, { data }]) => data.length !== n);
    if (single.length === 0) return [name, node];
    const spread = single.map(([field, { data }]): [string, NirTensor] => [
      field,
      { shape, data: new Float64Array(n).fill(Number(data[0])) },
    ]);
    notes.push(`${name}: parameters that are single numbers are those of all its ${n} neurons`);
    return [name, { ...node, fields: { ...node.fields, ...Object.fromEntries(spread) } }];
  });
  return { ...flat, nodes: Object.fromEntries(nodes) };
}
