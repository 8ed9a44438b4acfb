import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RecordedTrace } from "../../engine/record/raster.ts";
import { InputError } from "../../errors.ts";
import { writeAtomic } from "../../files/atomic.ts";
import { evenClock, factsToJson } from "../facts.ts";
import { Column, type Group, writeHdf5 } from "../hdf5/hdf5.ts";
import type { RasterStream } from "../raster/stream.ts";
import { sonataHeader, writeNodeIds } from "./columns.ts";

/** A file of nodes lists each neuron; beyond this it would be larger than any recording. */
const MOST_NODES = 2 ** 24;

/**
 * A raster as a folder in the SONATA format (Dai et al. 2020, PLoS Comput Biol 16:e1007696): `spikes.h5`, `nodes.h5`
 * with `node_types.csv`, a report file for each quantity and population with traces, and the two configurations that
 * tie them together. What SONATA has no place for stands in `simulation_config.json` under `threefactor`.
 * @throws InputError when a name, a population's size or a trace is none that the format can hold
 */
export async function writeSonata(stream: RasterStream, folder: string): Promise<void> {
  const { populations, traces, durationMs } = stream;
  for (const { name } of populations) checkSonataName(name);
  const reports = groupReports(traces);
  mkdirSync(folder, { recursive: true });
  await writeHdf5(join(folder, "spikes.h5"), function* (root) {
    sonataHeader(root);
    const spikes = root.create_group("spikes");
    for (const [p, { name }] of populations.entries())
      yield* writeSpikes(spikes.create_group(name), stream, p);
  });
  await writeNodes(populations, join(folder, "nodes.h5"));
  await writeAtomic(join(folder, "node_types.csv"), nodeTypes(populations.length));
  for (const [name, report] of reports) {
    await writeHdf5(join(folder, `${name}.h5`), root => {
      sonataHeader(root);
      writeReport(root.create_group("report").create_group(report[0].population), report);
    });
  }
  await writeAtomic(join(folder, "circuit_config.json"), circuitConfig(false));
  await writeAtomic(join(folder, "simulation_config.json"), simulationConfig(stream, durationMs, reports));
}

/** @throws InputError when a population's name cannot be the name of an HDF5 group and of a file */
export function checkSonataName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (!/^[^/\\\x00-\x1f]+$/.test(name) || /^\.+$/.test(name) || name.length > 100) {
    throw new InputError(
      `sonata: population ${JSON.stringify(name)}: expected a name of 1 to 100 characters without slashes`,
    );
  }
}

/** Node files: point neurons without parameters of their own, all of one type per population. */
async function writeNodes(
  populations: readonly { name: string; size: number }[],
  path: string,
): Promise<void> {
  for (const { name, size } of populations) {
    if (size <= MOST_NODES) continue;
    throw new InputError(
      `sonata: population ${name}: expected at most ${MOST_NODES} neurons, since nodes.h5 lists each, got ${size}`,
    );
  }
  await writeHdf5(path, root => {
    sonataHeader(root);
    const nodes = root.create_group("nodes");
    populations.forEach(({ name, size }, p) => {
      writeNodeIds(nodes, name, size, 100 + p);
    });
  });
}

function nodeTypes(populations: number): string {
  const rows = Array.from({ length: populations }, (_, p) => `${100 + p} virtual NULL`);
  return `node_type_id model_type model_template\n${rows.join("\n")}\n`;
}

function* writeSpikes(group: Group, stream: RasterStream, p: number): Generator<void> {
  group.create_attribute("sorting", "by_time", [], "S");
  let count = 0;
  for (const { populationIndex } of stream.spikes()) {
    for (const q of populationIndex) if (q === p) count++;
    yield;
  }
  const times = new Column(group, "timestamps", "<d", count);
  times.dataset.create_attribute("units", "ms", [], "S");
  const ids = new Column(group, "node_ids", "<Q", count);
  for (const block of stream.spikes()) {
    const own = placesOf(block.populationIndex, p);
    times.write(Float64Array.from(own, k => block.times[k]));
    ids.write(Uint32Array.from(own, k => block.neurons[k]));
    yield;
  }
}

/** Places of the spikes of one population in a block. */
export function placesOf(populationIndex: Uint16Array, p: number): Uint32Array {
  const places = new Uint32Array(populationIndex.length);
  let n = 0;
  for (let k = 0; k < places.length; k++) if (populationIndex[k] === p) places[n++] = k;
  return places.subarray(0, n);
}

/** Traces that share a file, by its name. A report has one clock, and the clock ticks evenly. */
function groupReports(traces: readonly RecordedTrace[]): Map<string, RecordedTrace[]> {
  const reports = new Map<string, RecordedTrace[]>();
  for (const trace of traces) {
    const where = `sonata: trace ${trace.quantity} of ${trace.population} ${trace.neuron}`;
    if (!/^\w+$/.test(trace.quantity)) {
      throw new InputError(`${where}: expected a quantity of letters and digits, got ${trace.quantity}`);
    }
    if (!evenClock(trace.times)) throw new InputError(`${where}: expected evenly spaced times, got others`);
    const name = `${trace.quantity}_${trace.population}`;
    const report = reports.get(name) ?? [];
    reports.set(name, [...report, trace]);
    const first = report[0]?.times ?? trace.times;
    if (first.length !== trace.times.length || first.some((t, k) => t !== trace.times[k])) {
      throw new InputError(`${where}: expected the times of the others of its population, got other times`);
    }
  }
  return reports;
}

function writeReport(group: Group, report: readonly RecordedTrace[]): void {
  const steps = report[0].times.length;
  const n = report.length;
  const data = new Float64Array(steps * n);
  report.forEach(({ values }, k) => {
    for (let step = 0; step < steps; step++) data[step * n + k] = values[step];
  });
  const values = group.create_dataset({ name: "data", data, shape: [steps, n], dtype: "<d" });
  values.create_attribute("units", report[0].quantity === "v" ? "mV" : "1", [], "S");
  values.create_attribute("variable", report[0].quantity, [], "S");
  const mapping = group.create_group("mapping");
  new Column(mapping, "node_ids", "<Q", n).write(Uint32Array.from(report, ({ neuron }) => neuron));
  new Column(mapping, "index_pointers", "<Q", n + 1).write(Uint32Array.from({ length: n + 1 }, (_, k) => k));
  new Column(mapping, "element_ids", "<Q", n).write(new Uint32Array(n));
  const { first, step } = evenClock(report[0].times)!;
  const clock = new Column(mapping, "time", "<d", 3);
  clock.write(Float64Array.of(first, first + steps * step, step));
  clock.dataset.create_attribute("units", "ms", [], "S");
}

/** @param edges  whether there is a file of edges */
export function circuitConfig(edges: boolean): string {
  const nodes = [{ nodes_file: "$DIR/nodes.h5", node_types_file: "$DIR/node_types.csv" }];
  const config = {
    manifest: { $DIR: "." },
    target_simulator: "threefactor",
    networks: {
      nodes,
      edges: edges ? [{ edges_file: "$DIR/edges.h5", edge_types_file: "$DIR/edge_types.csv" }] : [],
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function simulationConfig(
  stream: RasterStream,
  durationMs: number,
  reports: ReadonlyMap<string, readonly RecordedTrace[]>,
): string {
  const config = {
    manifest: { $DIR: "." },
    network: "$DIR/circuit_config.json",
    run: { tstop: durationMs },
    output: { output_dir: "$DIR", spikes_file: "spikes.h5", spikes_sort_order: "by_time" },
    reports: Object.fromEntries(
      [...reports].map(([name, [first]]) => [
        name,
        { cells: first.population, variable_name: first.quantity, file_name: `${name}.h5` },
      ]),
    ),
    threefactor: JSON.parse(factsToJson(stream)),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
