import { type Others, table, type Values } from "../parameters.ts";
import { bounds } from "./bounds.ts";

/**
 * How much a change depends on the weight w. Amplitudes are multiplied by F+(w) when they strengthen and by F-(w) when
 * they weaken; R = wMax - wMin.
 *
 * `additive`: F+ = F- = R (Song, Miller & Abbott 2000);
 * `multiplicative`: F+ = R ((wMax - w) / R)^mu, F- = R ((w - wMin) / R)^mu (Guetig, Aharonov, Rotter & Sompolinsky 2003,
 *     eq. 3), mu = 1 by default (Rubin, Lee & Sompolinsky 2001);
 * `power`: F+ = wRef^(1 - mu) w^mu, F- = w (Morrison, Aertsen & Diesmann 2007, eq. 8), mu = 0.4 by default; mu = 0 is the
 *     rule of van Rossum, Bi & Turrigiano 2000.
 */
export const dependenceParameters = table({
  dependence: {
    words: ["additive", "multiplicative", "power"],
    default: "additive",
    doc: "how changes depend on the weight",
  },
  mu: {
    unit: "1",
    default: ({ dependence }: Others) => (dependence === "power" ? 0.4 : 1),
    check: mu => (mu >= 0 && mu <= 1) || "an exponent from 0 to 1",
    doc: "exponent of the weight; 0.4 for power, else 1, by default",
  },
  wRef: {
    unit: "mV",
    default: 1,
    check: w => (w > 0 && w < Infinity) || "a weight above 0",
    doc: "reference weight of power",
  },
  wMin: {
    ...bounds.wMin,
    check: (w, p) => (p.dependence === "power" ? w >= 0 || "0 or more" : Number.isFinite(w) || relative(p)),
  },
  wMax: {
    ...bounds.wMax,
    check: (w, p) =>
      !(w > p.wMin) ? `above wMin (${p.wMin})` : p.dependence === "power" || w < Infinity || relative(p),
  },
});

const relative = ({ dependence }: Others) => `a bound, which ${dependence} changes are relative to`;

export interface Dependence {
  strengthen(w: number): number;
  weaken(w: number): number;
  /** F+ and F- as a + b w, where they are linear. */
  readonly linear?: {
    readonly strengthen: readonly [number, number];
    readonly weaken: readonly [number, number];
  };
}

export function dependenceOf({
  dependence,
  mu,
  wRef,
  wMin,
  wMax,
}: Values<typeof dependenceParameters>): Dependence {
  if (dependence === "power") {
    const scale = wRef ** (1 - mu);
    return { strengthen: w => scale * w ** mu, weaken: w => w };
  }
  const range = wMax - wMin;
  if (dependence === "additive") {
    const constant = [range, 0] as const;
    return {
      strengthen: () => range,
      weaken: () => range,
      linear: { strengthen: constant, weaken: constant },
    };
  }
  if (mu === 1) {
    const linear = { strengthen: [wMax, -1], weaken: [-wMin, 1] } as const;
    return { strengthen: w => wMax - w, weaken: w => w - wMin, linear };
  }
  return {
    strengthen: w => range * ((wMax - w) / range) ** mu,
    weaken: w => range * ((w - wMin) / range) ** mu,
  };
}
