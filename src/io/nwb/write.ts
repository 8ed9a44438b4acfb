import type { RecordedTrace } from "../../engine/record/raster.ts";
import { Rng } from "../../math/rng.ts";
import { evenClock, factsToJson } from "../facts.ts";
import {
  Column,
  type Dataset,
  type Group,
  reference,
  writeHdf5,
  writeText,
  writeTexts,
} from "../hdf5/hdf5.ts";
import type { RasterStream } from "../raster/stream.ts";

/** Spikes sorted by neuron in one go: 32 MB. */
const BAND = 2 ** 22;
/** Up to this many neurons each has a row, also the silent ones. */
const MOST_ROWS = 2 ** 20;

export interface NwbOptions {
  /** Object ids are drawn from it. */
  readonly seed?: number;
  /** When the recording began. */
  readonly startedAt?: Date;
}

/**
 * A raster as Neurodata Without Borders 2.6 (Rübel et al. 2022, eLife 11:e78362): a Units table with spike times in
 * seconds, one row per neuron, and a TimeSeries per trace. Spikes are brought into the order of neurons band by band,
 * so that memory does not grow with the recording. Times in ms come back within one unit in the last place, because
 * seconds are what the format holds.
 */
export async function writeNwb(stream: RasterStream, path: string, options: NwbOptions = {}): Promise<void> {
  const facts = factsToJson(stream);
  const rng = new Rng(options.seed ?? 1, `${facts} ${stream.spikeCount}`);
  const type = (of: Group | Dataset, neurodataType: string, namespace = "core") => {
    of.create_attribute("namespace", namespace, [], "S");
    of.create_attribute("neurodata_type", neurodataType, [], "S");
    of.create_attribute("object_id", uuid(rng), [], "S");
  };
  const started = (options.startedAt ?? new Date()).toISOString().replace("Z", "+00:00");
  const { rule, dataset } = stream.metadata;
  const what = [rule, dataset].filter(word => word !== undefined).join(" on ");
  await writeHdf5(path, function* (root) {
    root.create_attribute("nwb_version", "2.6.0", [], "S");
    type(root, "NWBFile");
    writeText(root, "identifier", uuid(rng));
    writeText(root, "session_description", `Simulated spiking network${what && `: ${what}`}.`);
    writeText(root, "session_start_time", started);
    writeText(root, "timestamps_reference_time", started);
    writeTexts(root, "file_create_date", [started]);
    for (const name of ["acquisition", "analysis", "processing"]) root.create_group(name);
    const stimulus = root.create_group("stimulus");
    for (const name of ["presentation", "templates"]) stimulus.create_group(name);
    const general = root.create_group("general");
    writeText(general, "notes", facts);
    writeSubject(general.create_group("subject"), type);
    const acquisition = root.get("acquisition") as Group;
    stream.traces.forEach((trace, k) => {
      writeTrace(acquisition, trace, k, rule !== undefined, type);
    });
    yield* writeUnits(root.create_group("units"), stream, type);
  });
}

type Typed = (of: Group | Dataset, neurodataType: string, namespace?: string) => void;

/** The NWB inspector wants one; this says that there was no animal. */
function writeSubject(subject: Group, type: Typed): void {
  type(subject, "Subject");
  writeText(subject, "subject_id", "simulated-network");
  writeText(subject, "description", "A simulated network of neurons; no animal was involved.");
  // "synthetic construct" in the taxonomy that the inspector asks for.
  writeText(subject, "species", "http://purl.obolibrary.org/obo/NCBITaxon_32630");
  writeText(subject, "sex", "U");
  writeText(subject, "age", "P0D");
}

function writeTrace(
  acquisition: Group,
  trace: RecordedTrace,
  k: number,
  learning: boolean,
  type: Typed,
): void {
  const group = acquisition.create_group(`trace_${k}`);
  type(group, "TimeSeries");
  const { population, neuron, quantity, times, values } = trace;
  group.create_attribute("description", `${quantity} of ${population} ${neuron}`, [], "S");
  // Neo takes comments in JSON for its own, and looks for these two names; they are where it puts units.
  const owner = { block: "default", segment: "default", population, neuron, quantity };
  group.create_attribute("comments", JSON.stringify(owner), [], "S");
  const data = new Column(group, "data", "<d", values.length);
  data.write(values);
  // Potentials of biological models are in mV; those of learning networks, which name a rule, have no unit.
  const biological = quantity === "v" && !learning;
  data.dataset.create_attribute("unit", biological ? "V" : "dimensionless", [], "S");
  data.dataset.create_attribute("conversion", Float32Array.of(biological ? 1e-3 : 1), [], "<f");
  data.dataset.create_attribute("offset", Float32Array.of(0), [], "<f");
  data.dataset.create_attribute("resolution", Float32Array.of(-1), [], "<f");
  const grid = evenClock(times);
  if (grid) {
    const start = group.create_dataset({
      name: "starting_time",
      data: Float64Array.of(grid.first / 1000),
      shape: [],
      dtype: "<d",
    });
    start.create_attribute("rate", Float32Array.of(1000 / grid.step), [], "<f");
    start.create_attribute("unit", "seconds", [], "S");
    // The rate has 32 bits; this is the number that it stands for.
    start.create_attribute("step_ms", Float64Array.of(grid.step), [], "<d");
    start.create_attribute("start_ms", Float64Array.of(grid.first), [], "<d");
    return;
  }
  const stamps = new Column(group, "timestamps", "<d", times.length);
  stamps.write(times.map(seconds));
  stamps.dataset.create_attribute("interval", Int32Array.of(1), [], "<i");
  stamps.dataset.create_attribute("unit", "seconds", [], "S");
}

function* writeUnits(units: Group, stream: RasterStream, type: Typed): Generator<void> {
  const { populations, durationMs } = stream;
  const rows = yield* rowsOf(stream);
  const n = rows.layer.length;
  type(units, "Units");
  const columns = ["spike_times", "obs_intervals", "population", "layer", "neuron"];
  units.create_attribute("colnames", columns, [columns.length], "S");
  units.create_attribute("description", "Simulated neurons and their spikes.", [], "S");
  const describe = (dataset: Dataset, neurodataType: string, text: string) => {
    type(dataset, neurodataType, "hdmf-common");
    dataset.create_attribute("description", text, [], "S");
    return dataset;
  };
  const id = new Column(units, "id", "<q", n);
  id.write(BigInt64Array.from({ length: n }, (_, k) => BigInt(k)));
  type(id.dataset, "ElementIdentifiers", "hdmf-common");

  const times = describe(
    yield* writeByNeuron(units, stream, rows),
    "VectorData",
    "Spike times of all units, one after the other [s].",
  );
  // No clock ticks here: what tells two times apart is the last digit of a double.
  const resolution = Number.EPSILON * Math.max(seconds(durationMs), 1e-3);
  times.create_attribute("resolution", Float64Array.of(resolution), [], "<d");
  const ends = new Column(units, "spike_times_index", "<Q", n);
  ends.write(BigUint64Array.from(rows.ends, BigInt));
  describe(ends.dataset, "VectorIndex", "Where the spike times of each unit end.");
  ends.dataset.create_attribute("target", reference(times));

  const window = Float64Array.from({ length: 2 * n }, (_, k) => (k % 2) * seconds(durationMs));
  const intervals = describe(
    units.create_dataset({ name: "obs_intervals", data: window, shape: [n, 2], dtype: "<d" }),
    "VectorData",
    "Start and end of the recording [s].",
  );
  const last = new Column(units, "obs_intervals_index", "<Q", n);
  last.write(BigUint64Array.from({ length: n }, (_, k) => BigInt(k + 1)));
  describe(last.dataset, "VectorIndex", "Where the intervals of each unit end.");
  last.dataset.create_attribute("target", reference(intervals));

  const names = Array.from(rows.layer, p => populations[p].name);
  describe(writeTexts(units, "population", names), "VectorData", "Population of the unit.");
  const layer = new Column(units, "layer", "<I", n);
  layer.write(rows.layer);
  describe(layer.dataset, "VectorData", "Place of the population in the network.");
  const neuron = new Column(units, "neuron", "<I", n);
  neuron.write(rows.neuron);
  describe(neuron.dataset, "VectorData", "Number of the unit within its population.");
}

interface Rows {
  readonly layer: Uint32Array;
  readonly neuron: Uint32Array;
  /** [rows] spikes up to and with each row. */
  readonly ends: Float64Array;
  rowOf(population: number, neuron: number): number;
}

/** One row per neuron; only those that fire when a population is too large to list. */
function* rowsOf(stream: RasterStream): Generator<void, Rows> {
  const { populations } = stream;
  let total = 0;
  const firsts = populations.map(({ size }) => (total += size) - size);
  let [layer, neuron]: [number[] | Uint32Array, number[] | Uint32Array] = [[], []];
  let rowOf: Rows["rowOf"];
  if (total <= MOST_ROWS) {
    layer = new Uint32Array(total);
    neuron = new Uint32Array(total);
    populations.forEach(({ size }, p) => {
      for (let i = 0; i < size; i++) [layer[firsts[p] + i], neuron[firsts[p] + i]] = [p, i];
    });
    rowOf = (p, i) => firsts[p] + i;
  } else {
    const seen = new Map<number, number>();
    for (const block of stream.spikes()) {
      for (let k = 0; k < block.times.length; k++)
        seen.set(firsts[block.populationIndex[k]] + block.neurons[k], 0);
      yield;
    }
    const keys = Float64Array.from(seen.keys()).sort();
    keys.forEach((key, row) => {
      seen.set(key, row);
    });
    layer = Uint32Array.from(keys, key => firsts.findLastIndex(first => first <= key));
    neuron = Uint32Array.from(keys, (key, row) => key - firsts[layer[row]]);
    rowOf = (p, i) => seen.get(firsts[p] + i)!;
  }
  const ends = new Float64Array(layer.length);
  for (const { times, populationIndex, neurons } of stream.spikes()) {
    for (let k = 0; k < times.length; k++) ends[rowOf(populationIndex[k], neurons[k])]++;
    yield;
  }
  for (let row = 1; row < ends.length; row++) ends[row] += ends[row - 1];
  return { layer: Uint32Array.from(layer), neuron: Uint32Array.from(neuron), ends, rowOf };
}

/** All spike times, by row: each band of the output takes one more walk through the spikes. */
function* writeByNeuron(units: Group, stream: RasterStream, { ends, rowOf }: Rows): Generator<void, Dataset> {
  const column = new Column(units, "spike_times", "<d", stream.spikeCount);
  for (let first = 0; first < stream.spikeCount; first += BAND) {
    const band = new Float64Array(Math.min(BAND, stream.spikeCount - first));
    const next = Float64Array.from(ends, (_, row) => (row === 0 ? 0 : ends[row - 1]));
    for (const { times, populationIndex, neurons } of stream.spikes()) {
      for (let k = 0; k < times.length; k++) {
        const place = next[rowOf(populationIndex[k], neurons[k])]++ - first;
        if (place >= 0 && place < band.length) band[place] = seconds(times[k]);
      }
      yield;
    }
    for (let k = 0; k < band.length; k += 65_536) {
      column.write(band.subarray(k, k + 65_536));
      yield;
    }
  }
  return column.dataset;
}

function seconds(ms: number): number {
  return ms / 1000;
}

/** A version-4 UUID from a seeded stream. */
function uuid(rng: Rng): string {
  const hex = Array.from({ length: 4 }, () => rng.nextUint32().toString(16).padStart(8, "0")).join("");
  const variant = "89ab"[Number.parseInt(hex[16], 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
