import { Command } from "commander";
import { networkModels } from "../../models/index.ts";
import { cv, intervals } from "../analysis/intervals.ts";
import { populationRates } from "../analysis/rates.ts";
import { activeTrains } from "../analysis/spikeTrains.ts";
import type { Network } from "../engine/network/network.ts";
import type { ProbeRecording } from "../engine/record/probe.ts";
import type { Raster } from "../engine/record/raster.ts";
import { type Precision, Simulation } from "../engine/simulation.ts";
import { InputError } from "../errors.ts";
import { writeAtomic } from "../files/atomic.ts";
import { encodeRaster } from "../io/raster/native.ts";
import { among, integerFrom, positive } from "./arguments.ts";
import type { Outcome } from "./engines.ts";
import { importOptions, recordedInput } from "./importedModel.ts";
import { nestOptions, runInNest } from "./nestEngine.ts";
import { type NetworkModel, networkModel, networkOf } from "./networkModel.ts";
import { addOptions, type Flags, type OptionValues, readOptions } from "./options.ts";
import { print, printJson, tell } from "./terminal.ts";
import { expectPlace, writable } from "./writable.ts";

/** [ms] Between two samples of a recorded potential. */
const SAMPLING = 0.1;

const settings = {
  duration: {
    takes: "<ms>",
    help: "simulated time (default: that of a SONATA simulation, of all passes of a stream, of the recording of --input, else 1000)",
    read: positive,
  },
  ...importOptions,
  dataDir: {
    takes: "<folder>",
    help: "where the data set lies whose samples a model is shown (default: $THREEFACTOR_DATA, else the user's cache)",
    read: (_: string, typed: string) => typed,
  },
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
    help: "exact, or grid: spikes on multiples of --dt (default: grid for a model that has a step, else exact)",
    read: among(["exact", "grid"]),
  },
  dt: {
    takes: "<ms>",
    help: "step of the grid mode and of NEST (default: that of the model or the SONATA simulation, else 0.1)",
    read: positive,
  },
  workers: {
    takes: "<n>",
    help: "threads that share the work of the grid mode; the spikes stay the same (default: 1)",
    read: integerFrom(1),
  },
  precision: {
    takes: "<name>",
    help: "single or double, of the grid mode (default: that of the model, else single)",
    read: among(["single", "double"]),
  },
  engine: {
    takes: "<name>",
    help: "threefactor, or nest: the same network in NEST, which is started",
    read: among(["threefactor", "nest"]),
    otherwise: "threefactor",
  },
  ...nestOptions,
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
  const typed = readOptions(settings, flags);
  const { seed, out } = typed;
  const inNest = typed.engine === "nest";
  expectEngine(typed);
  const found = await networkModel(name, typed);
  const options = { ...typed, mode: typed.mode ?? (found.dt === null ? "exact" : "grid") } as const;
  const { name: model, imported } = found;
  if (out !== null) await expectPlace(out);
  const outcome = await (inNest ? runInNest(found, name, options) : runHere(found, name, options));
  const { net, synapses, raster, synapticEvents } = outcome;
  const { durationMs } = raster;
  const neurons = net.populations.reduce((sum, p) => sum + (p.model ? p.size : 0), 0);
  // Spikes of inputs are no neuron's.
  const fired = raster.populationIndex.reduce((n, p) => n + (net.populations[p].model ? 1 : 0), 0);
  const notes = [...(imported?.notes ?? []), ...outcome.notes];
  const result = {
    model,
    neurons,
    synapses,
    durationMs,
    spikes: raster.times.length,
    meanRate: neurons > 0 ? fired / neurons / (durationMs / 1000) : 0,
    populations: activities(raster),
    synapticEvents,
    buildSeconds: outcome.buildSeconds,
    runSeconds: outcome.runSeconds,
    bytesPerSynapse: outcome.bytesPerSynapse,
    ...outcome.how,
    seed,
    ...((imported || inNest) && { notes }),
  };
  if (out !== null)
    await writable(out, "a file that can be written", () => writeAtomic(out, encodeRaster(raster)));
  for (const note of notes) tell(`threefactor: ${name}: ${note}`);
  if (options.json) {
    printJson(result);
    return;
  }
  const events = synapticEvents === null ? "" : `, ${synapticEvents} synaptic events`;
  const lines = [
    `${model}: ${neurons} neurons, ${synapses} synapses, ${durationMs} ms, seed ${seed}${inNest ? `, ${outcome.how.engine}` : ""}`,
    ...result.populations.map(
      p => `  ${p.name.padEnd(10)} ${p.meanRate.toFixed(2)} Hz, CV of ISI ${p.cvIsi?.toFixed(2) ?? "-"}`,
    ),
    `  ${result.spikes} spikes${events}`,
    `  built in ${result.buildSeconds.toFixed(2)} s, run in ${result.runSeconds.toFixed(2)} s`,
  ];
  print(...lines);
}

/** Of all samples that a network is shown; null for none, or no end of them. */
function streamedMs({ stream }: Network): number | null {
  return stream && stream.total < Infinity ? stream.beginning(stream.total) : null;
}

type Asked = OptionValues<typeof settings> & { readonly mode: "exact" | "grid" };

/** @throws InputError for an option that says nothing to the engine that was chosen */
function expectEngine(options: OptionValues<typeof settings>): void {
  const { engine, workers, precision, record } = options;
  if (engine !== "nest") {
    for (const option of Object.keys(nestOptions) as (keyof typeof nestOptions)[])
      if (options[option] !== null)
        throw new InputError(`--${option}: expected it with --engine nest, got ${options[option]}`);
    return;
  }
  if (workers !== null)
    throw new InputError(`--workers: expected --threads with --engine nest, got ${workers}`);
  if (precision === "single")
    throw new InputError("--precision: expected double, as NEST computes, got single");
  if (record.length > 0)
    throw new InputError("--record: expected spikes with --engine nest, got potentials too");
}

/** Runs it in this program. */
async function runHere(found: NetworkModel, name: string, options: Asked): Promise<Outcome> {
  const { imported, name: model } = found;
  const { seed, input, duration } = options;
  const time = timeMode(options, found.dt ?? imported?.dtMs ?? 0.1, found.precision ?? "single");
  const buildStart = performance.now();
  const net = networkOf(found, name, seed);
  const simulation = new Simulation(net, { ...time, record: { neurons: potentials(net, options.record) } });
  for (const [population, current] of Object.entries(imported?.currents ?? {}))
    simulation.setCurrent(population, current);
  const recorded = input === null ? null : await recordedInput(input, net, options.allowOutside);
  for (const { to, times, neurons } of recorded?.stimuli ?? []) simulation.stimulate(to, times, neurons);
  const runStart = performance.now();
  simulation.runUntil(duration ?? imported?.durationMs ?? streamedMs(net) ?? (recorded?.durationMs || 1000));
  const runEnd = performance.now();
  simulation.close();
  const synapses = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  return {
    net,
    synapses,
    raster: simulation.raster({ model, seed }),
    synapticEvents: simulation.synapticEvents,
    bytesPerSynapse: synapses > 0 ? simulation.synapseBytes / synapses : 0,
    buildSeconds: (runStart - buildStart) / 1000,
    runSeconds: (runEnd - runStart) / 1000,
    how: time,
    notes: [],
  };
}

function timeMode(
  { mode, dt, workers, precision }: Asked,
  usualDt: number,
  usualPrecision: Precision,
): { mode: "exact" } | { mode: "grid"; dt: number; workers: number; precision: Precision } {
  if (mode === "grid")
    return { mode, dt: dt ?? usualDt, workers: workers ?? 1, precision: precision ?? usualPrecision };
  if (precision !== null) throw new InputError(`--precision: expected it with --mode grid, got ${precision}`);
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

/** Probes of those neurons' potentials. @throws InputError for a neuron that is not there or has no potential */
function potentials(
  { populations }: Network,
  numbers: readonly number[],
): NonNullable<ProbeRecording["neurons"]> {
  let first = 0;
  const probes = populations.flatMap(({ name, size, model }) => {
    const neurons = numbers.filter(n => n >= first && n < first + size).map(n => n - first);
    first += size;
    if (neurons.length === 0) return [];
    if (model) return [{ population: name, neurons, interval: SAMPLING }];
    throw new InputError(
      `--record: neuron ${first - size + neurons[0]} is an input of ${name}, without a potential`,
    );
  });
  const stray = numbers.find(n => n >= first);
  if (stray !== undefined) throw new InputError(`--record: expected neurons below ${first}, got ${stray}`);
  return probes;
}

/** Mean rate of each population, and irregularity as the mean of what its neurons' intervals, three or more, vary by. */
function activities(raster: Raster) {
  const rates = populationRates(raster);
  const trains = activeTrains(raster);
  return raster.populations.map(({ name, size }, p) => {
    const many = [...trains[p].values()].map(intervals).filter(({ length }) => length >= 3);
    const cvIsi = many.length > 0 ? many.reduce((sum, own) => sum + cv(own), 0) / many.length : null;
    return { name, size, meanRate: rates[p].rateHz, cvIsi };
  });
}
