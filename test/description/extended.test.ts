import { expect, test } from "vitest";
import { describe } from "../../src/description/describe.ts";
import { extended } from "../../src/description/extended.ts";
import { network } from "../../src/engine/network/network.ts";
import { InputError } from "../../src/errors.ts";

const base = {
  name: "base",
  parameters: { w: 1, d: "w ms" },
  populations: { in: { size: 3, neuron: "input" }, out: { size: 2, neuron: { vThreshold: 1 } } },
  projections: [{ from: "in", to: "out", weights: "w" }],
  stimuli: [{ name: "drive", to: "in", kind: "regular", interval: 5 }],
};

test("what is named changes that one, the rest is added", () => {
  const model = extended(
    base,
    {
      extends: "base",
      name: "more",
      parameters: { w: 2 },
      populations: { out: { size: 4 }, other: { size: 1, neuron: { vThreshold: 2 } } },
      projections: [
        { from: "in", to: "out", delay: "d" },
        { from: "out", to: "out", weights: 0.1, delay: 1 },
      ],
      stimuli: [
        { name: "drive", interval: 7 },
        { to: "in", kind: "regular", interval: 9 },
      ],
    },
    "file",
  );
  const { spec } = describe(model);
  expect(spec.populations).toEqual({
    in: { size: 3, neuron: "input" },
    out: { size: 4, neuron: { vThreshold: 1 } },
    other: { size: 1, neuron: { vThreshold: 2 } },
  });
  expect(spec.projections).toEqual([
    { from: "in", to: "out", weights: 2, delay: 2 },
    { from: "out", to: "out", weights: 0.1, delay: 1 },
  ]);
  expect(spec.stimuli).toMatchObject([{ name: "drive", to: "in", interval: 7 }, { interval: 9 }]);
  expect(network(spec).projections).toHaveLength(2);
  expect(base.populations.out).toEqual({ size: 2, neuron: { vThreshold: 1 } });
});

test.each([
  [{ populations: [] }, "file: populations: expected an object, got [] (a list)"],
  [{ populations: { out: 3 } }, "file: populations.out: expected an object, got 3"],
  [{ projections: {} }, "file: projections: expected a list, got an object"],
  [{ stimuli: [1] }, "file: stimuli[0]: expected an object, got 1"],
])("%j is refused by its place", (own, message) => {
  let error: unknown;
  try {
    extended(base, own, "file");
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message.split(", got")[0]);
});
