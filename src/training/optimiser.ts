import { Arena } from "../engine/kernels/arena.ts";
import { InputError } from "../errors.ts";

export const optimiserNames = ["sgd", "momentum", "nesterov", "adam"] as const;
/** How a gradient becomes a step. */
export type OptimiserName = (typeof optimiserNames)[number];

/** How a group of parameters is changed. */
export interface OptimiserStep {
  readonly rate: number;
  /** Factor on the gradient, as 1 / batch where it is a sum; 1 by default. */
  readonly scale?: number;
  /** Weight decay: this share of the parameters is added to their gradient; 0 by default. */
  readonly decay?: number;
}

/** A gradient, or what writes it. */
export type Gradient = Float32Array | ((into: Float32Array) => void);

/**
 * Turns gradients into steps, the same for both twins, in one compiled pass over the weights, in single precision. What
 * it remembers is in `state`, so that training goes on from a checkpoint as if it had not stopped.
 */
export interface Optimiser {
  readonly state: Float32Array;
  /** Changes one group of parameters by one step. @param gradient  of the same length */
  step(group: number, parameters: Float32Array, gradient: Float32Array, how: OptimiserStep): void;
  /**
   * The same step, in parts: begins one. Each part is then taken once, and is short enough to stay in a cache while its
   * gradient is computed and used.
   * @returns takes the part from `start` on, at most `PART` long and, but for the last, a multiple of four
   */
  begin(
    group: number,
    how: OptimiserStep,
  ): (start: number, parameters: Float32Array, gradient: Gradient) => void;
}

/** Numbers of a part, at most. */
export const PART = 65_536;

/** Share of the velocity that is kept, as in the PEPITA, BioTorch and DRTP codes; Adam's constants are its paper's. */
const MOMENTUM = 0.9;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Momentum (Polyak 1964): v = 0.9 v + g, w -= rate v. Nesterov (Sutskever et al. 2013, in the form without look-ahead
 * weights): w -= rate (g + 0.9 v). Adam: Kingma & Ba 2015, algorithm 1; each group counts its own steps.
 * @param lengths  of the groups of parameters
 * @returns null for plain gradient descent, which needs no memory and is left to the trainers
 * @throws InputError that lists the names
 */
export function optimiser(name: OptimiserName, lengths: readonly number[]): Optimiser | null {
  if (name === "sgd") return null;
  if (!optimiserNames.includes(name))
    throw new InputError(`optimiser: expected one of ${optimiserNames.join(", ")}, got ${name}`);
  // Lists of the kernels end at a multiple of 16 bytes.
  const places = lengths.map(length => 4 * Math.ceil(length / 4));
  const total = places.reduce((sum, n) => sum + n, 0);
  const moments = name === "adam" ? 2 : 1;
  const counts = moments * total;
  const remembered = counts + lengths.length;
  // Room at once, as views hold until a memory grows.
  const arena = new Arena(false, undefined, 4 * (remembered + 2 * PART) + 64);
  const list = (length: number) => arena.view(Float32Array, arena.take(4 * length), length);
  const [state, w, g] = [list(remembered), list(PART), list(PART)];
  const starts = places.map((_, group) => places.slice(0, group).reduce((sum, n) => sum + n, 0));
  const { kernels } = arena;

  const begin: Optimiser["begin"] = (group, { rate, scale = 1, decay = 0 }) => {
    const first = state.byteOffset + 4 * starts[group];
    const t = ++state[counts + group];
    return (start, parameters, gradient) => {
      const { length } = parameters;
      w.set(parameters);
      if (typeof gradient === "function") gradient(g.subarray(0, length));
      else g.set(gradient);
      const beyond = 4 * Math.ceil(length / 4);
      w.fill(0, length, beyond);
      g.fill(0, length, beyond);
      const [from, to, v] = [g.byteOffset, w.byteOffset, first + 4 * start];
      if (name === "adam") {
        const [corrected, correction] = [rate / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)];
        const constants = [1 - BETA1, 1 - BETA2, correction, EPSILON] as const;
        kernels.adam(to, from, v, v + 4 * total, length, corrected, scale, decay, ...constants);
      } else kernels.momentum(to, from, v, length, rate, scale, decay, MOMENTUM, name === "nesterov");
      parameters.set(length < PART ? w.subarray(0, length) : w);
    };
  };
  return {
    state,
    begin,
    step(group, parameters, gradient, how) {
      const take = begin(group, how);
      for (let start = 0; start < parameters.length; start += PART) {
        const end = Math.min(start + PART, parameters.length);
        take(start, parameters.subarray(start, end), gradient.subarray(start, end));
      }
    },
  };
}
