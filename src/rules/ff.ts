import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { exp } from "../math/elementary.ts";
import { Rng } from "../math/rng.ts";
import { argmax, outputError, softmax } from "../math/softmax.ts";
import type { RateNetwork } from "../rate/network.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import { eachLabel, labelGoodness } from "./circuits/labelGoodness.ts";
import { type LabelPattern, labelPattern, labelsLack } from "./labelPattern.ts";
import { Layers, whole } from "./layers.ts";
import { filled } from "./options.ts";
import type { OwnRule } from "./rule.ts";

const options = {
  theta: {
    default: 1,
    from: 0,
    paper: "not known; 1 in loeweX's code: as many as units, of a sum of squares",
    doc: "threshold of the goodness",
  },
  slope: {
    default: 6,
    from: 0,
    paper: "1, of the sum over units: as many as units, of a mean",
    doc: "slope of the probability at the threshold",
  },
  label: { default: 3, from: 0, paper: "1, one-hot", doc: "intensity of the label in the input" },
  neutral: { default: 0.3, from: 0, paper: "0.1", doc: "intensity of every label when it is not known" },
} as const;
/** Keeps the length of a silent layer off 0. */
const GUARD = 1e-2;

/**
 * Forward-Forward (Hinton 2022, arXiv:2212.13345, sec. 2-3). The label stands in the input (see `LabelPattern`). Every
 * hidden layer by itself makes its goodness G = mean of h^2 high for the right label (positive) and
 * low for a wrong one (negative); wrong labels are hard: drawn as the readout, which sees a neutral label, finds them
 * likely. A layer passes on its direction only, x̂ = h / rms(h). The network decides by the goodness of each label, or
 * (`ff:readout`) by the readout under the neutral label, which learns by the delta rule from the last hidden layer.
 *
 *          rate form                             spiking form
 *   post   (q - 1) c h on positives, q c h on    the same, with the response a + V for h
 *          negatives, c = 2 k / n: gradients of
 *          -log q, -log (1 - q) for
 *          q = sigmoid(k (G - theta));
 *          readout, neutral: e
 *   pre    x̂ of the layer below                  eligibility, over the length of the layer below
 *   when   after each pass                       after each presentation
 *
 * In spikes the length is a pool's divisive gain on what the layer's spikes mean to the layer above, known when that
 * layer is presented. Both forms give 1 / rms to `post` instead of `pre`, which is the same product; biases above the
 * first layer take steps of that size too. Goodness counts all hidden layers but the first, or the only one.
 *
 * As a circuit (`labelGoodness`) goodness is the mean activity, not that of its square, and nothing is divided by a length.
 */
function forwardForward(form: { name: string; title: string; by: "goodness" | "readout" }): OwnRule {
  return {
    name: form.name,
    title: form.title,
    source: `Hinton 2022, arXiv:2212.13345, sec. 2-3, decides by ${form.by}`,
    presentations: 3,
    ...(form.by === "readout" && {
      noCircuit:
        "none that learns was found: a readout, which sees no label, of layers that learned to be more active under the " +
        "right one did no better than of frozen layers; that of ff decides by activity",
    }),
    synapseKnows: "own activity; goodness of its own layer and whether the label is right",
    equation: [
      "G = mean(hₗ²), q = σ(k (G − θ)), x̂ₗ = hₗ / rms(hₗ)",
      "ΔWₗ = η (1 − q) (2k/nₗ) hₗ x̂ₗ₋₁ᵀ with the right label in the input",
      "ΔWₗ = −η q (2k/nₗ) hₗ x̂ₗ₋₁ᵀ with a wrong one",
    ].join("\n"),
    factors: {
      pre: "x̂ₗ₋₁: direction of the activity below; in spikes trace over length",
      post: "hₗ: own activity",
      modulator: "q − 1 or q, times 2k/nₗ: one number for the layer",
    },
    lacks(architecture) {
      if (form.by === "goodness" && architecture.sizes.length === 2)
        return "expected a hidden layer, whose goodness decides, got none";
      return labelsLack(architecture);
    },
    options,
    create(architecture, rng, _samples, chosen) {
      const { theta, slope, label: intensity, neutral: unknown } = filled(options, chosen, form.name);
      const { sizes } = architecture;
      const pattern = labelPattern(architecture);
      const [classes, depth] = [sizes.at(-1)!, sizes.length - 1];
      const seed = rng.nextUint32();
      const wrongLabel = (logits: ArrayLike<number>, label: number, key: string) =>
        hardNegative(logits, label, new Rng(seed, key).uniform());
      const judged = (l: number) => l > 0 || depth === 2;
      const candidates = Array.from({ length: classes }, (_, k) => k);
      return {
        ...(form.by === "goodness" && { circuit: labelGoodness, circuitTest: eachLabel }),
        rate: net => {
          const readout = (x: Tensor2D) => {
            const seen = upward(net, pattern.shown(x, tf.fill([x.shape[0], classes], unknown)));
            return { ...seen, logits: net.drive(depth - 1, tf.mul(seen.h.at(-1)!, seen.gain.at(-1)!)) };
          };
          return {
            learn({ x, y, indices, key }, descend) {
              const { h, gain, logits } = readout(x);
              const e = tf.sub(tf.softmax(logits), y);
              descend(depth - 1, tf.mul(e, gain.at(-1)!), h.at(-1)!);

              const [scores, targets] = [logits.dataSync(), y.dataSync()];
              const wrong = Array.from(indices, (index, n) => {
                const row = [n * classes, (n + 1) * classes] as const;
                return wrongLabel(
                  scores.subarray(...row),
                  argmax(targets.subarray(...row)),
                  `${key} ${index}`,
                );
              });
              const negative = tf.cast(tf.oneHot(tf.tensor1d(wrong, "int32"), classes), "float32");
              for (const [label, sign] of [[y, -1] as const, [negative, 1] as const]) {
                upward(net, pattern.shown(x, tf.mul(label, intensity)), (l, pre, gain, h, goodness) => {
                  // sigmoid(-z) = 1 - sigmoid(z): q for negatives, q - 1 for positives.
                  const surprise = tf.mul(
                    tf.sigmoid(tf.mul(tf.sub(goodness, theta), slope * sign)),
                    (sign * 2 * slope) / sizes[l + 1],
                  );
                  descend(l, tf.mul(tf.mul(h, surprise), gain), pre);
                });
              }
              return logits;
            },
            activities: x => readout(x).h,
            decide(x) {
              if (form.by === "readout") return readout(x).logits;
              const columns = candidates.map(k => {
                const label = tf.cast(tf.oneHot(tf.fill([x.shape[0]], k, "int32"), classes), "float32");
                const { goodness } = upward(net, pattern.shown(x, tf.mul(label, intensity)));
                return goodness.filter((_, l) => judged(l)).reduce((sum, g) => tf.add(sum, g));
              });
              return tf.concat(columns, 1);
            },
          };
        },
        spiking: net => {
          const chain = new UpwardChain(net, pattern, intensity);
          // Keeps the presentation that `learn` returns while the others run.
          const neutralChain = new UpwardChain(net, pattern, intensity);
          const post = sizes.map(n => new Float64Array(n));
          const e = new Float64Array(classes);
          return {
            learn({ label, index, key }, descend) {
              const neutral = neutralChain.present(unknown, null);
              const { logits } = neutral;
              outputError(logits, label, e);
              descend(
                depth - 1,
                e.map(value => value * neutralChain.gain[depth - 1]),
                neutral,
              );
              const wrong = wrongLabel(logits, label, `${key} ${index}`);
              for (const [shown, sign] of [[label, -1] as const, [wrong, 1] as const]) {
                chain.present(0, shown, (l, seen) => {
                  const [h, third] = [seen.response[l + 1], post[l + 1]];
                  const q = 1 / (1 + exp(-slope * sign * (chain.goodness[l] - theta)));
                  const surprise = (sign * q * 2 * slope) / h.length;
                  for (let j = 0; j < h.length; j++) third[j] = surprise * chain.gain[l] * h[j];
                  descend(l, third, seen);
                });
              }
              return neutral;
            },
            decide() {
              if (form.by === "readout") return chain.present(unknown, null).logits;
              return candidates.map(k => {
                chain.present(0, k);
                return chain.goodness.reduce((sum, g, l) => sum + (judged(l) ? g : 0), 0);
              });
            },
          };
        },
      };
    },
  };
}

export const ff = forwardForward({ name: "ff", title: "FF", by: "goodness" });
export const ffReadout = forwardForward({ name: "ff:readout", title: "FF (linear readout)", by: "readout" });

/**
 * A wrong label, drawn by the readout's probabilities.
 * @param u  uniform in [0, 1)
 */
function hardNegative(logits: ArrayLike<number>, label: number, u: number): number {
  const p = softmax(logits, new Float64Array(logits.length));
  p[label] = 0;
  let left = u * p.reduce((sum, value) => sum + value, 0);
  let drawn = -1;
  for (let k = 0; k < p.length && left >= 0; k++) {
    if (k === label) continue;
    drawn = k;
    left -= p[k];
  }
  return drawn;
}

/**
 * The hidden layers bottom to top, each under the direction of the one below.
 * @param each  called as soon as layer l's targets h are active, before the layer above is
 * @returns h, before normalisation; gain[l] = what layer l's sources are multiplied with; goodness[l] of h[l + 1]; both
 *          [batch, 1]
 */
function upward(
  net: RateNetwork,
  x: Tensor2D,
  each?: (l: number, pre: Tensor2D, gain: Tensor2D, h: Tensor2D, goodness: Tensor2D) => void,
): { h: Tensor2D[]; gain: Tensor2D[]; goodness: Tensor2D[] } {
  const h = [x];
  const gain = [tf.ones([x.shape[0], 1])];
  const goodness: Tensor2D[] = [];
  for (let l = 0; l < net.depth - 1; l++) {
    const drive = net.drive(l, l === 0 ? x : tf.mul(h[l], gain[l]));
    h.push(net.activity(drive, l + 1));
    goodness.push(tf.mean(tf.square(h[l + 1]), 1, true));
    each?.(l, h[l], gain[l], h[l + 1], goodness[l]);
    gain.push(tf.div(1, tf.add(tf.sqrt(goodness[l]), GUARD)));
  }
  return { h, gain, goodness };
}

/** The same in spikes. */
class UpwardChain {
  readonly gain: number[];
  readonly goodness: number[];
  readonly #net: FeedForwardNetwork;
  readonly #layers: Layers;
  readonly #parts;
  readonly #whole;
  readonly #pattern: LabelPattern;
  readonly #intensity: number;
  readonly #label: Float64Array;
  /** What the label adds to the input. */
  readonly #added: Float64Array;

  /** @param intensity  of the label */
  constructor(net: FeedForwardNetwork, pattern: LabelPattern, intensity: number) {
    this.#net = net;
    this.#intensity = intensity;
    this.#pattern = pattern;
    this.#layers = new Layers(net);
    this.#parts = net.weights.map((_, l) => this.#layers.presentation(l));
    this.#whole = whole(this.#parts);
    this.#label = new Float64Array(net.sizes.at(-1)!);
    this.#added = new Float64Array(net.sizes[0]);
    this.gain = net.weights.map(() => 1);
    this.goodness = net.weights.slice(1).map(() => 0);
  }

  /**
   * Presents the waiting sample under a label, with intensity `others` for all other classes.
   * @param each  called as soon as layer l's targets have been presented, before the layer above is
   * @returns the presentation of all layers; the next one overwrites it
   */
  present(others: number, label: number | null, each?: (l: number, seen: Presentation) => void) {
    const { depth } = this.#net;
    this.#label.fill(others);
    if (label !== null) this.#label[label] = this.#intensity;
    const replaced = this.#layers.inputTrace(this.#pattern.replaced);
    this.#added.fill(0);
    for (let k = 0; k < replaced.length; k++) this.#added[k] = -replaced[k];
    this.#pattern.add(this.#label, this.#added);
    for (let l = 0; l < depth; l++) {
      const source = this.#layers.source(l, this.#parts, this.#added);
      this.#layers.present(l, this.#parts[l], { ...source, gain: source.gain * this.gain[l] });
      if (l === depth - 1) break;
      const h = this.#parts[l].response[1];
      this.goodness[l] = h.reduce((sum, value) => sum + value * value, 0) / h.length;
      each?.(l, this.#whole);
      this.gain[l + 1] = 1 / (Math.sqrt(this.goodness[l]) + GUARD);
    }
    return this.#whole;
  }
}
