import { InputError, shown } from "../../errors.ts";
import { attribute, datasetAt, type Group, groupAt, has, numbersAt } from "../hdf5/hdf5.ts";

/** A population of a file of nodes. */
export interface SonataNodes {
  readonly name: string;
  /** [nodes] key of each in the table of types, in the order of their ids. */
  readonly types: Float64Array;
  /** [nodes] constant current over capacitance [1/ms], an attribute of our own; null for none. */
  readonly bias: Float64Array | null;
  /** [nodes] by NEST's names, parameters that each has of its own; NaN where it has that of its type. */
  readonly own: Readonly<Record<string, Float64Array>>;
}

/** Parameters of NEST's in which nodes may differ. */
const OWN = ["V_m", "I_e", "rate"];

/** A population of a file of edges. */
export interface SonataEdges {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** [edges] */
  readonly sources: Float64Array;
  readonly targets: Float64Array;
  readonly types: Float64Array;
  /** [edges] NaN where the file holds none and the table of types decides. */
  readonly weights: Float64Array;
  readonly delays: Float64Array;
  /** [edges] synapses that an edge stands for. */
  readonly counts: Float64Array;
}

/** The nodes of an open file. @throws InputError when columns are missing, or neurons have parameters of their own */
export function sonataNodes(root: Group, path: string): SonataNodes[] {
  const all = groupAt(root, "nodes", path);
  return all.keys().map(name => {
    const group = groupAt(all, name, path);
    const types = numbersAt(group, "node_type_id", path);
    const n = types.length;
    const column = columns(group, path, n, "node");
    const own: Record<string, Float64Array> = {};
    for (const key of group.keys())
      if (/^\d+$/.test(key) && has(group, `${key}/dynamics_params`))
        for (const field of groupAt(group, `${key}/dynamics_params`, path).keys()) {
          if (!OWN.includes(field))
            throw new InputError(
              `${path}: ${name}/${key}/dynamics_params: expected ${OWN.join(", ")} there and other parameters in the table of types, got ${shown(field)}`,
            );
          own[field] ??= column(`dynamics_params/${field}`, Number.NaN);
        }
    const bias = column("bias_current", 0);
    const ids = has(group, "node_id") ? numbersAt(group, "node_id", path) : null;
    if (!ids?.some((id, k) => id !== k))
      return { name, types, own, bias: bias.some(b => b !== 0) ? bias : null };
    // In the order of the ids, which have to be those from 0 on.
    const order = new Float64Array(n).fill(-1);
    ids.forEach((id, k) => {
      if (id >= 0 && id < n) order[id] = k;
    });
    if (ids.length !== n || order.includes(-1))
      throw new InputError(`${path}: ${name}/node_id: expected every number below ${n}, got others`);
    const sorted = (list: Float64Array) => Float64Array.from(order, k => list[k]);
    return {
      ...{ name, types: sorted(types), bias: bias.some(b => b !== 0) ? sorted(bias) : null },
      own: Object.fromEntries(Object.entries(own).map(([field, values]) => [field, sorted(values)])),
    };
  });
}

/** The edges of an open file. @throws InputError when columns are missing or do not match */
export function sonataEdges(root: Group, path: string): SonataEdges[] {
  const all = groupAt(root, "edges", path);
  return all.keys().map(name => {
    const group = groupAt(all, name, path);
    const end = (field: string) => {
      const population = attribute(datasetAt(group, field, path), "node_population");
      if (typeof population !== "string")
        throw new InputError(
          `${path}: ${name}/${field}: expected the attribute node_population, got ${String(population)}`,
        );
      return population;
    };
    const sources = numbersAt(group, "source_node_id", path);
    const n = sources.length;
    const column = columns(group, path, n, "edge");
    return {
      name,
      from: end("source_node_id"),
      to: end("target_node_id"),
      sources,
      targets: sized(numbersAt(group, "target_node_id", path), n, `${path}: ${name}/target_node_id`),
      types: sized(numbersAt(group, "edge_type_id", path), n, `${path}: ${name}/edge_type_id`),
      weights: column("syn_weight", Number.NaN),
      delays: column("delay", Number.NaN),
      counts: column("nsyns", 1),
    };
  });
}

/** Reads attributes that lie in numbered groups; which group, and where in it, stands in two columns. */
function columns(group: Group, path: string, n: number, kind: "node" | "edge") {
  const index = (field: string) =>
    has(group, field) ? sized(numbersAt(group, field, path), n, `${path}: ${field}`) : null;
  const groups = index(`${kind}_group_id`);
  const places = index(`${kind}_group_index`);
  return (field: string, missing: number): Float64Array => {
    const values = new Map<number, Float64Array>();
    for (const key of group.keys())
      if (/^\d+$/.test(key) && has(group, `${key}/${field}`))
        values.set(Number(key), numbersAt(group, `${key}/${field}`, path));
    if (values.size === 0) return new Float64Array(n).fill(missing);
    return Float64Array.from({ length: n }, (_, k) => {
      const own = values.get(groups?.[k] ?? 0);
      if (!own) return missing;
      const value = own[places?.[k] ?? k];
      if (value === undefined)
        throw new InputError(
          `${path}: ${field}: expected a value for ${kind} ${k}, got ${own.length} values`,
        );
      return value;
    });
  };
}

function sized(list: Float64Array, n: number, where: string): Float64Array {
  if (list.length === n) return list;
  throw new InputError(`${where}: expected ${n} values, got ${list.length}`);
}
