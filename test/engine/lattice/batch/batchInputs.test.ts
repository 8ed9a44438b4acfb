import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "../../../../src/engine/kernels/arena.ts";
import { BatchInputs } from "../../../../src/engine/lattice/batch/batchInputs.ts";
import { SpikeLists } from "../../../../src/engine/lattice/batch/spikeLists.ts";

const SAMPLES = 2;
const BYTES = 64;

const spikes = (steps: number) =>
  fc
    .array(fc.tuple(fc.nat(steps - 1), fc.nat(4)), { maxLength: 60 })
    .map(list => list.sort((a, b) => a[1] - b[1]));

const cases = fc.integer({ min: 2, max: 90 }).chain(steps =>
  fc.record({
    steps: fc.constant(steps),
    lists: fc.array(fc.array(spikes(steps), { minLength: SAMPLES, maxLength: SAMPLES }), {
      minLength: 2,
      maxLength: 2,
    }),
    delays: fc.tuple(fc.constantFrom(0, 0, 7), fc.constantFrom(0, 3)),
    reach: fc.constantFrom(10, 20, 1000),
  }),
);

test("every step adds up the rows of the spikes that reach it, in order, and long silence is marked", () => {
  let silences = 0;
  fc.assert(
    fc.property(cases, ({ steps, lists, delays, reach }) => {
      const arena = new Arena();
      const inputs = new BatchInputs(arena, SAMPLES, steps);
      // Two populations of five neurons, whose rows follow one another; then the row of nothing.
      const populations = lists.map(own => {
        const into = new SpikeLists(arena, SAMPLES, 60);
        own.forEach((list, s) => {
          into.numbers(SAMPLES)[s] = list.length;
          into.words().set(list.flat(), into.at(s));
        });
        return into;
      });
      const rows = arena.take(BYTES * (11 + steps));
      const sources = [0, 1].map(q => ({ population: q, firstRow: 5 * q, delay: delays[q] }));
      inputs.make(SAMPLES, sources, populations, rows, 10, BYTES, reach);

      const words = arena.view(Int32Array, 0, arena.used >> 2);
      for (let s = 0; s < SAMPLES; s++) {
        /** The rows that a row stands for. */
        const parts = new Map<number, number[]>([[10, []]]);
        for (let row = 0; row < 10; row++) parts.set(row, [row]);
        const at = (address: number) => parts.get((address - rows) / BYTES)!;
        const range = (starts: number) => [words[(starts >> 2) + s], words[(starts >> 2) + s + 1]] as const;
        const [firstSum, endSum] = range(inputs.sumStarts);
        for (let k = firstSum; k < endSum; k++) {
          const [to, a, b] = words.subarray((inputs.sums >> 2) + 3 * k) as unknown as [
            number,
            number,
            number,
          ];
          parts.set((to - rows) / BYTES, [...at(a), ...at(b)]);
        }
        const busy: boolean[] = [];
        for (let n = 0; n < steps; n++) {
          const [a, b] = words.subarray((inputs.inputs >> 2) + 2 * (s * steps + n)) as unknown as [
            number,
            number,
          ];
          const expected = sources.flatMap(({ firstRow, delay }, q) =>
            lists[q][s].filter(([step]) => step + delay === n).map(([, neuron]) => firstRow + neuron),
          );
          expect([...at(a), ...at(b)]).toEqual(expected);
          busy.push(expected.length > 0);
        }
        const [first, end] = range(inputs.segmentStarts);
        let done = 0;
        for (let k = first; k < end; k++) {
          const [last, silent] = words.subarray((inputs.segments >> 2) + 2 * k) as unknown as [
            number,
            number,
          ];
          expect(last).toBeGreaterThan(done);
          if (silent) {
            silences++;
            expect(busy.slice(done + 1, last + 1)).not.toContain(true);
            expect(last - done).toBeLessThanOrEqual(reach);
          } else if (reach >= 16) {
            expect(busy.slice(done + 1, last + 1).join()).not.toContain(Array(16).fill(false).join());
          }
          expect(silent && reach < 16).toBeFalsy();
          done = last;
        }
        expect(done).toBe(steps - 1);
      }
    }),
    { numRuns: 200 },
  );
  expect(silences).toBeGreaterThan(50);
});

test("lists are put in order of steps, spikes of one step in theirs", () => {
  const arena = new Arena();
  const lists = new SpikeLists(arena, 2, 4);
  lists.words().set([7, 1, 3, 2, 7, 0, 0, 5], lists.at(1));
  expect(Array.from(lists.inOrder(1, 4, 8))).toEqual([0, 5, 3, 2, 7, 1, 7, 0]);
});
