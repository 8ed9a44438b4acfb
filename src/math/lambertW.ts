import { exp, log, log1p } from "./elementary.ts";

/**
 * Principal branch of the Lambert W function: the w >= -1 with w exp(w) = z. Initial values and Halley's iteration as
 * in Corless, Gonnet, Hare, Jeffrey & Knuth 1996, "On the Lambert W function", Adv. Comput. Math. 5, 329-359.
 *
 * @param z  -1/e or more; below that, by rounding or not, the branch point's -1 is returned
 */
export function lambertW0(z: number): number {
  if (z === 0 || z === Infinity) return z;
  const p2 = 2 * (Math.E * z + 1);
  if (p2 <= 0) return -1;
  let w: number;
  if (p2 < 1e-4) {
    // Near the branch point the iteration divides by almost nothing; the series in p is exact enough there.
    const p = Math.sqrt(p2);
    return (
      -1 + p * (1 + p * (-1 / 3 + p * (11 / 72 + p * (-43 / 540 + p * (769 / 17280 - (p * 221) / 8505)))))
    );
  }
  if (p2 < 2) {
    const p = Math.sqrt(p2);
    w = -1 + p * (1 + p * (-1 / 3 + (p * 11) / 72));
  } else if (z < 3) {
    w = log1p(z) * 0.8;
  } else {
    const l = log(z);
    w = l - log(l);
  }
  for (let k = 0; k < 20; k++) {
    const e = exp(w);
    const residual = w * e - z;
    const step = residual / (e * (w + 1) - ((w + 2) * residual) / (2 * w + 2));
    w -= step;
    if (!(Math.abs(step) > 1e-15 * (1 + Math.abs(w)))) break;
  }
  return w;
}
