import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/engine/eventQueue.ts";

const event = fc.tuple(
  fc.constantFrom(0, 0.5, 1, 1.5, 2),
  fc.nat(3),
  fc.integer({ min: -3, max: 3 }),
  fc.nat(4),
  fc.nat(2),
);
type Event = [number, number, number, number, number];

const compare = (a: Event, b: Event) => a.map((x, k) => x - b[k]).find(d => d !== 0) ?? 0;

function drain(queue: EventQueue): Event[] {
  const out: Event[] = [];
  while (queue.length > 0) {
    queue.pop();
    out.push([queue.time, queue.rank, queue.source, queue.item, queue.extra]);
  }
  return out;
}

test("events leave in order of time, rank, source and item, however they were put in", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 400 }), events => {
      const queue = new EventQueue(4);
      for (const e of events) queue.push(...e);
      expect(drain(queue)).toEqual([...events].sort(compare));
      expect(queue.nextTime).toBe(Infinity);
    }),
  );
});

test("pushing between pops keeps the order", () => {
  const queue = new EventQueue();
  queue.push(2, 0, 0, 0, 0);
  queue.push(1, 0, 0, 0, 0);
  queue.pop();
  expect(queue.time).toBe(1);
  queue.push(1.5, 0, 0, 7, 0);
  expect(queue.nextIs(1.5, 0)).toBe(true);
  expect(queue.nextIs(1.5, 1)).toBe(false);
  queue.pop();
  expect([queue.time, queue.item]).toEqual([1.5, 7]);
  queue.pop();
  expect(queue.time).toBe(2);
});
