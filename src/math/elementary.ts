import { fdlibm } from "./fdlibm.ts";

/*
 * exp, expm1, log, log1p, sin and cos with the same bits in every engine. The language leaves the last bits of Math.exp
 * and the like to the platform, and versions of Node and browsers do differ, by which a spike would come 1e-16 ms earlier
 * in one than in another. Most take fdlibm's: then the platform's own are used, which are faster. Others get those
 * written here. Powers are not among them: those of an expression, and w^mu of plasticity that depends on the weight,
 * with mu other than 0 and 1, are the platform's.
 */

/**
 * Whether the platform computes as fdlibm does. Another method gives another last bit for one number in ten (exp, log) to
 * some thousands.
 */
export const isNative = (["exp", "expm1", "log", "log1p", "sin", "cos"] as const).every(name => {
  for (let k = 1; k <= 3000; k++) {
    // Spread evenly, by the golden ratio.
    const u = (k * 0.6180339887498949) % 1;
    const x =
      name === "log"
        ? 4 * u
        : name === "log1p"
          ? 3 * u - 0.9
          : name === "sin" || name === "cos"
            ? 6 * u
            : 8 * u - 6;
    if (Math[name](x) !== fdlibm[name](x)) return false;
  }
  return true;
});

const own = isNative ? Math : fdlibm;

/** e^x */
export const exp = own.exp;
/** e^x - 1, precise near 0. */
export const expm1 = own.expm1;
/** Natural logarithm. */
export const log = own.log;
/** log(1 + x), precise near 0. */
export const log1p = own.log1p;
/** Sine of an angle in radians. */
export const sin = own.sin;
/** Cosine of an angle in radians. */
export const cos = own.cos;
