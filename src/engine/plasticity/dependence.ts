import { expectChoice, expectNumber } from "../expect.ts";
import type { Bounds } from "./bounds.ts";

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
export interface WeightDependence extends Bounds {
  readonly dependence?: "additive" | "multiplicative" | "power";
  readonly mu?: number;
  /** Reference weight of `power`; 1 by default. */
  readonly wRef?: number;
}

export interface Dependence {
  strengthen(w: number): number;
  weaken(w: number): number;
  /** F+ and F- as a + b w, where they are linear. */
  readonly linear?: {
    readonly strengthen: readonly [number, number];
    readonly weaken: readonly [number, number];
  };
}

/** @throws InputError that names the field, its value and what was expected */
export function dependence(spec: WeightDependence, { wMin, wMax }: Required<Bounds>): Dependence {
  const { dependence = "additive", mu = dependence === "power" ? 0.4 : 1, wRef = 1 } = spec;
  expectChoice("dependence", dependence, ["additive", "multiplicative", "power"]);
  expectNumber("mu", mu, mu >= 0 && mu <= 1, "an exponent from 0 to 1");
  expectNumber("wRef", wRef, wRef > 0 && wRef < Infinity, "a weight above 0");
  if (dependence === "power") {
    expectNumber("wMin", wMin, wMin >= 0, "0 or more");
    const scale = wRef ** (1 - mu);
    return { strengthen: w => scale * w ** mu, weaken: w => w };
  }
  expectNumber("wMax", wMax, wMax < Infinity, `a bound, which ${dependence} changes are relative to`);
  expectNumber("wMin", wMin, wMin > -Infinity, `a bound, which ${dependence} changes are relative to`);
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
