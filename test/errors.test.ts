import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { complain, jsonText } from "../src/cli/terminal.ts";
import { shown, visible } from "../src/errors.ts";
import { pictureToSvg } from "../src/io/picture/svg.ts";
import { formatTable } from "../src/report/table.ts";
import { resultsOf, runOf } from "./report/fixture.ts";

/** One of each kind of what is obeyed instead of shown, and what it becomes. */
const hidden: [kind: string, text: string, seen: string][] = [
  ["an escape sequence", "a\x1b[31m", "a\\u001b[31m"],
  ["a title", "\x1b]0;t\x07", "\\u001b]0;t\\u0007"],
  ["ends of lines", "a\nb\r\u0085\u2028\u2029", "a\\u000ab\\u000d\\u0085\\u2028\\u2029"],
  ["a sequence of one character", "\u009b2J\x7f", "\\u009b2J\\u007f"],
  ["marks of direction", "\u202eabc\u2066\u200f\u061c", "\\u202eabc\\u2066\\u200f\\u061c"],
  ["half a character", "\ud83d", "\\ud83d"],
];

test.each(hidden)(
  "%s is seen instead of obeyed, in a line, a message, a document, a table and a picture",
  (_, text, seen) => {
    expect(visible(text)).toBe(seen);
    expect(visible(shown(text))).toBe(shown(text));
    const document = jsonText({ [text]: [text] });
    expect(JSON.parse(document)).toEqual({ [text]: [text] });
    for (const line of document.split("\n")) expect(visible(line)).toBe(line);
    const [, row, ...more] = formatTable(resultsOf(runOf(text, "rate", 0.5))).split("\n");
    expect(row.startsWith(`${seen} `)).toBe(true);
    expect(more).toEqual([]);
    const picture = { width: 1, height: 1, title: text, shapes: [] };
    expect(pictureToSvg(picture)).toContain(`<title>${seen}</title>`);
  },
);

test("an error is one line of less than 500 characters, however long a name in it is", () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  complain(`${"x\n".repeat(4000)}: expected a file`, 2);
  complain(`${"\x1b".repeat(4000)}: expected a file`, 2);
  const lines = written.mock.calls.map(([line]) => String(line));
  const { exitCode } = process;
  process.exitCode = undefined;
  vi.restoreAllMocks();
  expect(exitCode).toBe(2);
  for (const line of lines) {
    expect(line.length).toBeLessThan(500);
    expect(line).toMatch(/^threefactor: .* … .*: expected a file\n$/);
  }
});

test("letters of all languages, and pictures among them, stay as they are", () => {
  const text = "Grüße, Ω µs, 日本語, العربية, עברית, 👩‍🔬, e\u0301";
  expect(visible(text)).toBe(text);
});

test("nothing that a terminal obeys is left of any text, and what was seen is seen as it was", () => {
  const any = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(any, text => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(visible(visible(text))).toBe(visible(text));
    }),
  );
});
