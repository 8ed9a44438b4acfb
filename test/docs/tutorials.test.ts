import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import {
  cellsOf,
  figuresOf,
  runTutorial,
  tutorialNotebook,
  tutorialPage,
} from "../../docs/build/tutorials.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replaceAll("\\", "/");
const folder = `${root}docs/tutorials`;
const paths = readdirSync(folder)
  .sort()
  .map(name => `${folder}/${name}`);
// A program finds the package by its own name from within it.
mkdirSync(`${root}dist`, { recursive: true });
const scratch = mkdtempSync(`${root}dist/tutorials-`);
afterAll(() => rmSync(scratch, { recursive: true }));

test("there are nine, in order", () => {
  expect(paths.map(path => basename(path).slice(0, 2))).toEqual([
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
  ]);
});

describe.each(paths.map(path => [basename(path), path]))("%s", (_, path) => {
  const cells = cellsOf(readFileSync(path, "utf8"));
  const code = cells.filter(({ kind }) => kind === "code");
  const figures = code.flatMap(figuresOf);

  test("begins with a heading, and imports the package's public API and Node's own modules alone", () => {
    expect(cells[0]).toMatchObject({ kind: "text", source: expect.stringMatching(/^# \w/) });
    const imports = ts.preProcessFile(code.map(({ source }) => source).join("\n")).importedFiles;
    for (const { fileName } of imports) expect(fileName).toMatch(/^(?:threefactor|node:\w+)$/);
  });

  test("runs as it stands, prints and draws, and its text says no number that it has not", async () => {
    const printed = await runTutorial(path, scratch);
    expect(printed.join("").length).toBeGreaterThan(20);
    for (const figure of figures) {
      const svg = readFileSync(`${scratch}/${figure}`, "utf8");
      expect(svg).toMatch(/^<svg /);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
    const known = new Set(numbers([...code.map(({ source }) => source), ...printed].join("\n")));
    for (const { kind, source } of cells)
      if (kind === "text")
        for (const number of numbers(said(source))) expect(known, source).toContain(number);
    const page = tutorialPage(path, cells, printed);
    for (const output of printed) expect(page).toContain(output);
  });

  test("is a notebook for the Deno kernel too, with the same code", () => {
    const notebook = tutorialNotebook(cells) as {
      metadata: { kernelspec: { name: string } };
      cells: { cell_type: string; source: string[]; outputs?: unknown[] }[];
    };
    expect(notebook.metadata.kernelspec.name).toBe("deno");
    expect(
      notebook.cells.map(({ source }) => source.join("").startsWith(cells[0].source.slice(0, 4)))[0],
    ).toBe(true);
    notebook.cells.forEach(({ source, cell_type: type, outputs }, n) => {
      expect(source.join("").startsWith(cells[n].source)).toBe(true);
      expect(type === "code" ? outputs : []).toEqual([]);
    });
  });
});

/** Without blocks of other programs, words of code, links, references to papers and names of formats. */
function said(text: string): string {
  return text
    .replace(/```[\s\S]*?```/g, "")
    .replace(/`[^`]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/\([^()]*\b(?:19|20)\d\d\b[^()]*\)/g, "");
}

function numbers(text: string): string[] {
  const plain = text.replace(/(?<=\d)[,_](?=\d{3})/g, "");
  return [...plain.matchAll(/(?<![\w.])\d+(?:\.\d+)?(?!\w)/g)].map(([number]) => String(Number(number)));
}
