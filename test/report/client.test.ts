import { expect, test } from "vitest";
import { clientScript } from "../../src/report/client.ts";

test("the browser's script is valid JavaScript and loads nothing", () => {
  expect(() => new Function(clientScript)).not.toThrow();
  expect(clientScript).not.toMatch(/fetch\(|XMLHttpRequest|import\(|https?:/);
});
