import { afterEach, expect, test, vi } from "vitest";
import { instantiate } from "../../../src/engine/kernels/module.ts";
import { plainly } from "../../plain/plainly.ts";

const platform = (globalThis as unknown as { WebAssembly: { Module: unknown } }).WebAssembly;
const { Module } = platform;
afterEach(() => {
  platform.Module = Module;
});

test("plain loops stand where kernels would", () => {
  const { memory, kernels } = plainly(() => instantiate(1));
  const ours = [
    kernels.stepCurrents,
    kernels.deliver,
    kernels.stdp,
    kernels.poisson,
    kernels.judge,
    kernels.inferBlock,
  ];
  for (const each of ours) expect(`${each}`).not.toContain("[native code]");
  for (const each of ours)
    expect(`${instantiate(1).kernels[each.name as "judge"]}`).toContain("[native code]");
  const vector = new Float32Array(memory.buffer, 1024, 4).fill(3);
  kernels.decay(1024, 4, 0.5, 1);
  expect([...vector]).toEqual([2.5, 2.5, 2.5, 2.5]);
});

test("a platform without vectors is told so in one line", async () => {
  vi.resetModules();
  const { instantiate } = await import("../../../src/engine/kernels/module.ts");
  platform.Module = class {
    constructor() {
      throw new Error("invalid value type 0x7b");
    }
  };
  for (const shared of [false, true])
    expect(() => instantiate(1, shared)).toThrow(
      "platform: expected WebAssembly with vectors of 128 bits (SIMD), as Node 20.19 and current browsers have, got " +
        "none: invalid value type 0x7b",
    );
});
