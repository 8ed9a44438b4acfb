import { bracketedRoot } from "./root.ts";

/**
 * Where a function changes its sign on (0, end): all of it, by Rolle's theorem. The function comes as the first of a
 * chain in which each member has the sign of the derivative of (a positive function times) the member before it.
 * Between two sign changes of a member the one before it, times that positive function, is monotonic, so it changes
 * sign there at most once, and the values at both ends tell. The last member's changes are known in closed form.
 *
 * For sums of polynomials times exponentials such a chain always ends: multiplying by exp(rate t) and differentiating
 * lowers the degree of one polynomial by one (the usual proof of the generalised rule of Descartes).
 *
 * @param chain  the function first; the changes of the derivative of the last one are `points`
 * @param points in: the known changes, `count` of them, increasing, within (0, end); out: those of chain[0].
 *               Needs room for count + chain.length points. A point where the function is 0 without changing sign may
 *               be among them.
 * @returns      how many points there are now
 */
export function signChanges(
  chain: readonly ((t: number) => number)[],
  points: Float64Array,
  count: number,
  end: number,
  tolerance: number,
): number {
  let n = count;
  for (let k = chain.length - 1; k >= 0; k--) {
    const f = chain[k];
    let found = 0;
    let a = 0;
    let fa = f(0);
    // Piece m yields at most one point, written no later than place m, whose old value has been read by then.
    for (let m = 0, b = n > 0 ? points[0] : end; m <= n; m++) {
      const fb = f(b);
      const next = m + 1 < n ? points[m + 1] : end;
      if (fb === 0 ? m < n : (fa < 0 && fb > 0) || (fa > 0 && fb < 0)) {
        points[found++] = fb === 0 ? b : bracketedRoot(f, a, fa, b, fb, tolerance);
      }
      a = b;
      fa = fb;
      b = next;
    }
    n = found;
  }
  return n;
}
