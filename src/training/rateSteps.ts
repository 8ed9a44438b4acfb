import { pooled } from "../rate/layer.ts";
import type { RateNetwork } from "../rate/network.ts";
import { outerParts } from "../rate/ops.ts";
import { type Tensor2D, tf, type Variable2D } from "../rate/tensors.ts";
import type { Steps } from "../rules/rule.ts";
import { type Optimiser, type OptimiserStep, PART } from "./optimiser.ts";

interface Asked {
  readonly l: number;
  readonly post: Tensor2D;
  readonly pre: Tensor2D;
}

/**
 * Collects what a rule asks for in one batch and carries it out. Plain gradient descent stays in tensors; optimisers
 * with a memory work on plain numbers, the same in both twins. Lives inside the trainer's `tf.tidy`.
 */
export class RateSteps implements Steps<Tensor2D, Tensor2D> {
  /** Layers of weights that the rule has changed in this batch. */
  readonly touched = new Set<number>();
  rate = 0;
  batch = 1;
  readonly #net: RateNetwork;
  readonly #feedback: readonly Float32Array[];
  readonly #optimiser: Optimiser | null;
  readonly #weightDecay: number;
  #forward: Asked[] = [];
  #backward: Asked[] = [];

  constructor(
    net: RateNetwork,
    feedback: readonly Float32Array[],
    optimiser: Optimiser | null,
    weightDecay: number,
  ) {
    this.#net = net;
    this.#feedback = feedback;
    this.#optimiser = optimiser;
    this.#weightDecay = weightDecay;
  }

  begin(rate: number, batch: number): void {
    this.rate = rate;
    this.batch = batch;
    this.touched.clear();
  }

  readonly descend = (l: number, post: Tensor2D, pre: Tensor2D): void => {
    this.touched.add(l);
    this.#forward.push({ l, post: this.#rated(l, post), pre });
  };

  readonly align = (l: number, post: Tensor2D, pre: Tensor2D): void => {
    this.#backward.push({ l, post: this.#rated(l, post), pre });
  };

  /** A layer's own factor on the learning rate. */
  #rated(l: number, post: Tensor2D): Tensor2D {
    const { rate } = this.#net.architecture.layers[l];
    return rate === 1 ? post : tf.mul(post, rate);
  }

  readonly settle = (): void => {
    if (this.#optimiser) this.#stepOn(this.#optimiser);
    else this.#descendPlainly();
    this.#forward = [];
    this.#backward = [];
  };

  #descendPlainly(): void {
    const scale = this.rate / this.batch;
    const keep = 1 - this.rate * this.#weightDecay;
    if (keep !== 1) {
      for (const l of layersOf(this.#forward)) {
        const w = this.#net.weights[l];
        w.assign(tf.mul(w, keep));
      }
      for (const l of layersOf(this.#backward)) {
        const b = this.#feedback[l];
        for (let at = 0; at < b.length; at++) b[at] *= keep;
      }
    }
    for (const { l, post, pre } of this.#forward) this.#net.step(l, pre, post, scale);
    for (const { l, post, pre } of this.#backward) {
      subtract(this.#feedback[l], tf.mul(this.#net.product(l, pre, post), scale).dataSync());
    }
  }

  #stepOn(optimiser: Optimiser): void {
    const { depth, weights, biases } = this.#net;
    const how = { rate: this.rate, scale: 1 / this.batch };
    const decaying = { ...how, decay: this.#weightDecay };
    for (const l of layersOf(this.#forward)) {
      const asked = this.#forward.filter(each => each.l === l);
      const own = this.#net.architecture.layers[l];
      const dense = !own.conv && !own.batchNorm && asked.length === 1;
      const [{ pre, post }] = asked;
      if (!dense || !stepInParts(optimiser, l, weights[l], pooled(own, pre), post, decaying)) {
        const product = summed(asked.map(({ pre, post }) => this.#net.product(l, pre, post)));
        stepVariable(optimiser, l, weights[l], product, decaying);
      }
      const ones = tf.ones([post.shape[0], 1]) as Tensor2D;
      if (!dense || !stepInParts(optimiser, depth + l, biases[l], ones, post, how)) {
        const sum = summed(asked.map(({ post }) => this.#net.biasSum(l, post)));
        stepVariable(optimiser, depth + l, biases[l], sum, how);
      }
    }
    for (const l of layersOf(this.#backward)) {
      const asked = this.#backward.filter(each => each.l === l);
      const product = summed(asked.map(({ pre, post }) => this.#net.product(l, pre, post)));
      optimiser.step(2 * depth + l, this.#feedback[l], product.dataSync() as Float32Array, decaying);
    }
  }
}

/** A step along pre^T post of a variable where it lies. @returns whether the backend can do that */
function stepInParts(
  optimiser: Optimiser,
  group: number,
  variable: Variable2D,
  pre: Tensor2D,
  post: Tensor2D,
  how: OptimiserStep,
): boolean {
  let take: ReturnType<Optimiser["begin"]> | undefined;
  return outerParts(variable, pre, post, PART, (start, part, product) => {
    take ??= optimiser.begin(group, how);
    take(start, part, product);
  });
}

/** A variable's step where its numbers are copied out and back. */
function stepVariable(
  optimiser: Optimiser,
  group: number,
  variable: Variable2D,
  gradient: Tensor2D,
  how: OptimiserStep,
): void {
  const values = Float32Array.from(variable.dataSync());
  optimiser.step(group, values, gradient.dataSync() as Float32Array, how);
  variable.assign(tf.tensor2d(values, variable.shape));
}

function summed(parts: readonly Tensor2D[]): Tensor2D {
  return parts.reduce((sum, part) => tf.add(sum, part));
}

function layersOf(asked: readonly Asked[]): Set<number> {
  return new Set(asked.map(({ l }) => l));
}

function subtract(from: Float32Array, change: ArrayLike<number>): void {
  for (let at = 0; at < from.length; at++) from[at] -= change[at];
}
