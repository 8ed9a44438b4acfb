import { basename, dirname, resolve } from "node:path";
import { networkModels } from "../../models/index.ts";
import { loadDataset } from "../data/index.ts";
import { range } from "../data/subset.ts";
import { type DescribeOptions, describe } from "../description/describe.ts";
import { extended } from "../description/extended.ts";
import { override } from "../description/override.ts";
import { streamedData } from "../description/streamed.ts";
import { layeredSpec } from "../engine/network/layers.ts";
import { type Network, type NetworkSpec, network } from "../engine/network/network.ts";
import type { Precision } from "../engine/simulation.ts";
import { about, InputError, parseJson, shown } from "../errors.ts";
import { readRegular, readText } from "../files/regular.ts";
import { decodeNetwork, layeredNetwork } from "../io/networkFile.ts";
import { importModule } from "../training/plugins.ts";
import { type ImportedModel, importedModel, type importOptions } from "./importedModel.ts";
import type { OptionValues } from "./options.ts";

/** A network that runs, from wherever it is. */
export interface NetworkModel {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly precision: Precision | null;
  /** Step of the grid mode that it was made for [ms]; null for a network of the exact mode. */
  readonly dt: number | null;
  /** What another tool's file says; null for a model of ours. */
  readonly imported: ImportedModel | null;
}

/**
 * A model of models/, a file of one, a trained network, a NIR file or a SONATA circuit.
 * @param set  changes of its fields, `path=value`
 * @throws InputError when there is no such model or file, or the file holds none
 */
export async function networkModel(
  name: string,
  options: OptionValues<typeof importOptions> & {
    readonly set: readonly string[] | null;
    readonly dataDir?: string | null;
  },
): Promise<NetworkModel> {
  const imported = await importedModel(name, options);
  if (imported && options.set) throw new InputError(`--set: expected a model of threefactor, got ${name}`);
  if (imported) return { name: imported.name, spec: imported.spec, precision: null, dt: null, imported };
  const model = (options.set ?? []).reduce(override, await findModel(name));
  const described = describe(model, await streamed(model, options.dataDir ?? undefined));
  return { precision: null, dt: null, ...described, imported };
}

/** The samples of the data set that the stream of a description names. */
async function streamed(model: unknown, dataDir: string | undefined): Promise<DescribeOptions> {
  const asked = streamedData(model);
  if (!asked) return {};
  const { data: name, part, samples } = asked;
  const size = samples ?? undefined;
  const sizes = part === "train" ? { trainSamples: size } : part === "test" ? { testSamples: size } : {};
  const data = await about("stream.data", () => loadDataset(name, { ...sizes, ...(dataDir && { dataDir }) }));
  const found = data[part];
  if (found.count === 0) throw new InputError(`stream.part: expected one that ${name} has, got ${part}`);
  return { data: range(found, data.inputs, 0, Math.min(size ?? found.count, found.count)) };
}

/** Its synapses, drawn. */
export function networkOf({ spec, imported }: NetworkModel, name: string, seed: number): Network {
  return imported ? about(name, () => network(spec, { seed })) : network(spec, { seed });
}

/** @throws InputError when there is no such model or file, or the file holds none */
async function findModel(name: string, seen: readonly string[] = [resolve(name)]): Promise<unknown> {
  if (Object.hasOwn(networkModels, name)) return networkModels[name];
  if (/\.msgpack$/.test(name)) {
    const trained = decodeNetwork(readRegular(name), name);
    return { name: basename(name, ".msgpack"), ...layeredSpec(layeredNetwork(trained)) };
  }
  if (/\.json$/.test(name)) {
    const model = parseJson(readText(name), name);
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
    `model: expected one of ${Object.keys(networkModels).join(", ")}, or a file that exists, got ${name}`,
  );
}
