import { beforeAll, describe, expect, test } from "vitest";
import { architectureFrom } from "../../src/description/layeredModel.ts";
import type { Convolution } from "../../src/engine/architecture.ts";
import {
  type DirectDraw,
  directFeedback,
  inputFeedback,
  layeredFeedback,
  layerWeights,
  sparseInputFeedback,
  weightBound,
} from "../../src/feedback/draw.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed, rules } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import {
  affine,
  back,
  forward,
  type Matrix,
  minus,
  type Net,
  oneHot,
  plus,
  rows,
  scaled,
  softmax,
  times,
} from "./formulas.ts";
import { everySample, settings, smallData } from "./small.ts";

/**
 * Kernel updates in rates against formulas on the same network written out: every kernel as a matrix with each weight at
 * all its places, average pools as matrices. What a kernel changes by is then the sum over the places of a weight.
 */

const architecture = architectureFrom(
  {
    name: "formula",
    layers: [
      { kind: "conv", filters: 3, size: 3 },
      { kind: "avgpool", size: 2 },
      { kind: "conv", filters: 4, size: 2, padding: 1, stride: 2 },
    ],
  },
  [6, 6],
  4,
  "formula",
);
const { sizes, layers } = architecture;
const [classes, depth] = [4, 3];
const data = { ...smallData(36, classes), shape: [6, 6] };
const all = everySample(data);
const rng = () => new Rng(settings.seed, "feedback");

/** [source][target] index of the shared weight, -1 for none, by the definition of a convolution. */
function places({ size, stride, padding, from, to }: Convolution): number[][] {
  const count = (m: typeof from) => m.height * m.width * m.channels;
  const index = Array.from({ length: count(from) }, () => new Array<number>(count(to)).fill(-1));
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++)
      for (let f = 0; f < to.channels; f++)
        for (let sy = 0; sy < from.height; sy++)
          for (let sx = 0; sx < from.width; sx++) {
            const [ky, kx] = [sy - y * stride + padding, sx - x * stride + padding];
            if (ky < 0 || ky >= size || kx < 0 || kx >= size) continue;
            for (let c = 0; c < from.channels; c++) {
              const source = (sy * from.width + sx) * from.channels + c;
              index[source]![(y * to.width + x) * to.channels + f] =
                ((ky * size + kx) * from.channels + c) * to.channels + f;
            }
          }
  return index;
}
const shared = layers.map(({ conv }) => conv && places(conv));

/** The four neurons of pool (y, x) of map c are rows 2 y and 2 y + 1, columns 2 x and 2 x + 1. */
const inPool = (i: number, p: number): boolean => {
  const [c, x, y] = [i % 3, Math.floor(i / 3) % 4, Math.floor(i / 12)];
  return p === (Math.floor(y / 2) * 2 + Math.floor(x / 2)) * 3 + c;
};
const average: Matrix = Array.from({ length: 48 }, (_, i) =>
  Array.from({ length: 12 }, (_, p) => (inPool(i, p) ? 0.25 : 0)),
);

/** The matrix of layer l from neurons below to neurons above. */
function written(w: ArrayLike<number>, l: number): Matrix {
  const index = shared[l];
  const own = index
    ? index.map(row => row.map(k => (k < 0 ? 0 : w[k]!)))
    : rows(w, layers[l]!.rows, layers[l]!.columns);
  return layers[l]!.pool
    ? average.map(row => own[0]!.map((_, j) => row.reduce((sum, share, p) => sum + share * own[p]![j]!, 0)))
    : own;
}

/** Adds pre (x) post to the change of layer l's weights, and the sizes of its terms to `terms`. */
function addTo(change: number[], terms: number[], l: number, pre: number[], post: number[]): void {
  const seen = layers[l]!.pool ? affine(average, new Array(12).fill(0), pre) : pre;
  seen.forEach((x, i) => {
    post.forEach((m, j) => {
      const k = shared[l] ? shared[l]![i]![j]! : i * post.length + j;
      if (k < 0) return;
      change[k]! += x * m;
      terms[k]! += Math.abs(x * m);
    });
  });
}

interface Sample {
  readonly x: number[];
  readonly y: number[];
  readonly index: number;
  readonly net: Net;
  readonly kernels: readonly Float32Array[];
}
type Formula = (sample: Sample, add: (l: number, pre: number[], post: number[]) => void) => void;

const chain =
  (of: (kernel: Float32Array, l: number) => ArrayLike<number>): Formula =>
  ({ x, y, net, kernels }, add) => {
    const { h, gate, p } = forward(net, x);
    let post = minus(p, y);
    for (let l = depth - 1; l >= 0; l--) {
      add(l, h[l]!, post);
      if (l > 0) post = times(back(written(of(kernels[l]!, l), l), post), gate[l]!);
    }
  };
const broadcast =
  (sent: (p: number[], y: number[]) => number[], draw?: DirectDraw): Formula =>
  ({ x, y, net }, add) => {
    const B = directFeedback(sizes, rng(), draw);
    const { h, gate, p } = forward(net, x);
    for (let l = 0; l < depth - 1; l++) {
      add(l, h[l]!, times(back(rows(B[l + 1]!, sizes[l + 1]!, classes), sent(p, y)), gate[l + 1]!));
    }
    add(depth - 1, h[depth - 1]!, minus(p, y));
  };
const pepita =
  (F: Float32Array, gain: number, decay: number, clean: boolean): Formula =>
  ({ x, y, net }, add) => {
    const a = forward(net, x);
    const e = minus(a.p, y);
    const b = forward(net, plus(x, back(rows(F, sizes[0]!, classes), e)));
    for (let l = 0; l < depth - 1; l++) {
      const contrast = scaled(minus(a.h[l + 1]!, b.h[l + 1]!), gain);
      add(l, l === 0 && clean ? x : b.h[l]!, plus(contrast, scaled(a.h[l + 1]!, decay)));
    }
    add(depth - 1, b.h[depth - 1]!, e);
  };

const hebbian =
  (scale: number): Formula =>
  ({ x, y, net }, add) => {
    const a = forward(net, x);
    const F = scaled(Array.from(inputFeedback(36, classes, rng())), scale);
    const b = forward(net, plus(x, back(rows(F, 36, classes), minus(a.p, y))));
    for (let l = 0; l < depth; l++) {
      add(l, a.h[l]!, l < depth - 1 ? a.h[l + 1]! : a.p);
      add(l, b.h[l]!, scaled(l < depth - 1 ? b.h[l + 1]! : y, -1));
    }
  };

/** Minus the product of one drawn matrix per layer, with entries of the size of fixed feedback. */
const mirrored = (): Float32Array => {
  const stream = rng();
  const B = layers.map((_, l) => layerWeights(architecture, l, stream));
  const path = B.map(written).reduce((product, next) =>
    product.map(row => next[0]!.map((_, k) => row.reduce((sum, value, i) => sum + value * next[i]![k]!, 0))),
  );
  const power = B.map(b => b.reduce((sum, value) => sum + value * value, 0) / b.length);
  // Away from the edges a pixel reaches 3 x 3 places of 3 maps; a neuron has a fourth of its pool, which reaches one
  // place of 4 maps.
  const variance = power[0]! * (9 * 3) * (power[1]! / 16) * 4 * power[2]!;
  const scale = (0.05 * Math.sqrt(2 / 36)) / Math.sqrt(variance);
  return Float32Array.from(path.flat(), value => -scale * value);
};

/** Label and picture together: class k is a wave of direction pi k / 4 and wavelength 4 or 8, from 0 to a half. */
const labelled = (x: number[], label: number[]): number[] =>
  x.map((value, i) => {
    const waves = label.map((intensity, k) => {
      const along = (i % 6) * Math.cos((Math.PI * k) / 4) + Math.floor(i / 6) * Math.sin((Math.PI * k) / 4);
      return intensity * (0.25 + 0.25 * Math.cos((2 * Math.PI * along) / (k % 2 === 0 ? 4 : 8)));
    });
    return waves.reduce((sum, wave) => sum + wave, value);
  });

/** Hinton's update, each layer by itself; the wrong label is the one at which the running sum of chances passes u. */
const forwardForward: Formula = ({ x, y, index, net }, add) => {
  const upward = (label: number[]) => {
    let below = labelled(x, label);
    const seen: { pre: number[]; h: number[]; goodness: number }[] = [];
    for (let l = 0; l < depth - 1; l++) {
      const h = affine(net.w[l]!, net.b[l]!, below).map(value => Math.max(0, value));
      const goodness = h.reduce((sum, value) => sum + value * value, 0) / h.length;
      seen.push({ pre: below, h, goodness });
      below = scaled(h, 1 / (Math.sqrt(goodness) + 0.01));
    }
    return { seen, top: below };
  };
  const { top } = upward(y.map(() => 0.3));
  const p = softmax(affine(net.w[depth - 1]!, net.b[depth - 1]!, top));
  add(depth - 1, top, minus(p, y));
  const others = times(
    p,
    y.map(value => 1 - value),
  );
  const all = others.reduce((sum, value) => sum + value, 0);
  const u = all * new Rng(rng().nextUint32(), `update 0 ${index}`).uniform();
  let sum = 0;
  const wrong = others.findIndex(value => (sum += value) > u);
  for (const [label, right] of [
    [y, 1],
    [oneHot(wrong, classes), 0],
  ] as const) {
    upward(scaled(label, 3)).seen.forEach(({ pre, h, goodness }, l) => {
      const q = 1 / (1 + Math.exp(-6 * (goodness - 1)));
      add(l, pre, scaled(h, (12 / h.length) * (q - right)));
    });
  }
};

const norm = (a: ArrayLike<number>) => Math.hypot(...Array.from(a));
/** Signs of the kernel with magnitudes that are drawn as the initial weights are. */
const concordant = (key: string, strict: boolean): Formula =>
  chain((kernel, l) => {
    const drawn = layeredFeedback(architecture, new Rng(rng().nextUint32(), key))[l]!;
    const signed = kernel.map((w, at) => Math.sign(w) * Math.abs(drawn[at]!));
    return strict ? signed.map(b => (b * norm(kernel)) / norm(signed)) : signed;
  });
const formulas: Readonly<Record<string, Formula>> = {
  bp: chain(kernel => kernel),
  fa: chain((_, l) => layeredFeedback(architecture, rng())[l]!),
  kp: chain((_, l) => layeredFeedback(architecture, rng())[l]!),
  usf: chain((kernel, l) => kernel.map(w => (Math.sign(w) * weightBound(architecture, l)) / Math.sqrt(3))),
  "usf:strict": chain(kernel => kernel.map(w => (Math.sign(w) * norm(kernel)) / Math.sqrt(kernel.length))),
  wm: chain((_, l) => layeredFeedback(architecture, rng())[l]!),
  frsf: concordant("magnitudes", false),
  "frsf:strict": concordant("magnitudes", true),
  brsf: concordant("update 0", false),
  "brsf:strict": concordant("update 0", true),
  dfa: broadcast(minus),
  sdfa: broadcast((p, y) => minus(p, y).map(Math.sign)),
  drtp: broadcast((_, y) => scaled(y, -1)),
  "f3:target": broadcast((_, y) => scaled(y, -1)),
  pepita: pepita(sparseInputFeedback(36, classes, rng()), 2, 0.004, true),
  mempepita: pepita(sparseInputFeedback(36, classes, rng()), 2, 0.004, true),
  "pepita:textbook": pepita(inputFeedback(36, classes, rng()), 1, 0, false),
  "pepita-hebbian": hebbian(1),
  "pepita-tl": hebbian(6),
  "pepita-wm": pepita(mirrored(), 1, 0, false),
  afa: ({ x, y, net }, add) => {
    const { h, gate, p } = forward(net, x);
    let carried = back(rows(inputFeedback(36, classes, rng()), 36, classes), minus(p, y));
    for (let l = 0; l < depth - 1; l++) {
      const none = new Array<number>(sizes[l + 1]!).fill(0);
      carried = times(affine(net.w[l]!, none, carried), gate[l + 1]!);
      add(l, h[l]!, scaled(carried, -1));
    }
    add(depth - 1, h[depth - 1]!, minus(p, y));
  },
  frozen: ({ x, y, net }, add) => {
    const { h, p } = forward(net, x);
    add(depth - 1, h[depth - 1]!, minus(p, y));
  },
  chance: () => {},
  ff: forwardForward,
  "ff:readout": forwardForward,
  // Before the first presentation nothing has been left for a sample: hidden layers do not change.
  f3: broadcast((_, y) => scaled(y, 0)),
};

/** What F3 sends at a sample's second presentation, with the weights of the first. */
const delayed: Readonly<Record<string, Formula>> = {
  f3: broadcast(minus),
  "f3:one-hot": broadcast((p, y) => times(y, minus(p, y))),
  "f3:softmax": broadcast((p, y) => minus(softmax(p), y)),
  "f3:loss": broadcast((p, y) =>
    p.map((q, k) => {
      const clipped = Math.min(0.99, Math.max(0.01, q));
      return (clipped - y[k]!) / (clipped * (1 - clipped)) / classes;
    }),
  ),
  "f3:target": broadcast(minus),
  "f3:trinomial": broadcast(minus, "trinomial"),
  "f3:binomial": broadcast(minus, "binomial"),
  "f3:identity": broadcast(minus, "identity"),
};

beforeAll(async () => {
  await selectBackend("wasm");
});

test("no rule with kernels is left out", () => {
  const kernels = rules.filter(rule => !rule.shallow).map(rule => rule.name);
  expect(Object.keys({ ...formulas, ...delayed }).sort()).toEqual(kernels.sort());
});

describe("kernels change as the formula says", () => {
  test.each(Object.entries(formulas))("%s", (name, formula) => check(name, formula, false));
});

describe("kernels change as the formula says at the second presentation", () => {
  test.each(Object.entries(delayed))("%s", (name, formula) => check(name, formula, true));
});

function check(name: string, formula: Formula, presentedBefore: boolean): void {
  const rule = ruleNamed(name);
  const trainer = rateTrainer(rule, data, { ...settings, sizes, architecture });
  // A step of length 0 leaves the weights and fills the memory.
  if (presentedBefore) trainer.learn(all, 0, 0);
  const { weights, biases } = trainer.parameters();
  const update = trainer.update(all);
  const net: Net = {
    w: weights.map(written),
    b: biases.map((b, l) => Array.from({ length: sizes[l + 1]! }, (_, j) => b[j % b.length]!)),
    saturation: rule.saturation ?? Infinity,
  };
  const changes = weights.map(w => new Array<number>(w.length).fill(0));
  const terms = weights.map(w => new Array<number>(w.length).fill(0));
  for (const index of all) {
    const x = Array.from(data.train.intensities.subarray(36 * index, 36 * (index + 1)));
    const sample = { x, y: oneHot(data.train.labels[index]!, classes), index, net, kernels: weights };
    formula(sample, (l, pre, post) => addTo(changes[l]!, terms[l]!, l, pre, post));
  }
  changes.forEach((change, l) => {
    const scale = Math.max(...change.map(Math.abs));
    const still = ["frozen", "chance"].includes(name) || (name === "f3" && !presentedBefore);
    if (l === 0 && !still) expect(scale).toBeGreaterThan(0);
    change.forEach((value, at) => {
      // Terms of both signs leave the rounding of their sizes behind: PEPITA-Hebbian's nearly cancel.
      const rounding = 3e-5 * scale + 1e-6 * terms[l]![at]! + 1e-12;
      const place = `layer ${l}, weight ${at}`;
      expect(Math.abs(update[l]![at]! - value), place).toBeLessThanOrEqual(rounding);
    });
  });
  trainer.dispose();
}
