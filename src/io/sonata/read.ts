import { basename, dirname, join } from "node:path";
import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError, shown } from "../../errors.ts";
import { firstBytes } from "../../files/firstBytes.ts";
import { entryAt } from "../../files/regular.ts";
import { clockTimes, type Facts, factsFromJson } from "../facts.ts";
import {
  attribute,
  type Dataset,
  datasetAt,
  type Group,
  groupAt,
  has,
  hdf5Numbers,
  numbersAt,
} from "../hdf5/hdf5.ts";
import { readHdf5 } from "../hdf5/thread.ts";
import { rasterFrom } from "../raster/stream.ts";
import { millisecondsOf } from "../timeUnits.ts";
import {
  type Config,
  isSonataConfig,
  mapOf,
  type Places,
  type SonataOptions,
  sonataConfigs,
} from "./config.ts";
import { readSonataText } from "./text.ts";

/**
 * The recording of a SONATA folder: what its configuration says, or `spikes.h5`; or a single file of spikes, HDF5 or
 * text. In what another program wrote, a population is as large as its largest id asks, the recording ends with the last
 * spike, and reports stay unread. Times without a unit are in ms; `metadata.timeUnit` says so.
 * @throws InputError when there are no spikes to read, or they lie outside of the folder
 */
export async function readSonata(path: string, options: SonataOptions = {}): Promise<Raster> {
  if (!entryAt(path)?.isDirectory() && !isSonataConfig(path)) return readSpikes(path, null, []);
  const { simulation, places, folder } = configured(path, options);
  const facts = simulation ? factsOf(simulation) : null;
  const file = (simulation && outputSpikes(simulation, places!)) ?? join(folder, "spikes.h5");
  const traces: RecordedTrace[] = [];
  for (const [name, value] of facts ? Object.entries(mapOf(simulation!.map.reports) ?? {}) : []) {
    const { cells, variable_name } = mapOf(value) ?? {};
    const report = places!.inside(join(folder, `${name}.h5`), `${simulation!.path}: reports`);
    if (typeof cells !== "string" || typeof variable_name !== "string")
      throw new InputError(
        `${simulation!.path}: reports.${name}: expected cells and variable_name, got ${shown(value)}`,
      );
    traces.push(...(await readHdf5(sonataReport, report, { cells, variable_name })));
  }
  return readSpikes(file, facts, traces);
}

async function readSpikes(
  path: string,
  facts: Facts | null,
  traces: readonly RecordedTrace[],
): Promise<Raster> {
  const isText = entryAt(path)?.isFile() && firstBytes(path, 1)[0] !== 0x89;
  const { unitSaid, ...spikes } = isText
    ? { ...readSonataText(path), unitSaid: true }
    : await readHdf5(sonataSpikes, path, facts);
  const metadata: Raster["metadata"] = facts?.metadata ?? (unitSaid ? {} : { timeUnit: "ms" });
  return rasterFrom({ ...spikes, traces, metadata }, path);
}

function configured(path: string, options: SonataOptions) {
  const configs = sonataConfigs(path, options);
  const folder = entryAt(path)?.isDirectory() ? path : dirname(path);
  return {
    folder,
    simulation: configs?.simulation ?? null,
    circuit: configs?.circuit,
    places: configs?.places,
  };
}

function factsOf({ path, map }: Config): Facts | null {
  return map.threefactor ? factsFromJson(JSON.stringify(map.threefactor), `${path}: threefactor`) : null;
}

/**
 * Where a simulation has written its spikes: in its folder of output, or beside the configuration; null when it has not.
 * @throws InputError when that folder is out of reach
 */
function outputSpikes(simulation: Config, places: Places): string | null {
  const { output_dir: folder = ".", spikes_file: name = "spikes.h5" } = mapOf(simulation.map.output) ?? {};
  const there = (path: string) => (entryAt(path)?.isFile() ? path : null);
  const beside = there(
    places.inside(
      join(dirname(simulation.path), basename(String(name))),
      `${simulation.path}: output.spikes_file`,
    ),
  );
  try {
    return there(places.file(simulation, "output", `${String(folder)}/${String(name)}`)) ?? beside;
  } catch (error) {
    if (beside && error instanceof InputError) return beside;
    throw error;
  }
}

/**
 * What a SONATA folder, or the file of a configuration, is taken for: a recording where spikes lie in it, else a
 * circuit.
 */
export function sonataKind(path: string): "sonata" | "circuit" {
  const { simulation, circuit, places, folder } = configured(path, {});
  if (simulation) {
    if (simulation.map.threefactor) return "sonata";
    try {
      if (outputSpikes(simulation, places!)) return "sonata";
    } catch (error) {
      // Output elsewhere makes it no recording of this folder.
      if (!(error instanceof InputError)) throw error;
    }
  }
  if (circuit) return "circuit";
  const own = (name: string) => entryAt(join(folder, name))?.isFile() === true;
  return own("edges.h5") || (own("nodes.h5") && !own("spikes.h5")) ? "circuit" : "sonata";
}

/** Whether there is a network at a path of SONATA, beside what may have been recorded of it. */
export function holdsCircuit(path: string): boolean {
  if (!entryAt(path)?.isDirectory() && !isSonataConfig(path)) return false;
  const { simulation, circuit } = configured(path, { allowOutside: true });
  if (circuit || simulation) return simulation?.map.threefactor === undefined;
  return sonataKind(path) === "circuit";
}

/** Spikes of an open file: each population's, or in the first layout of the format, of one without a name. */
export function sonataSpikes(
  root: Group,
  path: string,
  facts: Facts | null,
): Omit<Raster, "traces" | "metadata"> & { unitSaid: boolean } {
  const all = groupAt(root, "spikes", path);
  let unitSaid = true;
  const read = (group: Group, name: string) => {
    const ids = ["node_ids", "gids"].find(field => has(group, field));
    if (!has(group, "timestamps") || !ids)
      throw new InputError(
        `${path}: ${name}: expected timestamps and node_ids, got ${shown(group.keys().slice(0, 8).join(", "))}`,
      );
    const stamps = datasetAt(group, "timestamps", path);
    const factor = unitOf(stamps, `${path}: ${name}/timestamps`);
    unitSaid &&= attribute(stamps, "units") !== undefined;
    const times = hdf5Numbers(stamps, `${name}/timestamps`, path);
    const nodes = numbersAt(group, ids, path);
    const bad = nodes.findIndex(id => !(id >= 0 && id < 2 ** 32));
    if (nodes.length !== times.length || bad >= 0)
      throw new InputError(
        `${path}: ${name}/${ids}: expected ${times.length} ids below 2^32, got ${bad >= 0 ? nodes[bad] : nodes.length}`,
      );
    return { times: factor === 1 ? times : times.map(t => factor * t), ids: nodes };
  };
  const first = !facts && ["node_ids", "gids"].some(field => has(all, field) && isDataset(all, field, path));
  const names = facts?.populations.map(({ name }) => name) ?? (first ? ["spikes"] : all.keys());
  const parts = names.map(name => (first ? read(all, name) : read(groupAt(all, name, path), name)));
  const count = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  const times = new Float64Array(count);
  const populationIndex = new Uint16Array(count);
  const neurons = new Uint32Array(count);
  let at = 0;
  parts.forEach((part, p) => {
    times.set(part.times, at);
    neurons.set(part.ids, at);
    populationIndex.fill(p, at, (at += part.ids.length));
  });
  const populations =
    facts?.populations ??
    names.map((name, p) => ({ name, size: parts[p].ids.reduce((most, id) => Math.max(most, id + 1), 0) }));
  const durationMs = facts?.durationMs ?? times.reduce((most, t) => Math.max(most, t), 0);
  return { durationMs, populations, times, populationIndex, neurons, unitSaid };
}

/** A population may have any name, that of a column too. */
function isDataset(group: Group, name: string, path: string): boolean {
  try {
    return datasetAt(group, name, path) !== null;
  } catch {
    return false;
  }
}

function unitOf(stamps: Dataset, where: string): number {
  const said = attribute(stamps, "units");
  const factor = millisecondsOf(said ?? "ms");
  if (factor !== undefined) return factor;
  throw new InputError(`${where}: expected units ms or s, got ${shown(said)}`);
}

/** Traces of an open report file. */
export function sonataReport(
  root: Group,
  path: string,
  { cells, variable_name }: { cells: string; variable_name: string },
): RecordedTrace[] {
  const group = groupAt(root, `report/${cells}`, path);
  const ids = numbersAt(group, "mapping/node_ids", path);
  const [first, , step] = numbersAt(group, "mapping/time", path);
  const data = numbersAt(group, "data", path);
  const n = ids.length;
  const steps = data.length / n;
  if (!Number.isInteger(steps))
    throw new InputError(`${path}: data: expected a multiple of ${n} values, got ${data.length}`);
  return Array.from(ids, (neuron, k) => ({
    population: cells,
    neuron,
    quantity: variable_name,
    times: clockTimes(first, step, steps),
    values: Float64Array.from({ length: steps }, (_, s) => data[s * n + k]),
  }));
}
