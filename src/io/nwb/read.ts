import { instant } from "../../engine/instant.ts";
import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError } from "../../errors.ts";
import { clockTimes, factsFromJson } from "../facts.ts";
import { attribute, datasetAt, type Group, groupAt, has, numbersAt, textAt, textsAt } from "../hdf5/hdf5.ts";
import { readHdf5 } from "../hdf5/thread.ts";
import { rasterFrom } from "../raster/stream.ts";

/**
 * The Units table and the TimeSeries of an NWB file as a raster. In a file of another program, units without a
 * `population` column are one population, `units`; a unit's neuron is its place in its population.
 * @throws InputError when the file holds no Units table
 */
export function readNwb(path: string): Promise<Raster> {
  return readHdf5(nwbRaster, path);
}

/** The same of an open file. */
export function nwbRaster(root: Group, path: string): Raster {
  const units = groupAt(root, "units", path);
  const notes = has(root, "general/notes") ? textAt(root, "general/notes", path) : "";
  const facts = factsFromJson(notes, `${path}: general/notes`);
  const ends = numbersAt(units, "spike_times_index", path);
  const n = ends.length;
  const column = (name: string) => checked(numbersAt(units, name, path), n, `${path}: units/${name}`);
  const seconds = numbersAt(units, "spike_times", path);
  const { populations, layer, neuron } = facts
    ? { populations: facts.populations, layer: column("layer"), neuron: column("neuron") }
    : foreignRows(units, n, path);
  const count = seconds.length;
  const populationIndex = new Uint16Array(count);
  const neurons = new Uint32Array(count);
  let k = 0;
  for (let row = 0; row < n; row++) {
    if (!(ends[row] >= k && ends[row] <= count)) {
      throw new InputError(
        `${path}: units/spike_times_index[${row}]: expected ${k} to ${count}, got ${ends[row]}`,
      );
    }
    const known = layer[row] < populations.length && neuron[row] < populations[layer[row]].size;
    if (!known) {
      throw new InputError(
        `${path}: units row ${row}: expected a neuron of a population, got ${neuron[row]} of ${layer[row]}`,
      );
    }
    for (; k < ends[row]; k++) [populationIndex[k], neurons[k]] = [layer[row], neuron[row]];
  }
  const times = seconds.slice(0, k).map(milliseconds);
  const traces = facts ? ownTraces(root, path) : [];
  const metadata = facts?.metadata ?? foreignMetadata(root, path);
  const durationMs = facts?.durationMs ?? foreignDuration(units, times, path);
  const spikes = { times, populationIndex: populationIndex.slice(0, k), neurons: neurons.slice(0, k) };
  // What a file of ours says about its length was in ms; what it says about spikes was rounded.
  return rasterFrom({ durationMs, populations, ...spikes, traces, metadata }, path);
}

function checked(values: Float64Array, n: number, where: string): Float64Array {
  if (values.length === n) return values;
  throw new InputError(`${where}: expected ${n} rows, got ${values.length}`);
}

/** A time in seconds, which is off by its rounding, as the instant [ms] that it stands for. */
function milliseconds(seconds: number): number {
  return instant(seconds * 1000);
}

function foreignRows(units: Group, n: number, path: string) {
  const names = has(units, "population")
    ? textsAt(units, "population", path)
    : new Array<string>(n).fill("units");
  if (names.length !== n)
    throw new InputError(`${path}: units/population: expected ${n} rows, got ${names.length}`);
  const populations: { name: string; size: number }[] = [];
  const index = new Map<string, number>();
  const layer = new Float64Array(n);
  const neuron = new Float64Array(n);
  names.forEach((name, row) => {
    const p = index.get(name) ?? populations.push({ name, size: 0 }) - 1;
    index.set(name, p);
    layer[row] = p;
    neuron[row] = populations[p].size++;
  });
  return { populations, layer, neuron };
}

function foreignDuration(units: Group, times: Float64Array, path: string): number {
  const observed = has(units, "obs_intervals")
    ? numbersAt(units, "obs_intervals", path).map(milliseconds)
    : new Float64Array(0);
  return [...[times, observed]].reduce(
    (most, list) => list.reduce((a, t) => (Number.isFinite(t) ? Math.max(a, t) : a), most),
    0,
  );
}

function foreignMetadata(root: Group, path: string): Raster["metadata"] {
  const known = ["identifier", "session_description", "session_start_time"].filter(name => has(root, name));
  return Object.fromEntries(known.map(name => [name, textAt(root, name, path)]));
}

function ownTraces(root: Group, path: string): RecordedTrace[] {
  const acquisition = groupAt(root, "acquisition", path);
  const names = acquisition.keys().filter(name => /^trace_\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return names.map(name => {
    const group = groupAt(acquisition, name, path);
    const values = numbersAt(group, "data", path);
    let owner: Pick<RecordedTrace, "population" | "neuron" | "quantity">;
    try {
      const { population, neuron, quantity } = JSON.parse(String(attribute(group, "comments")));
      owner = { population, neuron, quantity };
    } catch {
      throw new InputError(`${path}: acquisition/${name}: expected its owner in comments, as JSON`);
    }
    return { ...owner, times: timesOf(group, values.length, path), values };
  });
}

function timesOf(group: Group, n: number, path: string): Float64Array {
  if (!has(group, "starting_time")) return numbersAt(group, "timestamps", path).map(milliseconds);
  const start = datasetAt(group, "starting_time", path);
  const [first, step] = [Number(attribute(start, "start_ms")), Number(attribute(start, "step_ms"))];
  return clockTimes(first, step, n);
}
