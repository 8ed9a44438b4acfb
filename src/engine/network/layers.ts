import { InputError } from "../../errors.ts";
import { expm1 } from "../../math/elementary.ts";
import type { Architecture, Layer } from "./architecture.ts";
import type { NetworkSpec, ProjectionSpec } from "./network.ts";
import type { NeuronSpec } from "./neurons/index.ts";

/** What a layered network may have besides its layers. */
export interface Wiring {
  /** Delays of the synapses of each layer, one number or one each [ms]; 0 where there is none. */
  readonly delays?: readonly ProjectionSpec["delay"][];
  /** Synapses between its populations (see `populationNames`), such as recurrent ones, which learn with their targets. */
  readonly projections?: readonly ProjectionSpec[];
  /** Draws connectivity, weights and delays of these; 1 by default. */
  readonly seed?: number;
}

/** A network in layers, with all that its spikes depend on. */
export interface LayeredNetwork {
  readonly architecture: Architecture;
  /** weights[l] is [layers[l].rows, layers[l].columns]. */
  readonly weights: readonly Float32Array[];
  /** biases[l] is [layers[l].columns]: the trace that a constant current reaches at the end of a presentation. */
  readonly biases: readonly Float32Array[];
  /** Of the hidden layers: LIF with subtractive reset and resting potential 0. Times in ms. */
  readonly neuron: { readonly tauMem: number; readonly vThreshold: number; readonly tauRef: number };
  /** Length of a presentation [ms]. */
  readonly durationMs: number;
  /** Trace that one input spike adds. */
  readonly inputGain: number;
  readonly wiring?: Wiring;
  /** Threshold of readout neurons that fire; by default the readout integrates and never does. */
  readonly readoutThreshold?: number | null;
}

/** Names of the populations of a layered network, from the input up. */
export function populationNames(depth: number): string[] {
  const hidden = Array.from({ length: depth - 1 }, (_, l) => (depth === 2 ? "hidden" : `hidden ${l + 1}`));
  return ["input", ...hidden, "readout"];
}

/**
 * A layered network as the populations, projections and currents that it is: `input`, `hidden` (or `hidden 1`, ...) and
 * `readout`, which integrates and fires only where it has a threshold; `pool 1`, ... where spikes pass through max pools.
 * The weights are those that were given, not copies. Projections are those of the wiring, of max pools, and of the layers.
 */
export function layeredSpec(net: LayeredNetwork): NetworkSpec {
  const { architecture, neuron, biases, durationMs, wiring: { delays = [], projections = [] } = {} } = net;
  const { sizes, layers } = architecture;
  const names = populationNames(layers.length);
  const { tauMem } = neuron;
  const cell: NeuronSpec = { ...neuron, reset: "subtract" };
  const readout: NeuronSpec =
    (net.readoutThreshold ?? null) === null
      ? { model: "li", tauMem }
      : { tauMem, vThreshold: net.readoutThreshold!, reset: "subtract" };
  const pools = layers.flatMap(({ pool }, l) => {
    if (pool?.kind !== "max") return [];
    const { height, width, channels } = pool.from;
    const spec = { model: "max-pool", tauMem, shape: [height, width, channels], size: pool.size } as const;
    return [{ name: `pool ${l}`, from: names[l], size: sizes[l], neuron: spec }];
  });
  return {
    populations: {
      ...Object.fromEntries(
        names.map((name, p) => [
          name,
          {
            size: sizes[p],
            neuron: p === 0 ? "input" : p === layers.length ? readout : cell,
          },
        ]),
      ),
      ...Object.fromEntries(pools.map(pool => [pool.name, { size: pool.size, neuron: pool.neuron }])),
    },
    projections: [
      ...projections.map(own => ({
        ...own,
        gain: own.from === "input" ? net.inputGain : neuron.vThreshold,
      })),
      ...pools.map(({ name, from }) => ({
        from,
        to: name,
        connect: { kind: "oneToOne" } as const,
        weights: 1,
      })),
      ...layers.map(
        (layer, l): ProjectionSpec => ({
          from: layer.pool?.kind === "max" ? `pool ${l}` : names[l],
          to: names[l + 1],
          ...connection(layer),
          weights: net.weights[l],
          gain: gainOf(layer, l === 0 ? net.inputGain : neuron.vThreshold),
          ...(delays[l] !== undefined && { delay: delays[l] }),
        }),
      ),
    ],
    stimuli: layers.flatMap(({ post }, l) => {
      const bias = biases[l];
      if (!bias.some(value => value !== 0)) return [];
      const scale = currentPerTrace(tauMem, durationMs);
      // Places of a map share its bias.
      const current = Float64Array.from({ length: post }, (_, j) => bias[j % bias.length] * scale);
      return [{ name: `bias of ${names[l + 1]}`, to: names[l + 1], kind: "current", current } as const];
    }),
  };
}

/** @throws InputError for a layer that cannot spike, or weights and biases that are not its own */
export function expectSpiking(
  { rows, columns, batchNorm }: Layer,
  l: number,
  weights: Float32Array | undefined,
  biases: Float32Array | undefined,
): void {
  if (weights?.length !== rows * columns || biases?.length !== columns) {
    throw new InputError(
      `weights[${l}]: expected ${rows * columns} weights and ${columns} biases, ` +
        `got ${weights?.length} and ${biases?.length}`,
    );
  }
  if (batchNorm) {
    throw new InputError(
      `layers[${l}]: batch normalisation needs a batch, and spikes show one sample at a time; expected a layer without it`,
    );
  }
}

/** What one spike at the sources of a layer stands for. @param spike  what one of the population below stands for */
export function gainOf({ pool }: Layer, spike: number): number {
  return pool?.kind === "average" ? spike * (1 / (pool.size * pool.size)) : spike;
}

/** Current that brings a trace from 0 to 1 over one presentation [1/ms]. */
export function currentPerTrace(tauMem: number, durationMs: number): number {
  return tauMem < Infinity ? 1 / (tauMem * -expm1(-durationMs / tauMem)) : 1 / durationMs;
}

/** How a layer connects: all to all, by a kernel, or by one as large as the maps, whose places are pools. */
function connection({ conv, pool, post }: Layer): Pick<ProjectionSpec, "connect"> {
  const maps = pool?.from ?? conv?.from;
  if (!maps) return {};
  const { size, stride, padding } = conv ?? { size: 0, stride: 1, padding: 0 };
  return {
    connect: {
      kind: "convolution",
      shape: [maps.height, maps.width, maps.channels],
      ...(pool && { pool: pool.size }),
      kernel: conv ? [size, size] : [pool!.to.height, pool!.to.width],
      filters: conv ? conv.to.channels : post,
      stride,
      padding,
    },
  };
}
