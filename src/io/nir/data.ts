import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError, shown } from "../../errors.ts";
import { factsFromJson, factsToJson } from "../facts.ts";
import {
  attribute,
  Column,
  type Group,
  groupAt,
  has,
  numbersAt,
  textAt,
  writeHdf5,
  writeText,
} from "../hdf5/hdf5.ts";
import { readHdf5 } from "../hdf5/thread.ts";
import { type RasterStream, rasterFrom } from "../raster/stream.ts";
import { placesOf } from "../sonata/write.ts";
import { millisecondsOf } from "../timeUnits.ts";

/*
 * NIRData, the companion of NIR for recordings (Pedersen et al. 2024, Nat Commun 15:8122; layout of the reference
 * package nir 1.0.8): per population the observable `spikes` as EventData and each recorded quantity as
 * ValuedEventData. The format names no unit of time; ours are ms, which the attribute `time_unit` says.
 */

/** @throws InputError when a population or quantity has a name that the format cannot hold */
export async function writeNirData(stream: RasterStream, path: string): Promise<void> {
  const { populations, traces, durationMs } = stream;
  await writeHdf5(path, function* (root) {
    root.create_attribute("__type__", "NIRGraphData", [], "S");
    root.create_attribute("time_unit", "ms", [], "S");
    // A dataset: attributes end at 64 KB.
    writeText(root, "threefactor", factsToJson(stream));
    const nodes = root.create_group("nodes");
    for (const [p, { name, size }] of populations.entries()) {
      const node = nodes.create_group(checkName(name, "population"));
      node.create_attribute("__type__", "NIRNodeData", [], "S");
      const observables = node.create_group("observables");
      const own = traces.filter(({ population }) => population === name);
      const make = (observable: string, type: string) => {
        const group = observables.create_group(observable);
        group.create_attribute("__type__", type, [], "S");
        group.create_attribute("n_neurons", BigInt64Array.of(BigInt(size)), [], "<q");
        group.create_attribute("t_max", Float64Array.of(durationMs), [], "<d");
        return group;
      };
      yield* writeEvents(make("spikes", "EventData"), stream, p);
      for (const quantity of new Set(own.map(trace => trace.quantity))) {
        if (quantity === "spikes")
          throw new InputError("nirdata: quantity of a trace: expected another name than spikes");
        writeValued(
          make(checkName(quantity, "quantity"), "ValuedEventData"),
          own.filter(trace => trace.quantity === quantity),
        );
      }
    }
  });
}

function checkName(name: string, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/^[^/\x00]+$/.test(name) && !/^\.+$/.test(name)) return name;
  throw new InputError(`nirdata: ${what} ${JSON.stringify(name)}: expected a name without slashes`);
}

function* writeEvents(group: Group, stream: RasterStream, p: number): Generator<void> {
  let count = 0;
  for (const { populationIndex } of stream.spikes()) {
    for (const q of populationIndex) if (q === p) count++;
    yield;
  }
  const idx = new Column(group, "idx", "<q", count, true);
  const time = new Column(group, "time", "<d", count, true);
  for (const block of stream.spikes()) {
    const own = placesOf(block.populationIndex, p);
    idx.write(Uint32Array.from(own, k => block.neurons[k]));
    time.write(Float64Array.from(own, k => block.times[k]));
    yield;
  }
}

function writeValued(group: Group, traces: readonly RecordedTrace[]): void {
  const count = traces.reduce((sum, { times }) => sum + times.length, 0);
  const idx = new Column(group, "idx", "<q", count, true);
  const time = new Column(group, "time", "<d", count, true);
  const value = new Column(group, "value", "<d", count, true);
  for (const { neuron, times, values } of traces) {
    idx.write(new Uint32Array(times.length).fill(neuron));
    time.write(times);
    value.write(values);
  }
  // A trace without a sample has no event; its owner is kept here.
  group.create_attribute(
    "neurons",
    Float64Array.from(traces, ({ neuron }) => neuron),
    [traces.length],
    "<d",
  );
}

/**
 * The events of a NIRData file. Of another program's, times are taken as seconds unless `time_unit` says otherwise,
 * and `metadata.timeUnit` says which it was.
 * @throws InputError when it holds several samples, gridded data or no events
 */
export function readNirData(path: string): Promise<Raster> {
  return readHdf5(nirDataRaster, path);
}

/** The same of an open file. */
export function nirDataRaster(root: Group, path: string): Raster {
  const type = attribute(root, "__type__");
  if (type !== "NIRGraphData")
    throw new InputError(`${path}: __type__: expected NIRGraphData, got ${String(type)}`);
  const text = has(root, "threefactor") ? textAt(root, "threefactor", path) : "";
  const facts = factsFromJson(text, `${path}: threefactor`);
  const unit = String(attribute(root, "time_unit") ?? "s");
  const scale = millisecondsOf(unit);
  if (scale === undefined) throw new InputError(`${path}: time_unit: expected ms or s, got ${shown(unit)}`);
  const nodes = groupAt(root, "nodes", path);
  const names = facts?.populations.map(({ name }) => name) ?? nodes.keys();
  let durationMs = 0;
  const traces: RecordedTrace[] = [];
  const events = names.map(name => {
    const observables = groupAt(nodes, `${name}/observables`, path);
    for (const quantity of observables.keys()) {
      if (quantity === "spikes") continue;
      traces.push(...readValued(groupAt(observables, quantity, path), name, quantity, scale, path));
    }
    if (!has(observables, "spikes")) return { size: 0, idx: new Float64Array(0), time: new Float64Array(0) };
    const group = groupAt(observables, "spikes", path);
    durationMs = Math.max(durationMs, scale * Number(attribute(group, "t_max")));
    return {
      size: Number(attribute(group, "n_neurons")),
      ...readEvents(group, `${name} spikes`, scale, path),
    };
  });
  const count = events.reduce((sum, { idx }) => sum + idx.length, 0);
  const times = new Float64Array(count);
  const neurons = new Uint32Array(count);
  const populationIndex = new Uint16Array(count);
  let at = 0;
  events.forEach(({ idx, time }, p) => {
    times.set(time, at);
    neurons.set(idx, at);
    populationIndex.fill(p, at, (at += idx.length));
  });
  const populations = facts?.populations ?? names.map((name, p) => ({ name, size: events[p].size }));
  const metadata = facts?.metadata ?? { timeUnit: unit };
  if (facts) traces.sort((a, b) => order(names, a, b));
  return rasterFrom(
    {
      durationMs: facts?.durationMs ?? durationMs,
      ...{ populations, times, populationIndex, neurons, traces, metadata },
    },
    path,
  );
}

function order(names: readonly string[], a: RecordedTrace, b: RecordedTrace): number {
  return names.indexOf(a.population) - names.indexOf(b.population);
}

function readEvents(
  group: Group,
  what: string,
  scale: number,
  path: string,
): { idx: Float64Array; time: Float64Array; value: Float64Array | null } {
  const type = attribute(group, "__type__");
  if (type !== "EventData" && type !== "ValuedEventData")
    throw new InputError(`${path}: ${what}: expected EventData, got ${String(type)}`);
  const idx = numbersAt(group, "idx", path);
  const time = numbersAt(group, "time", path);
  const value = type === "ValuedEventData" ? numbersAt(group, "value", path) : null;
  const shape = (group.get("idx") as unknown as { shape: number[] }).shape;
  if (shape.length !== 2 || shape[0] > 1)
    throw new InputError(`${path}: ${what}: expected one sample, got shape ${shape.join(" x ")}`);
  if (time.length !== idx.length || (value && value.length !== idx.length))
    throw new InputError(`${path}: ${what}: expected ${idx.length} times, got ${time.length}`);
  // Events that are none stand at -1, to fill up the rows.
  const kept = idx.some(i => i === -1) ? [...idx.keys()].filter(k => idx[k] !== -1) : null;
  const bad = idx.findIndex(i => !(Number.isInteger(i) && i >= -1 && i < 2 ** 32));
  if (bad >= 0) throw new InputError(`${path}: ${what}: idx: expected a neuron, got ${idx[bad]}`);
  const pick = (from: Float64Array) => (kept ? Float64Array.from(kept, k => from[k]) : from);
  return { idx: pick(idx), time: pick(time).map(t => t * scale), value: value && pick(value) };
}

function readValued(
  group: Group,
  population: string,
  quantity: string,
  scale: number,
  path: string,
): RecordedTrace[] {
  const { idx, time, value } = readEvents(group, `${population} ${quantity}`, scale, path);
  if (!value)
    throw new InputError(`${path}: ${population} ${quantity}: expected ValuedEventData, got EventData`);
  const owners: unknown = group.attrs.neurons?.value;
  const neurons = owners instanceof Float64Array ? owners : new Set(idx);
  return Array.from(neurons, neuron => {
    const own = [...idx.keys()].filter(k => idx[k] === neuron);
    return {
      ...{ population, neuron, quantity },
      times: Float64Array.from(own, k => time[k]),
      values: Float64Array.from(own, k => value[k]),
    };
  });
}
