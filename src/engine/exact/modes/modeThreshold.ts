import { exp } from "../../../math/elementary.ts";
import { ExpThreshold } from "../../network/neurons/expThreshold.ts";

/** When a potential that is a sum of modes reaches its threshold; its twin is in kernels/assembly/modes.ts. */
export class ModeThreshold {
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  readonly #threshold: ExpThreshold;

  /** @param lambda, muE, muI  inverse time constants of the membrane and the currents [1/ms] */
  constructor(lambda: number, muE: number, muI: number) {
    this.#lambda = lambda;
    this.#muE = muE;
    this.#muI = muI;
    this.#threshold = new ExpThreshold(lambda, muE, muI);
  }

  /**
   * Time until x + m exp(-t / tauMem) + e exp(-t / tauExc) + i exp(-t / tauInh), below 0 now, reaches 0; Infinity for
   * never. Halley's method, where a bound by the modes' slopes then shows that the sum has only risen up to the root, so
   * that there is no other before it; `ExpThreshold` where not.
   */
  time(x: number, m: number, e: number, i: number): number {
    const lambda = this.#lambda;
    const muE = this.#muE;
    const muI = this.#muI;
    // The value, its parts' slopes, and their sum.
    let f = x + m + e + i;
    const a0 = -lambda * m;
    const b0 = -muE * e;
    const c0 = -muI * i;
    let a = a0;
    let b = b0;
    let c = c0;
    let slope = a + b + c;
    let t = 0;
    for (let n = 0; n < 8 && slope > 0; n++) {
      const bend = -lambda * a - muE * b - muI * c;
      const step = (2 * f * slope) / (2 * slope * slope - f * bend);
      t -= step;
      if (!(t < 1 / lambda)) break;
      const leftM = exp(-lambda * t);
      const leftE = exp(-muE * t);
      const leftI = exp(-muI * t);
      a = a0 * leftM;
      b = b0 * leftE;
      c = c0 * leftI;
      if (Math.abs(step) < 1e-13 * (1 + t)) {
        if (t >= 0 && Math.min(a0, a) + Math.min(b0, b) + Math.min(c0, c) > 0) return t;
        break;
      }
      f = x + m * leftM + e * leftE + i * leftI;
      slope = a + b + c;
    }
    return this.#threshold.time(x + m + e + i, -lambda * x, (lambda - muE) * e, (lambda - muI) * i);
  }
}
