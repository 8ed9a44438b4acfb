import { Column, type Group } from "../hdf5/hdf5.ts";

/** Rows of edges at once. */
const BLOCK = 65_536;

/** What stands in every SONATA file. */
export function sonataHeader(root: Group): void {
  root.create_attribute("magic", Uint32Array.of(0x0a7a), [], "<I");
  root.create_attribute("version", Uint32Array.of(0, 1), [2], "<I");
}

/** The nodes of a population, all of one type. @returns the group of their attributes */
export function writeNodeIds(nodes: Group, name: string, size: number, type: number): Group {
  const group = nodes.create_group(name);
  const ids = Uint32Array.from({ length: size }, (_, i) => i);
  new Column(group, "node_id", "<Q", size).write(ids);
  new Column(group, "node_type_id", "<Q", size).write(new Uint32Array(size).fill(type));
  new Column(group, "node_group_id", "<Q", size).write(new Uint32Array(size));
  new Column(group, "node_group_index", "<Q", size).write(ids);
  return group.create_group("0");
}

/** A population of edges, all of one type. */
export interface EdgeColumns {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly type: number;
  readonly count: number;
  /** Source and target of an edge. */
  readonly source: (edge: number) => number;
  readonly target: (edge: number) => number;
  /** What differs from edge to edge, by name. */
  readonly attributes: Readonly<Record<string, (edge: number) => number>>;
}

/** Writes it block by block; where it yields, signals are let in. */
export function* writeEdges(edges: Group, columns: EdgeColumns): Generator<void> {
  const { name, from, to, type, count, source, target, attributes } = columns;
  const group = edges.create_group(name);
  const blocks = function* (of: Group, field: string, dtype: "<Q" | "<d", value: (edge: number) => number) {
    const column = new Column(of, field, dtype, count);
    for (let k = 0; k < count; k += BLOCK) {
      const length = Math.min(BLOCK, count - k);
      const block = dtype === "<Q" ? new Uint32Array(length) : new Float64Array(length);
      for (let i = 0; i < length; i++) block[i] = value(k + i);
      column.write(block);
      yield;
    }
    return column.dataset;
  };
  const sources = yield* blocks(group, "source_node_id", "<Q", source);
  sources.create_attribute("node_population", from, [], "S");
  const targets = yield* blocks(group, "target_node_id", "<Q", target);
  targets.create_attribute("node_population", to, [], "S");
  yield* blocks(group, "edge_type_id", "<Q", () => type);
  yield* blocks(group, "edge_group_id", "<Q", () => 0);
  yield* blocks(group, "edge_group_index", "<Q", edge => edge);
  const own = group.create_group("0");
  for (const [field, value] of Object.entries(attributes)) yield* blocks(own, field, "<d", value);
}
