import fc from "fast-check";
import { expect, test } from "vitest";
import { circuitDrawing } from "../../../src/report/figures/circuit.ts";
import { type CircuitLayout, circuitLayout } from "../../../src/report/figures/circuitLayout.ts";
import { rules, whyNoCircuit } from "../../../src/rules/index.ts";
import { outlineOf } from "../../../src/training/circuitText.ts";
import type { CircuitOutline } from "../../../src/training/results.ts";

const outlines = rules
  .filter(rule => whyNoCircuit(rule) === null)
  .map(rule =>
    outlineOf(
      rule,
      {
        ...{ sizes: [9, 6, 5, 3], seed: 1, epochs: 1, batch: 1, learningRate: 0.05, schedule: "constant" },
        ...{
          encoder: "rate",
          eligibility: "trace",
          durationMs: 20,
          tauMem: 20,
          vThreshold: 0.25,
          maxSpikes: 4,
        },
      },
      10,
    ),
  );

/** Any populations, however they are connected. */
const drawn: fc.Arbitrary<CircuitOutline> = fc.integer({ min: 1, max: 12 }).chain(count => {
  const name = fc.nat(count - 1).map(k => `p${k}`);
  return fc.record({
    rule: fc.constant("any"),
    populations: fc.constant(Array.from({ length: count }, (_, k) => ({ name: `p${k}`, size: k + 1 }))),
    projections: fc.array(
      fc.record(
        {
          ...{ from: name, to: name, target: fc.constant("error") },
          ...{ sign: fc.constantFrom("excites", "inhibits", "both"), learns: fc.constant("error") },
        },
        { requiredKeys: ["from", "to", "sign"] },
      ),
      { maxLength: 25 },
    ),
    periodMs: fc.constant(60),
    phases: fc.constant({}),
  }) as fc.Arbitrary<CircuitOutline>;
});

function expectReadable({ populations, projections }: CircuitOutline, layout: CircuitLayout): void {
  const { boxes, routes, width, height } = layout;
  expect(boxes.map(({ name }) => name).sort()).toEqual(populations.map(({ name }) => name).sort());
  expect(routes.map(({ projection }) => projection)).toEqual(projections);
  for (const [k, a] of boxes.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
    for (const b of boxes.slice(k + 1))
      expect(a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y).toBe(
        true,
      );
  }
  const edgeOf = (name: string, [x, y]: readonly [number, number]) => {
    const box = boxes.find(each => each.name === name)!;
    expect(x > box.x && x < box.x + box.width && (y === box.y || y === box.y + box.height), name).toBe(true);
  };
  for (const { projection, points } of routes) {
    edgeOf(projection.from, points[0]);
    edgeOf(projection.to, points.at(-1)!);
    points.slice(1).forEach(([x, y], k) => {
      const [px, py] = points[k];
      expect(x === px || y === py).toBe(true);
      expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
      for (const box of boxes)
        expect(
          Math.max(x, px) <= box.x ||
            Math.min(x, px) >= box.x + box.width ||
            Math.max(y, py) <= box.y ||
            Math.min(y, py) >= box.y + box.height,
          `${projection.from} to ${projection.to} through ${box.name}`,
        ).toBe(true);
    });
  }
}

test("no box lies on another, and each projection goes from its box to its box and through none", () => {
  for (const outline of outlines)
    expectReadable(
      outline,
      circuitLayout(outline, () => 40),
    );
  fc.assert(
    fc.property(drawn, outline =>
      expectReadable(
        outline,
        circuitLayout(outline, name => 20 + 4 * name.length),
      ),
    ),
    { numRuns: 60 },
  );
});

test("what samples drive is at the top, and what reads a population below it", () => {
  for (const outline of outlines) {
    const { boxes } = circuitLayout(outline, () => 40);
    const top = (name: string) => boxes.find(box => box.name === name)!.y;
    const layers = ["input", "hidden 1", "hidden 2", "output", "error+"].filter(name =>
      boxes.some(box => box.name === name),
    );
    for (const [k, name] of layers.entries())
      if (k > 0) expect(top(name), `${outline.rule}: ${name}`).toBeGreaterThan(top(layers[k - 1]));
  }
});

const small: CircuitOutline = {
  rule: "a <b>",
  populations: [
    { name: "in", size: 3, shown: "samples" },
    { name: "<script>", size: 1 },
  ],
  projections: [
    { from: "in", to: "<script>", sign: "both", learns: "error" },
    { from: "<script>", to: "in", sign: "inhibits" },
    { from: "in", to: "<script>", target: "error", sign: "excites" },
  ],
  periodMs: 60,
  phases: { learn: [20, 60] },
};

test("a drawing says sizes, signs, modulators and what learns, in strokes and in words", () => {
  const { svg, label, caption } = circuitDrawing(small);
  for (const text of [
    "3 neurons",
    "1 neuron<",
    "shown samples",
    "◇ error",
    "excites",
    "inhibits",
    "learns (thick)",
  ])
    expect(svg).toContain(text);
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("&#60;script&#62;");
  // One line of each kind of the drawing, and one in its key.
  expect(svg.match(/stroke-width="2.4"/g)).toHaveLength(2);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
  expect(label).toBe(
    "in reaches <script>, and learns by error; <script> inhibits in; in excites the modulator error of <script>.",
  );
  expect(caption).toBe("2 populations, 3 projections; a sample takes 60 ms: learn 20 to 60 ms.");
  const plain = circuitDrawing({ ...small, projections: small.projections.slice(1, 2), phases: {} });
  expect(plain.svg).not.toMatch(/learns|dashed|excites/);
});
