import { join } from "node:path";
import type { NetworkSpec, PopulationSpec } from "../../engine/network/network.ts";
import type { PoissonSpec } from "../../engine/network/stimuli/poisson.ts";
import { InputError, shown } from "../../errors.ts";
import { entryAt, namedPath } from "../../files/regular.ts";
import { readHdf5 } from "../hdf5/thread.ts";
import { type PartedLayer, splitSynapses } from "../nir/layerParts.ts";
import type { SonataEdges } from "./circuitFiles.ts";
import { sonataEdges, sonataNodes } from "./circuitFiles.ts";
import {
  type Config,
  mapOf,
  type Places,
  type SonataConfigs,
  type SonataOptions,
  sonataConfigs,
} from "./config.ts";
import { type Generator, poissonInput } from "./generators.ts";
import { parameterFile, type SonataNeuron, sonataNeuron, type TypeRow, typeTable } from "./types.ts";

/** What a SONATA circuit means as a network of the engine. */
export interface SonataCircuit {
  readonly spec: NetworkSpec;
  /** Constant input of each population [1/ms]: `Simulation.setCurrent` takes them. */
  readonly currents: Readonly<Record<string, Float64Array>>;
  /** What the engine makes of the file, one sentence each. */
  readonly notes: readonly string[];
}

/** A population of nodes, some of each type. */
export interface SonataLayer extends PartedLayer {
  /** [nodes] Type of each. */
  readonly types: Float64Array;
  /** By type: its row in the table, and its neuron. */
  readonly rows: ReadonlyMap<number, TypeRow>;
  readonly neurons: ReadonlyMap<number, SonataNeuron>;
  /** [nodes] of generators, where they have one of their own; such a layer has no parts. */
  readonly rates?: Float64Array | undefined;
}

export interface LoadedCircuit extends SonataCircuit {
  readonly notes: string[];
  /** Poisson input that nodes of the circuit make; the spec has none of it. */
  readonly generated: readonly PoissonSpec[];
  readonly layers: ReadonlyMap<string, SonataLayer>;
  readonly configs: SonataConfigs | null;
}

/**
 * A SONATA circuit (Dai et al. 2020, PLoS Comput Biol 16:e1007696) as a network of the engine: a folder with the
 * configuration of a circuit under any name, or with nodes.h5, edges.h5 and their tables of types; or the file of a
 * configuration. A population of nodes of several types becomes several populations, NAME[TYPE]. Synapses are taken as
 * static.
 * @throws InputError when files are missing, damaged or outside of the folder, or a neuron is none of the engine's
 */
export async function readSonataCircuit(path: string, options: SonataOptions = {}): Promise<SonataCircuit> {
  const { spec, currents, notes, generated } = await loadCircuit(path, options);
  return { spec: { ...spec, ...(generated.length > 0 && { stimuli: generated }) }, currents, notes };
}

/** The same with what its inputs need. */
export async function loadCircuit(path: string, options: SonataOptions): Promise<LoadedCircuit> {
  const configs = sonataConfigs(path, options);
  if (configs && !configs.circuit)
    throw new InputError(
      `${configs.simulation!.path}: network: expected the configuration of a circuit, got none`,
    );
  const files = configs ? configuredFiles(configs.circuit!, configs.places) : plainFiles(path);
  const notes: string[] = [];
  const layers = new Map<string, SonataLayer>();
  const populations: Record<string, PopulationSpec> = {};
  const currents: Record<string, Float64Array> = {};
  for (const { file, table } of files.nodes) {
    if (table === null)
      throw new InputError(`${file}: expected a table of types beside it (node_types_file), got none`);
    const rows: ReadonlyMap<number, TypeRow> = typeTable(expectFile(table), "node_type_id");
    for (const { name, types, bias, own } of await readHdf5(sonataNodes, file)) {
      if (types.length === 0) continue;
      if (layers.has(name)) throw new InputError(`${file}: ${name}: expected each population of nodes once`);
      const neurons = new Map<number, SonataNeuron>();
      const kinds = [...new Set(types)].sort((a, b) => a - b);
      for (const type of kinds) {
        const where = `${table}: type ${type}`;
        const row = rows.get(type);
        if (!row) throw new InputError(`${where}: expected a row for it, as ${name} has nodes of it`);
        neurons.set(type, sonataNeuron({ ...row, ...files.cell(row, where) }, where, notes));
      }
      if (kinds.some(type => neurons.get(type)!.generator)) {
        if (!kinds.every(type => neurons.get(type)!.generator))
          throw new InputError(
            `${file}: ${name}: expected Poisson generators in a population of their own, got neurons beside them`,
          );
        layers.set(name, { size: types.length, parts: [], types, rows, neurons, rates: own.rate });
        continue;
      }
      // Inputs have no parameters in which they differ.
      const inputs = kinds.every(type => neurons.get(type)!.neuron === "input");
      const groups = inputs ? [kinds] : kinds.map(type => [type]);
      const parts = groups.map(group => {
        const population = groups.length === 1 ? name : `${name}[${group[0]}]`;
        const members = Uint32Array.from([...types.keys()].filter(k => group.includes(types[k])));
        const kind = neurons.get(group[0])!;
        const { neuron, initial } = kind;
        populations[population] = {
          ...{ size: members.length, neuron },
          ...(initial !== undefined && { initial: { v: initial } }),
          ...(own.V_m && neuron !== "input" && { initial: { v: potentials(members, own.V_m, kind) } }),
        };
        if (bias && neuron !== "input") currents[population] = Float64Array.from(members, k => bias[k]);
        if (own.I_e && kind.capacity !== null)
          currents[population] = Float64Array.from(members, k => ownCurrent(own.I_e[k], kind));
        return { population, neurons: members };
      });
      layers.set(name, { size: types.length, parts, types, rows, neurons });
    }
  }
  if (layers.size === 0) throw new InputError(`${path}: expected nodes, got none`);
  const projections: NonNullable<NetworkSpec["projections"]>[number][] = [];
  const generated: PoissonSpec[] = [];
  for (const { file, table } of files.edges) {
    const found = table !== null && entryAt(table)?.isFile();
    const rows = new Map<number, TypeRow>();
    for (const [type, row] of found ? typeTable(table, "edge_type_id") : []) {
      const where = `${table}: type ${type}`;
      const { model_template: model = "", weight_function: rule = "wmax" } = row;
      if (!["", "threefactor:delta", "nest:static_synapse", "static_synapse"].includes(model))
        notes.push(`${where}: ${model} is taken as a static synapse`);
      if (rule !== "wmax") notes.push(`${where}: ${rule} is not evaluated; syn_weight is the weight`);
      rows.set(type, { ...files.synapse(row, where), ...row });
    }
    for (const edges of await readHdf5(sonataEdges, file)) {
      const [from, to] = [edges.from, edges.to].map(name => {
        const layer = layers.get(name);
        if (!layer)
          throw new InputError(`${file}: ${edges.name}: expected a population of nodes, got ${name}`);
        return layer;
      }) as [SonataLayer, SonataLayer];
      const synapses = sorted(edges, rows, from, to, `${file}: ${edges.name}`, notes);
      if (to.parts.length === 0)
        throw new InputError(`${file}: ${edges.name}: expected synapses onto neurons, got onto generators`);
      if (from.parts.length === 0) {
        generated.push(...poissonInput(synapses, node => generatorAt(from, node), to));
        continue;
      }
      projections.push(...splitSynapses(synapses, from, to, edges.name));
    }
  }
  return { spec: { populations, projections }, currents, notes, layers, configs, generated };
}

/** A node's generator, with the rate that it has of its own. */
function generatorAt({ neurons, types, rates }: SonataLayer, node: number): Generator {
  const generator = neurons.get(types[node])!.generator!;
  const rate = rates?.[node] ?? Number.NaN;
  return Number.isNaN(rate) ? generator : { ...generator, rate };
}

/** Potentials at the start, those of nodes or of their type. */
function potentials(
  members: Uint32Array,
  own: Float64Array,
  { initial, neuron }: SonataNeuron,
): Float64Array {
  const usual = initial ?? (neuron as { readonly vRest?: number }).vRest ?? 0;
  return Float64Array.from(members, k => (Number.isNaN(own[k]) ? usual : own[k]));
}

/** What a node's constant current [pA] adds to that of its type [mV/ms]. */
function ownCurrent(current: number, { neuron, capacity }: SonataNeuron): number {
  const { bias = 0 } = neuron as { readonly bias?: number };
  return Number.isNaN(current) ? 0 : current / capacity! - bias;
}

/** Edges by their sources, with the weights that the engine takes. */
function sorted(
  edges: SonataEdges,
  rows: ReadonlyMap<number, TypeRow>,
  from: SonataLayer,
  to: SonataLayer,
  where: string,
  notes: string[],
) {
  const { sources, targets, types, weights, delays, counts } = edges;
  const stray = sources.findIndex(
    (i, k) => !(i >= 0 && i < from.size && targets[k] >= 0 && targets[k] < to.size),
  );
  if (stray >= 0)
    throw new InputError(
      `${where}: edge ${stray}: expected nodes of ${edges.from} (${from.size}) and ${edges.to} (${to.size}), got ${sources[stray]} and ${targets[stray]}`,
    );
  const taken = new Set<string>();
  const value = (list: Float64Array, k: number, columns: readonly string[]): number | undefined => {
    if (!Number.isNaN(list[k])) return list[k];
    const row = rows.get(types[k]);
    const column = columns.find(name => row?.[name] !== undefined);
    if (column === undefined) return undefined;
    const found = Number(row![column]);
    if (Number.isFinite(found)) return found;
    throw new InputError(`${where}: edge ${k}: ${column}: expected a number, got ${shown(row![column])}`);
  };
  const neuron = (k: number) => to.neurons.get(to.types[targets[k]])!;
  const weight = (k: number) => {
    const found = value(weights, k, ["syn_weight", "weight"]);
    if (found === undefined) taken.add("the file has no weights (syn_weight): took 1");
    // NEURON's models of synapses have their sign apart.
    const sign = Number(rows.get(types[k])?.sign ?? 1) < 0 ? -1 : 1;
    return (found ?? 1) * sign * counts[k] * neuron(k).perWeight;
  };
  const delay = (k: number) => {
    const found = value(delays, k, ["delay"]);
    if (found !== undefined) return found;
    const { delay: usual, simulator } = neuron(k);
    taken.add(`the file has no delays: took ${usual} ms, the default of ${simulator}`);
    return usual;
  };
  const order = Uint32Array.from(sources, (_, k) => k).sort(
    (a, b) => sources[a] - sources[b] || targets[a] - targets[b] || a - b,
  );
  const synapses = {
    pre: Uint32Array.from(order, k => sources[k]),
    post: Uint32Array.from(order, k => targets[k]),
    weights: Float64Array.from(order, weight),
    delays: Float64Array.from(order, delay),
  };
  for (const sentence of taken) notes.push(`${where}: ${sentence}`);
  return synapses;
}

interface Files {
  readonly nodes: readonly { file: string; table: string | null }[];
  readonly edges: readonly { file: string; table: string | null }[];
  /** Parameters that `dynamics_params` of a row names; none where it names none. */
  cell(row: TypeRow, where: string): TypeRow;
  synapse(row: TypeRow, where: string): TypeRow;
}

/** A folder without a configuration. */
function plainFiles(folder: string): Files {
  const own = (file: string) => join(folder, file);
  const from = ({ dynamics_params: name }: TypeRow) =>
    name ? parameterFile(expectFile(own(plain(name)))) : {};
  const edges = entryAt(own("edges.h5")) ? [{ file: own("edges.h5"), table: own("edge_types.csv") }] : [];
  const nodes = [{ file: expectFile(own("nodes.h5")), table: own("node_types.csv") }];
  return { nodes, edges, cell: from, synapse: () => ({}) };
}

/** @throws InputError for what leads elsewhere */
function plain(name: string): string {
  if (!/[/\\]/.test(name) && name !== "..") return name;
  throw new InputError(`dynamics_params: expected the name of a file of the folder, got ${shown(name)}`);
}

/** What the configuration of a circuit names. */
function configuredFiles(config: Config, places: Places): Files {
  const networks = mapOf(config.map.networks) ?? {};
  const list = (kind: "nodes" | "edges") => {
    const entries = networks[kind] ?? (kind === "edges" ? [] : null);
    if (!Array.isArray(entries))
      throw new InputError(`${config.path}: networks.${kind}: expected a list, got ${shown(entries)}`);
    return entries
      .map((entry, k) => ({ entry: mapOf(entry), at: `networks.${kind}[${k}]` }))
      .filter(({ entry }) => entry?.enabled !== false)
      .map(({ entry, at }) => {
        const types = `${kind.slice(0, -1)}_types_file`;
        const table = entry?.[types] ?? null;
        return {
          file: expectFile(places.file(config, `${at}.${kind}_file`, entry?.[`${kind}_file`])),
          table: table === null ? null : places.file(config, `${at}.${types}`, table),
        };
      });
  };
  const components = mapOf(config.map.components) ?? {};
  const from = (fields: readonly string[], needed: boolean) => {
    const read = new Map<string, TypeRow>();
    return ({ dynamics_params: name }: TypeRow, where: string): TypeRow => {
      if (name === undefined || /^none$/i.test(name)) return {};
      const field = fields.find(key => typeof components[key] === "string");
      const folder = places.file(config, `components.${field ?? fields[0]}`, field ? components[field] : ".");
      const path = places.inside(join(folder, name), `${where}: dynamics_params`);
      const known = read.get(path);
      if (known) return known;
      if (!entryAt(path) && !needed) return {};
      const values = parameterFile(expectFile(path));
      read.set(path, values);
      return values;
    };
  };
  return {
    nodes: list("nodes"),
    edges: list("edges"),
    cell: from(["point_neuron_models_dir", "point_neuron_models"], true),
    synapse: from(["synaptic_models_dir", "synaptic_models"], false),
  };
}

function expectFile(path: string): string {
  if (entryAt(path)?.isFile()) return path;
  throw new InputError(
    `${namedPath(path)}: expected a file of the circuit, got ${entryAt(path) ? "a folder" : "nothing there"}`,
  );
}
