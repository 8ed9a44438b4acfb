import { exp } from "../../src/math/elementary.ts";
import type { Rng } from "../../src/math/rng.ts";
import type { Committee, Order } from "./equations.ts";

/** Weight vectors of finitely many inputs: students, teachers and the feedback vector. */
export interface Vectors {
  readonly u: readonly Float64Array[];
  readonly v: Float64Array;
}

/**
 * Random teachers, students of length 1/2 that overlap with them a little, so that their units begin to differ, and a
 * feedback vector from the students' span that brings `a` to them.
 */
export function drawn({ students, teacher }: Committee, a: readonly number[], inputs: number, rng: Rng) {
  const normal = () => Float64Array.from({ length: inputs }, () => rng.normal());
  const teachers = teacher.map(normal);
  const own = Array.from({ length: students }, (_, i) => {
    const w = normal();
    for (let k = 0; k < inputs; k++) w[k] = 0.5 * (w[k] + 0.5 * teachers[i % teacher.length][k]);
    return w;
  });
  return { u: [...own, ...teachers, within(own, a)], v: new Float64Array(students).fill(0.5) };
}

/** The shortest vector f with w_i f / N = a_i: by steps along each w_i in turn (Kaczmarz 1937). */
function within(w: readonly Float64Array[], a: readonly number[]): Float64Array {
  const f = new Float64Array(w[0].length);
  for (let round = 0; round < 200; round++)
    w.forEach((each, i) => {
      add(f, each, (a[i] - overlap(each, f)) / overlap(each, each));
    });
  return f;
}

/** Order parameters of these vectors. */
export function orderOf({ u, v }: Vectors): Order {
  return [...u.flatMap(left => u.map(right => overlap(left, right))), ...v];
}

/**
 * Learns from one random input after the other: what `motion` follows for infinitely many of them.
 * @param strength  0: by the committee's rule. Else by PEPITA: the input is seen again with the error, as
 *                  x - strength e f / sqrt(N), and the rate is divided by the strength, so that AFA is the limit at 0
 */
export function learn(committee: Committee, { u, v }: Vectors, samples: number, rng: Rng, strength = 0) {
  const { students, teacher, rule, rate, readoutRate } = committee;
  const [inputs, f] = [u[0].length, u.at(-1)!];
  const x = new Float64Array(inputs);
  for (let sample = 0; sample < samples; sample++) {
    for (let k = 0; k < inputs; k++) x[k] = rng.normal();
    const z = u.map(each => Math.sqrt(inputs) * overlap(each, x));
    const h = z.map(g);
    let e = 0;
    for (let i = 0; i < students; i++) e += v[i] * h[i];
    for (let m = 0; m < teacher.length; m++) e -= teacher[m] * h[students + m];
    if (strength > 0) add(x, f, (-strength * e) / Math.sqrt(inputs));
    for (let i = 0; i < students; i++) {
      const a = rule === "bp" ? v[i] : overlap(u[i], f);
      const again = strength > 0 ? g(z[i] - strength * a * e) : h[i];
      const post = strength > 0 ? (h[i] - again) / strength : a * slope(z[i]) * e;
      add(u[i], x, (-rate * post) / Math.sqrt(inputs));
      v[i] -= (readoutRate * e * again) / inputs;
    }
  }
}

/** g(z) = erf(z / sqrt 2), by formula 7.1.26 of Abramowitz & Stegun, to 1.5e-7. */
export function g(z: number): number {
  const x = Math.abs(z) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(z) * (1 - series * exp(-x * x));
}

/** g' */
export function slope(z: number): number {
  return Math.sqrt(2 / Math.PI) * exp(-(z ** 2) / 2);
}

function overlap(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum / a.length;
}

function add(to: Float64Array, from: Float64Array, factor: number): void {
  for (let k = 0; k < to.length; k++) to[k] += factor * from[k];
}
