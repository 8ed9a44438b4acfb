import type { StimulusSpec } from "../../engine/network/stimuli/stimulus.ts";
import { InputError, parseJson, shown } from "../../errors.ts";
import { LARGEST_DESCRIPTION, readText } from "../../files/regular.ts";
import { openRaster } from "../raster/open.ts";
import { collect } from "../raster/stream.ts";
import { type LoadedCircuit, loadCircuit, type SonataCircuit, type SonataLayer } from "./circuit.ts";
import { type Config, type Json, mapOf, type Places, type SonataOptions } from "./config.ts";

/** A circuit with what its simulation sends to it. */
export interface SonataSimulation extends SonataCircuit {
  /** What the configuration sends to the network; the spec has none of it yet. */
  readonly inputs: readonly StimulusSpec[];
  /** Length and step that the configuration asks for [ms]; null where there is none. */
  readonly durationMs: number | null;
  readonly dtMs: number | null;
}

/** Nodes of a population. */
type Chosen = ReadonlyMap<string, Uint32Array>;

/**
 * A SONATA circuit with the inputs of its simulation: Poisson generators, spikes of a file, and constant currents from
 * `delay` on for `duration` (`current_clamp`).
 * @param options  `spikes`: false leaves them out, for a caller that has others
 * @throws InputError as `readSonataCircuit`, or when there is an input of another kind
 */
export async function readSonataSimulation(
  path: string,
  { spikes = true, ...options }: SonataOptions & { readonly spikes?: boolean } = {},
): Promise<SonataSimulation> {
  const circuit = await loadCircuit(path, options);
  const { spec, currents, notes, configs } = circuit;
  const simulation = configs?.simulation ?? null;
  const inputs: StimulusSpec[] = [...circuit.generated];
  let [durationMs, dtMs]: (number | null)[] = [null, null];
  if (configs && simulation) {
    const { places } = configs;
    const run = mapOf(simulation.map.run) ?? {};
    const time = (field: string) => {
      const value = run[field];
      if (value === undefined) return null;
      if (typeof value === "number" && value > 0 && value < Infinity) return value;
      throw new InputError(
        `${simulation.path}: run.${field}: expected a time in ms above 0, got ${shown(value)}`,
      );
    };
    [durationMs, dtMs] = [time("tstop"), time("dt")];
    if (run.tstart !== undefined && run.tstart !== 0)
      throw new InputError(`${simulation.path}: run.tstart: expected 0, got ${shown(run.tstart)}`);
    const sets = new NodeSets(circuit, nodeSetsOf(simulation, places));
    for (const [name, value] of Object.entries(mapOf(simulation.map.inputs) ?? {})) {
      const input = mapOf(value);
      const where = `${simulation.path}: inputs.${name}`;
      if (input?.enabled === false) continue;
      const chosen = () => sets.choose(input?.node_set ?? "all", where);
      if (input?.input_type === "spikes") {
        if (spikes) inputs.push(...(await spikesOf(circuit, simulation, input, chosen(), name, options)));
        else notes.push(`inputs.${name}: left out, as other spikes are given`);
      } else if (input?.input_type === "current_clamp")
        inputs.push(...clampOf(circuit, input, chosen(), where, notes));
      else
        throw new InputError(
          `${where}: input_type: expected spikes or current_clamp, got ${shown(input?.input_type)}`,
        );
    }
  }
  return { spec, currents, notes, inputs, durationMs, dtMs };
}

function nodeSetsOf(simulation: Config, places: Places): Json {
  const { node_sets_file: file, node_sets: own } = simulation.map;
  if (file === undefined || file === null) return mapOf(own) ?? {};
  const path = places.file(simulation, "node_sets_file", file);
  const sets = mapOf(parseJson(readText(path, LARGEST_DESCRIPTION), path));
  if (sets) return sets;
  throw new InputError(`${path}: expected sets of nodes by name, got something else`);
}

/** Nodes by rules on their attributes. */
class NodeSets {
  readonly #circuit: LoadedCircuit;
  readonly #sets: Json;

  constructor(circuit: LoadedCircuit, sets: Json) {
    this.#circuit = circuit;
    this.#sets = sets;
  }

  /** The nodes of a set: its name, that of a population, `all`, or rules. */
  choose(set: unknown, where: string, depth = 0): Chosen {
    const { layers } = this.#circuit;
    if (depth > 16) throw new InputError(`${where}: node_set: expected sets that end, got one of itself`);
    if (typeof set === "string" && Object.hasOwn(this.#sets, set))
      return this.choose(this.#sets[set], where, depth + 1);
    if (typeof set === "string" && layers.has(set)) return this.#matching({ population: set }, where);
    if (set === "all") return this.#matching({}, where);
    if (Array.isArray(set)) return union(set.map(one => this.choose(one, where, depth + 1)));
    const rules = mapOf(set);
    if (rules) return this.#matching(rules, where);
    throw new InputError(
      `${where}: node_set: expected a set of nodes or a population (${[...layers.keys()].slice(0, 8).join(", ")}), got ${shown(set)}`,
    );
  }

  #matching(rules: Json, where: string): Chosen {
    const wanted = Object.entries(rules).map(
      ([key, value]) => [key, new Set((Array.isArray(value) ? value : [value]).map(String))] as const,
    );
    const known = new Set(["population", "node_id", "node_type_id"]);
    const chosen = new Map<string, Uint32Array>();
    for (const [population, { types, rows }] of this.#circuit.layers) {
      for (const row of rows.values()) for (const column of Object.keys(row)) known.add(column);
      const matches = (k: number) =>
        wanted.every(([key, values]) => {
          const fixed: Json = { population, node_id: k, node_type_id: types[k] };
          return values.has(String(fixed[key] ?? rows.get(types[k])?.[key]));
        });
      const nodes = Uint32Array.from(types.keys()).filter(matches);
      if (nodes.length > 0) chosen.set(population, nodes);
    }
    const stranger = wanted.find(([key]) => !known.has(key));
    if (!stranger) return chosen;
    throw new InputError(
      `${where}: node_set: expected population, node_id or a column of the table of types, got ${shown(stranger[0])}`,
    );
  }
}

function union(sets: readonly Chosen[]): Chosen {
  const all = new Map<string, Uint32Array>();
  for (const set of sets)
    for (const [population, nodes] of set)
      all.set(population, Uint32Array.from(new Set([...(all.get(population) ?? []), ...nodes])).sort());
  return all;
}

/** The spikes of a file as those of input populations. */
async function spikesOf(
  { configs, layers, spec, notes }: LoadedCircuit,
  simulation: Config,
  input: Json,
  chosen: Chosen,
  name: string,
  options: SonataOptions,
): Promise<StimulusSpec[]> {
  const field = `inputs.${name}.input_file`;
  const file = configs!.places.file(simulation, field, input.input_file);
  const { populations, times, populationIndex, neurons } = collect(await openRaster(file, options));
  const stimuli: StimulusSpec[] = [];
  let found = false;
  for (const [population, nodes] of chosen) {
    // A file of one population may call it otherwise, or not at all.
    const only = chosen.size === 1 && populations.length === 1;
    const p = only ? 0 : populations.findIndex(own => own.name === population);
    if (p === -1) continue;
    found = true;
    const { size, parts } = layers.get(population)!;
    let strangers = 0;
    const allowed = new Uint8Array(size);
    for (const node of nodes) allowed[node] = 1;
    const places = new Map<number, readonly [part: string, place: number]>();
    for (const { population: part, neurons: members } of parts)
      members.forEach((node, place) => {
        places.set(node, [part, place]);
      });
    const trains = new Map<string, { times: number[]; neurons: number[] }>();
    for (let k = 0; k < times.length; k++) {
      const node = neurons[k];
      if (populationIndex[k] !== p) continue;
      // Files are shared by circuits of several sizes.
      if (node >= size) strangers++;
      if (!allowed[node]) continue;
      const [part, place] = places.get(node)!;
      const train = trains.get(part) ?? { times: [], neurons: [] };
      trains.set(part, train);
      train.times.push(times[k]);
      train.neurons.push(place);
    }
    if (strangers > 0)
      notes.push(`inputs.${name}: left out ${strangers} spikes of nodes that ${population} does not have`);
    for (const [part, train] of trains) {
      if (spec.populations[part].neuron !== "input")
        throw new InputError(
          `${simulation.path}: inputs.${name}: node_set: expected virtual nodes, got ${population}`,
        );
      stimuli.push({ name: `${name}: ${part}`, to: part, kind: "spikes", ...train });
    }
  }
  // A file without a spike names no population.
  if (found || populations.length === 0) return stimuli;
  throw new InputError(
    `${file}: expected spikes of ${[...chosen.keys()].slice(0, 8).join(", ") || "some nodes"}, got ${populations
      .slice(0, 8)
      .map(own => own.name)
      .join(", ")}`,
  );
}

/** A constant current into the nodes of a set. */
function clampOf(
  { layers }: LoadedCircuit,
  input: Json,
  chosen: Chosen,
  where: string,
  notes: string[],
): StimulusSpec[] {
  const number = (field: string, usual?: number): number => {
    const value = input[field] ?? usual;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new InputError(`${where}: ${field}: expected a number, got ${shown(value)}`);
  };
  const [amp, start, length] = [number("amp"), number("delay", 0), number("duration")];
  notes.push(`${where}: took amp ${amp} in pA, from ${start} ms for ${length} ms`);
  return [...chosen].flatMap(([population, nodes]) =>
    partsOf(layers.get(population)!, nodes).map(([part, members, type]): StimulusSpec => {
      const { capacity } = layers.get(population)!.neurons.get(type)!;
      if (capacity === null)
        throw new InputError(`${where}: node_set: expected neurons of NEST for a current in pA, got ${part}`);
      const times = { start, stop: start + length };
      return {
        to: part,
        kind: "current",
        current: amp / capacity,
        ...times,
        neurons: members,
      };
    }),
  );
}

/** Nodes by the population that they are in here, with their places in it, and their type. */
function partsOf(layer: SonataLayer, nodes: Uint32Array): [part: string, members: number[], type: number][] {
  const wanted = new Set(nodes);
  return layer.parts
    .map(({ population, neurons }): [string, number[], number] => [
      population,
      [...neurons.keys()].filter(place => wanted.has(neurons[place])),
      layer.types[neurons[0]],
    ])
    .filter(([, members]) => members.length > 0);
}
