import fc from "fast-check";
import { expect, test } from "vitest";
import { wrapped } from "../../src/cli/document.ts";

test("lines end between words, and further ones are indented", () => {
  expect(wrapped("  one two three four", "    ", 11)).toEqual(["  one two", "    three", "    four"]);
  expect(wrapped("short")).toEqual(["short"]);
});

test("no word is lost, and no line is too long that could be shorter", () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 8, max: 40 }), (words, width) => {
      const lines = wrapped(words.join(" "), "  ", width);
      expect(lines.map(line => line.trim()).join(" ")).toBe(words.join(" "));
      for (const line of lines) if (line.trim().includes(" ")) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
