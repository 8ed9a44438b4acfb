import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { architectureFrom } from "../../src/description/layeredModel.ts";
import { type Architecture, dense } from "../../src/engine/network/architecture.ts";
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
import { writtenOut } from "./writtenOut.ts";

/**
 * Every rule's rate update against its formula, sample by sample and number by number: on fully connected layers, and on
 * shared kernels and an average pool written out, every kernel as a matrix with each weight at all its places. What a
 * kernel changes by is then the sum over the places of a weight.
 */

interface Network {
  readonly name: string;
  readonly architecture: Architecture;
  readonly data: Dataset;
  /** Places above that a neuron's signal reaches, on the way from each layer's weights to the next. */
  readonly reach: readonly number[];
  /** Forward-Forward marks a picture with a wave; see `forwardForward.test.ts` for its labels without. */
  readonly pictures: boolean;
}

const networks: readonly Network[] = [
  {
    name: "fully connected layers",
    architecture: dense(settings.sizes),
    data: smallData(),
    reach: [settings.sizes[1], settings.sizes[2], 1],
    pictures: false,
  },
  {
    name: "kernels",
    architecture: architectureFrom(
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
    ),
    data: { ...smallData(36, 4), shape: [6, 6] },
    // Away from the edges a pixel reaches 3 x 3 places of 3 maps; a neuron has a fourth of its pool, which reaches one
    // place of 4 maps.
    reach: [9 * 3, 4 / 16, 1],
    pictures: true,
  },
];
const rng = () => new Rng(settings.seed, "feedback");

interface Sample {
  readonly x: number[];
  readonly y: number[];
  readonly index: number;
  readonly net: Net;
  readonly kernels: readonly Float32Array[];
}
type Formula = (sample: Sample, add: (l: number, pre: number[], post: number[]) => void) => void;

/** Label and picture together: class k is a wave of direction pi k / 4 and wavelength 4 or 8, from 0 to a half. */
const labelled = (x: number[], label: number[]): number[] =>
  x.map((value, i) => {
    const waves = label.map((intensity, k) => {
      const along = (i % 6) * Math.cos((Math.PI * k) / 4) + Math.floor(i / 6) * Math.sin((Math.PI * k) / 4);
      return intensity * (0.25 + 0.25 * Math.cos((2 * Math.PI * along) / (k % 2 === 0 ? 4 : 8)));
    });
    return waves.reduce((sum, wave) => sum + wave, value);
  });

const norm = (a: ArrayLike<number>) => Math.hypot(...Array.from(a));

/** The formulas on a network, and how to compare a rule with one. */
function on({ architecture, data, reach, pictures }: Network) {
  const { sizes, layers } = architecture;
  const { classes } = data;
  const depth = layers.length;
  const all = everySample(data);
  const { written, addTo } = writtenOut(architecture);

  const chain =
    (of: (kernel: Float32Array, l: number) => ArrayLike<number>): Formula =>
    ({ x, y, net, kernels }, add) => {
      const { h, gate, p } = forward(net, x);
      let post = minus(p, y);
      for (let l = depth - 1; l >= 0; l--) {
        add(l, h[l], post);
        if (l > 0) post = times(back(written(of(kernels[l], l), l), post), gate[l]);
      }
    };
  const broadcast =
    (sent: (p: number[], y: number[]) => number[], draw?: DirectDraw): Formula =>
    ({ x, y, net }, add) => {
      const B = directFeedback(sizes, rng(), draw);
      const { h, gate, p } = forward(net, x);
      for (let l = 0; l < depth - 1; l++) {
        add(l, h[l], times(back(rows(B[l + 1], sizes[l + 1], classes), sent(p, y)), gate[l + 1]));
      }
      add(depth - 1, h[depth - 1], minus(p, y));
    };
  const pepita =
    (F: Float32Array, gain: number, decay: number, clean: boolean): Formula =>
    ({ x, y, net }, add) => {
      const a = forward(net, x);
      const e = minus(a.p, y);
      const b = forward(net, plus(x, back(rows(F, sizes[0], classes), e)));
      for (let l = 0; l < depth - 1; l++) {
        const contrast = scaled(minus(a.h[l + 1], b.h[l + 1]), gain);
        add(l, l === 0 && clean ? x : b.h[l], plus(contrast, scaled(a.h[l + 1], decay)));
      }
      add(depth - 1, b.h[depth - 1], e);
    };

  const hebbian =
    (scale: number): Formula =>
    ({ x, y, net }, add) => {
      const a = forward(net, x);
      const F = scaled(Array.from(inputFeedback(sizes[0], classes, rng())), scale);
      const b = forward(net, plus(x, back(rows(F, sizes[0], classes), minus(a.p, y))));
      for (let l = 0; l < depth; l++) {
        add(l, a.h[l], l < depth - 1 ? a.h[l + 1] : a.p);
        add(l, b.h[l], scaled(l < depth - 1 ? b.h[l + 1] : y, -1));
      }
    };

  /** Minus the product of one drawn matrix per layer, with entries of the size of fixed feedback. */
  const mirrored = (): Float32Array => {
    const stream = rng();
    const B = layers.map((_, l) => layerWeights(architecture, l, stream));
    const path = B.map(written).reduce((product, next) =>
      product.map(row => next[0].map((_, k) => row.reduce((sum, value, i) => sum + value * next[i][k], 0))),
    );
    const power = B.map(b => b.reduce((sum, value) => sum + value * value, 0) / b.length);
    const variance = power.reduce((all, p, l) => all * p * reach[l], 1);
    const scale = (0.05 * Math.sqrt(2 / sizes[0])) / Math.sqrt(variance);
    return Float32Array.from(path.flat(), value => -scale * value);
  };

  /** Hinton's update, each layer by itself; the wrong label is the one at which the running sum of chances passes u. */
  const forwardForward: Formula = ({ x, y, index, net }, add) => {
    const upward = (label: number[]) => {
      let below = labelled(x, label);
      const seen: { pre: number[]; h: number[]; goodness: number }[] = [];
      for (let l = 0; l < depth - 1; l++) {
        const h = affine(net.w[l], net.b[l], below).map(value => Math.max(0, value));
        const goodness = h.reduce((sum, value) => sum + value * value, 0) / h.length;
        seen.push({ pre: below, h, goodness });
        below = scaled(h, 1 / (Math.sqrt(goodness) + 0.01));
      }
      return { seen, top: below };
    };
    const { top } = upward(y.map(() => 0.3));
    const p = softmax(affine(net.w[depth - 1], net.b[depth - 1], top));
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

  /** Signs of the kernel with magnitudes that are drawn as the initial weights are. */
  const concordant = (key: string, strict: boolean): Formula =>
    chain((kernel, l) => {
      const drawn = layeredFeedback(architecture, new Rng(rng().nextUint32(), key))[l];
      const signed = kernel.map((w, at) => Math.sign(w) * Math.abs(drawn[at]));
      return strict ? signed.map(b => (b * norm(kernel)) / norm(signed)) : signed;
    });
  const formulas: Readonly<Record<string, Formula>> = {
    bp: chain(kernel => kernel),
    fa: chain((_, l) => layeredFeedback(architecture, rng())[l]),
    kp: chain((_, l) => layeredFeedback(architecture, rng())[l]),
    usf: chain((kernel, l) => kernel.map(w => (Math.sign(w) * weightBound(architecture, l)) / Math.sqrt(3))),
    "usf:strict": chain(kernel => kernel.map(w => (Math.sign(w) * norm(kernel)) / Math.sqrt(kernel.length))),
    wm: chain((_, l) => layeredFeedback(architecture, rng())[l]),
    frsf: concordant("magnitudes", false),
    "frsf:strict": concordant("magnitudes", true),
    brsf: concordant("update 0", false),
    "brsf:strict": concordant("update 0", true),
    dfa: broadcast(minus),
    sdfa: broadcast((p, y) => minus(p, y).map(Math.sign)),
    drtp: broadcast((_, y) => scaled(y, -1)),
    "f3:target": broadcast((_, y) => scaled(y, -1)),
    pepita: pepita(inputFeedback(sizes[0], classes, rng()), 1, 0, false),
    mempepita: pepita(inputFeedback(sizes[0], classes, rng()), 1, 0, false),
    "pepita:sparse": pepita(sparseInputFeedback(sizes[0], classes, rng()), 2, 0.004, true),
    "mempepita:sparse": pepita(sparseInputFeedback(sizes[0], classes, rng()), 2, 0.004, true),
    "pepita-hebbian": hebbian(1),
    "pepita-tl": hebbian(6),
    "pepita-wm": pepita(mirrored(), 1, 0, false),
    afa: ({ x, y, net }, add) => {
      const { h, gate, p } = forward(net, x);
      let carried = back(rows(inputFeedback(sizes[0], classes, rng()), sizes[0], classes), minus(p, y));
      for (let l = 0; l < depth - 1; l++) {
        const none = new Array<number>(sizes[l + 1]).fill(0);
        carried = times(affine(net.w[l], none, carried), gate[l + 1]);
        add(l, h[l], scaled(carried, -1));
      }
      add(depth - 1, h[depth - 1], minus(p, y));
    },
    frozen: ({ x, y, net }, add) => {
      const { h, p } = forward(net, x);
      add(depth - 1, h[depth - 1], minus(p, y));
    },
    chance: () => {},
    ...(pictures && { ff: forwardForward, "ff:readout": forwardForward }),
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
        return (clipped - y[k]) / (clipped * (1 - clipped)) / classes;
      }),
    ),
    "f3:target": broadcast(minus),
    "f3:trinomial": broadcast(minus, "trinomial"),
    "f3:binomial": broadcast(minus, "binomial"),
    "f3:identity": broadcast(minus, "identity"),
  };

  function check(name: string, formula: Formula, presentedBefore: boolean): void {
    const rule = ruleNamed(name);
    const trainer = rateTrainer(rule, data, { ...settings, sizes, architecture });
    // A step of length 0 leaves the weights and fills the memory.
    if (presentedBefore) trainer.learn(all, 0, 0);
    const { weights, biases } = trainer.parameters();
    const update = trainer.update(all);
    const net: Net = {
      w: weights.map(written),
      b: biases.map((b, l) => Array.from({ length: sizes[l + 1] }, (_, j) => b[j % b.length])),
      saturation: rule.saturation ?? Infinity,
    };
    const changes = weights.map(w => new Array<number>(w.length).fill(0));
    const terms = weights.map(w => new Array<number>(w.length).fill(0));
    for (const index of all) {
      const x = Array.from(data.train.intensities.subarray(sizes[0] * index, sizes[0] * (index + 1)));
      const sample = { x, y: oneHot(data.train.labels[index], classes), index, net, kernels: weights };
      formula(sample, (l, pre, post) => addTo(changes[l], terms[l], l, pre, post));
    }
    changes.forEach((change, l) => {
      const scale = Math.max(...change.map(Math.abs));
      const still = ["frozen", "chance"].includes(name) || (name === "f3" && !presentedBefore);
      if (l === 0 && !still) expect(scale).toBeGreaterThan(0);
      change.forEach((value, at) => {
        // Terms of both signs leave the rounding of their sizes behind: PEPITA-Hebbian's nearly cancel.
        const rounding = 2e-5 * scale + 1e-6 * terms[l][at] + 1e-12;
        const place = `layer ${l}, weight ${at}`;
        expect(Math.abs(update[l][at] - value), place).toBeLessThanOrEqual(rounding);
      });
    });
    trainer.dispose();
  }

  return { formulas, delayed, check };
}

beforeAll(async () => {
  await selectBackend("wasm");
});

describe.each(networks.map(each => [each.name, on(each), each] as const))(
  "%s",
  (_, { formulas, delayed, check }, { pictures }) => {
    test("no rule is left out", () => {
      const known = rules.filter(rule => !rule.shallow && (pictures || !rule.name.startsWith("ff")));
      expect(Object.keys({ ...formulas, ...delayed }).sort()).toEqual(known.map(rule => rule.name).sort());
    });

    describe("the change is that of the formula", () => {
      test.each(Object.entries(formulas))("%s", (name, formula) => check(name, formula, false));
    });

    describe("the change at the second presentation is that of the formula", () => {
      test.each(Object.entries(delayed))("%s", (name, formula) => check(name, formula, true));
    });
  },
);
