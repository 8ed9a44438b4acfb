import { InputError } from "../errors.ts";

export const optimiserNames = ["sgd", "momentum", "nesterov", "adam"] as const;
/** How a gradient becomes a step. */
export type OptimiserName = (typeof optimiserNames)[number];

/**
 * Turns gradients into steps, in plain numbers, the same for both twins. What it remembers is in `state`, so that
 * training goes on from a checkpoint as if it had not stopped.
 */
export interface Optimiser {
  readonly state: Float32Array;
  /** Changes each group of parameters by one step; `gradients` has the same lengths. */
  step(parameters: readonly Float32Array[], gradients: readonly Float32Array[], rate: number): void;
}

/** Share of the velocity that is kept, as in the PEPITA, BioTorch and DRTP codes; Adam's constants are its paper's. */
const MOMENTUM = 0.9;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Momentum (Polyak 1964): v = 0.9 v + g, w -= rate v. Nesterov (Sutskever et al. 2013, in the form without look-ahead
 * weights): w -= rate (g + 0.9 v). Adam: Kingma & Ba 2015, algorithm 1.
 * @param lengths  of the groups of parameters
 * @returns null for plain gradient descent, which needs no memory and is left to the trainers
 * @throws InputError that lists the names
 */
export function optimiser(name: OptimiserName, lengths: readonly number[]): Optimiser | null {
  if (name === "sgd") return null;
  const total = lengths.reduce((sum, n) => sum + n, 0);
  if (name === "adam") return adam(total);
  if (name === "momentum" || name === "nesterov") return momentum(total, name === "nesterov");
  throw new InputError(`optimiser: expected one of ${optimiserNames.join(", ")}, got ${name}`);
}

function momentum(total: number, nesterov: boolean): Optimiser {
  const v = new Float32Array(total);
  return {
    state: v,
    step(parameters, gradients, rate) {
      let n = 0;
      parameters.forEach((w, p) => {
        const g = gradients[p];
        for (let at = 0; at < w.length; at++, n++) {
          v[n] = MOMENTUM * v[n] + g[at];
          w[at] -= rate * (nesterov ? g[at] + MOMENTUM * v[n] : v[n]);
        }
      });
    },
  };
}

function adam(total: number): Optimiser {
  const state = new Float32Array(2 * total + 1);
  const m = state.subarray(0, total);
  const v = state.subarray(total, 2 * total);
  return {
    state,
    step(parameters, gradients, rate) {
      const t = ++state[2 * total];
      const [first, second] = [1 - BETA1 ** t, 1 - BETA2 ** t];
      let n = 0;
      parameters.forEach((w, p) => {
        const g = gradients[p];
        for (let at = 0; at < w.length; at++, n++) {
          m[n] = BETA1 * m[n] + (1 - BETA1) * g[at];
          v[n] = BETA2 * v[n] + (1 - BETA2) * g[at] * g[at];
          w[at] -= (rate * (m[n] / first)) / (Math.sqrt(v[n] / second) + EPSILON);
        }
      });
    },
  };
}
