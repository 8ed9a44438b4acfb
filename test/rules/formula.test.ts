import { beforeAll, describe, expect, test } from "vitest";
import {
  directFeedback,
  inputFeedback,
  layeredFeedback,
  sparseInputFeedback,
  uniform,
  weightBound,
} from "../../src/feedback/draw.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import {
  addOuter,
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

/** Every rule's rate update against its formula, sample by sample and number by number. */

const data = smallData();
const all = everySample(data);
const sizes = settings.sizes;
const classes = sizes.at(-1)!;
const depth = sizes.length - 1;

/** Feedback as the rule draws it: from a stream of that name, in this order. */
const rng = () => new Rng(settings.seed, "feedback");
const matrices = (B: Float32Array[]): Matrix[] =>
  B.map((b, l) => (b.length ? rows(b, sizes[l]!, b.length / sizes[l]!) : []));
const direct = (draw?: Parameters<typeof directFeedback>[2]): Matrix[] =>
  matrices(directFeedback(sizes, rng(), draw));

interface Sample {
  readonly x: number[];
  readonly y: number[];
  readonly index: number;
  readonly net: Net;
}
/** Adds what one sample changes at layer l: pre (x) post. */
type Formula = (sample: Sample, add: (l: number, pre: number[], post: number[]) => void) => void;

/** The error goes down through B[l], where `of` makes it from the forward weights. */
const chain =
  (of: (w: Matrix, l: number) => Matrix): Formula =>
  ({ x, y, net }, add) => {
    const { h, gate, p } = forward(net, x);
    let post = minus(p, y);
    for (let l = depth - 1; l >= 0; l--) {
      add(l, h[l]!, post);
      if (l > 0) post = times(back(of(net.w[l]!, l), post), gate[l]!);
    }
  };

/** Hidden layers get `sent` through direct feedback. */
const broadcast =
  (B: Matrix[], sent: (p: number[], sample: Sample) => number[]): Formula =>
  (sample, add) => {
    const { h, gate, p } = forward(sample.net, sample.x);
    const s = sent(p, sample);
    for (let l = 0; l < depth - 1; l++) add(l, h[l]!, times(back(B[l + 1]!, s), gate[l + 1]!));
    add(depth - 1, h[depth - 1]!, minus(p, sample.y));
  };

const signs = (w: Matrix): Matrix => w.map(row => row.map(Math.sign));
const entrywise = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => times(row, b[i]!));
const norm = (a: Matrix): number => Math.hypot(...a.flat());
const strictly = (b: Matrix, w: Matrix): Matrix => b.map(row => scaled(row, norm(w) / norm(b)));
const constant = (w: Matrix, value: number): Matrix => w.map(row => row.map(() => value));
const magnitudes = (key: string): Matrix[] =>
  matrices(layeredFeedback(sizes, new Rng(rng().nextUint32(), key)).map(b => b.map(Math.abs)));
const uniformScale = (l: number) => weightBound(sizes, l) / Math.sqrt(3);

/** Two passes, the second with F e added to the input. */
const modulated =
  (
    F: Float32Array,
    products: (
      a: ReturnType<typeof forward>,
      b: ReturnType<typeof forward>,
      sample: Sample,
      add: Parameters<Formula>[1],
    ) => void,
  ): Formula =>
  (sample, add) => {
    const a = forward(sample.net, sample.x);
    const added = back(rows(F, sizes[0]!, classes), minus(a.p, sample.y));
    products(a, forward(sample.net, plus(sample.x, added)), sample, add);
  };

const pepita = (F: Float32Array, gain: number, decay: number, pre: "clean" | "modulated"): Formula =>
  modulated(F, (a, b, { y }, add) => {
    for (let l = 0; l < depth - 1; l++) {
      const post = plus(scaled(minus(a.h[l + 1]!, b.h[l + 1]!), gain), scaled(a.h[l + 1]!, decay));
      add(l, l === 0 && pre === "clean" ? a.h[0]! : b.h[l]!, post);
    }
    add(depth - 1, b.h[depth - 1]!, minus(a.p, y));
  });

const hebbian = (scale: number): Formula =>
  modulated(
    inputFeedback(sizes[0]!, classes, rng()).map(v => scale * v),
    (a, b, { y }, add) => {
      for (let l = 0; l < depth - 1; l++) {
        add(l, a.h[l]!, a.h[l + 1]!);
        add(l, b.h[l]!, scaled(b.h[l + 1]!, -1));
      }
      add(depth - 1, a.h[depth - 1]!, a.p);
      add(depth - 1, b.h[depth - 1]!, scaled(y, -1));
    },
  );

/** Minus the product of one matrix per layer, brought to entries of the size of fixed feedback. */
const mirroredFeedback = (): Float32Array => {
  const stream = rng();
  const B = sizes.slice(1).map((n, l) => uniform(sizes[l]!, n, weightBound(sizes, l), stream));
  let path = rows(B[0]!, sizes[0]!, sizes[1]!);
  for (let l = 1; l < depth; l++) {
    const next = rows(B[l]!, sizes[l]!, sizes[l + 1]!);
    path = path.map(row =>
      next[0]!.map((_, k) => row.reduce((sum, value, i) => sum + value * next[i]![k]!, 0)),
    );
  }
  const power = B.map(b => b.reduce((sum, value) => sum + value * value, 0) / b.length);
  const variance = power.reduce((all, p, l) => all * p * (l > 0 ? sizes[l]! : 1));
  const scale = (0.05 * Math.sqrt(2 / sizes[0]!)) / Math.sqrt(variance);
  return Float32Array.from(path.flat(), value => -scale * value);
};

const sparse = () => sparseInputFeedback(sizes[0]!, classes, rng());

const formulas: Readonly<Record<string, Formula>> = {
  bp: chain(w => w),
  fa: chain((_, l) => matrices(layeredFeedback(sizes, rng()))[l]!),
  kp: chain((_, l) => matrices(layeredFeedback(sizes, rng()))[l]!),
  wm: chain((_, l) => matrices(layeredFeedback(sizes, rng()))[l]!),
  usf: chain((w, l) => entrywise(signs(w), constant(w, uniformScale(l)))),
  "usf:strict": chain(w => strictly(signs(w), w)),
  frsf: chain((w, l) => entrywise(signs(w), magnitudes("magnitudes")[l]!)),
  "frsf:strict": chain((w, l) => strictly(entrywise(signs(w), magnitudes("magnitudes")[l]!), w)),
  brsf: chain((w, l) => entrywise(signs(w), magnitudes("update 0")[l]!)),
  "brsf:strict": chain((w, l) => strictly(entrywise(signs(w), magnitudes("update 0")[l]!), w)),
  dfa: broadcast(direct(), (p, { y }) => minus(p, y)),
  sdfa: broadcast(direct(), (p, { y }) => minus(p, y).map(Math.sign)),
  drtp: broadcast(direct(), (_, { y }) => scaled(y, -1)),
  f3: broadcast(direct(), () => oneHot(-1, classes)),
  "f3:target": broadcast(direct(), (_, { y }) => scaled(y, -1)),
  pepita: pepita(sparse(), 2, 0.004, "clean"),
  mempepita: pepita(sparse(), 2, 0.004, "clean"),
  "pepita:textbook": pepita(inputFeedback(sizes[0]!, classes, rng()), 1, 0, "modulated"),
  "pepita-wm": pepita(mirroredFeedback(), 1, 0, "modulated"),
  "pepita-hebbian": hebbian(1),
  "pepita-tl": hebbian(6),
  afa: ({ x, y, net }, add) => {
    const { h, gate, p } = forward(net, x);
    let carried = back(rows(inputFeedback(sizes[0]!, classes, rng()), sizes[0]!, classes), minus(p, y));
    for (let l = 0; l < depth - 1; l++) {
      carried = times(
        affine(
          net.w[l]!,
          gate[l + 1]!.map(() => 0),
          carried,
        ),
        gate[l + 1]!,
      );
      add(l, h[l]!, scaled(carried, -1));
    }
    add(depth - 1, h[depth - 1]!, minus(p, y));
  },
  frozen: ({ x, y, net }, add) => {
    const { h, p } = forward(net, x);
    add(depth - 1, h[depth - 1]!, minus(p, y));
  },
  chance: () => {},
};

/** Variants of what F3 leaves behind: the second presentation of every sample, without a change of weights between. */
const left: Readonly<Record<string, (p: number[], sample: Sample) => number[]>> = {
  f3: (p, { y }) => minus(p, y),
  "f3:one-hot": (p, { y }) => times(y, minus(p, y)),
  "f3:softmax": (p, { y }) => minus(softmax(p), y),
  "f3:loss": (p, { y }) =>
    p.map((q, k) => {
      const clipped = Math.min(0.99, Math.max(0.01, q));
      return (clipped - y[k]!) / (clipped * (1 - clipped)) / classes;
    }),
  "f3:target": (p, { y }) => minus(p, y),
  "f3:trinomial": (p, { y }) => minus(p, y),
  "f3:binomial": (p, { y }) => minus(p, y),
  "f3:identity": (p, { y }) => minus(p, y),
};

function expected(formula: Formula, net: Net): Matrix[] {
  const changes = net.w.map(w => w.map(row => row.map(() => 0)));
  for (const index of all) {
    const x = Array.from(data.train.intensities.subarray(index * sizes[0]!, (index + 1) * sizes[0]!));
    const sample = { x, y: oneHot(data.train.labels[index]!, classes), index, net };
    formula(sample, (l, pre, post) => addOuter(changes[l]!, pre, post));
  }
  return changes;
}

function check(name: string, formula: Formula, presentedBefore: boolean): void {
  const rule = ruleNamed(name);
  const trainer = rateTrainer(rule, data, settings);
  // A step of length 0 leaves the weights and fills the memory.
  if (presentedBefore) trainer.learn(all, 0, 0);
  const { weights, biases } = trainer.parameters();
  const update = trainer.update(all);
  const net: Net = {
    w: weights.map((w, l) => rows(w, sizes[l]!, sizes[l + 1]!)),
    b: biases.map(b => Array.from(b)),
    saturation: rule.saturation ?? Infinity,
  };
  expected(formula, net).forEach((change, l) => {
    const scale = Math.max(...change.flat().map(Math.abs));
    change.flat().forEach((value, at) => {
      expect(Math.abs(update[l]![at]! - value), `layer ${l}, number ${at}`).toBeLessThanOrEqual(
        2e-5 * scale + 1e-12,
      );
    });
  });
  trainer.dispose();
}

beforeAll(async () => {
  await selectBackend("wasm");
});

describe("the update in rates is that of the formula", () => {
  test.each(Object.entries(formulas))("%s", (name, formula) => check(name, formula, false));
});

describe("F3 sends what the previous presentation left", () => {
  test.each(Object.entries(left))("%s", (name, sent) => {
    const draw = name.split(":")[1];
    const kind = draw === "trinomial" || draw === "binomial" || draw === "identity" ? draw : "uniform";
    check(name, broadcast(direct(kind), sent), true);
  });
});
