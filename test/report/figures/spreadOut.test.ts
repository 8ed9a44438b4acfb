import { expect, test } from "vitest";
import { spreadOut } from "../../../src/report/figures/spreadOut.ts";

test("positions with room stay where they are", () => {
  expect(spreadOut([0, 2, 5], 1, 0, 10)).toEqual([0, 2, 5]);
});

test("a cluster opens evenly around its middle", () => {
  expect(spreadOut([5, 5, 5], 1, 0, 10)).toEqual([4, 5, 6]);
});

test("a cluster at the edge stays inside", () => {
  expect(spreadOut([10, 10], 1, 0, 10)).toEqual([9, 10]);
  expect(spreadOut([0, 0], 1, 0, 10)).toEqual([0, 1]);
});
