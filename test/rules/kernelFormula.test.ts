import { beforeAll, expect, test } from "vitest";
import { architectureFrom } from "../../src/description/layeredModel.ts";
import type { Convolution } from "../../src/engine/architecture.ts";
import {
  directFeedback,
  inputFeedback,
  layeredFeedback,
  sparseInputFeedback,
  weightBound,
} from "../../src/feedback/draw.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
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
  (sent: (e: number[], y: number[]) => number[]): Formula =>
  ({ x, y, net }, add) => {
    const B = directFeedback(sizes, rng());
    const { h, gate, p } = forward(net, x);
    const e = minus(p, y);
    for (let l = 0; l < depth - 1; l++) {
      add(l, h[l]!, times(back(rows(B[l + 1]!, sizes[l + 1]!, classes), sent(e, y)), gate[l + 1]!));
    }
    add(depth - 1, h[depth - 1]!, e);
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

const norm = (a: ArrayLike<number>) => Math.hypot(...Array.from(a));
const formulas: Readonly<Record<string, Formula>> = {
  bp: chain(kernel => kernel),
  fa: chain((_, l) => layeredFeedback(architecture, rng())[l]!),
  kp: chain((_, l) => layeredFeedback(architecture, rng())[l]!),
  usf: chain((kernel, l) => kernel.map(w => (Math.sign(w) * weightBound(architecture, l)) / Math.sqrt(3))),
  "usf:strict": chain(kernel => kernel.map(w => (Math.sign(w) * norm(kernel)) / Math.sqrt(kernel.length))),
  dfa: broadcast(e => e),
  sdfa: broadcast(e => e.map(Math.sign)),
  drtp: broadcast((_, y) => scaled(y, -1)),
  "f3:target": broadcast((_, y) => scaled(y, -1)),
  pepita: pepita(sparseInputFeedback(36, classes, rng()), 2, 0.004, true),
  mempepita: pepita(sparseInputFeedback(36, classes, rng()), 2, 0.004, true),
  "pepita:textbook": pepita(inputFeedback(36, classes, rng()), 1, 0, false),
  "pepita-hebbian": ({ x, y, net }, add) => {
    const a = forward(net, x);
    const b = forward(
      net,
      plus(x, back(rows(inputFeedback(36, classes, rng()), 36, classes), minus(a.p, y))),
    );
    for (let l = 0; l < depth; l++) {
      add(l, a.h[l]!, l < depth - 1 ? a.h[l + 1]! : a.p);
      add(l, b.h[l]!, scaled(l < depth - 1 ? b.h[l + 1]! : y, -1));
    }
  },
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
};

beforeAll(async () => {
  await selectBackend("wasm");
});

test.each(Object.entries(formulas))("%s changes kernels as its formula says", (name, formula) => {
  const rule = ruleNamed(name);
  const trainer = rateTrainer(rule, data, { ...settings, sizes, architecture });
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
    const sample = { x, y: oneHot(data.train.labels[index]!, classes), net, kernels: weights };
    formula(sample, (l, pre, post) => addTo(changes[l]!, terms[l]!, l, pre, post));
  }
  changes.forEach((change, l) => {
    const scale = Math.max(...change.map(Math.abs));
    if (l === 0 && name !== "frozen") expect(scale).toBeGreaterThan(0);
    change.forEach((value, at) => {
      // Terms of both signs leave the rounding of their sizes behind: PEPITA-Hebbian's nearly cancel.
      const rounding = 3e-5 * scale + 1e-6 * terms[l]![at]! + 1e-12;
      const place = `layer ${l}, weight ${at}`;
      expect(Math.abs(update[l]![at]! - value), place).toBeLessThanOrEqual(rounding);
    });
  });
  trainer.dispose();
});
