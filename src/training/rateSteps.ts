import type { RateNetwork } from "../rate/network.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import type { Steps } from "../rules/rule.ts";
import type { Optimiser } from "./optimiser.ts";

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
    const values = this.#net.parameters();
    const parameters = [...values.weights, ...values.biases, ...this.#feedback];
    const gradients = parameters.map(p => new Float32Array(p.length));
    const depth = this.#net.depth;
    for (const { l, post, pre } of this.#forward) {
      add(gradients[l], this.#net.product(l, pre, post).dataSync(), 1 / this.batch);
      add(gradients[depth + l], this.#net.biasSum(l, post).dataSync(), 1 / this.batch);
    }
    for (const { l, post, pre } of this.#backward) {
      add(gradients[2 * depth + l], this.#net.product(l, pre, post).dataSync(), 1 / this.batch);
    }
    if (this.#weightDecay > 0) {
      for (const l of layersOf(this.#forward)) add(gradients[l], parameters[l], this.#weightDecay);
      for (const l of layersOf(this.#backward)) {
        add(gradients[2 * depth + l], this.#feedback[l], this.#weightDecay);
      }
    }
    optimiser.step(parameters, gradients, this.rate);
    this.#net.assign(values); // the feedback weights have been changed in place
  }
}

function layersOf(asked: readonly Asked[]): Set<number> {
  return new Set(asked.map(({ l }) => l));
}

function add(to: Float32Array, from: ArrayLike<number>, factor: number): void {
  for (let at = 0; at < to.length; at++) to[at] += factor * from[at];
}

function subtract(from: Float32Array, change: ArrayLike<number>): void {
  for (let at = 0; at < from.length; at++) from[at] -= change[at];
}
