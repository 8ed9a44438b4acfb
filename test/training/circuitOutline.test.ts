import { expect, test } from "vitest";
import { circuitOutline } from "../../src/training/circuitOutline.ts";

const projection = (more: object) => ({ from: "a", to: "b", ...more });
const outlineOf = (projections: readonly object[]) =>
  circuitOutline("rule", {
    name: "rule",
    populations: { a: { size: 2, neuron: "input" }, b: { size: 3, neuron: {} } },
    projections,
    stimuli: [{ to: "a", kind: "samples" }],
    stream: { data: "digits", duration: 60, phases: { learn: { start: 20, stop: 60 } } },
  });

test("an outline has populations, what they are shown, phases, and of each projection all but the numbers", () => {
  expect(
    outlineOf([
      projection({ weights: [1, -1, 0, 0, 0, 0], plasticity: { kind: "three-factor", modulator: "error" } }),
      projection({ target: "membrane", weights: 0.5, connect: { kind: "oneToOne" } }),
      projection({ target: "error", weights: [1, 2, 3, 4, 5, 6], gain: -1 }),
    ]),
  ).toEqual({
    rule: "rule",
    populations: [
      { name: "a", size: 2, shown: "samples" },
      { name: "b", size: 3 },
    ],
    projections: [
      { from: "a", to: "b", sign: "both", learns: "error" },
      { from: "a", to: "b", sign: "excites" },
      { from: "a", to: "b", target: "error", sign: "inhibits" },
    ],
    periodMs: 60,
    phases: { learn: [20, 60] },
  });
});

test("a projection that learns in several ways is shown with all that it learns by, each once", () => {
  const ways = ["own", "own", "error"].map(modulator => ({ kind: "three-factor", modulator }));
  expect(outlineOf([projection({ weights: [1], plasticity: ways })]).projections[0]).toEqual({
    ...{ from: "a", to: "b", sign: "excites", learns: "own, error" },
  });
});

test("the sign is that of weights and gain, and open where there are both, none, or draws", () => {
  const signs = [[2], [-2], [0, 1], [0, -1], [1, -1], [0], "normal(0, 1)"].map(
    weights => outlineOf([projection({ weights })]).projections[0].sign,
  );
  expect(signs).toEqual(["excites", "inhibits", "excites", "inhibits", "both", "both", "both"]);
});
