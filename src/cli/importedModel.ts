import { basename, resolve } from "node:path";
import type { Network, NetworkSpec } from "../engine/network/network.ts";
import { InputError } from "../errors.ts";
import { entryAt } from "../files/regular.ts";
import { fileKind } from "../io/fileKind.ts";
import { readNir } from "../io/nir/file.ts";
import { nirToNetwork } from "../io/nir/import.ts";
import { openRaster } from "../io/raster/open.ts";
import { collect } from "../io/raster/stream.ts";
import { holdsCircuit } from "../io/sonata/read.ts";
import { readSonataSimulation } from "../io/sonata/simulation.ts";
import { among, positive } from "./arguments.ts";
import type { OptionValues } from "./options.ts";
import { tell } from "./terminal.ts";

/** A network of another tool's file. */
export interface ImportedModel {
  readonly name: string;
  readonly spec: NetworkSpec;
  /** Constant input of populations [1/ms]. */
  readonly currents: Readonly<Record<string, Float64Array>>;
  /** Length and step that the file asks for [ms]; null where it asks for none. */
  readonly durationMs: number | null;
  readonly dtMs: number | null;
  /** What was taken where the file leaves a choice, and what was changed. */
  readonly notes: readonly string[];
}

/** What the command line says about the file. */
export const importOptions = {
  /** A recording that stands for the spikes that the file sends in. */
  input: {
    takes: "<recording>",
    help: "its spikes are those of the network's inputs, population by population",
  },
  nirUnit: {
    takes: "<s|ms>",
    help: "unit of the times in a NIR file (default: what the file says or suggests)",
    read: among(["s", "ms"]),
  },
  nirSteps: {
    takes: "<exact|euler>",
    help: "euler with --mode grid: the decay of tools on a grid (default: exact)",
    read: among(["exact", "euler"]),
  },
  nirDt: {
    takes: "<ms>",
    help: "how long a spike lasts in a NIR file (default: what the file says or suggests)",
    read: positive,
  },
  allowOutside: { help: "read files that a SONATA configuration names out of its folder" },
} as const;

/** What an input of a network emits. */
export interface InputSpikes {
  readonly to: string;
  readonly kind: "spikes";
  /** [ms] */
  readonly times: Float64Array;
  readonly neurons: Uint32Array;
}

/**
 * The network of a NIR file or a SONATA circuit; null for a model of ours, a file of one, or a network trained here.
 * @throws InputError when there is a file of another kind
 */
export async function importedModel(
  path: string,
  { nirUnit, nirDt, nirSteps, allowOutside, input }: OptionValues<typeof importOptions>,
): Promise<ImportedModel | null> {
  const found = entryAt(path);
  const ours = /\.([mc]?[jt]s|json)$/.test(path) && !found?.isDirectory();
  const kind = !found ? null : holdsCircuit(path) ? "circuit" : ours ? null : await fileKind(path);
  const option = nirUnit ? "--nir-unit" : nirDt ? "--nir-dt" : nirSteps && "--nir-steps";
  if (kind !== "nir" && option) throw new InputError(`${option}: expected a NIR file, got ${path}`);
  if (allowOutside && kind !== "circuit" && input === null)
    throw new InputError(`--allow-outside: expected a SONATA circuit, got ${path}`);
  if (kind === null || kind === "network") return null;
  const name = basename(resolve(path));
  if (kind === "circuit") {
    const { spec, inputs, ...more } = await readSonataSimulation(path, {
      allowOutside,
      spikes: input === null,
    });
    return { name, spec: { ...spec, stimuli: inputs }, ...more };
  }
  if (kind !== "nir")
    throw new InputError(
      `${path}: expected a network as NIR or as a SONATA circuit, or a .json, .js or .ts model, got ${kind}`,
    );
  const graph = await readNir(path);
  const net = named(path, () =>
    nirToNetwork(graph, {
      ...(nirSteps && { steps: nirSteps }),
      ...(nirUnit && { timeUnit: nirUnit }),
      ...(nirDt && {
        dt: nirDt / ((nirUnit ?? nirToNetwork(graph, { dt: 1 }).timeUnit) === "s" ? 1000 : 1),
      }),
    }),
  );
  const took = `took times in ${net.timeUnit}, and ${Number(net.dtMs.toPrecision(6))} ms as how long a spike lasts`;
  const { spec, currents } = net;
  return { name, spec, currents, notes: [took, ...net.notes], durationMs: null, dtMs: null };
}

/** What a graph is refused for, with the name of its file. */
function named<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(error.message.replace(/^nir:/, `${path}:`));
    throw error;
  }
}

/**
 * The spikes of a recording for the inputs of a network: each gets those of the population of its name, or the only input
 * those of the only population. `durationMs` is the recording's length.
 * @throws InputError when no population fits
 */
export async function recordedInput(
  path: string,
  net: Network,
  allowOutside: boolean,
): Promise<{ stimuli: readonly InputSpikes[]; durationMs: number }> {
  const stream = await openRaster(path, { allowOutside });
  const { populations, times, populationIndex, neurons, durationMs } = collect(stream);
  for (const note of stream.notes ?? []) tell(`threefactor: ${path}: ${note}`);
  const inputs = net.populations.filter(({ model }) => model === null);
  const stimuli = inputs.flatMap(({ name, size }): InputSpikes[] => {
    const only = inputs.length === 1 && populations.length === 1;
    const p = only ? 0 : populations.findIndex(population => population.name === name);
    if (p === -1) return [];
    const own = Uint32Array.from([...times.keys()].filter(k => populationIndex[k] === p));
    const stray = own.find(k => neurons[k] >= size);
    if (stray !== undefined)
      throw new InputError(
        `--input: ${path}: expected neurons of ${name} below ${size}, got ${neurons[stray]}`,
      );
    const [its, of] = [Float64Array.from(own, k => times[k]), Uint32Array.from(own, k => neurons[k])];
    return [{ to: name, kind: "spikes", times: its, neurons: of }];
  });
  if (stimuli.length > 0) return { stimuli, durationMs };
  const [wanted, got] = [inputs, populations].map(list => list.map(({ name }) => name).join(", ") || "none");
  throw new InputError(`--input: ${path}: expected a population named as an input (${wanted}), got ${got}`);
}
