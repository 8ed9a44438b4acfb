import { type Architecture, architectureOf, type Layer } from "../engine/network/architecture.ts";
import { type ActivationName, activated, outputs, slope, type Units } from "./activation.ts";
import * as layer from "./layer.ts";
import { outerStep } from "./ops.ts";
import { needTensors, type Tensor2D, tf, type Variable2D } from "./tensors.ts";

/** Activities of one forward pass: h[0] is the input, h[l] a hidden layer, all [batch, neurons]. */
export interface Forward {
  readonly h: readonly Tensor2D[];
  /** [batch, classes], before the softmax. */
  readonly logits: Tensor2D;
  /** softmax(logits), or the sigmoid of each: see `LossName` */
  readonly probabilities: Tensor2D;
}

/** Share of a batch in the statistics that stand for it where there is no batch. */
const SHARE = 0.1;

/**
 * ReLU network with a linear readout: the rate twin of `FeedForwardNetwork`, over the same weights. With a
 * `saturation`, activities are clipped there, as a refractory period clips a spiking neuron. Other `units` have no twin.
 */
export class RateNetwork {
  readonly architecture: Architecture;
  readonly sizes: readonly number[];
  /** weights[l] is [layers[l].rows, layers[l].columns], of a fully connected layer [sizes[l], sizes[l + 1]] */
  readonly weights: readonly Variable2D[];
  /** biases[l] is [1, layers[l].columns] */
  readonly biases: readonly Variable2D[];
  readonly saturation: number;
  readonly units: Required<Units>;
  /** Neurons that are silent in forward passes from now on; null for none. */
  dropout: RateDropout | null = null;
  /**
   * Where layers are normalised over a batch: `learn` takes a batch's own statistics and remembers them, `look` takes
   * them only, `use` takes those that are remembered.
   */
  normalisation: "learn" | "look" | "use" = "use";
  /** Remembered means and variances of the normalised layers; empty without such layers. */
  readonly statistics: Float32Array;

  /**
   * @param shape  sizes stand for a fully connected network
   * @throws InputError when no backend has been chosen yet: `await selectBackend()`
   */
  constructor(
    shape: readonly number[] | Architecture,
    weights: readonly Float32Array[],
    biases: readonly Float32Array[],
    saturation = Infinity,
    { activation = "relu", loss = "cross-entropy" }: Units = {},
  ) {
    needTensors();
    this.architecture = architectureOf(shape);
    const { sizes, layers } = this.architecture;
    this.sizes = sizes;
    this.saturation = saturation;
    this.units = { activation, loss };
    this.weights = weights.map((w, l) => variable(w, layers[l].rows, layers[l].columns));
    this.biases = biases.map((b, l) => variable(b, 1, layers[l].columns));
    this.statistics = new Float32Array(this.#statisticsBefore(layers.length));
    layers.forEach((each, l) => {
      if (each.batchNorm) this.#remembered(l).variance.fill(1);
    });
  }

  get depth(): number {
    return this.sizes.length - 1;
  }

  /**
   * Activities of all layers.
   * @param x     [batch, inputs]
   * @param seen  what the layers above see of a hidden layer's activity: itself where absent
   */
  forward(x: Tensor2D, seen: (h: Tensor2D) => Tensor2D = h => h): Forward {
    const h = [x];
    for (let l = 0; l < this.depth - 1; l++) h.push(seen(this.activity(this.drive(l, h[l]), l + 1)));
    const logits = this.drive(this.depth - 1, h.at(-1)!);
    return { h, logits, probabilities: outputs(logits, this.units.loss) };
  }

  /** What layer l of weights drives its targets with when its source has activity h: [batch, sizes[l + 1]]. */
  drive(l: number, h: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    const sources = layer.pooled(own, h);
    if (!own.batchNorm) return layer.driven(own, sources, this.weights[l], this.biases[l]);
    const sums = layer.weighted(own, sources, this.weights[l]);
    return tf.add(this.#normalised(l, sums), layer.perTarget(own, this.biases[l]));
  }

  /** The same for what the synapses see, [batch, layers[l].sources], neither pooled nor normalised. */
  driveBySources(l: number, sources: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    return layer.driven(own, sources, this.weights[l], this.biases[l]);
  }

  /** Activity of hidden population p (1 is the first) under a drive. */
  activity(drive: Tensor2D, p: number): Tensor2D {
    return masked(activated(drive, this.units.activation, this.saturation), p, this.dropout);
  }

  /**
   * Derivative of the activation at activity h: of a rectified neuron 1 between silence and saturation (with dropout, what
   * one unit of activity counts for), else 0. [batch, neurons]
   */
  gate(h: Tensor2D): Tensor2D {
    return slope(h, this.units.activation, this.saturation, Math.fround(this.dropout?.scale ?? 1));
  }

  /**
   * Brings an error at the targets of layer l down to its sources, with B in place of the weights.
   * @param post  [batch, sizes[l + 1]], at the drive
   * @param B     in the shape of weights[l]
   * @param h     [batch, sizes[l]], activity below
   */
  back(l: number, post: Tensor2D, B: Tensor2D, h: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    return layer.unpooled(own, layer.weightedBack(own, this.#atSums(l, post, h), B), h);
  }

  /** What a change of the activity h below does to the drive of layer l, through weights w; statistics stay. */
  carry(l: number, change: Tensor2D, w: Tensor2D, h: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    const sums = layer.weighted(own, layer.carriedThroughPools(own, change, h), w);
    if (!own.batchNorm) return sums;
    const { variance } = layer.momentsOf(own, layer.weighted(own, layer.pooled(own, h), w));
    return tf.div(sums, layer.perTarget(own, layer.deviation(variance)));
  }

  /**
   * pre (x) post, summed over the batch and the places of a kernel: what the weights of layer l change by.
   * @param pre   [batch, sizes[l]]
   * @param post  [batch, sizes[l + 1]], at the drive
   */
  product(l: number, pre: Tensor2D, post: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    return layer.outerProduct(own, layer.pooled(own, pre), this.#atSums(l, post, pre));
  }

  /** post, summed over the batch and the places of a kernel: what the biases of layer l change by. */
  biasSum(l: number, post: Tensor2D): Tensor2D {
    return layer.biasSum(this.architecture.layers[l], post);
  }

  /** weights[l] -= scale * product(l, pre, post), and the biases likewise. */
  step(l: number, pre: Tensor2D, post: Tensor2D, scale: number): void {
    const own = this.architecture.layers[l];
    const [w, b] = [this.weights[l], this.biases[l]];
    if (!own.conv && !own.batchNorm) {
      outerStep(w, b, layer.pooled(own, pre), post, scale);
      return;
    }
    const [change, biasChange] = [this.product(l, pre, post), this.biasSum(l, post)];
    w.assign(tf.sub(w, tf.mul(change, scale)));
    b.assign(tf.sub(b, tf.mul(biasChange, scale)));
  }

  /** Copies of the weights and biases as plain numbers, each pair by layer. */
  parameters(): { weights: Float32Array[]; biases: Float32Array[] } {
    return {
      weights: this.weights.map(w => Float32Array.from(w.dataSync())),
      biases: this.biases.map(b => Float32Array.from(b.dataSync())),
    };
  }

  /** Parameters with which a network without normalisation does what this one does where there is no batch. */
  folded(): { weights: Float32Array[]; biases: Float32Array[] } {
    const own = this.parameters();
    this.architecture.layers.forEach(({ batchNorm, columns }, l) => {
      if (!batchNorm) return;
      const [{ mean, variance }, w, b] = [this.#remembered(l), own.weights[l], own.biases[l]];
      const deviation = Array.from(variance, v => Math.sqrt(v + layer.VARIANCE_GUARD));
      for (let at = 0; at < w.length; at++) w[at] /= deviation[at % columns];
      for (let c = 0; c < columns; c++) b[c] -= mean[c] / deviation[c];
    });
    return own;
  }

  /** Sets all weights and biases to plain numbers. */
  assign({ weights, biases }: { weights: readonly Float32Array[]; biases: readonly Float32Array[] }): void {
    tf.tidy(() => {
      const { layers } = this.architecture;
      weights.forEach((w, l) => {
        this.weights[l].assign(tf.tensor2d(Float32Array.from(w), [layers[l].rows, layers[l].columns]));
      });
      biases.forEach((b, l) => {
        this.biases[l].assign(tf.tensor2d(Float32Array.from(b), [1, layers[l].columns]));
      });
    });
  }

  /** Frees the tensors. */
  dispose(): void {
    tf.dispose([...this.weights, ...this.biases]);
  }

  #normalised(l: number, sums: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    const remembered = this.#remembered(l);
    if (this.normalisation === "use") {
      const [mean, variance] = [remembered.mean, remembered.variance].map(values =>
        tf.tensor2d(values, [1, own.columns]),
      ) as [Tensor2D, Tensor2D];
      return layer.normalised(own, sums, { mean, variance });
    }
    const moments = layer.momentsOf(own, sums);
    if (this.normalisation === "learn") {
      for (const part of ["mean", "variance"] as const) {
        const [now, kept] = [moments[part].dataSync(), remembered[part]];
        for (let c = 0; c < kept.length; c++) kept[c] += SHARE * (now[c] - kept[c]);
      }
    }
    return layer.normalised(own, sums, moments);
  }

  /** Something at the drive of layer l, brought down to the sums before normalisation. */
  #atSums(l: number, post: Tensor2D, h: Tensor2D): Tensor2D {
    const own = this.architecture.layers[l];
    if (!own.batchNorm) return post;
    return layer.normalisedBack(own, post, layer.weighted(own, layer.pooled(own, h), this.weights[l]));
  }

  #remembered(l: number): { mean: Float32Array; variance: Float32Array } {
    const [start, { columns }] = [this.#statisticsBefore(l), this.architecture.layers[l]];
    return {
      mean: this.statistics.subarray(start, start + columns),
      variance: this.statistics.subarray(start + columns, start + 2 * columns),
    };
  }

  #statisticsBefore(l: number): number {
    const below = this.architecture.layers.slice(0, l).filter(each => each.batchNorm);
    return below.reduce((sum, { columns }) => sum + 2 * columns, 0);
  }
}

/** Hidden neurons that are left out of a batch (Srivastava et al. 2014), and what the activity of the others counts. */
export interface RateDropout {
  /** By population, [batch, neurons]: 0 for a neuron that is left out, else `scale`; the input has none. */
  readonly masks: readonly (Tensor2D | null)[];
  /** 1 / (share that is kept) */
  readonly scale: number;
}

/**
 * The forward pass over any tensors of the right shapes, so that it can be differentiated by them. Normalised layers
 * take the batch's own statistics.
 */
export function forward(
  layers: readonly Layer[],
  x: Tensor2D,
  weights: readonly Tensor2D[],
  biases: readonly Tensor2D[],
  saturation: number,
  activation: ActivationName = "relu",
): Tensor2D {
  return layers.reduce((h, own, l) => {
    const sums = layer.weighted(own, layer.pooled(own, h), weights[l]);
    const scaled = own.batchNorm ? layer.normalised(own, sums, layer.momentsOf(own, sums)) : sums;
    const drive = tf.add(scaled, layer.perTarget(own, biases[l]));
    return l < layers.length - 1 ? activated(drive, activation, saturation) : drive;
  }, x);
}

function masked(h: Tensor2D, p: number, dropout: RateDropout | null): Tensor2D {
  return dropout ? tf.mul(h, dropout.masks[p]!) : h;
}

function variable(values: Float32Array, rows: number, columns: number): Variable2D {
  return tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(values), [rows, columns])));
}
