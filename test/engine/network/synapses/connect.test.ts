import fc from "fast-check";
import { expect, test } from "vitest";
import { type Connectivity, connect, type Rows } from "../../../../src/engine/network/synapses/connect.ts";
import { Rng } from "../../../../src/math/rng.ts";

function pairsOf({ rowStart, targets }: Rows): [number, number][] {
  return [...targets].map((j, s) => [rowStart.findIndex((end, i) => i > 0 && s < end) - 1, j]);
}

/** The same in one walk. */
function* rowsOf({ rowStart, targets }: Rows): Generator<[number, number]> {
  for (let i = 0; i + 1 < rowStart.length; i++) {
    for (let s = rowStart[i]; s < rowStart[i + 1]; s++) yield [i, targets[s]];
  }
}

const draw = (c: Connectivity, pre: number, post: number, same = false, seed = 1) =>
  connect(c, pre, post, same, new Rng(seed, "connect test"));

test("fixed in-degree and out-degree hold exactly, for any sizes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 30 }),
      fc.nat(12),
      fc.boolean(),
      fc.nat(99),
      (size, n, autapses, seed) => {
        const into = pairsOf(draw({ kind: "inDegree", n, autapses }, size, size, true, seed));
        const out = pairsOf(draw({ kind: "outDegree", n, autapses }, size, size, true, seed));
        for (let i = 0; i < size; i++) {
          expect(into.filter(([, j]) => j === i).length).toBe(n);
          expect(out.filter(([k]) => k === i).length).toBe(n);
        }
        if (!autapses) for (const [i, j] of [...into, ...out]) expect(i).not.toBe(j);
      },
    ),
    { numRuns: 60 },
  );
});

test("a fixed total holds exactly, spreads over all pairs, and may join a pair several times", () => {
  const [pre, post, n] = [30, 20, 60_000];
  const rows = draw({ kind: "total", n }, pre, post);
  expect(rows.targets.length).toBe(n);
  const counts = new Uint32Array(pre * post);
  for (const [i, j] of rowsOf(rows)) counts[i * post + j]++;
  // A chi-squared of 599 degrees of freedom.
  const chi = counts.reduce((sum, c) => sum + (c - 100) ** 2 / 100, 0);
  expect(Math.abs(chi - 599)).toBeLessThan(5 * Math.sqrt(2 * 599));
  for (let i = 0; i < pre; i++) {
    const row = rows.targets.subarray(rows.rowStart[i], rows.rowStart[i + 1]);
    expect([...row]).toEqual([...row].sort((a, b) => a - b));
  }
  const loopless = draw({ kind: "total", n: 5000, autapses: false }, 5, 5, true);
  for (const [i, j] of rowsOf(loopless)) expect(i).not.toBe(j);
  expect(draw({ kind: "total", n: 0 }, 3, 4).targets.length).toBe(0);
});

test("a fixed probability connects each pair that often, independently of its place", () => {
  const [pre, post, p] = [300, 400, 0.1];
  const rows = draw({ kind: "probability", p }, pre, post);
  const sd = Math.sqrt(pre * post * p * (1 - p));
  expect(Math.abs(rows.targets.length - pre * post * p)).toBeLessThan(5 * sd);
  const perTarget = new Uint32Array(post);
  for (const j of rows.targets) perTarget[j]++;
  const halves = [perTarget.subarray(0, 200), perTarget.subarray(200)].map(h => h.reduce((a, b) => a + b));
  expect(Math.abs(halves[0] - halves[1])).toBeLessThan(5 * sd);
  for (let i = 0; i < pre; i++) {
    const row = rows.targets.subarray(rows.rowStart[i], rows.rowStart[i + 1]);
    expect([...row]).toEqual([...new Set(row)].sort((a, b) => a - b));
  }
  expect(draw({ kind: "probability", p: 1 }, 3, 4).targets.length).toBe(12);
  expect(draw({ kind: "probability", p: 0 }, 3, 4).targets.length).toBe(0);
});

test("all, one to one, and pairs", () => {
  expect(pairsOf(draw({ kind: "all", autapses: false }, 3, 3, true))).toEqual([
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
    [2, 0],
    [2, 1],
  ]);
  expect(pairsOf(draw({ kind: "oneToOne" }, 2, 2))).toEqual([
    [0, 0],
    [1, 1],
  ]);
  const rows = draw({ kind: "pairs", pre: [2, 0, 2], post: [1, 0, 0] }, 3, 2);
  expect(pairsOf(rows)).toEqual([
    [0, 0],
    [2, 1],
    [2, 0],
  ]);
  expect([...rows.order!]).toEqual([1, 0, 2]);
});

test.each<[Connectivity, string]>([
  [{ kind: "probability", p: 1.2 }, "connect.p: expected a probability from 0 to 1, got 1.2"],
  [{ kind: "inDegree", n: -1 }, "connect.n: expected an integer of 0 or more, got -1"],
  [{ kind: "oneToOne" }, "connect: expected populations of one size for oneToOne, got 3 and 2"],
  [{ kind: "pairs", pre: [0], post: [5] }, "connect.post[0]: expected a neuron from 0 to 1, got 5"],
  [{ kind: "pairs", pre: [0, 1], post: [1] }, "connect.post: expected 2 neurons"],
  [{ kind: "ring" } as never, "connect.kind: expected all, probability"],
])("impossible connectivity is refused: %#", (c, message) => {
  expect(() => draw(c, 3, 2)).toThrow(message);
});
