import { expect, test } from "vitest";
import { backendTitle, selectBackend } from "../../src/rate/backend.ts";
import { train } from "../../src/training/train.ts";
import { settings, smallData } from "../rules/small.ts";

test("training chooses a backend where nobody has, and keeps the one that was chosen", async () => {
  const plan = { rule: "bp", twin: "rate", settings } as const;
  await train(plan, smallData());
  expect(["tfjs-node", "wasm"]).toContain(backendTitle());
  await selectBackend("cpu");
  await train(plan, smallData());
  expect(backendTitle()).toBe("cpu");
});
