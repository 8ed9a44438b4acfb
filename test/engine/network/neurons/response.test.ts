import { expect, test } from "vitest";
import {
  alphaPeak,
  alphaResponse,
  expPeak,
  expResponse,
} from "../../../../src/engine/network/neurons/response.ts";
import { convolution } from "./bruteForce.ts";

const membrane = [0, 0.01, 0.05, 0.1, 1];
const currents = (lambda: number) => [
  ...[0.02, 0.05, 0.2, 0.5, 3],
  ...(lambda > 0 ? [1, 2, 0.5, 1 + 1e-12, 1 - 1e-8, 1 + 1e-5, 1.001, 0.9].map(ratio => ratio * lambda) : []),
];
const at = (response: typeof expResponse, lambda: number, mu: number, t: number) =>
  response(mu - lambda, t, Math.exp(-lambda * t), Math.exp(-mu * t));

test("responses are the convolution integrals for any pair of time constants, equal and nearly equal ones too", () => {
  for (const lambda of membrane) {
    for (const mu of currents(lambda)) {
      for (const t of [1e-9, 1e-3, 0.3, 4, 25, 90]) {
        const exp = convolution(lambda, mu, 0, t);
        const alpha = convolution(lambda, mu, 1, t);
        expect(Math.abs(at(expResponse, lambda, mu, t) - exp)).toBeLessThan(1e-13 * exp);
        expect(Math.abs(at(alphaResponse, lambda, mu, t) - alpha)).toBeLessThan(1e-12 * alpha);
      }
    }
  }
});

test("responses pass smoothly through equal rates and through the change of formula", () => {
  for (const t of [1, 10]) {
    for (const near of [0.5 / t, -0.5 / t, 0, 0.05 / t, -0.05 / t]) {
      for (const response of [expResponse, alphaResponse]) {
        const [a, b] = [-1e-13, 1e-13].map(d => at(response, 1, 1 + near + d, t));
        expect(Math.abs(a / b - 1)).toBeLessThan(1e-11);
      }
    }
  }
});

test("peaks are the highest values", () => {
  for (const lambda of membrane) {
    for (const mu of currents(lambda)) {
      for (const [response, peak] of [
        [expResponse, expPeak(lambda, mu)],
        [alphaResponse, alphaPeak(lambda, mu)],
      ] as const) {
        let highest = 0;
        for (let t = 0.01; t < 5000; t *= 1.002) highest = Math.max(highest, at(response, lambda, mu, t));
        expect(highest / peak).toBeLessThanOrEqual(1 + 1e-12);
        expect(highest / peak).toBeGreaterThan(1 - 1e-5);
      }
    }
  }
});
