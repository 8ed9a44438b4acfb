import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import { runsOf } from "../engine/network/synapses/runs.ts";
import { mirror, mirrorNoise } from "../feedback/mirror.ts";
import type { RateNetwork } from "../rate/network.ts";
import { tf } from "../rate/tensors.ts";
import { Layers } from "./layers.ts";
import type { RateBatch, SpikingSample } from "./rule.ts";

/**
 * Mirror presentations, once per sample and layer, after the sample has been learned: the sources of layer l are
 * driven by noise, its targets answer, and feedback weights B[l] follow the product of both. The targets' answer is
 * read as their drive, before rectification, where Akrout's code reads the activity: biases then cancel.
 */
export function mirrorRates(
  net: RateNetwork,
  l: number,
  B: Float32Array,
  seed: number,
  { key, indices }: RateBatch,
): void {
  const layer = net.architecture.layers[l];
  const n = layer.sources;
  const noise = new Float32Array(indices.length * n);
  for (let k = 0; k < indices.length; k++) {
    noise.set(mirrorNoise(n, seed, `${key} ${indices[k]} ${l}`), k * n);
  }
  const drive = net.driveBySources(l, tf.tensor2d(noise, [indices.length, n]));
  mirror(B, noise, drive.dataSync(), indices.length, runsOf(layer));
}

/** The same in spikes: a layer is driven alone, by constant currents. */
export function mirrorSpikes(
  net: FeedForwardNetwork,
): (l: number, B: Float32Array, seed: number, sample: SpikingSample) => void {
  const layers = new Layers(net);
  const seen = net.weights.map((_, l) => layers.presentation(l));
  return (l, B, seed, { key, index }) => {
    const noise = mirrorNoise(net.architecture.layers[l].sources, seed, `${key} ${index} ${l}`);
    mirror(B, noise, layers.drive(l, seen[l], noise), 1, net.runs[l]);
  };
}
