import { expect, test } from "vitest";
import { Rng, threefry2x32 } from "../../src/math/rng.ts";

function block(k0: number, k1: number, c0: number, c1: number): string[] {
  const out = new Uint32Array(2);
  threefry2x32(k0, k1, c0, c1, out);
  return [...out].map(x => x.toString(16).padStart(8, "0"));
}

test("Threefry-2x32-20 gives the known answers of the Random123 distribution", () => {
  expect(block(0, 0, 0, 0)).toEqual(["6b200159", "99ba4efe"]);
  expect(block(-1, -1, -1, -1)).toEqual(["1cb996fc", "bb002be7"]);
  expect(block(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual(["c4923a9c", "483df7a0"]);
});

test("the same seed and stream repeat, another seed or stream does not", () => {
  const take = (rng: Rng) => Array.from({ length: 20 }, () => rng.nextUint32());
  expect(take(new Rng(7, "a"))).toEqual(take(new Rng(7, "a")));
  expect(take(new Rng(7, "a"))).not.toEqual(take(new Rng(7, "b")));
  expect(take(new Rng(7, "a"))).not.toEqual(take(new Rng(8, "a")));
  expect(take(new Rng(7))).not.toEqual(take(new Rng(7 + 2 ** 32)));
});

test("uniform, normal and exponential numbers have their moments", () => {
  const rng = new Rng(1, "moments");
  const n = 200_000;
  const mean = (draw: () => number) => {
    let [sum, squares] = [0, 0];
    for (let k = 0; k < n; k++) {
      const x = draw();
      sum += x;
      squares += x * x;
    }
    return [sum / n, squares / n - (sum / n) ** 2] as const;
  };
  // Five standard errors of each estimate.
  const [u, uVar] = mean(() => rng.uniform());
  expect(Math.abs(u - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(uVar - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  const [z, zVar] = mean(() => rng.normal(2, 3));
  expect(Math.abs(z - 2)).toBeLessThan((5 * 3) / Math.sqrt(n));
  expect(Math.abs(zVar - 9)).toBeLessThan(5 * 9 * Math.sqrt(2 / n));
  const [x, xVar] = mean(() => rng.exponential(4));
  expect(Math.abs(x - 0.25)).toBeLessThan((5 * 0.25) / Math.sqrt(n));
  expect(Math.abs(xVar - 1 / 16)).toBeLessThan((5 / 16) * Math.sqrt(8 / n));
});

test("a permutation holds every number once, and each number lands everywhere equally often", () => {
  const rng = new Rng(3, "permutation");
  const places = new Uint32Array(5 * 5);
  const rounds = 20_000;
  for (let k = 0; k < rounds; k++) {
    const order = rng.permutation(5);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    order.forEach((value, place) => {
      places[value * 5 + place]++;
    });
  }
  const sd = Math.sqrt(rounds * 0.2 * 0.8);
  for (const count of places) expect(Math.abs(count - rounds / 5)).toBeLessThan(5 * sd);
});

test("a seed that is no integer is refused", () => {
  expect(() => new Rng(1.5)).toThrow("expected a non-negative integer, got 1.5");
  expect(() => new Rng(-1)).toThrow("expected a non-negative integer, got -1");
});

test("integers below 2^32 and no other bounds", () => {
  const numbers = new Uint32Array(3);
  new Rng(1).integers(2 ** 32, numbers);
  const [words, drawn] = [new Rng(1), new Rng(1)];
  for (const n of numbers) expect([words.nextUint32(), drawn.integer(2 ** 32)]).toEqual([n, n]);
  for (const n of [0, -1, 1.5, 2 ** 32 + 1, 2 ** 33, Infinity, Number.NaN]) {
    expect(() => new Rng(1).integer(n)).toThrow(`n: expected an integer from 1 to 2^32, got ${n}`);
    expect(() => new Rng(1).integers(n, numbers)).toThrow("n: expected an integer from 1 to 2^32");
  }
});
