import { InputError } from "../../../errors.ts";
import type { Rng } from "../../../math/rng.ts";
import { delayOf } from "../../instant.ts";
import { fillNormal, MANY } from "../../kernels/draws.ts";
import { expectNumber, expectNumbers, within } from "../expect.ts";
import type { Room } from "../room.ts";
import { type Connectivity, connect, type Rows } from "./connect.ts";
import { type ConvolutionSpec, slide } from "./convolution.ts";
import { Projection } from "./projection.ts";
import { fullRuns, type Runs } from "./runs.ts";

/** Where numbers are drawn from, for whoever draws them elsewhere. */
export interface Distribution {
  readonly name: "uniform" | "normal" | "lognormal" | "exponential";
  /** Low and high; mean, standard deviation and, where there is one, least value; those of the logarithm; mean. */
  readonly args: readonly number[];
}

/** Draws a number; `distribution` where all synapses have one and the same, and nothing else is done to it. */
export type Draw = ((rng: Rng, pre: number, post: number) => number) & {
  readonly distribution?: Distribution;
};

/**
 * A number for every synapse: one for all, one each, or drawn for each from its pre- and postsynaptic neuron. Weights of
 * a convolution's kernel are drawn from the number of their place and source channel in it, and of their filter.
 */
export type PerSynapse = number | ArrayLike<number> | Draw;

/** What a projection's synapses are. */
export interface SynapsesSpec {
  /** Without it, every neuron connects to every neuron. */
  readonly connect?: Connectivity | ConvolutionSpec;
  /**
   * [pre, post], one per synapse in rows, or [height, width, channels, filters] of a convolution. A Float32Array is
   * kept, not copied, and plasticity changes it; except beside `connect` with `pairs` or with a delay for each synapse,
   * where synapses are put in an order of their own.
   */
  readonly weights: PerSynapse;
  /** [ms]; 0 by default. Populations may not form a loop of zero delays. One number for a convolution. */
  readonly delay?: PerSynapse;
  /** Factor on every weight at delivery; 1 by default. */
  readonly gain?: number;
}

/**
 * Draws the synapses of a projection.
 * @param same  whether source and target are one population
 * @throws InputError that names the field, its value and what was expected
 */
export function connected(
  spec: SynapsesSpec,
  pre: number,
  post: number,
  same: boolean,
  rng: Rng,
  room: Room,
): Projection {
  const { connect: connectivity, weights, delay = 0, gain = 1 } = spec;
  expectPerSynapse("weights", weights);
  expectPerSynapse("delay", delay);
  const ends = { pre, post, gain };
  if (connectivity?.kind === "convolution") {
    const sliding = within("connect", () => slide(connectivity, pre, post, room));
    const one = typeof delay === "number" && delay >= 0 && delay < Infinity;
    expectNumber("delay", delay as number, one, "0 ms or more, one for all synapses");
    const { kernel, shape, filters } = connectivity;
    const own = perSynapse("weights", weights, all(kernel[0] * kernel[1] * shape[2], filters), rng);
    return new Projection({
      ...ends,
      ...sliding,
      weights: own,
      delay: delay as number,
      lent: own === weights,
    });
  }
  if (!connectivity && typeof weights !== "number" && typeof weights !== "function") {
    if (weights.length !== pre * post) {
      throw new InputError(
        `weights: expected ${pre} x ${post} = ${pre * post} numbers, got ${weights.length}`,
      );
    }
    const own = weights instanceof Float32Array ? weights : Float32Array.from(weights);
    const delays = typeof delay === "function" ? perSynapse("delay", delay, all(pre, post), rng) : delay;
    const full = { ...ends, runs: fullRuns(pre, post), weights: own, lent: own === weights };
    if (typeof delays === "number") return new Projection({ ...full, delay: delays });
    if (delays.length !== pre * post)
      throw new InputError(`delay: expected one number or ${pre * post} numbers, got ${delays.length}`);
    return new Projection({ ...full, runs: single(pre, post), delay: precise(delays) });
  }
  const rows = connect(connectivity ?? { kind: "all" }, pre, post, same, rng, room);
  for (const [field, value] of Object.entries({ weights, delay }))
    if (typeof value !== "number") room.take(field, rows.targets.length, field, 4);
  const each = typeof weights === "number" ? weights : perSynapse("weights", weights, rows, rng);
  const delays = typeof delay === "number" ? delay : perSynapse("delay", delay, rows, rng);
  // Synapses will be sorted by delay: not in a caller's lists.
  const sorts = typeof delays !== "number";
  const callers = each instanceof Float32Array && each === weights;
  return new Projection({
    ...ends,
    runs: { starts: rows.rowStart, targets: rows.targets, places: null, length: 1, shared: false },
    weights: sorts && callers ? each.slice() : each,
    delay: sorts && delays === delay ? delays.slice() : delays,
    ownsWeights: typeof weights === "function",
    lent: callers && !sorts,
  });
}

/** A matrix, synapse by synapse. */
function single(pre: number, post: number): Runs {
  const { rowStart: starts, targets } = all(pre, post);
  return { starts, targets, places: Uint32Array.from(targets, (_, s) => s), length: 1, shared: false };
}

/** A copy, in single precision where that says the same. */
function precise(delays: ArrayLike<number>): Float32Array | Float64Array {
  const single = Float32Array.from(delays);
  return delays instanceof Float32Array || single.every((delay, s) => delayOf(delay) === delays[s])
    ? single
    : Float64Array.from(delays);
}

function all(pre: number, post: number): Rows {
  return {
    rowStart: Uint32Array.from({ length: pre + 1 }, (_, i) => i * post),
    targets: Uint32Array.from({ length: pre * post }, (_, s) => s % post),
  };
}

/** Only the kind of what a user gives; sizes and values are checked where they are known. */
function expectPerSynapse(field: string, value: unknown): void {
  if (typeof value !== "number" && typeof value !== "function")
    expectNumbers(field, value, "numbers, one for each synapse, or one number");
}

function perSynapse(
  field: string,
  value: PerSynapse,
  { rowStart, targets, order }: Rows,
  rng: Rng,
): Float32Array {
  const out = new Float32Array(targets.length);
  if (typeof value === "number") return out.fill(value);
  if (typeof value === "function") {
    const { name, args: [mean, sd, low = -Infinity] = [] } = value.distribution ?? {};
    if (name === "normal" && out.length >= MANY) {
      fillNormal(rng, mean, sd, low, out);
      return out;
    }
    for (let i = 0; i + 1 < rowStart.length; i++) {
      for (let s = rowStart[i]; s < rowStart[i + 1]; s++) out[s] = value(rng, i, targets[s]);
    }
    return out;
  }
  if (value.length !== targets.length) {
    throw new InputError(`${field}: expected one number, or ${targets.length}, got ${value.length}`);
  }
  if (!order && value instanceof Float32Array) return value;
  for (let s = 0; s < out.length; s++) out[s] = value[order ? order[s] : s];
  return out;
}
