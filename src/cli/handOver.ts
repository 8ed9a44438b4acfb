import { networkModels } from "../../models/index.ts";
import { InputError } from "../errors.ts";
import { replaceAtomic } from "../files/atomic.ts";
import { entryAt } from "../files/regular.ts";
import { writeNest } from "../io/nest/script.ts";
import { isSonataConfig } from "../io/sonata/config.ts";
import { writePointCircuit } from "../io/sonata/pointCircuit.ts";
import { among, positive } from "./arguments.ts";
import { connectOption, nestNetwork } from "./nestNetwork.ts";
import { networkModel } from "./networkModel.ts";
import type { OptionValues } from "./options.ts";

/** What the command line says of a model that is handed over to another simulator. */
export const modelOptions = {
  set: {
    takes: "<path=value...>",
    help: "with --to nest and models to sonata: change fields of the model, such as parameters.g=4",
    read: (_: string, typed: readonly string[]) => typed,
  },
  duration: {
    takes: "<ms>",
    help: "with --to nest and models to sonata: how long it is to run (default: that of a SONATA simulation, else 1000)",
    read: positive,
  },
  mode: {
    takes: "<name>",
    help: "with --to nest: exact, spikes anywhere in time, or grid, on multiples of --dt (default: grid for a model that has a step, else exact)",
    read: among(["exact", "grid"]),
  },
  connect: connectOption,
} as const;

type ModelOptions = OptionValues<typeof modelOptions>;

/** @throws InputError for options that say nothing of what is written */
export function expectModelOptions(options: ModelOptions & { readonly to: string }, model: boolean): void {
  for (const option of ["set", "duration", "mode", "connect"] as const)
    if (options[option] !== null && !model)
      throw new InputError(
        `--${option}: expected --to nest, or a model and --to sonata, got --to ${options.to}`,
      );
  if (options.connect === "rules" && options.to === "sonata")
    throw new InputError("--connect: expected drawn, as SONATA lists each edge, got rules");
  if (options.mode === "exact" && options.to === "sonata")
    throw new InputError("--mode: expected grid, as BMTK gives input on multiples of its step, got exact");
}

/** Whether it names a model of models/ or a file of one. */
export function isModel(name: string): boolean {
  if (Object.hasOwn(networkModels, name)) return true;
  return /\.([mc]?[jt]s|json)$/.test(name) && !entryAt(name)?.isDirectory() && !isSonataConfig(name);
}

/**
 * Writes a network as a program of PyNEST, or as a SONATA circuit of NEST's models, into a folder.
 * @throws InputError that names the field for what has no partner there
 */
export async function handOver(
  source: string,
  out: string,
  options: ModelOptions & {
    readonly to: "nest" | "sonata";
    readonly dt: number | null;
    readonly seed: number;
    readonly allowOutside: boolean;
  },
): Promise<{ source: string; path: string; warnings: readonly string[] }> {
  const { to, seed, allowOutside } = options;
  const untold = { input: null, nirUnit: null, nirSteps: null, nirDt: null };
  const model = await networkModel(source, { ...untold, allowOutside, set: options.set });
  const how = {
    precise: to === "nest" && (options.mode ?? (model.dt === null ? "exact" : "grid")) === "exact",
    dtMs: options.dt ?? model.dt ?? model.imported?.dtMs ?? 0.1,
    durationMs: options.duration ?? model.imported?.durationMs ?? 1000,
    seed,
  };
  // Edges are what SONATA holds.
  const connect = to === "sonata" ? "drawn" : options.connect;
  const { circuit } = await nestNetwork(model, source, connect, async () => ({ options: how }), how);
  const write = to === "nest" ? writeNest : writePointCircuit;
  await replaceAtomic(out, temporary => write(circuit, model.name, temporary), "folder");
  return { source, path: out, warnings: [...(model.imported?.notes ?? []), ...circuit.notes] };
}
