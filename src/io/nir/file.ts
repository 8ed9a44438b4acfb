import { InputError } from "../../errors.ts";
import {
  type Dataset,
  datasetAt,
  type Group,
  groupAt,
  has,
  hdf5Numbers,
  textAt,
  textsAt,
  writeHdf5,
  writeText,
} from "../hdf5/hdf5.ts";
import { readHdf5 } from "../hdf5/thread.ts";
import { checkGraph, type NirGraph, type NirNode, type NirTensor, type NirValue } from "./graph.ts";

/** Version of the reference package whose layout this is. */
const VERSION = "1.0.8";
/** Nested deeper, and of more nodes, than any network: a damaged file may contain itself. */
const DEEPEST = 32;
const MOST_NODES = 4096;

/** Writes a graph as a NIR file. @throws InputError when the graph is inconsistent */
export async function writeNir(graph: NirGraph, path: string): Promise<void> {
  checkGraph(graph, path);
  await writeHdf5(path, root => {
    writeText(root, "version", VERSION);
    writeGraph(root.create_group("node"), graph);
  });
}

/** Reads a NIR file. @throws InputError when it is none, or the graph is inconsistent */
export function readNir(path: string): Promise<NirGraph> {
  return readHdf5(nirGraph, path);
}

/** The same of an open file. */
export function nirGraph(root: Group, path: string): NirGraph {
  nodes = 0;
  const graph = readNode(groupAt(root, "node", path), "node", path, 0);
  if (!("nodes" in graph)) throw new InputError(`${path}: node: expected a NIRGraph, got ${graph.type}`);
  checkGraph(graph, path);
  return graph;
}

function writeGraph(group: Group, graph: NirGraph): void {
  writeText(group, "type", "NIRGraph");
  group.create_dataset({
    name: "edges",
    data: graph.edges.flat(),
    shape: [graph.edges.length, 2],
    dtype: "S",
  });
  const nodes = group.create_group("nodes");
  for (const [name, node] of Object.entries(graph.nodes)) {
    if (!/^[^/\0]+$/.test(name) || /^\.+$/.test(name))
      throw new InputError(`nir: node ${JSON.stringify(name)}: expected a name without slashes`);
    const inner = nodes.create_group(name);
    if ("nodes" in node) writeGraph(inner, node);
    else {
      writeText(inner, "type", node.type);
      writeValues(inner, node.fields);
      writeMetadata(inner, node.metadata);
    }
  }
  writeMetadata(group, graph.metadata);
}

function writeMetadata(group: Group, metadata: NirNode["metadata"]): void {
  if (metadata && Object.keys(metadata).length > 0) writeValues(group.create_group("metadata"), metadata);
}

function writeValues(group: Group, values: Readonly<Record<string, NirValue>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string") writeText(group, name, value);
    else {
      const { data, shape } = value;
      const dtype =
        data instanceof Float32Array
          ? "<f"
          : data instanceof Float64Array
            ? "<d"
            : data instanceof Int32Array
              ? "<i"
              : "<q";
      group.create_dataset({ name, data: data as Float64Array, shape: [...shape], dtype });
    }
  }
}

/** Of the file that is being read. */
let nodes = 0;

function readNode(group: Group, where: string, path: string, depth: number): NirNode | NirGraph {
  if (depth > DEEPEST)
    throw new InputError(`${path}: ${where}: expected at most ${DEEPEST} graphs inside each other`);
  if (++nodes > MOST_NODES)
    throw new InputError(`${path}: node: expected at most ${MOST_NODES} nodes, got more`);
  const type = textAt(group, "type", path);
  const metadata = has(group, "metadata")
    ? { metadata: readValues(groupAt(group, "metadata", path), path, []) }
    : {};
  if (type !== "NIRGraph") {
    return { type, fields: readValues(group, path, ["type", "metadata"]), ...metadata };
  }
  const inner = groupAt(group, "nodes", path);
  const names = textsAt(group, "edges", path);
  if (names.length % 2 !== 0) throw new InputError(`${path}: ${where}/edges: expected pairs of names`);
  return {
    type,
    nodes: Object.fromEntries(
      inner
        .keys()
        .map(name => [name, readNode(groupAt(inner, name, path), `${where}/${name}`, path, depth + 1)]),
    ),
    edges: Array.from({ length: names.length / 2 }, (_, k) => [names[2 * k], names[2 * k + 1]] as const),
    ...metadata,
  };
}

function readValues(group: Group, path: string, without: readonly string[]): Record<string, NirValue> {
  return Object.fromEntries(
    group
      .keys()
      .filter(name => !without.includes(name))
      .map(name => [name, readValue(datasetAt(group, name, path), group, name, path)]),
  );
}

function readValue(dataset: Dataset, group: Group, name: string, path: string): NirValue {
  const { dtype } = dataset;
  const shape = dataset.shape ?? [];
  if (typeof dtype === "string" && /S/.test(dtype)) return textAt(group, name, path);
  const numbers = hdf5Numbers(dataset, name, path);
  if (dtype === "<d") return { shape, data: numbers };
  if (dtype === "<f") return { shape, data: Float32Array.from(numbers) };
  if (dtype === "<i") return { shape, data: Int32Array.from(numbers) };
  const integer = numbers.every(Number.isSafeInteger);
  const data: NirTensor["data"] = integer ? BigInt64Array.from(numbers, BigInt) : numbers;
  return { shape, data };
}
