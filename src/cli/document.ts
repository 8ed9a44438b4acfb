import { writeAtomic } from "../files/atomic.ts";
import type { Flags } from "./options.ts";
import { jsonText, print, printJson } from "./terminal.ts";
import { writable } from "./writable.ts";

/** Options of the commands whose answer is one JSON document, or lines that say the same. */
export const documentOptions = {
  seed: { takes: "<n>", help: "taken by every command; nothing here is random" },
  json: { help: "print one JSON document and nothing else" },
  out: { takes: "<file>", help: "also write the JSON document to this file" },
} as const;

export async function show(
  document: object,
  lines: readonly string[],
  { json, out }: Flags<typeof documentOptions>,
): Promise<void> {
  if (out !== undefined)
    await writable(out, "a file that can be written", () => writeAtomic(out, jsonText(document)));
  if (json) printJson(document);
  else print(...lines);
}

/** Lines of a table, whose columns are those of its first row; shorter rows may be wider. */
export function aligned([head, ...rows]: readonly (readonly string[])[]): string[] {
  const whole = [head, ...rows.filter(row => row.length === head.length)];
  const widths = head.map((_, c) => Math.max(...whole.map(row => row[c].length)));
  return [head, ...rows].map(row =>
    row
      .map((cell, c) => cell.padEnd(widths[c]))
      .join("  ")
      .trimEnd(),
  );
}

/** A text in lines of at most so many characters, broken between words; all but the first begin with `indent`. */
export function wrapped(text: string, indent = "", width = 80): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === "") line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}
