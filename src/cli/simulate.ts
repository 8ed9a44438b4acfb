import { basename, dirname, resolve } from "node:path";
import { Command } from "commander";
import { networkModels } from "../../models/index.ts";
import { describe } from "../description/describe.ts";
import { extended } from "../description/extended.ts";
import { override } from "../description/override.ts";
import { layeredSpec } from "../engine/network/layers.ts";
import { type Network, network } from "../engine/network/network.ts";
import { Room } from "../engine/network/room.ts";
import type { Raster, RecordedTrace } from "../engine/record/raster.ts";
import { Simulation } from "../engine/simulation.ts";
import { InputError, shown } from "../errors.ts";
import { writeAtomic } from "../files/atomic.ts";
import { readRegular, readText } from "../files/regular.ts";
import { decodeNetwork, layeredNetwork } from "../io/networkFile.ts";
import { encodeRaster } from "../io/raster/native.ts";

import { importModule } from "../training/plugins.ts";

import { among, integerFrom, positive } from "./arguments.ts";
import { importedModel, importOptions, playRecording } from "./importedModel.ts";
import { addOptions, type Flags, type OptionValues, readOptions } from "./options.ts";

import { print, printJson, tell } from "./terminal.ts";
import { expectPlace, writable } from "./writable.ts";

const settings = {
  duration: {
    takes: "<ms>",
    help: "simulated time (default: that of a SONATA simulation, else of the recording of --input, else 1000)",
    read: positive,
  },
  ...importOptions,
  set: {
    takes: "<path=value...>",
    help: "change fields of the model, such as parameters.g=4",
    read: (_: string, typed: readonly string[]) => typed,
  },
  record: {
    takes: "<what>",
    help: "spikes, and potentials of neurons: spikes,v:0-4 (default: spikes)",
    read: recorded,
    otherwise: () => [],
  },
  mode: {
    takes: "<name>",
    help: "exact, or grid: spikes on multiples of --dt",
    read: among(["exact", "grid"]),
    otherwise: "exact",
  },
  dt: {
    takes: "<ms>",
    help: "step of the grid mode (default: that of a SONATA simulation, else 0.1)",
    read: positive,
  },
  workers: {
    takes: "<n>",
    help: "threads that share the work of the grid mode; the spikes stay the same (default: 1)",
    read: integerFrom(1),
  },
  seed: { takes: "<n>", help: "draws synapses and input", read: integerFrom(0), otherwise: 1 },
  json: { help: "print one JSON document and nothing else" },
  out: { takes: "<file>", help: "write the spikes as a raster file (.msgpack)" },
} as const;

/** `threefactor simulate MODEL`: runs a network from models/ or a file. */
export function simulateCommand(): Command {
  const command = new Command("simulate").argument(
    "<model>",
    `${Object.keys(networkModels).join(", ")}, a .json, .js or .ts file, a trained network, a NIR file or a SONATA circuit (its folder or configuration)`,
  );
  return addOptions(command, settings).action(simulate);
}

async function simulate(name: string, flags: Flags<typeof settings>): Promise<void> {
  const options = readOptions(settings, flags);
  const { seed, out } = options;
  const imported = await importedModel(name, options);
  if (imported && options.set) throw new InputError(`--set: expected a model of threefactor, got ${name}`);
  const { name: model, spec } =
    imported ?? describe((options.set ?? []).reduce(override, await findModel(name)));
  if (out !== null) await expectPlace(out);
  const time = timeMode(options, imported?.dtMs ?? 0.1);

  const buildStart = performance.now();
  const net = imported ? namingFile(name, () => network(spec, { seed })) : network(spec, { seed });
  const simulation = new Simulation(net, time);
  for (const [population, current] of Object.entries(imported?.currents ?? {}))
    simulation.setCurrent(population, current);
  const played =
    options.input === null ? null : await playRecording(options.input, net, simulation, options.allowOutside);
  const durationMs = options.duration ?? imported?.durationMs ?? (played || 1000);
  const read = potentials(net, options.record);
  const runStart = performance.now();
  const traces = read ? sample(simulation, durationMs, read) : [];
  simulation.runUntil(durationMs);
  const runEnd = performance.now();

  simulation.close();
  const raster = { ...simulation.raster({ model, seed }), traces };
  const neurons = net.populations.reduce((sum, p) => sum + (p.model ? p.size : 0), 0);
  // Spikes of inputs are no neuron's.
  const fired = raster.populationIndex.reduce((n, p) => n + (net.populations[p].model ? 1 : 0), 0);
  const synapses = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  const result = {
    model,
    neurons,
    synapses,
    durationMs,
    spikes: raster.times.length,
    meanRate: neurons > 0 ? fired / neurons / (durationMs / 1000) : 0,
    populations: raster.populations.map((_, p) => activity(raster, p)),
    synapticEvents: simulation.synapticEvents,
    buildSeconds: (runStart - buildStart) / 1000,
    runSeconds: (runEnd - runStart) / 1000,
    bytesPerSynapse: synapses > 0 ? simulation.synapseBytes / synapses : 0,
    ...time,
    seed,
    ...(imported && { notes: imported.notes }),
  };
  if (out !== null)
    await writable(out, "a file that can be written", () => writeAtomic(out, encodeRaster(raster)));
  for (const note of imported?.notes ?? []) tell(`threefactor: ${name}: ${note}`);
  if (options.json) {
    printJson(result);
    return;
  }
  const lines = [
    `${model}: ${neurons} neurons, ${synapses} synapses, ${durationMs} ms, seed ${seed}`,
    ...result.populations.map(
      p => `  ${p.name.padEnd(10)} ${p.meanRate.toFixed(2)} Hz, CV of ISI ${p.cvIsi?.toFixed(2) ?? "-"}`,
    ),
    `  ${result.spikes} spikes, ${result.synapticEvents} synaptic events`,
    `  built in ${result.buildSeconds.toFixed(2)} s, run in ${result.runSeconds.toFixed(2)} s`,
  ];
  print(...lines);
}

/** What is wrong with a network of a file is said of the file. */
function namingFile<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${file}: ${error.message}`) : error;
  }
}

function timeMode(
  { mode, dt, workers }: OptionValues<typeof settings>,
  usualDt: number,
): { mode: "exact" } | { mode: "grid"; dt: number; workers: number } {
  if (mode === "grid") return { mode, dt: dt ?? usualDt, workers: workers ?? 1 };
  if (workers !== null) throw new InputError(`--workers: expected it with --mode grid, got ${workers}`);
  if (dt !== null) throw new InputError(`--dt: expected it with --mode grid, got ${dt}`);
  return { mode };
}

/** Neurons whose potential is recorded, from `spikes,v:0-4,7`: numbers count through all populations in order. */
function recorded(flag: string, typed: string): number[] {
  const [spikes, ...rest] = typed.split(",");
  const fail = () =>
    new InputError(`--${flag}: expected spikes or spikes,v:NEURONS such as spikes,v:0-4, got ${typed}`);
  if (spikes !== "spikes") throw fail();
  if (rest.length === 0) return [];
  if (!rest[0].startsWith("v:")) throw fail();
  return rest.flatMap((part, k) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(k === 0 ? part.slice(2) : part);
    if (!range) throw fail();
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (to < from || to - from > 10_000) throw fail();
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
}

/** Where those neurons are. @throws InputError for a neuron that is not there or has no potential */
function potentials(
  { populations }: Network,
  neurons: readonly number[],
): { population: string; neuron: number }[] | null {
  const places = neurons.map(neuron => {
    let first = 0;
    for (const { name, size, model } of populations) {
      if (neuron < first + size) {
        if (!model)
          throw new InputError(`--record: neuron ${neuron} is an input of ${name}, without a potential`);
        return { population: name, neuron: neuron - first };
      }
      first += size;
    }
    throw new InputError(`--record: expected neurons below ${first}, got ${neuron}`);
  });
  return places.length > 0 ? places : null;
}

/** Runs in pieces of a tenth of a millisecond, which changes nothing, and reads the exact potentials between them. */
function sample(
  simulation: Simulation,
  durationMs: number,
  places: readonly { population: string; neuron: number }[],
): RecordedTrace[] {
  const steps = Math.ceil(durationMs / 0.1);
  new Room().take("--duration", steps, "samples of 0.1 ms with --record v", 8 * (1 + places.length));
  const times = Float64Array.from({ length: steps + 1 }, (_, k) => Math.min(durationMs, k * 0.1));
  const traces = places.map(place => ({
    ...place,
    quantity: "v",
    times,
    values: new Float64Array(steps + 1),
  }));
  times.forEach((t, k) => {
    simulation.runUntil(t);
    for (const { population, neuron, values } of traces) values[k] = simulation.potential(population, neuron);
  });
  return traces;
}

/** @throws InputError when there is no such model or file, or the file holds none */
async function findModel(name: string, seen: readonly string[] = [resolve(name)]): Promise<unknown> {
  if (Object.hasOwn(networkModels, name)) return networkModels[name];
  if (/\.msgpack$/.test(name)) {
    const trained = decodeNetwork(readRegular(name), name);
    return { name: basename(name, ".msgpack"), ...layeredSpec(layeredNetwork(trained)) };
  }
  if (/\.json$/.test(name)) {
    const json = readText(name);
    let model: unknown;
    try {
      model = JSON.parse(json);
    } catch (error) {
      throw new InputError(`${name}: expected JSON: ${(error as Error).message}`);
    }
    const base = (model as { extends?: unknown } | null)?.extends;
    if (base === undefined) return model;
    if (typeof base !== "string")
      throw new InputError(`${name}: extends: expected the name of a model or a file, got ${shown(base)}`);
    const path = Object.hasOwn(networkModels, base) ? base : resolve(dirname(name), base);
    if (seen.includes(path)) throw new InputError(`${name}: extends: expected no circle, got ${base}`);
    return extended(await findModel(path, [...seen, path]), model as object, name);
  }
  if (/\.[mc]?[jt]s$/.test(name)) {
    const module = await importModule(name, "a module with a model");
    const model = module.default ?? Object.values(module)[0];
    if (model === undefined) throw new InputError(`${name}: expected an exported model, got none`);
    return model;
  }
  throw new InputError(
    `model: expected one of ${Object.keys(networkModels).join(", ")}, or a file, got ${name}`,
  );
}

/** Mean rate, and irregularity as the mean over neurons of the coefficient of variation of their intervals. */
function activity(
  raster: Raster,
  p: number,
): { name: string; size: number; meanRate: number; cvIsi: number | null } {
  const { name, size } = raster.populations[p];
  const last = new Float64Array(size).fill(Number.NaN);
  const [count, sum, squares] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  let spikes = 0;
  raster.times.forEach((t, k) => {
    if (raster.populationIndex[k] !== p) return;
    spikes++;
    const i = raster.neurons[k];
    const interval = t - last[i];
    last[i] = t;
    if (Number.isNaN(interval)) return;
    count[i]++;
    sum[i] += interval;
    squares[i] += interval * interval;
  });
  const cvs: number[] = [];
  for (let i = 0; i < size; i++) {
    if (count[i] < 3) continue;
    const mean = sum[i] / count[i];
    cvs.push(Math.sqrt(Math.max(0, squares[i] / count[i] - mean * mean)) / mean);
  }
  return {
    name,
    size,
    meanRate: spikes / size / (raster.durationMs / 1000),
    cvIsi: cvs.length > 0 ? cvs.reduce((a, b) => a + b) / cvs.length : null,
  };
}
