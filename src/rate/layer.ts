import type { Layer, Maps } from "../engine/network/architecture.ts";
import {
  averagePoolBack,
  averagePooled,
  convolve,
  convolveBack,
  kernelSum,
  maxPoolBack,
  maxPooled,
} from "./convolution.ts";
import { drive, fuses, matMulTransposed, outerSum } from "./ops.ts";
import { type Tensor2D, type Tensor4D, tf } from "./tensors.ts";

/**
 * What one layer of synapses does to a batch, and what learning needs of it. Activities stay flat, [batch, neurons],
 * whatever maps they stand for, so that a rule's formula reads the same for every kind of layer.
 */

/** Keeps the deviation of a batch off 0. */
export const VARIANCE_GUARD = 1e-5;

/** What the synapses see of the population below: its pools, or itself. [batch, layer.sources] */
export function pooled({ pool }: Layer, h: Tensor2D): Tensor2D {
  if (!pool) return h;
  const maps = asMaps(h, pool.from);
  return flat(pool.kind === "max" ? maxPooled(maps, pool) : averagePooled(maps, pool));
}

/** Brings something at the sources down to the population below: to the largest of a pool, or evenly to all. */
export function unpooled({ pool }: Layer, back: Tensor2D, h: Tensor2D): Tensor2D {
  if (!pool) return back;
  const [maps, post] = [asMaps(h, pool.from), asMaps(back, pool.to)];
  if (pool.kind === "average") return flat(averagePoolBack(post, maps, pool));
  return flat(maxPoolBack(post, maps, maxPooled(maps, pool), pool));
}

/** Derivative of the pools along a change of the population below, whose activity is h. [batch, layer.sources] */
export function carriedThroughPools(layer: Layer, change: Tensor2D, h: Tensor2D): Tensor2D {
  const { pool } = layer;
  if (!pool) return change;
  if (pool.kind === "average") return pooled(layer, change);
  const maps = asMaps(h, pool.from);
  const top = maxPooled(maps, pool);
  const chosen = maxPoolBack(tf.onesLike(top), maps, top, pool);
  return flat(tf.mul(averagePooled(tf.mul(chosen, asMaps(change, pool.from)), pool), pool.size * pool.size));
}

/**
 * Weighted sums of the sources. [batch, layer.post]
 * @param sources  [batch, layer.sources]
 * @param w        [layer.rows, layer.columns]
 */
export function weighted({ conv }: Layer, sources: Tensor2D, w: Tensor2D): Tensor2D {
  if (!conv) return tf.matMul(sources, w);
  return flat(convolve(asMaps(sources, conv.from), tf.reshape(w, kernelShape(conv)), conv));
}

/** What sources drive the targets with, biases included; layers that are not normalised. [batch, layer.post] */
export function driven(layer: Layer, sources: Tensor2D, w: Tensor2D, b: Tensor2D): Tensor2D {
  const { conv } = layer;
  if (!conv) return drive(sources, w, b);
  if (!fuses()) return tf.add(weighted(layer, sources, w), perTarget(layer, b));
  const kernel = tf.reshape(w, kernelShape(conv));
  return flat(convolve(asMaps(sources, conv.from), kernel, conv, tf.reshape(b, [layer.columns])));
}

/** The same synapses the other way: from targets, [batch, layer.post], to sources, [batch, layer.sources]. */
export function weightedBack({ conv }: Layer, post: Tensor2D, w: Tensor2D): Tensor2D {
  if (!conv) return matMulTransposed(post, w);
  const { height, width, channels } = conv.from;
  const shape = [post.shape[0], height, width, channels] as const;
  return flat(convolveBack(asMaps(post, conv.to), tf.reshape(w, kernelShape(conv)), shape, conv));
}

/**
 * Sum over the batch, and the places of a kernel, of source (x) post: what the weights change by.
 * @returns [layer.rows, layer.columns]
 */
export function outerProduct(layer: Layer, sources: Tensor2D, post: Tensor2D): Tensor2D {
  const { conv } = layer;
  if (!conv) return outerSum(sources, post);
  const sum = kernelSum(asMaps(sources, conv.from), asMaps(post, conv.to), kernelShape(conv), conv);
  return tf.reshape(sum, [layer.rows, layer.columns]);
}

/** Sum over the batch, and the places of a kernel, of post. [1, layer.columns] */
export function biasSum(layer: Layer, post: Tensor2D): Tensor2D {
  return tf.sum(perPlace(layer, post), 0, true);
}

/** A number per column, [1, layer.columns], for every target of it: the map that shares it, or the neuron itself. */
export function perTarget({ conv, post }: Layer, values: Tensor2D): Tensor2D {
  return conv ? tf.reshape(tf.tile(values, [conv.to.height * conv.to.width, 1]), [1, post]) : values;
}

/** Mean and variance of the drive over a batch and the places of a kernel, each [1, layer.columns]. */
export function momentsOf(layer: Layer, drive: Tensor2D): { mean: Tensor2D; variance: Tensor2D } {
  const all = perPlace(layer, drive);
  const mean = tf.mean(all, 0, true);
  return { mean, variance: tf.mean(tf.square(tf.sub(all, mean)), 0, true) };
}

/** Batch normalisation (Ioffe & Szegedy 2015, algorithm 1) without its scale, which ReLU layers do not need. */
export function normalised(
  layer: Layer,
  drive: Tensor2D,
  { mean, variance }: { mean: Tensor2D; variance: Tensor2D },
): Tensor2D {
  const all = tf.div(tf.sub(perPlace(layer, drive), mean), deviation(variance));
  return tf.reshape(all, drive.shape);
}

/** Brings something at the normalised drive down to the drive itself, statistics included. */
export function normalisedBack(layer: Layer, post: Tensor2D, drive: Tensor2D): Tensor2D {
  const moments = momentsOf(layer, drive);
  const unit = perPlace(layer, normalised(layer, drive, moments));
  const all = perPlace(layer, post);
  const along = tf.mul(unit, tf.mean(tf.mul(all, unit), 0, true));
  const free = tf.sub(tf.sub(all, tf.mean(all, 0, true)), along);
  return tf.reshape(tf.div(free, deviation(moments.variance)), post.shape);
}

export function deviation(variance: Tensor2D): Tensor2D {
  return tf.sqrt(tf.add(variance, VARIANCE_GUARD));
}

/** Targets of one column below each other: [batch * places, columns]. */
function perPlace({ conv, columns }: Layer, a: Tensor2D): Tensor2D {
  return conv ? tf.reshape(a, [-1, columns]) : a;
}

function asMaps(a: Tensor2D, { height, width, channels }: Maps): Tensor4D {
  return tf.reshape(a, [a.shape[0], height, width, channels]);
}

function flat(maps: Tensor4D): Tensor2D {
  return tf.reshape(maps, [maps.shape[0], -1]);
}

function kernelShape(conv: NonNullable<Layer["conv"]>): [number, number, number, number] {
  return [conv.size, conv.size, conv.from.channels, conv.to.channels];
}
