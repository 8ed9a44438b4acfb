import { expectChoice, expectFinite, expectOnly, expectTime } from "../expect.ts";
import { type Bounds, checkBounds, checkWeights, clip } from "./bounds.ts";
import { dependence, type WeightDependence } from "./dependence.ts";
import type { PlasticityModel } from "./plasticity.ts";
import { Trace } from "./trace.ts";

/**
 * Pair-based spike-timing-dependent plasticity. With traces dx/dt = -x / tauPlus and dy/dt = -y / tauMinus that a pre-
 * and a postsynaptic spike raise by 1 (`all`) or set to 1 (`nearest`),
 *
 *     w -= aMinus F-(w) y   at a presynaptic spike,      w += aPlus F+(w) x   at a postsynaptic one
 *
 * so that one pair changes w by aPlus F+ exp(-dt / tauPlus), or -aMinus F- exp(dt / tauMinus), dt = tPost - tPre
 * (Song, Miller & Abbott 2000, eq. 1 and 2; Morrison, Diesmann & Gerstner 2008, eq. 1 to 4). `nearest` pairs each spike
 * with the last one of the other side (their figure 7A, symmetric). F: see `WeightDependence`.
 */
export interface StdpPairSpec extends WeightDependence {
  readonly kind: "stdp-pair";
  readonly aPlus: number;
  readonly aMinus: number;
  /** [ms]; 20 by default. */
  readonly tauPlus?: number;
  readonly tauMinus?: number;
  /** `all` by default. */
  readonly pairing?: "all" | "nearest";
}

/** A checked rule whose weight dependence is linear: F+ and F- are a + b w. */
export interface PairParameters {
  readonly aPlus: number;
  readonly aMinus: number;
  readonly tauPlus: number;
  readonly tauMinus: number;
  readonly nearest: boolean;
  readonly bounds: Required<Bounds>;
  readonly strengthen: readonly [number, number];
  readonly weaken: readonly [number, number];
}

/** @throws InputError that names the field, its value and what was expected */
export function stdpPair(spec: StdpPairSpec): PlasticityModel {
  expectOnly(spec, "stdp-pair", [
    ...["kind", "aPlus", "aMinus", "tauPlus", "tauMinus", "pairing"],
    ...["dependence", "mu", "wRef", "wMin", "wMax"],
  ]);
  const { aPlus, aMinus, tauPlus = 20, tauMinus = 20, pairing = "all" } = spec;
  expectFinite("aPlus", aPlus);
  expectFinite("aMinus", aMinus);
  expectTime("tauPlus", tauPlus);
  expectTime("tauMinus", tauMinus);
  expectChoice("pairing", pairing, ["all", "nearest"]);
  const bounds = { wMin: spec.wMin ?? 0, wMax: spec.wMax ?? Infinity };
  checkBounds(bounds);
  const { strengthen, weaken, linear } = dependence(spec, bounds);
  const nearest = pairing === "nearest";
  return {
    dendritic: true,
    ...(linear && { pairs: { aPlus, aMinus, tauPlus, tauMinus, nearest, bounds, ...linear } }),
    check: weights => checkWeights(weights, bounds),
    create({ preSides, postSides, weights }) {
      const [x, y] = [new Trace(preSides, tauPlus), new Trace(postSides, tauMinus)];
      return {
        preSpike: (pre, t) => (nearest ? x.restart(pre, t) : x.bump(pre, t)),
        postSpike: (post, t) => (nearest ? y.restart(post, t) : y.bump(post, t)),
        atPre(s, _pre, post, t) {
          const w = weights[s]!;
          weights[s] = clip(w - aMinus * weaken(w) * y.at(post, t), bounds);
        },
        atPost(s, pre, _post, t) {
          const w = weights[s]!;
          weights[s] = clip(w + aPlus * strengthen(w) * x.at(pre, t), bounds);
        },
      };
    },
  };
}
