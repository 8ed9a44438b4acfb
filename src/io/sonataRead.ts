import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Raster, RecordedTrace } from "../engine/raster.ts";
import { InputError } from "../errors.ts";
import { type Facts, factsFromJson } from "./facts.ts";
import { attribute, datasetAt, type Group, groupAt, has, numbersAt } from "./hdf5.ts";
import { readHdf5 } from "./hdf5Thread.ts";
import { parseJson } from "./metadataJson.ts";
import { rasterFrom } from "./rasterStream.ts";

/**
 * A SONATA folder with `simulation_config.json`, or a single file of spikes. In what another program wrote, a
 * population is as large as its largest id asks, the recording ends with the last spike, and reports stay unread.
 * @throws InputError when there are no spikes to read
 */
export async function readSonata(path: string): Promise<Raster> {
  const folder = statSync(path).isDirectory();
  const config = folder ? readConfig(join(path, "simulation_config.json")) : null;
  const facts = config?.facts ?? null;
  const spikes = await readHdf5(
    "sonataSpikes",
    folder ? join(path, config?.spikes ?? "spikes.h5") : path,
    facts,
  );
  const traces: RecordedTrace[] = [];
  for (const [name, report] of facts ? Object.entries(config?.reports ?? {}) : []) {
    traces.push(...(await readHdf5("sonataReport", join(path, `${name}.h5`), report)));
  }
  return rasterFrom({ ...spikes, traces, metadata: facts?.metadata ?? {} }, path);
}

interface Config {
  readonly spikes: string;
  readonly facts: Facts | null;
  readonly reports: Readonly<Record<string, { cells: string; variable_name: string }>>;
}

function readConfig(path: string): Config | null {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  const map = parseJson(text, path) as Record<string, Record<string, unknown>> | null;
  const own = map?.threefactor;
  const spikes = String(map?.output?.spikes_file ?? "spikes.h5")
    .split("/")
    .at(-1)!;
  return {
    spikes,
    facts: own ? factsFromJson(JSON.stringify(own), `${path}: threefactor`) : null,
    reports: (map?.reports ?? {}) as Config["reports"],
  };
}

/** Spikes of an open file. */
export function sonataSpikes(
  root: Group,
  path: string,
  facts: Facts | null,
): Omit<Raster, "traces" | "metadata"> {
  const group = groupAt(root, "spikes", path);
  const names = facts?.populations.map(({ name }) => name) ?? group.keys();
  const parts = names.map(name => {
    const unit = has(group, `${name}/timestamps`)
      ? attribute(datasetAt(group, `${name}/timestamps`, path), "units")
      : "ms";
    if (unit !== undefined && unit !== "ms" && unit !== "s")
      throw new InputError(`${path}: ${name}/timestamps: expected units ms or s, got ${String(unit)}`);
    const times = numbersAt(group, `${name}/timestamps`, path);
    const ids = numbersAt(group, `${name}/node_ids`, path);
    const bad = ids.findIndex(id => !(id >= 0 && id < 2 ** 32));
    if (ids.length !== times.length || bad >= 0) {
      throw new InputError(
        `${path}: ${name}/node_ids: expected ${times.length} ids below 2^32, got ${bad >= 0 ? ids[bad] : ids.length}`,
      );
    }
    return { times: unit === "s" ? times.map(t => 1000 * t) : times, ids };
  });
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
    names.map((name, p) => ({ name, size: parts[p]!.ids.reduce((most, id) => Math.max(most, id + 1), 0) }));
  const durationMs = facts?.durationMs ?? times.reduce((most, t) => Math.max(most, t), 0);
  return { durationMs, populations, times, populationIndex, neurons };
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
    times: Float64Array.from({ length: steps }, (_, s) => first! + s * step!),
    values: Float64Array.from({ length: steps }, (_, s) => data[s * n + k]!),
  }));
}
