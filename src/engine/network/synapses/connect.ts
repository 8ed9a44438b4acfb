import { InputError, shown } from "../../../errors.ts";
import { log, log1p } from "../../../math/elementary.ts";
import { limitOf, type Rng } from "../../../math/rng.ts";
import { connectByGaps, Integers, MANY } from "../../kernels/draws.ts";
import { expectFields, expectInteger, expectNumber, expectNumbers, expectOnly, within } from "../expect.ts";
import { type Table, table } from "../parameters.ts";
import { Room } from "../room.ts";

/** Which neurons a projection connects. Neurons of one population may connect to themselves unless `autapses` is false. */
export type Connectivity =
  | { readonly kind: "all"; readonly autapses?: boolean }
  | {
      readonly kind: "probability";
      /** Of each pair to be connected; a function gives each its own. */
      readonly p: number | ((pre: number, post: number) => number);
      readonly autapses?: boolean;
    }
  /** Every target gets this many synapses, from sources drawn with replacement. */
  | { readonly kind: "inDegree"; readonly n: number; readonly autapses?: boolean }
  /** Every source makes this many synapses, onto targets drawn with replacement. */
  | { readonly kind: "outDegree"; readonly n: number; readonly autapses?: boolean }
  /** This many synapses, each between a source and a target drawn anew, so that several may join one pair. */
  | { readonly kind: "total"; readonly n: number; readonly autapses?: boolean }
  | { readonly kind: "oneToOne" }
  | { readonly kind: "pairs"; readonly pre: ArrayLike<number>; readonly post: ArrayLike<number> };

export interface Rows {
  /** [pre + 1] */
  readonly rowStart: Uint32Array;
  /** [synapses], in rows, ascending within a row; `pairs` keep their order. */
  readonly targets: Uint32Array;
  /** Place of each synapse in the user's list of pairs; absent where there is no such list. */
  readonly order?: Uint32Array;
}

const kindOf = (doc: string) => table({ kind: { doc } });
const autapses = table({
  autapses: { own: true, doc: "whether neurons may connect to themselves; true by default" },
});
const counted = (kind: string, doc: string) => ({
  ...kindOf(kind),
  ...table({ n: { unit: "1", own: true, doc } }),
  ...autapses,
});

/** What a connectivity of each kind holds. */
export const connectFields: Readonly<Record<Connectivity["kind"], Table>> = {
  all: { ...kindOf("all: each neuron to each"), ...autapses },
  probability: {
    ...kindOf("probability: each pair by chance"),
    ...table({ p: { unit: "1", own: true, varies: "pair", doc: "probability of a pair to be connected" } }),
    ...autapses,
  },
  inDegree: counted(
    "inDegree: so many onto each target",
    "synapses of a target, from sources drawn with replacement",
  ),
  outDegree: counted(
    "outDegree: so many of each source",
    "synapses of a source, onto targets drawn with replacement",
  ),
  total: counted("total: so many in all", "synapses, each between a source and a target that are drawn"),
  oneToOne: kindOf("oneToOne: each neuron to that of its number"),
  pairs: {
    ...kindOf("pairs: the synapses of a list"),
    ...table({
      pre: { unit: "1", own: true, doc: "numbers of the sources" },
      post: { unit: "1", own: true, doc: "numbers of the targets, as many" },
    }),
  },
};

/** Offsets of rows are numbers of 32 bits. */
const MOST_SYNAPSES = 2 ** 32 - 1;
/** What is kept of a synapse while synapses are drawn, at least [bytes]: its target, and room to grow. */
const SYNAPSE = 8;
/** Pairs of neurons whose probabilities are computed, one after the other, in some ten minutes. */
const MOST_PAIRS = 2 ** 36;

/**
 * Draws the synapses of a projection.
 * @param same  whether source and target are one population, which is where autapses can be
 * @param room  what memory there is for them
 * @throws InputError that names the field, the value and what was expected
 */
export function connect(
  connectivity: Connectivity,
  pre: number,
  post: number,
  same: boolean,
  rng: Rng,
  room = new Room(),
): Rows {
  return within("connect", () => {
    const synapses = asked(connectivity, pre, post);
    if (synapses > 0) room.take("", synapses, "synapses", SYNAPSE, MOST_SYNAPSES);
    return draw(connectivity, pre, post, same, rng);
  });
}

/** How many synapses are asked for, as far as that can be told before any is drawn; what else is wrong shows later. */
export function asked(connectivity: Connectivity, pre: number, post: number): number {
  switch (connectivity?.kind) {
    case "all":
      return pre * post;
    case "probability":
      return typeof connectivity.p === "number" ? connectivity.p * pre * post : 0;
    case "inDegree":
      return connectivity.n * post;
    case "outDegree":
      return connectivity.n * pre;
    case "total":
      return connectivity.n;
    default:
      return 0;
  }
}

function draw(connectivity: Connectivity, pre: number, post: number, same: boolean, rng: Rng): Rows {
  expectFields(connectivity, "a connectivity");
  const { kind } = connectivity;
  if (Object.hasOwn(connectFields, kind)) expectOnly(connectivity, kind, Object.keys(connectFields[kind]));
  const loops = !same || !("autapses" in connectivity) || connectivity.autapses !== false;
  switch (connectivity.kind) {
    case "all":
      return byRow(pre, (i, push) => {
        for (let j = 0; j < post; j++) if (loops || i !== j) push(j);
      });
    case "probability":
      return typeof connectivity.p === "function"
        ? byPair(connectivity.p, pre, post, loops, rng)
        : bernoulli(connectivity.p, pre, post, loops, rng);
    case "inDegree": {
      const n = degree(connectivity.n, loops ? pre : pre - 1);
      const sources = new Uint32Array(n * post);
      if (n > 0) fillIntegers(rng, loops ? pre : pre - 1, sources);
      // A neuron other than the target: those from its own number on move up by one.
      if (!loops) for (let s = 0; s < sources.length; s++) if (sources[s] >= Math.floor(s / n)) sources[s]++;
      return transpose(sources, n, pre);
    }
    case "outDegree": {
      const n = degree(connectivity.n, loops ? post : post - 1);
      return byRow(pre, (i, push) => {
        const row = Uint32Array.from({ length: n }, () => other(post, loops ? -1 : i, rng)).sort();
        for (const j of row) push(j);
      });
    }
    case "total":
      return total(connectivity.n, pre, post, loops, rng);
    case "oneToOne":
      if (pre !== post)
        throw new InputError(`expected populations of one size for oneToOne, got ${pre} and ${post}`);
      return byRow(pre, (i, push) => push(i));
    case "pairs":
      return pairs(connectivity.pre, connectivity.post, pre, post);
    default:
      throw new InputError(
        "kind: expected all, probability, inDegree, outDegree, total, oneToOne, pairs or convolution, " +
          `got ${shown((connectivity as { kind: unknown }).kind)}`,
      );
  }
}

function byRow(pre: number, fill: (i: number, push: (target: number) => void) => void): Rows {
  const rowStart = new Uint32Array(pre + 1);
  let targets = new Uint32Array(1024);
  let count = 0;
  const push = (target: number) => {
    if (count === targets.length) {
      const wider = new Uint32Array(2 * count);
      wider.set(targets);
      targets = wider;
    }
    targets[count++] = target;
  };
  for (let i = 0; i < pre; i++) {
    fill(i, push);
    rowStart[i + 1] = count;
  }
  return { rowStart, targets: targets.slice(0, count) };
}

/** Jumps from synapse to synapse by geometric gaps: the cost follows the synapses, not the pairs. */
function bernoulli(p: number, pre: number, post: number, loops: boolean, rng: Rng): Rows {
  probability(p);
  if (p > 0 && p < 1 && pre + p * pre * post >= MANY) return connectByGaps(rng, p, pre, post, loops);
  const scale = log1p(-p);
  return byRow(pre, (i, push) => {
    if (p === 0) return;
    for (let j = -1; ; ) {
      j += p === 1 ? 1 : 1 + Math.floor(log(1 - rng.uniform()) / scale);
      if (!(j < post)) return;
      if (loops || i !== j) push(j);
    }
  });
}

function byPair(
  p: (pre: number, post: number) => number,
  pre: number,
  post: number,
  loops: boolean,
  rng: Rng,
): Rows {
  if (pre * post > MOST_PAIRS) {
    throw new InputError(
      `p: expected at most ${MOST_PAIRS} pairs of neurons with a probability each, got ${pre} x ${post}`,
    );
  }
  return byRow(pre, (i, push) => {
    for (let j = 0; j < post; j++) {
      if (rng.uniform() < probability(p(i, j)) && (loops || i !== j)) push(j);
    }
  });
}

function probability(p: number): number {
  expectNumber("p", p, p >= 0 && p <= 1, "a probability from 0 to 1");
  return p;
}

function degree(n: number, partners: number): number {
  expectInteger("n", n, 0);
  if (n > 0 && partners < 1) throw new InputError(`n: expected 0 without a partner to connect to, got ${n}`);
  return n;
}

/** A neuron other than `not`. */
function other(size: number, not: number, rng: Rng): number {
  if (not < 0) return rng.integer(size);
  const drawn = rng.integer(size - 1);
  return drawn < not ? drawn : drawn + 1;
}

function total(n: number, pre: number, post: number, loops: boolean, rng: Rng): Rows {
  degree(n, loops ? post : post - 1);
  const [sources, drawn] = [new Uint32Array(n), new Uint32Array(n)];
  if (n < MANY) {
    for (let s = 0; s < n; s++) {
      sources[s] = rng.integer(pre);
      drawn[s] = other(post, loops ? -1 : sources[s], rng);
    }
  } else {
    const others = loops ? post : post - 1;
    const [from, to] = [limitOf(pre), limitOf(others)];
    const integers = new Integers(rng);
    for (let s = 0; s < n; s++) {
      const source = integers.below(pre, from);
      const target = integers.below(others, to);
      sources[s] = source;
      drawn[s] = loops || target < source ? target : target + 1;
    }
    integers.end();
  }
  return sorted(sources, drawn, pre, post);
}

function fillIntegers(rng: Rng, n: number, out: Uint32Array): void {
  if (out.length < MANY) {
    rng.integers(n, out);
    return;
  }
  const limit = limitOf(n);
  const integers = new Integers(rng);
  for (let k = 0; k < out.length; k++) out[k] = integers.below(n, limit);
  integers.end();
}

/** Where each number's part of a list begins, of one that has them all in order. */
function startsOf(numbers: Uint32Array, size: number): Uint32Array {
  const starts = new Uint32Array(size + 1);
  for (let s = 0; s < numbers.length; s++) starts[numbers[s] + 1]++;
  for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
  return starts;
}

/** Rows by source, ascending: in order of target, then, without changing that order, of source. */
function sorted(sources: Uint32Array, drawn: Uint32Array, pre: number, post: number): Rows {
  const columns = startsOf(drawn, post);
  const next = columns.slice();
  const from = new Uint32Array(sources.length);
  for (let s = 0; s < sources.length; s++) from[next[drawn[s]]++] = sources[s];
  const rowStart = startsOf(sources, pre);
  const places = rowStart.slice();
  const targets = new Uint32Array(sources.length);
  for (let j = 0; j < post; j++)
    for (let s = columns[j]; s < columns[j + 1]; s++) targets[places[from[s]]++] = j;
  return { rowStart, targets };
}

/** Rows by source from `sources`, n for each target in order. */
function transpose(sources: Uint32Array, n: number, pre: number): Rows {
  const rowStart = startsOf(sources, pre);
  const next = rowStart.slice();
  const targets = new Uint32Array(sources.length);
  for (let j = 0, s = 0; s < sources.length; j++) {
    for (let k = 0; k < n; k++, s++) targets[next[sources[s]]++] = j;
  }
  return { rowStart, targets };
}

function pairs(from: ArrayLike<number>, to: ArrayLike<number>, pre: number, post: number): Rows {
  expectNumbers("pre", from, "neurons");
  expectNumbers("post", to, "neurons");
  if (from.length !== to.length) {
    throw new InputError(`post: expected ${from.length} neurons, as many as in pre, got ${to.length}`);
  }
  const rowStart = new Uint32Array(pre + 1);
  for (let s = 0; s < from.length; s++) {
    const check = (i: number, size: number, field: string) => {
      if (!Number.isInteger(i) || i < 0 || i >= size) {
        throw new InputError(`${field}[${s}]: expected a neuron from 0 to ${size - 1}, got ${i}`);
      }
    };
    check(from[s], pre, "pre");
    check(to[s], post, "post");
    rowStart[from[s] + 1]++;
  }
  for (let i = 0; i < pre; i++) rowStart[i + 1] += rowStart[i];
  const next = rowStart.slice();
  const targets = new Uint32Array(from.length);
  const order = new Uint32Array(from.length);
  for (let s = 0; s < from.length; s++) {
    const place = next[from[s]]++;
    targets[place] = to[s];
    order[place] = s;
  }
  return { rowStart, targets, order };
}
