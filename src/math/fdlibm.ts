/**
 * exp, expm1, log, log1p, sin and cos by the methods of fdlibm (Sun Microsystems, 1993, freely distributable), with errors
 * below 1 unit in the last place. Built from +, -, * and /, which IEEE 754 fixes, they give the same bits everywhere.
 */

const double = new Float64Array(1);
/** Low word, high word. */
const words = new Int32Array(double.buffer);

/** The number of a high word, whose low word is 0. */
function fromHigh(high: number): number {
  words[0] = 0;
  words[1] = high;
  return double[0];
}

/** 2^k for k from -1022 to 1023, at k + 1022. */
const powersOfTwo = Float64Array.from({ length: 2046 }, (_, k) => fromHigh((k + 1) << 20));

// ln 2 as two parts, of which the first has zeros at its end, so that its multiples are exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const PER_LN2 = Math.LOG2E;
const HALF_LN2 = fromHigh(0x3fd62e43);
const ONE_AND_HALF_LN2 = fromHigh(0x3ff0a2b2);
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;

// r (e^r + 1) / (e^r - 1) = 2 + P1 r^2 + ..
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/** e^x: of x = k ln 2 + r, 2^k times a rational function of r. */
function exp(x: number): number {
  let k = 0;
  let high = x;
  let low = 0;
  if (x >= HALF_LN2 || x <= -HALF_LN2) {
    if (x > OVERFLOW) return Infinity;
    if (x < UNDERFLOW) return 0;
    if (x === 1) return Math.E;
    if (x < ONE_AND_HALF_LN2 && x > -ONE_AND_HALF_LN2) k = x > 0 ? 1 : -1;
    else k = (PER_LN2 * x + (x > 0 ? 0.5 : -0.5)) | 0;
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
  } else if (x < 2 ** -28 && x > -(2 ** -28)) return 1 + x;
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * 2 ** 1023;
  return k >= -1021 ? y * powersOfTwo[k + 1022] : y * powersOfTwo[k + 2022] * 2 ** -1000;
}

const Q1 = -0.03333333333333313;
const Q2 = 0.0015873015872548146;
const Q3 = -7.93650757867488e-5;
const Q4 = 4.008217827329362e-6;
const Q5 = -2.0109921818362437e-7;

/** e^x - 1, as exact where x is small. */
function expm1(x: number): number {
  let k = 0;
  let r = x;
  let c = 0;
  if (x >= HALF_LN2 || x <= -HALF_LN2) {
    if (x > OVERFLOW) return Infinity;
    if (x <= MINUS_ONE) return -1;
    if (x < ONE_AND_HALF_LN2 && x > -ONE_AND_HALF_LN2) k = x > 0 ? 1 : -1;
    else k = (PER_LN2 * x + (x > 0 ? 0.5 : -0.5)) | 0;
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    r = high - low;
    c = high - r - low;
  } else if (x < 2 ** -54 && x > -(2 ** -54)) return x;
  const half = 0.5 * r;
  const s = r * half;
  const q = 1 + s * (Q1 + s * (Q2 + s * (Q3 + s * (Q4 + s * Q5))));
  const t = 3 - q * half;
  let e = s * ((q - t) / (6 - r * t));
  if (k === 0) return r - (r * e - s);
  e = r * (e - c) - c - s;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k === 1024) return (1 - (e - r)) * 2 * 2 ** 1023 - 1;
  const scale = powersOfTwo[k + 1022];
  if (k <= -2 || k > 56) return (1 - (e - r)) * scale - 1;
  const small = powersOfTwo[1022 - k];
  return (k < 20 ? 1 - small - (e - r) : r - (e + small) + 1) * scale;
}

/** Below it, e^x - 1 is -1. */
const MINUS_ONE = -fromHigh(0x4043687a);

const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

/** Natural logarithm: of x = 2^k (1 + f), k ln 2 and a series in f / (2 + f). */
function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let k = 0;
  double[0] = x;
  if (x < 2 ** -1022) {
    k = -54;
    double[0] = x * 2 ** 54;
  }
  const word = words[1];
  const part = word & 0xfffff;
  const carry = (part + 0x95f64) & 0x100000;
  k += (word >> 20) - 1023 + (carry >> 20);
  words[1] = part | (carry ^ 0x3ff00000);
  const f = double[0] - 1;
  const high = k * LN2_HIGH;
  const low = k * LN2_LOW;
  if ((0xfffff & (2 + part)) < 3) {
    if (f === 0) return high + low;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - r : high - (r - low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
  if (((part - 0x6147a) | (0x6b851 - part)) > 0) {
    const square = 0.5 * f * f;
    return k === 0 ? f - (square - s * (square + r)) : high - (square - (s * (square + r) + low) - f);
  }
  return k === 0 ? f - s * (f - r) : high - (s * (f - r) - low - f);
}

/** Where 1 + x comes to the square root of 2, and from where on to that of 1/2. */
const ROOT_2 = fromHigh(0x3fda827a);
const ROOT_HALF = -fromHigh(0x3fd2bec5);

/** log(1 + x), as exact where x is small. */
function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  // The part of 1 + x that rounding takes away comes in as c.
  let k = 0;
  let f = x;
  let c = 0;
  let part = 1;
  if (x < 2 ** -29 && x > -(2 ** -29)) return x < 2 ** -54 && x > -(2 ** -54) ? x : x - x * x * 0.5;
  if (x >= ROOT_2 || x <= ROOT_HALF) {
    const u = x < 2 ** 53 ? 1 + x : x;
    double[0] = u;
    const word = words[1];
    k = (word >> 20) - 1023;
    if (x < 2 ** 53) c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    part = word & 0xfffff;
    if (part < 0x6a09e) words[1] = part | 0x3ff00000;
    else {
      k++;
      words[1] = part | 0x3fe00000;
      part = (0x100000 - part) >> 2;
    }
    f = double[0] - 1;
  }
  const high = k * LN2_HIGH;
  const low = k * LN2_LOW + c;
  const square = 0.5 * f * f;
  if (part === 0) {
    if (f === 0) return k === 0 ? 0 : high + low;
    const r = square * (1 - 0.6666666666666666 * f);
    return k === 0 ? f - r : high - (r - low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  return k === 0 ? f - (square - s * (square + r)) : high - (square - (s * (square + r) + low) - f);
}

// pi / 2 in parts of 33 bits, and what is left after each.
const QUARTER_1 = 1.5707963267341256;
const QUARTER_1_REST = 6.077100506506192e-11;
const QUARTER_2 = 6.077100506303966e-11;
const QUARTER_2_REST = 2.0222662487959506e-21;

const S1 = -0.16666666666666632;
const S2 = 0.00833333333332249;
const S3 = -1.984126982985795e-4;
const S4 = 2.7557313707070068e-6;
const S5 = -2.5050760253406863e-8;
const S6 = 1.58969099521155e-10;
const C1 = 0.0416666666666666;
const C2 = -0.001388888888887411;
const C3 = 2.480158728947673e-5;
const C4 = -2.7557314351390663e-7;
const C5 = 2.087572321298175e-9;
const C6 = -1.1359647557788195e-11;

/**
 * Cosine of an angle from 0 to 2 pi.
 * @throws RangeError for any other
 */
function cos(x: number): number {
  return x < QUARTER && x >= 0 ? cosine(x, 0) : turned("cos", x, 0);
}

/**
 * Sine of an angle from 0 to 2 pi.
 * @throws RangeError for any other
 */
function sin(x: number): number {
  if (!(x < QUARTER && x >= 0)) return turned("sin", x, 3);
  if (x < 2 ** -27) return x;
  const z = x * x;
  return x + z * x * (S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))));
}

/** Cosine of an angle from pi / 4 and of as many quarter turns more. */
function turned(name: string, x: number, quarters: number): number {
  if (!(x >= 0 && x <= 2 * Math.PI)) {
    throw new RangeError(`${name}: expected an angle from 0 to 2 pi, got ${x}`);
  }
  const n = x < THREE_QUARTERS ? 1 : (x * (2 / Math.PI) + 0.5) | 0;
  let far = x - n * QUARTER_1;
  let rest = n * QUARTER_1_REST;
  double[0] = x;
  const exponent = words[1] >> 20;
  double[0] = far - rest;
  if (exponent - ((words[1] >> 20) & 0x7ff) > 16) {
    // So near a multiple of pi / 2 that more of its digits are wanted.
    const before = far;
    far = before - n * QUARTER_2;
    rest = n * QUARTER_2_REST - (before - far - n * QUARTER_2);
  }
  const y = far - rest;
  const tail = far - y - rest;
  const quadrant = (n + quarters) & 3;
  if (quadrant === 0) return cosine(y, tail);
  return quadrant === 1 ? -sine(y, tail) : quadrant === 2 ? -cosine(y, tail) : sine(y, tail);
}

/** pi / 4 and 3 pi / 4, up to which one quarter turn is taken away. */
const QUARTER = fromHigh(0x3fe921fc);
const THREE_QUARTERS = fromHigh(0x4002d97c);

/** Of x + y, |x| up to pi / 4. */
function sine(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x - (z * (0.5 * y - v * r) - y - v * S1);
}

function cosine(x: number, y: number): number {
  double[0] = x;
  const size = words[1] & 0x7fffffff;
  if (size < 0x3e400000) return 1;
  const z = x * x;
  const r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
  if (size < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y));
  const part = size > 0x3fe90000 ? 0.28125 : fromHigh(size - 0x200000);
  return 1 - part - (0.5 * z - part - (z * r - x * y));
}

export const fdlibm = { exp, expm1, log, log1p, sin, cos } as const;
