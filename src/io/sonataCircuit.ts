import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { NetworkSpec, PopulationSpec } from "../engine/network.ts";
import { InputError } from "../errors.ts";
import { readHdf5 } from "./hdf5Thread.ts";
import { type PartedLayer, splitSynapses } from "./layerParts.ts";
import { parseJson } from "./metadataJson.ts";
import type { SonataEdges } from "./sonataCircuitFiles.ts";
import { sonataNeuron, type TypeRow, typeTable } from "./sonataTypes.ts";

export interface SonataCircuit {
  readonly spec: NetworkSpec;
  /** Constant input of each population [1/ms]: `Simulation.setCurrent` takes them. */
  readonly currents: Readonly<Record<string, Float64Array>>;
  /** What the engine makes of the file, one sentence each. */
  readonly notes: readonly string[];
}

interface Layer extends PartedLayer {
  /** [neurons] Factor on the weights of synapses onto each. */
  readonly perWeight: Float64Array;
}

/**
 * A SONATA circuit (Dai et al. 2020, PLoS Comput Biol 16:e1007696) as a network of the engine: a folder with
 * `circuit_config.json`, or with nodes.h5, edges.h5 and their tables of types. A population of nodes of several types
 * becomes several populations, NAME[TYPE]. Synapses are taken as static.
 * @throws InputError when files are missing or damaged, or a neuron is none of the engine's
 */
export async function readSonataCircuit(folder: string): Promise<SonataCircuit> {
  const config = circuitFiles(folder);
  const notes: string[] = [];
  const layers = new Map<string, Layer>();
  const populations: Record<string, PopulationSpec> = {};
  const currents: Record<string, Float64Array> = {};
  for (const { file, table } of config.nodes) {
    const rows = typeTable(expectFile(table), "node_type_id");
    for (const { name, types, bias } of await readHdf5("sonataNodes", file)) {
      const size = types.length;
      if (size === 0) continue;
      if (layers.has(name)) throw new InputError(`${file}: ${name}: expected each population of nodes once`);
      const kinds = [...new Set(types)].sort((a, b) => a - b);
      const perWeight = new Float64Array(size);
      const parts = kinds.map(type => {
        const population = kinds.length === 1 ? name : `${name}[${type}]`;
        const where = `${table}: type ${type}`;
        const row = rows.get(type);
        if (!row) throw new InputError(`${where}: expected a row for it, as ${name} has nodes of it`);
        const neurons = Uint32Array.from([...types.keys()].filter(k => types[k] === type));
        const found = sonataNeuron(row, config.models, where);
        for (const k of neurons) perWeight[k] = found.perWeight;
        populations[population] = { size: neurons.length, neuron: found.neuron };
        if (bias && found.neuron !== "input")
          currents[population] = Float64Array.from(neurons, k => bias[k]!);
        return { population, neurons };
      });
      layers.set(name, { size, parts, perWeight });
    }
  }
  const projections: NonNullable<NetworkSpec["projections"]>[number][] = [];
  for (const { file, table } of config.edges) {
    const rows = existsSync(table) ? typeTable(table, "edge_type_id") : new Map<number, TypeRow>();
    for (const [type, { model_template: model = "" }] of rows)
      if (!["", "threefactor:delta", "nest:static_synapse", "static_synapse"].includes(model))
        notes.push(`${table}: type ${type}: ${model} is taken as a static synapse`);
    for (const edges of await readHdf5("sonataEdges", file)) {
      const [from, to] = [edges.from, edges.to].map(name => {
        const layer = layers.get(name);
        if (!layer)
          throw new InputError(`${file}: ${edges.name}: expected a population of nodes, got ${name}`);
        return layer;
      }) as [Layer, Layer];
      const synapses = sorted(edges, rows, from, to, `${file}: ${edges.name}`);
      projections.push(...splitSynapses(synapses, from, to, edges.name));
    }
  }
  if (layers.size === 0) throw new InputError(`${folder}: expected nodes, got none`);
  return { spec: { populations, projections }, currents, notes };
}

/** Edges by their sources, with the weights that the engine takes. */
function sorted(
  edges: SonataEdges,
  rows: ReadonlyMap<number, TypeRow>,
  from: Layer,
  to: Layer,
  where: string,
) {
  const { sources, targets, types, weights, delays, counts } = edges;
  const stray = sources.findIndex(
    (i, k) => !(i >= 0 && i < from.size && targets[k]! >= 0 && targets[k]! < to.size),
  );
  if (stray >= 0)
    throw new InputError(
      `${where}: edge ${stray}: expected nodes of ${edges.from} (${from.size}) and ${edges.to} (${to.size}), got ${sources[stray]} and ${targets[stray]}`,
    );
  const value = (list: Float64Array, k: number, column: string, usual: number) => {
    if (!Number.isNaN(list[k]!)) return list[k]!;
    const text = rows.get(types[k]!)?.[column];
    const found = text === undefined ? usual : Number(text);
    if (!Number.isFinite(found))
      throw new InputError(`${where}: edge ${k}: ${column}: expected a number, got ${text}`);
    return found;
  };
  const order = Uint32Array.from(sources, (_, k) => k).sort(
    (a, b) => sources[a]! - sources[b]! || targets[a]! - targets[b]! || a - b,
  );
  return {
    pre: Uint32Array.from(order, k => sources[k]!),
    post: Uint32Array.from(order, k => targets[k]!),
    weights: Float64Array.from(
      order,
      k => value(weights, k, "syn_weight", 1) * counts[k]! * to.perWeight[targets[k]!]!,
    ),
    delays: Float64Array.from(order, k => value(delays, k, "delay", 0)),
  };
}

interface Files {
  readonly nodes: readonly { file: string; table: string }[];
  readonly edges: readonly { file: string; table: string }[];
  /** Folder of parameter files. */
  readonly models: string;
}

/** What `circuit_config.json` names, with the variables of its manifest filled in. */
function circuitFiles(folder: string): Files {
  const path = join(folder, "circuit_config.json");
  const own = (file: string) => join(folder, file);
  if (!existsSync(path))
    return {
      nodes: [{ file: expectFile(own("nodes.h5")), table: own("node_types.csv") }],
      edges: [{ file: expectFile(own("edges.h5")), table: own("edge_types.csv") }],
      models: folder,
    };
  const config = parseJson(readFileSync(path, "utf8"), path) as Record<
    string,
    Record<string, unknown>
  > | null;
  const manifest = (config?.manifest ?? {}) as Record<string, unknown>;
  const place = (value: unknown, field: string): string => {
    if (typeof value !== "string")
      throw new InputError(`${path}: ${field}: expected a file name, got ${String(value)}`);
    let text = value;
    // A variable may stand for another; none stands for itself.
    for (let round = 0; /\$\{?\w+\}?/.test(text) && round < 16; round++)
      text = text.replace(/\$\{?(\w+)\}?/g, (_, name) =>
        String(manifest[`$${name}`] ?? manifest[name] ?? "."),
      );
    return isAbsolute(text) ? text : join(folder, text);
  };
  const list = (kind: "nodes" | "edges") => {
    const entries = config?.networks?.[kind];
    if (!Array.isArray(entries)) throw new InputError(`${path}: networks.${kind}: expected a list`);
    return entries.map((entry, k) => {
      const at = `networks.${kind}[${k}]`;
      return {
        file: expectFile(place(entry?.[`${kind}_file`], `${at}.${kind}_file`)),
        table: place(
          entry?.[`${kind.slice(0, -1)}_types_file`] ?? "",
          `${at}.${kind.slice(0, -1)}_types_file`,
        ),
      };
    });
  };
  const models = config?.components?.point_neuron_models_dir ?? config?.components?.point_neuron_models;
  return { nodes: list("nodes"), edges: list("edges"), models: place(models ?? ".", "components") };
}

function expectFile(path: string): string {
  if (existsSync(path)) return path;
  throw new InputError(`${path}: expected a file of the circuit, got nothing there`);
}
