import { afterEach, expect, test, vi } from "vitest";

const platform = (globalThis as unknown as { WebAssembly: { Module: unknown } }).WebAssembly;
const { Module } = platform;
afterEach(() => {
  platform.Module = Module;
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
