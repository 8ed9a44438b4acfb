import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { layeredModels, recordingModel, twinModel } from "../../models/index.ts";
import type { TwinModel } from "../../models/settings/twinModel.ts";
import type { Dataset } from "../data/dataset.ts";
import { datasetRegistry } from "../data/index.ts";
import { lastEventMs } from "../data/recordings.ts";
import { type EncoderName, encoderRegistry } from "../encoding/index.ts";
import type { LayeredNetwork } from "../engine/network/layers.ts";
import { layersOf } from "../engine/network/layersOf.ts";
import { about, InputError } from "../errors.ts";
import { firstBytes } from "../files/firstBytes.ts";
import { entryAt, readRegular } from "../files/regular.ts";
import { fileKind } from "../io/fileKind.ts";
import { decodeNetwork, layeredNetwork } from "../io/networkFile.ts";
import { readNir } from "../io/nir/file.ts";
import { nirToNetwork } from "../io/nir/import.ts";
import { readSonataCircuit } from "../io/sonata/circuit.ts";

/** The network of a file, from whose weights both twins go on. */
export interface StartNetwork {
  readonly file: string;
  /** Of the bytes of the file, or of those of a folder's files one after the other, hexadecimal. */
  readonly sha256: string;
  readonly notes: readonly string[];
  /** Spikes of a full-intensity input, and length of a presentation [ms]; null where the file does not say. */
  readonly maxSpikes: number | null;
  readonly durationMs: number | null;
  /** Trace that one input spike adds; null: what it adds in the encoder that is asked for. */
  readonly inputGain: number | null;
  readonly neuron: LayeredNetwork["neuron"];
  /** Whether it has delays or further synapses. */
  readonly wired: boolean;
  /** Its layers, where a presentation has this length and an input spike this gain. */
  layers(durationMs: number, inputGain: number): LayeredNetwork;
}

/** Whether --model names the file or folder of a network with weights. */
export function isNetworkFile(text: string): boolean {
  if (Object.hasOwn(layeredModels, text) || text.startsWith("{")) return false;
  const found = entryAt(text);
  if (found?.isDirectory()) return true;
  if (!found?.isFile()) return false;
  const [first = 0] = firstBytes(text, 1);
  // No text, and no mark before one.
  return first >= 0x80 && first !== 0xef;
}

/**
 * The network that --model names; null where it names none with weights.
 * @throws InputError when it cannot be trained, with the name of the population or projection
 */
export async function startNetwork(text: string | undefined): Promise<StartNetwork | null> {
  if (text === undefined || !isNetworkFile(text)) return null;
  const kind = await fileKind(text);
  const common = { file: text, sha256: checksum(text) };
  if (kind === "network") {
    const trained = decodeNetwork(readRegular(text), text);
    const { maxSpikes, durationMs, inputGain, neuron } = trained;
    return {
      ...common,
      notes: [],
      maxSpikes,
      durationMs,
      inputGain,
      neuron,
      wired: layeredNetwork(trained).wiring !== undefined,
      layers: () => layeredNetwork(trained),
    };
  }
  if (kind !== "nir" && kind !== "circuit")
    throw new InputError(
      `--model: expected a trained network, NIR or a SONATA circuit, got ${kind} in ${text}`,
    );
  const graph = kind === "nir" ? await readNir(text) : null;
  const { spec, currents, notes } = graph ? nirToNetwork(graph) : await readSonataCircuit(text);
  // What files of ours say beyond NIR.
  const fact = (key: string) => {
    const value = graph?.metadata?.[key];
    const number = value === undefined || typeof value === "string" ? Number.NaN : Number(value.data[0]);
    return number > 0 && number < Infinity ? number : null;
  };
  const presentation = fact("presentation");
  const seconds = graph?.metadata?.time_unit === "ms" ? 1 : 1000;
  const layers = (durationMs: number, inputGain: number) =>
    about(`--model: ${basename(text)}`, () => layersOf(spec, currents, inputGain, durationMs));
  const first = layers(1, 1);
  return {
    ...common,
    notes: notes.map(note => `${basename(text)}: ${note}`),
    maxSpikes: fact("max_spikes"),
    durationMs: presentation === null ? null : presentation * seconds,
    inputGain: fact("input_gain"),
    neuron: first.neuron,
    wired: first.wiring !== undefined,
    layers,
  };
}

/** Constants of a comparison, before anything is asked for. */
export interface Constants extends TwinModel {
  readonly encoder: EncoderName;
}

/**
 * Constants for a data set as an encoder shows it, of which a file's network has its own.
 * @param encoder  the one that is asked for, if any
 * @param data     once it is loaded: its recordings say how long they last, where no constants do
 */
export function constantsFor(
  dataset: string,
  start: StartNetwork | null,
  encoder?: EncoderName,
  data?: Dataset,
): Constants {
  const shownBy = encoder ?? (datasetRegistry.find(dataset)?.recordings ? "recording" : "rate");
  const recorded = encoderRegistry.find(shownBy)?.recorded === true;
  const model = (recorded && (recordingModel(dataset) ?? lasting(data))) || twinModel(dataset);
  if (!start) return { ...model, encoder: shownBy };
  const { neuron, maxSpikes, durationMs } = start;
  return {
    ...model,
    encoder: shownBy,
    tauMem: neuron.tauMem,
    vThreshold: neuron.vThreshold,
    maxSpikes: maxSpikes ?? model.maxSpikes,
    durationMs: durationMs ?? model.durationMs,
  };
}

/** Presentations to the last event of the training part, half of which is the time constant, as of spoken words. */
function lasting(data?: Dataset): TwinModel | null {
  if (!data) return null;
  const durationMs = Math.max(1, Math.ceil(lastEventMs(data.train)));
  return { ...twinModel(data.name), durationMs, tauMem: durationMs / 2 };
}

/** Of the bytes of a file, or of those of a folder's files one after the other. */
export function checksum(path: string): string {
  const hash = createHash("sha256");
  const files = entryAt(path)!.isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .sort()
        .map(name => join(path, name))
        .filter(file => entryAt(file)?.isFile())
    : [path];
  for (const file of files) hash.update(readRegular(file));
  return hash.digest("hex");
}
