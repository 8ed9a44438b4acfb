import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "../../../src/engine/instant.ts";
import { SpikeTrain } from "../../../src/engine/record/spikeTrain.ts";

test("a train sorts by time, then neuron, and loses nothing", () => {
  const spike = fc.tuple(fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.nat(20)), fc.nat(30));
  fc.assert(
    fc.property(fc.array(spike, { maxLength: 500 }), spikes => {
      const train = new SpikeTrain(1);
      for (const [t, i] of spikes) train.push(t, i);
      train.sort(20);
      const got = Array.from({ length: train.length }, (_, k) => [train.times[k] + 0, train.neurons[k]]);
      expect(got).toEqual(
        [...spikes].map(([t, i]) => [instant(t) + 0, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]),
      );
    }),
  );
});

test("so does one in which many come at one time, as they are counted by steps of a clock", () => {
  const train = new SpikeTrain();
  const order: [number, number][] = [];
  for (let k = 0; k < 400; k++) order.push([Math.floor(k / 40), (k * 37) % 101]);
  for (const [t, i] of order) train.push(t, i);
  train.sort(10);
  const got = Array.from({ length: 400 }, (_, k) => [train.times[k], train.neurons[k]]);
  expect(got).toEqual(order.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
});
