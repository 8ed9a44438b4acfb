import { expect, test } from "vitest";
import { rk4 } from "../../experiments/integrators/cells.ts";
import {
  type Committee,
  fieldsOf,
  generalisationError,
  I2,
  I3,
  I4,
  motion,
  thirdFactors,
} from "../../experiments/top-down-teacher-student/equations.ts";
import { drawn, g, learn, orderOf, slope } from "../../experiments/top-down-teacher-student/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

const committee: Committee = { students: 2, teacher: [1, 1], rule: "afa", rate: 1, readoutRate: 1 };
const a = [0.6, -0.2];
const begin = (inputs: number, seed = 1) => drawn(committee, a, inputs, new Rng(seed, "vectors"));
const distance = (one: readonly number[], other: readonly number[]) =>
  Math.sqrt(one.reduce((sum, value, k) => sum + (value - other[k]) ** 2, 0) / one.length);

test("the averages are those over drawn fields", () => {
  const rng = new Rng(1, "fields");
  const root = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => rng.normal()));
  const C = (i: number, j: number) => root[i].reduce((sum, value, k) => sum + value * root[j][k], 0);
  const kinds = [
    { closed: I2(C, 0, 1), of: ([x, y]: number[]) => g(x) * g(y) },
    { closed: I3(C, 0, 1, 2), of: ([x, y, z]: number[]) => slope(x) * y * g(z) },
    { closed: I3(C, 0, 1, 0), of: ([x, y]: number[]) => slope(x) * y * g(x) },
    { closed: I4(C, 0, 1, 2, 3), of: ([x, y, z, w]: number[]) => slope(x) * slope(y) * g(z) * g(w) },
    { closed: I4(C, 0, 0, 1, 1), of: ([x, y]: number[]) => (slope(x) * g(y)) ** 2 },
  ].map(kind => ({ ...kind, sum: 0, squares: 0 }));
  const draws = 200_000;
  for (let n = 0; n < draws; n++) {
    const free = root.map(() => rng.normal());
    const z = root.map(row => row.reduce((sum, value, k) => sum + value * free[k], 0));
    for (const kind of kinds) {
      const value = kind.of(z);
      kind.sum += value;
      kind.squares += value ** 2;
    }
  }
  for (const { closed, sum, squares } of kinds) {
    const mean = sum / draws;
    expect(Math.abs(mean - closed)).toBeLessThan(4 * Math.sqrt((squares / draws - mean ** 2) / draws));
  }
});

test("the feedback vector brings to each unit what it should, and BP hands down the readout's weights", () => {
  const order = orderOf(begin(50));
  thirdFactors(committee, order).forEach((value, i) => {
    expect(value).toBeCloseTo(a[i], 9);
  });
  expect(thirdFactors({ ...committee, rule: "bp" }, order)).toEqual([0.5, 0.5]);
});

test("a student that is its teacher errs nowhere and stays", () => {
  const { u } = begin(50);
  const order = orderOf({ u: [u[2], u[3], u[2], u[3], u[4]], v: Float64Array.of(1, 1) });
  expect(generalisationError(committee, order)).toBeCloseTo(0, 12);
  for (const change of motion(committee, order)) expect(change).toBeCloseTo(0, 12);
});

test.each([100, 900])("with %d inputs learning keeps to the solution but for fluctuations", inputs => {
  const vectors = begin(inputs);
  let order: readonly number[] = orderOf(vectors);
  const from = order;
  const rng = new Rng(1, "inputs");
  for (let t = 1; t <= 4; t++) {
    for (let k = 0; k < 20; k++) order = rk4(state => motion(committee, state), order, 0.05);
    learn(committee, vectors, inputs, rng);
    expect(distance(orderOf(vectors), order)).toBeLessThan(0.35 / Math.sqrt(inputs));
  }
  // Of what moved, that is little.
  expect(distance(from, order)).toBeGreaterThan(0.2);
  expect(order.length).toBe(fieldsOf(committee) ** 2 + 2);
});

test("PEPITA tends to AFA with the strength of its feedback", () => {
  const learned = (strength: number) => {
    const vectors = begin(100);
    learn(committee, vectors, 400, new Rng(1, "inputs"), strength);
    return orderOf(vectors);
  };
  const afa = learned(0);
  const [off, half] = [0.02, 0.01].map(strength => distance(learned(strength), afa));
  expect(half).toBeGreaterThan(1e-5);
  expect(off / half).toBeCloseTo(2, 1);
});
