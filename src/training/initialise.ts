import { type Architecture, architectureOf } from "../engine/network/architecture.ts";
import type { Wiring } from "../engine/network/layers.ts";
import { passOrder } from "../engine/network/stream.ts";
import { layerWeights } from "../feedback/draw.ts";
import { Rng } from "../math/rng.ts";

/** Weights and biases of a layered network. */
export interface Parameters {
  /** weights[l] is [layers[l].rows, layers[l].columns], row-major. */
  readonly weights: Float32Array[];
  readonly biases: Float32Array[];
  /** Delays and further synapses as they were drawn and have learned; only of a trained network that has such. */
  readonly wiring?: Wiring;
}

/** Initial weights, the same for both twins of a seed: uniform within `weightBound`; biases 0. */
export function initialParameters(shape: readonly number[] | Architecture, seed: number): Parameters {
  const architecture = architectureOf(shape);
  const weights = architecture.layers.map((_, l) =>
    layerWeights(architecture, l, new Rng(seed, `weights ${l}`)),
  );
  return { weights, biases: architecture.layers.map(({ columns }) => new Float32Array(columns)) };
}

/** What a run begins with, for it to change: the given parameters, or those that its seed draws. */
export function startingParameters(
  architecture: Architecture,
  { start, seed }: { readonly start?: Parameters; readonly seed: number },
): Parameters {
  if (!start) return initialParameters(architecture, seed);
  return { weights: start.weights.map(w => w.slice()), biases: start.biases.map(b => b.slice()) };
}

/** Order of the training samples in an epoch, the same for both twins and all rules of a seed. */
export function epochOrder(samples: number, seed: number, epoch: number): Uint32Array {
  return passOrder(samples, seed, epoch);
}
