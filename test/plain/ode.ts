import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;
const add = (...terms: number[]) => terms.reduce((a, b) => fround(a + b));
const mul = (a: number, b: number) => fround(a * b);
const sub = (a: number, b: number) => fround(a - b);

/** v + (k1 + 2 k2 + 2 k3 + k4) / 3, of halves of the slopes. */
const weighed = (v: number, k1: number, k2: number, k3: number, k4: number) =>
  add(v, mul(add(add(k1, k4), mul(add(k2, k3), 2)), fround(1 / 3)));

export function ode(memory: () => Memory): Pick<Kernels, Name> {
  /** Fires and resets, then moves each neuron by what `mover` makes; the other way round where a step ends there. */
  const run = (record: number, theta: number, mover: Mover, ends = false) => {
    const { f32, i32, field, single } = memory();
    const of = (place: number) => field(record, place) / 4;
    const is = (place: number) => single(record, place);
    const [v, out, u, drives] = [layout.STEP_V, layout.STEP_OUT, layout.ODE_U, layout.STEP_DRIVES].map(of);
    const move = mover(of, is, f32);
    const threshold = fround(theta);
    let count = 0;
    for (let j = 0; j < field(record, layout.STEP_NEURONS); j++) {
      const drive = drives ? f32[drives + j] : is(layout.STEP_DRIVE);
      if (ends) move(j, drive);
      if (f32[v + j] >= threshold) {
        if (count === field(record, layout.STEP_ROOM)) return -1;
        i32[out + count++] = field(record, layout.STEP_FIRST) + j;
        f32[v + j] = is(layout.STEP_RESET);
        if (u) f32[u + j] += is(layout.ODE_JUMP);
      }
      if (!ends) move(j, drive);
    }
    return count;
  };
  const conductances: Mover = (of, is, f32) => {
    const [v, e, i] = [of(layout.STEP_V), of(layout.STEP_E), of(layout.STEP_I)];
    const [leak, origin, span] = [layout.ODE_LEAK, layout.ODE_ORIGIN, layout.ODE_SPAN].map(is);
    return (j, given) => {
      const [x, e0, i0] = [f32[v + j], f32[e + j], f32[i + j]];
      const [e1, i1] = [mul(e0, is(layout.ODE_HALF_E)), mul(i0, is(layout.ODE_HALF_I))];
      f32[e + j] = mul(e0, is(layout.ODE_FULL_E)) + is(layout.STEP_SPECK);
      f32[i + j] = mul(i0, is(layout.ODE_FULL_I)) + is(layout.STEP_SPECK);
      const drive = add(given, is(layout.ODE_SHIFT));
      const z = sub(x, origin);
      const a = (gE: number) => add(mul(gE, span), drive);
      const b = (gE: number, gI: number) => add(gE, leak, gI);
      const k1 = sub(a(e0), mul(b(e0, i0), z));
      const middle = sub(a(e1), mul(b(e1, i1), z));
      const k2 = sub(middle, mul(b(e1, i1), k1));
      const k3 = sub(middle, mul(b(e1, i1), k2));
      const k4 = sub(a(f32[e + j]), mul(b(f32[e + j], f32[i + j]), add(z, mul(k3, 2))));
      f32[v + j] = weighed(x, k1, k2, k3, k4);
    };
  };
  const conductancesEuler: Mover = (of, is, f32) => {
    const [v, e, i] = [of(layout.STEP_V), of(layout.STEP_E), of(layout.STEP_I)];
    const [leak, origin, span] = [layout.ODE_LEAK, layout.ODE_ORIGIN, layout.ODE_SPAN].map(is);
    return (j, given) => {
      const [x, e0, i0] = [f32[v + j], f32[e + j], f32[i + j]];
      f32[e + j] = mul(e0, is(layout.ODE_FULL_E)) + is(layout.STEP_SPECK);
      f32[i + j] = mul(i0, is(layout.ODE_FULL_I)) + is(layout.STEP_SPECK);
      const a = add(mul(e0, span), add(given, is(layout.ODE_SHIFT)));
      f32[v + j] = add(x, mul(sub(a, mul(add(e0, leak, i0), sub(x, origin))), 2));
    };
  };
  /** Steps of v and u by their halved slopes, of times 0, 1 / 2 and 1 of a step; v beyond the peak counts as there. */
  const both = (
    x: number,
    u: number,
    peak: number,
    slopes: (v: number, u: number, half: 0 | 1 | 2) => readonly [number, number],
  ) => {
    const [k1, l1] = slopes(lower(x, peak), u, 0);
    const [k2, l2] = slopes(lower(add(x, k1), peak), add(u, l1), 1);
    const [k3, l3] = slopes(lower(add(x, k2), peak), add(u, l2), 1);
    const [k4, l4] = slopes(lower(add(x, mul(k3, 2)), peak), add(u, mul(l3, 2)), 2);
    return [weighed(x, k1, k2, k3, k4), weighed(u, l1, l2, l3, l4)] as const;
  };
  const quadratic: Mover = (of, is, f32) => {
    const [v, u] = [of(layout.STEP_V), of(layout.ODE_U)];
    const [square, linear, half] = [layout.ODE_SQUARE, layout.ODE_LINEAR, layout.ODE_HALF].map(is);
    const [follow, decay] = [is(layout.ODE_FOLLOW), is(layout.ODE_DECAY)];
    return (j, given) => {
      const drive = add(given, is(layout.ODE_SHIFT));
      const slopes = (x: number, w: number) =>
        [
          sub(add(mul(add(mul(square, x), linear), x), drive), mul(half, w)),
          sub(mul(follow, x), mul(decay, w)),
        ] as const;
      [f32[v + j], f32[u + j]] = both(f32[v + j], f32[u + j], is(layout.ODE_PEAK), slopes);
    };
  };
  const quadraticEuler: Mover = (of, is, f32) => {
    const [v, u, input] = [of(layout.STEP_V), of(layout.ODE_U), of(layout.STEP_I)];
    const [square, linear] = [is(layout.ODE_SQUARE), is(layout.ODE_LINEAR)];
    return (j, given) => {
      const drive = add(given, is(layout.ODE_SHIFT));
      const push = add(sub(drive, mul(is(layout.ODE_HALF), f32[u + j])), f32[input + j]);
      let x = f32[v + j];
      for (let k = 0; k < 2; k++) x = add(x, add(mul(add(mul(square, x), linear), x), push));
      f32[v + j] = x;
      const slope = sub(mul(is(layout.ODE_FOLLOW), x), mul(is(layout.ODE_DECAY), f32[u + j]));
      f32[u + j] += mul(slope, 2);
      f32[input + j] = 0;
    };
  };
  const exponential: Mover = (of, is, f32) => {
    const [v, u, e, i] = [layout.STEP_V, layout.ODE_U, layout.STEP_E, layout.STEP_I].map(of);
    const [soft, steep, rise, leak] = [
      ...[layout.ODE_SOFT, layout.ODE_STEEP, layout.ODE_RISE, layout.ODE_LEAK].map(is),
    ];
    const [pull, span, origin, half] = [
      ...[layout.ODE_PULL, layout.ODE_SPAN, layout.ODE_ORIGIN, layout.ODE_HALF].map(is),
    ];
    return (j, drive) => {
      const [e0, i0] = [f32[e + j], f32[i + j]];
      f32[e + j] = mul(e0, is(layout.ODE_FULL_E)) + is(layout.STEP_SPECK);
      f32[i + j] = mul(i0, is(layout.ODE_FULL_I)) + is(layout.STEP_SPECK);
      const at = [
        [e0, i0],
        [mul(e0, is(layout.ODE_HALF_E)), mul(i0, is(layout.ODE_HALF_I))],
        [f32[e + j], f32[i + j]],
      ];
      const held = Number.isNaN(f32[v + j]);
      const slopes = (x: number, w: number, n: 0 | 1 | 2) => {
        const own = sub(mul(rise, exp(mul(sub(x, soft), steep))), mul(leak, x));
        const pulled = mul(pull, x);
        const [fromE, fromI] = [mul(at[n][0], sub(span, pulled)), mul(at[n][1], sub(origin, pulled))];
        const up = add(sub(add(own, drive), mul(half, w)), fromE, fromI);
        return [held ? 0 : up, sub(mul(is(layout.ODE_FOLLOW), x), mul(is(layout.ODE_DECAY), w))] as const;
      };
      const x = held ? is(layout.ODE_HELD) : f32[v + j];
      const [moved, w] = both(x, f32[u + j], is(layout.ODE_PEAK), slopes);
      if (!held) f32[v + j] = moved;
      f32[u + j] = w;
    };
  };
  return {
    stepConductances: (record, threshold) => run(record, threshold, conductances),
    stepConductancesEuler: (record, threshold) => run(record, threshold, conductancesEuler),
    stepQuadratic: (record, threshold) => run(record, threshold, quadratic),
    stepQuadraticEuler: (record, threshold) => run(record, threshold, quadraticEuler, true),
    stepExponential: (record, threshold) => run(record, threshold, exponential),
  };
}

const lower = (x: number, peak: number) => Math.min(peak, x);

/** The kernel's exponential: 2^n exp(r). */
function exp(given: number): number {
  const x = Math.max(-87, given);
  // To the nearest whole number, to the even one of two.
  const n = sub(add(mul(x, fround(Math.LOG2E)), 12582912), 12582912);
  const r = sub(sub(x, mul(n, fround(0.693359375))), mul(n, fround(-2.1219444e-4)));
  let p = fround(1.98756915e-4);
  for (const c of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1])
    p = add(mul(p, r), fround(c));
  return mul(add(mul(mul(p, r), r), r, 1), 2 ** n);
}

type Name =
  | "stepConductances"
  | "stepConductancesEuler"
  | "stepQuadratic"
  | "stepQuadraticEuler"
  | "stepExponential";
type Mover = (
  of: (place: number) => number,
  is: (place: number) => number,
  f32: Float32Array,
) => (neuron: number, drive: number) => void;
