import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import { runsOf } from "../engine/network/synapses/runs.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { mirror, mirrorNoise } from "../feedback/mirror.ts";
import { expm1 } from "../math/elementary.ts";
import { Rng } from "../math/rng.ts";
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

/** Spikes of a noisy source in one presentation, on average. */
const NOISY_SPIKES = 1;

/**
 * The same in spikes: a layer is presented alone. Where learning reads spikes, sources fire Poisson noise and targets
 * answer by their own spikes; what the noise is on average does not count, so that it is still of mean 0 and variance 1.
 * Where it reads drives, the noise is of constant currents, and the answer the drive.
 */
export function mirrorSpikes(
  net: FeedForwardNetwork,
): (l: number, B: Float32Array, seed: number, sample: SpikingSample) => void {
  const layers = new Layers(net);
  const seen = net.weights.map((_, l) => layers.presentation(l));
  const sourcesOf = (l: number) => net.architecture.layers[l].sources;
  const drawn = (l: number, { key, index }: SpikingSample) => `${key} ${index} ${l}`;
  if (net.reading === "drive")
    return (l, B, seed, sample) => {
      const noise = mirrorNoise(sourcesOf(l), seed, drawn(l, sample));
      mirror(B, noise, layers.drive(l, seen[l], noise), 1, net.runs[l]);
    };
  const { durationMs, neuron } = net;
  const { gain, mean } = shotNoise(NOISY_SPIKES, durationMs, neuron.tauMem);
  const spikes = new SpikeTrain();
  return (l, B, seed, sample) => {
    noisySpikes(spikes, sourcesOf(l), durationMs, new Rng(seed, drawn(l, sample)));
    const { trace, logits } = layers.alone(l, seen[l], { spikes, gain, analogue: null });
    const answer = l === net.depth - 1 ? logits : trace[1];
    mirror(
      B,
      trace[0].map(x => x - mean),
      answer,
      1,
      net.runs[l],
    );
  };
}

/** Height of each of `count` spikes of a Poisson presentation that leave a trace of variance 1, and that trace's mean. */
export function shotNoise(
  count: number,
  durationMs: number,
  tauMem: number,
): { readonly gain: number; readonly mean: number } {
  const per = (tau: number) => (tau < Infinity ? (tau / durationMs) * -expm1(-durationMs / tau) : 1);
  const gain = 1 / Math.sqrt(count * per(tauMem / 2));
  return { gain, mean: gain * count * per(tauMem) };
}

function noisySpikes(into: SpikeTrain, sources: number, durationMs: number, rng: Rng): void {
  into.clear();
  const rate = NOISY_SPIKES / durationMs;
  for (let i = 0; i < sources; i++)
    for (let t = rng.exponential(rate); t <= durationMs; t += rng.exponential(rate)) into.push(t, i);
  into.sort(durationMs);
}
