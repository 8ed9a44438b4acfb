/** Runs every notebook without Jupyter: its code cells as one module, in a process of its own, on the built package. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly id: string;
  readonly source: readonly string[];
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}

const root = fileURLToPath(new URL("..", import.meta.url)).replaceAll("\\", "/");
const folder = `${root}notebooks`;

/** What the notebooks use of the Deno kernel. */
const kernel = `
const shown: Record<string, string>[] = [];
const Deno = {
  jupyter: {
    html: (text: TemplateStringsArray, ...values: unknown[]) => ({ "text/html": String.raw({ raw: text }, ...values) }),
    display: async (what: Record<string, string>, _options?: { raw: boolean }) => void shown.push(what),
  },
};
const value = (what: unknown) => void (what && shown.push(what as Record<string, string>));
`;

describe.each(readdirSync(folder).filter(name => name.endsWith(".ipynb")))("%s", name => {
  const notebook = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  const code = (notebook.cells as Cell[]).filter(cell => cell.cell_type === "code");
  // Standard error tells which cell was reached, standard output what the cells showed.
  const program = [
    kernel,
    ...code.map(cell => `console.error("cell ${cell.id}");\n${valueOfLast(cell.source.join(""))}`),
    "console.log(JSON.stringify(shown));",
  ].join("\n");

  test("is stored for the Deno kernel and without outputs", () => {
    expect(notebook.metadata.kernelspec.name).toBe("deno");
    for (const cell of code) expect(cell).toMatchObject({ outputs: [], execution_count: null });
  });

  test("imports the package's public API and nothing else", () => {
    const imports = ts.preProcessFile(program).importedFiles.map(file => file.fileName);
    expect(new Set(imports)).toEqual(new Set(["threefactor"]));
  });

  test("agrees with the types of the public API", () => {
    expect(typeErrors(`${folder}/${name}.ts`, program)).toEqual([]);
  });

  test("runs from top to bottom and draws numbers", () => {
    const { outputText } = ts.transpileModule(program, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    // From standard input, a module resolves its imports from the working directory: here, by the package's own name.
    const run = spawnSync(process.execPath, ["--input-type=module", "-"], {
      cwd: root,
      input: outputText,
      encoding: "utf8",
    });
    expect(run.status, run.stderr).toBe(0);
    const shown: Record<string, string>[] = JSON.parse(run.stdout.trimEnd().split("\n").at(-1)!);
    const figures = shown.flatMap(output => output["text/html"] ?? []);
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) expect(figure).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

/** As a kernel does: shows the value of a cell's last statement, when that is an expression. */
function valueOfLast(source: string): string {
  const last = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2023).statements.at(-1);
  if (!last || !ts.isExpressionStatement(last)) return source;
  const { pos, end } = last.expression;
  return `${source.slice(0, pos)}\nvalue(${source.slice(pos, end)});`;
}

/** Type-checks a module that is on no disk. */
function typeErrors(path: string, text: string): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = file => file === path || fileExists(file);
  host.getSourceFile = (file, version, ...rest) =>
    file === path ? ts.createSourceFile(file, text, version) : getSourceFile(file, version, ...rest);
  const program = ts.createProgram([path], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, start, messageText }) =>
      [file && start !== undefined && text.slice(start).split("\n")[0], messageText]
        .map(part => (typeof part === "object" ? ts.flattenDiagnosticMessageText(part, "\n") : part))
        .join(": "),
    );
}
