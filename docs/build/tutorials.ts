import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";

/**
 * A tutorial is a script for Node in which comments that begin with `md` are its text, in Markdown, and what stands between
 * them is its code. One source makes the page, with what the code prints and draws, and the notebook.
 */
export interface Cell {
  readonly kind: "text" | "code";
  readonly source: string;
}

export function cellsOf(script: string): Cell[] {
  return script.split(/^(\/\* md\n[\s\S]*?^\*\/)$/m).flatMap((part): Cell[] => {
    const text = /^\/\* md\n([\s\S]*?)\n?\*\/$/.exec(part);
    const source = (text?.[1] ?? part).replace(/^\s*\n|\s+$/g, "");
    return source === "" ? [] : [{ kind: text ? "text" : "code", source }];
  });
}

/** Pictures that a cell writes. */
export function figuresOf({ source }: Cell): string[] {
  return [...source.matchAll(/writeFileSync\("([\w-]+\.svg)"/g)].map(([, name]) => name);
}

/** Before what a cell prints. */
const MARK = "\u0001cell";

/**
 * Runs a tutorial as it is, in a process of its own, on the built package.
 * @param folder  within this package, where its files go
 * @returns       what each cell printed
 * @throws Error  with the tutorial's words when it fails
 */
export async function runTutorial(path: string, folder: string): Promise<string[]> {
  const cells = cellsOf(readFileSync(path, "utf8"));
  const marked = cells.map(({ kind, source }, n) =>
    kind === "code" ? `console.log(${JSON.stringify(MARK)} + ${n});\n${source}` : "",
  );
  const { outputText } = ts.transpileModule(marked.join("\n"), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  // A file of its own: threads that it starts are given the options that it was started with.
  const module = join(folder, `${basename(path, ".ts")}.mjs`);
  writeFileSync(module, outputText);
  const printed = await output(basename(module), folder, path);
  rmSync(module);
  const shown = cells.map(() => "");
  for (const part of printed.split(MARK).slice(1)) {
    const [, n, text] = /^(\d+)\n([\s\S]*)$/.exec(part)!;
    shown[Number(n)] = text.trimEnd();
  }
  return shown;
}

function output(file: string, cwd: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [file], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let [out, errors] = ["", ""];
    run.stdout.on("data", data => (out += data));
    run.stderr.on("data", data => (errors += data));
    run.on("error", reject);
    run.on("close", code =>
      code === 0 ? resolve(out) : reject(new Error(`${name}: ended with ${code}\n${errors}`)),
    );
  });
}

/** The page in Markdown. */
export function tutorialPage(path: string, cells: readonly Cell[], printed: readonly string[]): string {
  const name = basename(path, ".ts");
  const parts = cells.flatMap((cell, n) => {
    if (cell.kind === "text") return [cell.source];
    const out = printed[n] === "" ? [] : [`\`\`\`text output\n${printed[n]}\n\`\`\``];
    const figures = figuresOf(cell).map(
      figure => `<figure><img src="${figure}" alt="${alternative(figure)}"></figure>`,
    );
    return [`\`\`\`ts\n${cell.source}\n\`\`\``, ...out, ...figures];
  });
  const note = `<p class="note">This page is the script <a href="../files/docs/tutorials/${name}.ts.html"><code>docs/tutorials/${name}.ts</code></a> and what it printed and drew when this page was made. <code>node docs/tutorials/${name}.ts</code> runs it from Node 22.18 on, after <code>npm run build</code>; as a <a href="${name}.ipynb" download>notebook</a> it runs in Jupyter's Deno kernel.</p>`;
  return [parts[0], note, ...parts.slice(1)].join("\n\n");
}

function alternative(figure: string): string {
  return `Figure: ${figure.replace(/\.svg$/, "").replaceAll("-", " ")}`;
}

/** The notebook for the Deno kernel, without outputs. */
export function tutorialNotebook(cells: readonly Cell[]): object {
  return {
    cells: cells.map((cell, n) => {
      const shown = figuresOf(cell).map(
        figure =>
          `await Deno.jupyter.display({ "image/svg+xml": Deno.readTextFileSync("${figure}") }, { raw: true });`,
      );
      const source = [cell.source, ...shown].join("\n").split(/(?<=\n)/);
      const common = { id: `${cell.kind}-${n}`, metadata: {}, source };
      return cell.kind === "text"
        ? { cell_type: "markdown", ...common }
        : { cell_type: "code", ...common, execution_count: null, outputs: [] };
    }),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
