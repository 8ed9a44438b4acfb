import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { dense } from "../engine/network/architecture.ts";
import { Rng } from "../math/rng.ts";
import { RateNetwork } from "../rate/network.ts";
import { tf } from "../rate/tensors.ts";
import type { Rule } from "../rules/rule.ts";
import { type Descent, type Read, ReadLog } from "./readLog.ts";
import { watchedRateNetwork, watchedSpikingNetwork } from "./watched.ts";

/** How something reaches a synapse: not at all, as its third factor, or only by what is presented next. */
export type Route = "no" | "direct" | "presented";

/**
 * What a synapse of the first hidden layer was seen to use, of the sample that it learns. Obtained by running the rule
 * on a small network with two hidden layers that records what is read, in which order; nothing is declared.
 */
export interface Audit {
  /** Weights of layers above: weight transport. `signs`: their magnitudes make no difference but to the step's length. */
  readonly weightsAbove: "no" | "signs" | "values";
  /** Weights of its own layer, in making the third factor. */
  readonly ownWeights: boolean;
  /** Activity of hidden neurons above its own layer. */
  readonly activityAbove: boolean;
  readonly output: Route;
  readonly label: Route;
  /** Update locking: what must have happened further up before this synapse can change. */
  readonly waitsFor: "nothing" | "layers above" | "output";
  /** Its activity has to be kept while the output is computed or another presentation runs. */
  readonly holdsActivity: boolean;
  /** Numbers that are kept for each sample until its next epoch. */
  readonly numbersPerSample: number;
  readonly presentations: number;
}

const SIZES = [6, 5, 4, 3];
const TOP = SIZES.length - 2;

/** @returns null where the rule has no such form, or changes no synapse of the first hidden layer */
export function audit(rule: Rule, form: "rate" | "spike"): Audit | null {
  const seen = watch(rule, form, false);
  const own = seen?.descents.filter(({ l }) => l === 0) ?? [];
  if (!seen || own.length === 0 || rule.shallow) return null;
  const before = own.map(({ at }) => splitAtPresented(seen.reads.slice(0, at)));
  const direct = before.flatMap(({ after }) => after);
  const earlier = before.flatMap(({ until }) => until);
  const weightsAbove = direct.some(read => read.kind === "weights" && read.l > 0);
  const activityAbove = direct.some(read => read.kind === "activity" && read.p > 1);
  const route = (kind: Read["kind"]): Route =>
    direct.some(read => read.kind === kind)
      ? "direct"
      : earlier.some(read => read.kind === kind)
        ? "presented"
        : "no";
  return {
    weightsAbove: !weightsAbove ? "no" : signsSuffice(rule, form, own) ? "signs" : "values",
    ownWeights: direct.some(read => read.kind === "weights" && read.l === 0),
    activityAbove,
    output: route("output"),
    label: route("label"),
    waitsFor:
      weightsAbove || activityAbove ? "layers above" : route("output") === "no" ? "nothing" : "output",
    holdsActivity: own.some(({ at }) => held(seen.reads.slice(0, at))),
    numbersPerSample: remembered(rule, 2) - remembered(rule, 1),
    presentations: seen.presentations,
  };
}

/** Reads after the last presentation of something else than the sample itself, and those that it has absorbed. */
function splitAtPresented(reads: readonly Read[]): { until: readonly Read[]; after: readonly Read[] } {
  const last = reads.findLastIndex(read => read.kind === "presented" && read.altered);
  return { until: reads.slice(0, last + 1), after: reads.slice(last + 1) };
}

/** Own activity of a presentation was read after that presentation's output, or in a later presentation. */
function held(reads: readonly Read[]): boolean {
  return reads.some(
    (read, at) =>
      read.kind === "activity" &&
      read.p <= 1 &&
      reads
        .slice(0, at)
        .some(
          earlier =>
            (earlier.kind === "output" && earlier.pass === read.pass) ||
            (earlier.kind === "presented" && earlier.pass > read.pass),
        ),
  );
}

/** The same run, in which the rule finds weights of the same signs and other magnitudes. */
function signsSuffice(rule: Rule, form: "rate" | "spike", own: readonly Descent[]): boolean {
  const others = watch(rule, form, true)!.descents.filter(({ l }) => l === 0);
  return own.every(({ post }, n) => {
    const [a, b] = [post, others[n].post];
    let [ab, aa, bb] = [0, 0, 0];
    for (let j = 0; j < a.length; j++) {
      ab += a[j] * b[j];
      aa += a[j] * a[j];
      bb += b[j] * b[j];
    }
    return ab > (1 - 1e-6) * Math.sqrt(aa * bb);
  });
}

function remembered(rule: Rule, samples: number): number {
  const net = tinyNetwork();
  const rate = new RateNetwork(SIZES, net.weights, net.biases, rule.saturation);
  try {
    return rule.create(dense(SIZES), new Rng(1, "audit"), samples).rate(rate).memory?.length ?? 0;
  } finally {
    rate.dispose();
  }
}

/** One sample through a watched network; null where the rule has no such form. */
function watch(rule: Rule, form: "rate" | "spike", substitute: boolean): ReadLog | null {
  const { weights, biases, x } = tinyNetwork();
  const { rate, spiking } = rule.create(dense(SIZES), new Rng(1, "audit"), 1);
  const log = new ReadLog(TOP + 1, substitute);
  if (form === "rate") {
    const net = new RateNetwork(SIZES, weights, biases, rule.saturation);
    tf.tidy(() => {
      const learner = rate(watchedRateNetwork(net, log));
      const [input, y] = [tf.tensor2d(x, [1, SIZES[0]]), tf.tensor2d([[0, 1, 0]])];
      log.sample = input;
      log.recording = true;
      const batch = {
        x: input,
        get y() {
          log.read({ kind: "label" });
          return y;
        },
        indices: [0],
        key: "audit",
      };
      learner.learn(batch, (l, post) => log.descend(l, Float64Array.from(post.dataSync())), {
        align() {},
        settle() {},
      });
    });
    net.dispose();
    return log;
  }
  if (!spiking) return null;
  const neuron = { tauMem: 20, vThreshold: 0.05, tauRef: 0 };
  const net = new FeedForwardNetwork(SIZES, weights, biases, neuron, 20);
  net.input.analogue = Float64Array.from(x);
  log.sample = net.input.analogue;
  const learner = spiking(watchedSpikingNetwork(net, log));
  log.recording = true;
  const sample = {
    get label() {
      log.read({ kind: "label" });
      return 1;
    },
    index: 0,
    key: "audit",
  };
  const descend = (l: number, post: Float64Array, from: Presentation) => {
    log.readSource(l, from);
    log.descend(l, Float64Array.from(post));
  };
  learner.learn(sample, descend, { align() {}, settle() {} });
  return log;
}

function tinyNetwork(): { weights: Float32Array[]; biases: Float32Array[]; x: Float32Array } {
  const rng = new Rng(5, "audit network");
  const draw = (n: number, low: number) => Float32Array.from({ length: n }, () => rng.uniformIn(low, 0.8));
  return {
    weights: SIZES.slice(1).map((n, l) => draw(n * SIZES[l], -0.5)),
    // Enough to keep every gate open.
    biases: SIZES.slice(1).map(n => new Float32Array(n).fill(0.6)),
    x: draw(SIZES[0], 0.1),
  };
}
