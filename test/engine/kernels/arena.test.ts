import { expect, test } from "vitest";
import { Arena } from "../../../src/engine/kernels/arena.ts";

test("space is on boundaries of 16 bytes, zero, and kept while memory grows", () => {
  for (const shared of [false, true]) {
    const arena = new Arena(shared);
    const [small, large] = [arena.take(3), arena.take(2 ** 26)];
    expect([small % 16, large - small, arena.used - large]).toEqual([0, 16, 2 ** 26]);
    arena.view(Uint8Array, small, 3).fill(7);
    const more = arena.take(2 ** 26);
    expect([...arena.view(Uint8Array, small, 4)]).toEqual([7, 7, 7, 0]);
    expect(arena.view(Uint8Array, more, 2 ** 26).every(byte => byte === 0)).toBe(true);
  }
});

test("a network that is too large for the memory of the kernels is refused in one line", () => {
  const arena = new Arena();
  expect(() => arena.take(5 * 2 ** 30)).toThrow(
    "network: expected one that fits into the 4 GiB of the kernels, got one that needs more than 5.0 GiB; the exact mode of Simulation has no such limit",
  );
});
