import * as tf from "@tensorflow/tfjs";

/** Activities of one forward pass: h[0] is the input, h[l] a hidden layer, all [batch, neurons]. */
export interface Forward {
  readonly h: readonly tf.Tensor2D[];
  /** [batch, classes], before the softmax. */
  readonly logits: tf.Tensor2D;
  /** softmax(logits) */
  readonly probabilities: tf.Tensor2D;
}

/**
 * Fully connected ReLU network with a linear readout: the rate twin of `FeedForwardNetwork`, over the same weights.
 * With a `saturation`, activities are clipped there, as a refractory period clips a spiking neuron.
 */
export class RateNetwork {
  readonly sizes: readonly number[];
  /** weights[l] is [sizes[l], sizes[l + 1]] */
  readonly weights: readonly tf.Variable<tf.Rank.R2>[];
  /** biases[l] is [1, sizes[l + 1]] */
  readonly biases: readonly tf.Variable<tf.Rank.R2>[];
  readonly saturation: number;
  /** Neurons that are silent in forward passes from now on; null for none. */
  dropout: RateDropout | null = null;

  constructor(
    sizes: readonly number[],
    weights: readonly Float32Array[],
    biases: readonly Float32Array[],
    saturation = Infinity,
  ) {
    this.sizes = sizes;
    this.saturation = saturation;
    this.weights = weights.map((w, l) => variable(w, sizes[l]!, sizes[l + 1]!));
    this.biases = biases.map((b, l) => variable(b, 1, sizes[l + 1]!));
  }

  get depth(): number {
    return this.sizes.length - 1;
  }

  forward(x: tf.Tensor2D): Forward {
    return forward(x, this.weights, this.biases, this.saturation, this.dropout);
  }

  /** What layer l of weights drives its targets with when its source has activity h: [batch, sizes[l + 1]]. */
  drive(l: number, h: tf.Tensor2D): tf.Tensor2D {
    return tf.add(tf.matMul(h, this.weights[l]!), this.biases[l]!);
  }

  /** Activity of hidden population p (1 is the first) under a drive. */
  activity(drive: tf.Tensor2D, p: number): tf.Tensor2D {
    return masked(activation(drive, this.saturation), p, this.dropout);
  }

  /**
   * Derivative of the activation at activity h: 1 between silence and saturation (with dropout, what one unit of
   * activity counts for), else 0. [batch, neurons]
   */
  gate(h: tf.Tensor2D): tf.Tensor2D {
    const scale = Math.fround(this.dropout?.scale ?? 1);
    let gate = tf.cast<tf.Tensor2D>(tf.greater(h, 0), "float32");
    if (this.saturation < Infinity) {
      const most = Math.fround(Math.fround(this.saturation) * scale);
      gate = tf.mul<tf.Tensor2D>(gate, tf.cast(tf.less(h, most), "float32"));
    }
    return scale === 1 ? gate : tf.mul(gate, scale);
  }

  /** Copies of the weights and biases as plain numbers, each pair by layer. */
  parameters(): { weights: Float32Array[]; biases: Float32Array[] } {
    return {
      weights: this.weights.map(w => Float32Array.from(w.dataSync())),
      biases: this.biases.map(b => Float32Array.from(b.dataSync())),
    };
  }

  /** Sets all weights and biases to plain numbers. */
  assign({ weights, biases }: { weights: readonly Float32Array[]; biases: readonly Float32Array[] }): void {
    tf.tidy(() => {
      weights.forEach((w, l) => {
        this.weights[l]!.assign(tf.tensor2d(Float32Array.from(w), [this.sizes[l]!, this.sizes[l + 1]!]));
      });
      biases.forEach((b, l) => {
        this.biases[l]!.assign(tf.tensor2d(Float32Array.from(b), [1, this.sizes[l + 1]!]));
      });
    });
  }

  dispose(): void {
    tf.dispose([...this.weights, ...this.biases]);
  }
}

/** Hidden neurons that are left out of a batch (Srivastava et al. 2014), and what the activity of the others counts. */
export interface RateDropout {
  /** By population, [batch, neurons]: 0 for a neuron that is left out, else `scale`; the input has none. */
  readonly masks: readonly (tf.Tensor2D | null)[];
  /** 1 / (share that is kept) */
  readonly scale: number;
}

/** The forward pass over any tensors of the right shapes, so that it can be differentiated by them. */
export function forward(
  x: tf.Tensor2D,
  weights: readonly tf.Tensor2D[],
  biases: readonly tf.Tensor2D[],
  saturation: number,
  dropout: RateDropout | null = null,
): Forward {
  const h = [x];
  for (let l = 0; l < weights.length - 1; l++) {
    const drive = tf.add<tf.Tensor2D>(tf.matMul(h[l]!, weights[l]!), biases[l]!);
    h.push(masked(activation(drive, saturation), l + 1, dropout));
  }
  const logits = tf.add<tf.Tensor2D>(tf.matMul(h.at(-1)!, weights.at(-1)!), biases.at(-1)!);
  return { h, logits, probabilities: tf.softmax(logits) };
}

function masked(h: tf.Tensor2D, p: number, dropout: RateDropout | null): tf.Tensor2D {
  return dropout ? tf.mul(h, dropout.masks[p]!) : h;
}

function activation(drive: tf.Tensor2D, saturation: number): tf.Tensor2D {
  return saturation < Infinity ? tf.clipByValue(drive, 0, saturation) : tf.relu(drive);
}

function variable(values: Float32Array, rows: number, columns: number): tf.Variable<tf.Rank.R2> {
  return tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(values), [rows, columns])));
}
