import { convLayer, dense, denseLayer, type Layer } from "../engine/network/architecture.ts";
import type { LayeredNetwork, Wiring } from "../engine/network/layers.ts";
import { type Expect, expecting, InputError, shown } from "../errors.ts";
import { metadataFromJson, metadataToJson } from "./metadataJson.ts";
import { decode, encode } from "./msgpack.ts";

const FORMAT = "threefactor.network/1";

/** A trained feed-forward network with all that its spikes depend on. */
export interface TrainedNetwork {
  /** Neurons per layer, the input first. */
  readonly sizes: readonly number[];
  /** Layers that share weights or see pools; absent where every layer is fully connected. */
  readonly layers?: readonly Layer[];
  /** weights[l] is [layers[l].rows, layers[l].columns], without layers [sizes[l], sizes[l + 1]], row-major. */
  readonly weights: readonly Float32Array[];
  /** biases[l] is [layers[l].columns]: the trace that a constant current reaches at the end of a presentation. */
  readonly biases: readonly Float32Array[];
  /** Of the hidden layers: LIF with subtractive reset and resting potential 0. Times in ms. */
  readonly neuron: { readonly tauMem: number; readonly vThreshold: number; readonly tauRef: number };
  /** Length of a presentation [ms]. */
  readonly durationMs: number;
  readonly encoder: string;
  readonly maxSpikes: number;
  /** Trace that one input spike adds. */
  readonly inputGain: number;
  /** Delays and further synapses, in numbers. */
  readonly wiring?: Wiring;
  /** Threshold of a readout that fires, with subtractive reset; absent where it integrates and never does. */
  readonly readoutThreshold?: number;
  /** Where it comes from: rule, twin, data set, seed, epochs, version. */
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}

/** A network as one MessagePack map; the layout stands in `src/io/README.md`. */
export function encodeNetwork(network: TrainedNetwork): Uint8Array {
  return encode({ format: FORMAT, ...network, metadata: metadataToJson(network.metadata) });
}

/**
 * @param file  named in errors
 * @throws InputError when the bytes hold no network, or one whose parts do not fit together
 */
export function decodeNetwork(bytes: Uint8Array, file: string): TrainedNetwork {
  const map = decode(bytes, file) as Partial<Omit<TrainedNetwork, "metadata">> & {
    format?: unknown;
    metadata?: unknown;
  };
  const expect: Expect = expecting(file);
  expect(map?.format === FORMAT, "format", FORMAT, map?.format);
  const { sizes, weights, biases, neuron, durationMs, encoder, maxSpikes, inputGain, wiring } = map;
  const layered =
    Array.isArray(sizes) && sizes.length >= 2 && sizes.every(n => Number.isInteger(n) && n >= 1);
  expect(layered, "sizes", "two layers or more", sizes);
  const depth = sizes!.length - 1;
  const layers = map.layers === undefined ? undefined : checkLayers(map.layers, sizes!, file);
  expect(Array.isArray(weights) && weights.length === depth, "weights", `${depth} matrices`, weights?.length);
  expect(Array.isArray(biases) && biases.length === depth, "biases", `${depth} vectors`, biases?.length);
  for (let l = 0; l < depth; l++) {
    const [w, b] = [weights![l], biases![l]];
    const { rows, columns } = layers?.[l] ?? { rows: sizes![l], columns: sizes![l + 1] };
    const whole = w instanceof Float32Array && w.length === rows * columns;
    expect(whole, `weights[${l}]`, `${rows} x ${columns} numbers`, w?.length);
    expect(
      b instanceof Float32Array && b.length === columns,
      `biases[${l}]`,
      `${columns} numbers`,
      b?.length,
    );
  }
  const times = [neuron?.tauMem, neuron?.vThreshold, durationMs, inputGain, maxSpikes];
  expect(
    times.every(x => typeof x === "number" && x > 0),
    "neuron, durationMs, inputGain and maxSpikes",
    "numbers above 0",
    times,
  );
  expect(neuron!.tauRef >= 0, "neuron.tauRef", "0 ms or more", neuron!.tauRef);
  expect(typeof encoder === "string", "encoder", "a name", encoder);
  if (wiring !== undefined) {
    const { delays, projections } = wiring ?? {};
    expect(Array.isArray(delays) && delays.length === depth, "wiring.delays", `${depth} of them`, delays);
    const maps =
      Array.isArray(projections) && projections.every(one => one !== null && typeof one === "object");
    expect(maps, "wiring.projections", "a list of maps", projections);
  }
  const { tauMem, vThreshold, tauRef } = neuron!;
  const { readoutThreshold } = map;
  expect(
    readoutThreshold === undefined || (typeof readoutThreshold === "number" && readoutThreshold > 0),
    ...(["readoutThreshold", "a number above 0", readoutThreshold] as const),
  );
  return {
    sizes: sizes!,
    ...(layers && { layers }),
    weights: weights!,
    biases: biases!,
    neuron: { tauMem, vThreshold, tauRef },
    durationMs: durationMs!,
    encoder: encoder!,
    maxSpikes: maxSpikes!,
    inputGain: inputGain!,
    ...(wiring && { wiring }),
    ...(readoutThreshold !== undefined && { readoutThreshold }),
    metadata: metadataFromJson(String(map.metadata), `${file}: metadata`),
  };
}

/** @throws InputError when they are no layers of a network of these sizes */
function checkLayers(value: unknown, sizes: readonly number[], file: string): readonly Layer[] {
  const list = Array.isArray(value) && value.length === sizes.length - 1 ? (value as Layer[]) : null;
  if (!list) throw new InputError(`${file}: layers: expected ${sizes.length - 1}, got ${shown(value)}`);
  list.forEach((layer, l) => {
    const { conv, pool } = layer ?? {};
    const same = (a: unknown, b: Layer) => JSON.stringify(a) === JSON.stringify({ ...b, rate: layer.rate });
    let right = false;
    try {
      // A layer follows from its kernel or its sizes.
      const made = conv ? convLayer(conv, pool ?? null) : denseLayer(sizes[l], sizes[l + 1], pool ?? null);
      right = same(layer, made) && made.pre === sizes[l] && made.post === sizes[l + 1];
    } catch {
      right = false;
    }
    if (!right) {
      throw new InputError(
        `${file}: layers[${l}]: expected one of ${sizes[l]} to ${sizes[l + 1]} neurons, got another`,
      );
    }
  });
  return list;
}

/** The same with the layers that its sizes stand for. */
export function layeredNetwork(trained: TrainedNetwork): LayeredNetwork {
  const { sizes, layers } = trained;
  return { ...trained, architecture: layers ? { sizes, layers } : dense(sizes) };
}
