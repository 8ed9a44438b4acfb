/**
 * The root of a function in a bracket: inverse quadratic interpolation where it can be trusted, bisection where not.
 * Chandrupatla 1997, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function without
 * using derivatives", Advances in Engineering Software 28, 145-149.
 *
 * @param f          continuous; f(a) and f(b) have opposite signs, or one of them is 0
 * @param fa         f(a), which the caller has tested already
 * @param tolerance  the root returned lies within this of a change of sign (plus the spacing of doubles there)
 */
export function bracketedRoot(
  f: (x: number) => number,
  a: number,
  fa: number,
  b: number,
  fb: number,
  tolerance: number,
): number {
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (!(fa < 0 !== fb < 0)) throw new RangeError(`no change of sign: f(${a}) = ${fa}, f(${b}) = ${fb}`);
  // (x1, x2) is the bracket, x1 the newer end; x3 is the end that was dropped last.
  let [x1, f1, x2, f2] = [a, fa, b, fb];
  let [x3, f3] = [b, fb];
  let fraction = 0.5;
  for (;;) {
    const x = x1 + fraction * (x2 - x1);
    const fx = f(x);
    if (fx === 0) return x;
    if (fx < 0 === f1 < 0) {
      x3 = x1;
      f3 = f1;
    } else {
      x3 = x2;
      f3 = f2;
      x2 = x1;
      f2 = f1;
    }
    x1 = x;
    f1 = fx;
    const first = Math.abs(f1) < Math.abs(f2);
    const best = first ? x1 : x2;
    const width = Math.abs(x2 - x1);
    const resolution = 2 * Number.EPSILON * Math.abs(best) + tolerance / 2;
    if (!(width > 2 * resolution)) return best;
    const xi = (x1 - x2) / (x3 - x2);
    const phi = (f1 - f2) / (f3 - f2);
    // Inverse quadratic interpolation is monotonic within the bracket exactly when this holds.
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
      fraction =
        (f1 / (f2 - f1)) * (f3 / (f2 - f3)) + ((x3 - x1) / (x2 - x1)) * (f1 / (f3 - f1)) * (f2 / (f3 - f2));
    } else {
      fraction = 0.5;
    }
    const least = resolution / width;
    fraction = Math.min(Math.max(fraction, least), 1 - least);
  }
}
