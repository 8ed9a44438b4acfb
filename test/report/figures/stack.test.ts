import { expect, test } from "vitest";
import { stack, stackMargin, yAxis } from "../../../src/report/figures/stack.ts";

test("rows fill the figure from the top without touching", () => {
  const { height, domains, annotations } = stack([
    { heading: "a <b>", height: 76 },
    { heading: "b", height: 76 },
  ]);
  expect(height).toBe(200 + stackMargin.t + stackMargin.b);
  expect(domains[0][0]).toBeCloseTo(0.5);
  expect(domains[0][1]).toBeCloseTo(0.88);
  expect(domains[1][0]).toBe(0);
  expect(domains[1][1]).toBeCloseTo(0.38);
  expect(annotations[0]).toMatchObject({ text: "a &lt;b&gt;", y: domains[0][1] });
});

test("axes are named as Plotly counts them", () => {
  expect([yAxis(0, "y"), yAxis(1, "y"), yAxis(2, "yaxis")]).toEqual(["y", "y2", "yaxis3"]);
});
