import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";

const neuron = { vThreshold: 1 };
const weights = new Float32Array(4);

function populations(extra: Partial<NetworkSpec["populations"]> = {}): NetworkSpec["populations"] {
  return { a: { size: 2, neuron: "input" }, b: { size: 2, neuron }, ...extra } as NetworkSpec["populations"];
}

test.each<[NetworkSpec, string]>([
  [{ populations: {} }, "populations: expected at least one, got none"],
  [
    { populations: populations({ b: { size: 0, neuron } }) },
    "populations.b.size: expected an integer of 1 or more, got 0",
  ],
  [
    { populations: populations({ b: { size: 2, neuron: { vThreshold: 1, tauMem: -5 } } }) },
    "populations.b.neuron.tauMem: expected a time in ms above 0 (Infinity for no leak), got -5",
  ],
  [
    { populations: populations({ b: { size: 2, neuron, tauTrace: 0 } }) },
    "populations.b.tauTrace: expected a time in ms above 0, got 0",
  ],
  [
    { populations: populations(), projections: [{ from: "a", to: "c", weights }] },
    "projections[0].to: expected one of a, b, got c",
  ],
  [
    { populations: populations(), projections: [{ from: "b", to: "a", weights }] },
    "projections[0].to: a is an input population and receives nothing",
  ],
  [
    { populations: populations(), projections: [{ from: "a", to: "b", weights: new Float32Array(3) }] },
    "projections[0].weights: expected 2 x 2 = 4 numbers, got 3",
  ],
  [
    {
      populations: populations(),
      projections: [{ from: "a", to: "b", weights: Float32Array.of(1, 2, NaN, 4) }],
    },
    "projections[0].weights[2]: expected a finite number, got NaN",
  ],
  [
    { populations: populations(), projections: [{ from: "a", to: "b", weights, delay: -1 }] },
    "projections[0].delay: expected 0 ms or more, got -1",
  ],
  [
    { populations: populations(), projections: [{ from: "a", to: "b", weights, delay: [1, 1, 1, NaN] }] },
    "projections[0].delay[3]: expected 0 ms or more, got NaN",
  ],
  [
    { populations: populations(), projections: [{ from: "b", to: "b", weights }] },
    "projections: expected a delay above 0 in every loop, got none among b",
  ],
])("an invalid network cannot be built: %#", (spec, message) => {
  expect(() => network(spec)).toThrow(message);
});

test("populations are handled sources first along zero delays, whatever the order of declaration", () => {
  const net = network({
    populations: {
      top: { size: 1, neuron },
      middle: { size: 1, neuron },
      input: { size: 1, neuron: "input" },
    },
    projections: [
      { from: "middle", to: "top", weights: new Float32Array(1) },
      { from: "input", to: "middle", weights: new Float32Array(1) },
      { from: "top", to: "middle", weights: new Float32Array(1), delay: 1 },
    ],
  });
  expect(net.populations.map(p => p.rank)).toEqual([2, 1, 0]);
});
