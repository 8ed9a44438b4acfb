import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** What whoever installs the package gets: the built files, in processes and compilers of their own. */
const built = (file: string) => new URL(`../dist/src/${file}`, import.meta.url);

/** Says every module that is imported or required on a line of the output. */
const watching = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  export const load = (url, context, next) => {
    writeSync(1, "loads " + url + "\\n");
    return next(url, context);
  };
`)}`;
const watch = `data:text/javascript,${encodeURIComponent(`
  import Module, { register } from "node:module";
  import { writeSync } from "node:fs";
  register(${JSON.stringify(watching)});
  const { _load } = Module;
  Module._load = (name, parent, main) => {
    writeSync(1, "loads " + Module._resolveFilename(name, parent, main) + "\\n");
    return _load(name, parent, main);
  };
`)}`;

/** Modules that a process loads, by their path in the package or the name of theirs. */
function loaded(...args: string[]): string[] {
  const output = execFileSync(process.execPath, ["--import", watch, ...args], { encoding: "utf8" });
  const urls = [...output.matchAll(/^loads (.*)$/gm)].map(match => match[1]);
  return urls.map(
    url => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url.split("/dist/")[1] ?? url,
  );
}
const script = (text: string) =>
  loaded(
    "--input-type=module",
    "--eval",
    `import * as library from ${JSON.stringify(built("index.js"))};${text}`,
  );

describe("what is loaded", () => {
  test("by simulations and by rules that learn spikes: no tensor library, no parser but the project's own", () => {
    const modules = script(`
      const { describe, network, networkModels, Simulation, rules, createTrainer } = library;
      new Simulation(network(describe(networkModels.cuba).spec)).run(1);
      const part = { count: 2, intensities: Float32Array.of(0, 1, 1, 0.5), labels: Uint8Array.of(0, 1) };
      const data = { name: "two", inputs: 2, classes: 2, shape: [1, 2], train: part, validation: part, test: part };
      const settings = {
        ...{ sizes: [2, 3, 2], seed: 1, epochs: 1, batch: 2, learningRate: 0.1, schedule: "linear" },
        ...{ encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20, vThreshold: 0.1, maxSpikes: 9 },
      };
      for (const { name } of rules) {
        const trainer = createTrainer({ rule: name, twin: "spike", settings }, data);
        trainer.learn(Uint32Array.of(0, 1), 0.1, 0);
        trainer.evaluate(part);
      }
    `);
    expect(modules).toContain("src/engine/simulation.js");
    expect(modules).toContain("src/rules/dfa.js");
    expect(modules.filter(name => /^@tensorflow|^mathjs$/.test(name))).toEqual([]);
  });

  test("by a backend: the core of TensorFlow.js and that backend", () => {
    const modules = script('await library.selectBackend("cpu")').filter(name =>
      name.startsWith("@tensorflow/"),
    );
    expect([...new Set(modules)].sort()).toEqual(["@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs-core"]);
  });

  test("by the program's help: none of its commands", () => {
    const modules = loaded(fileURLToPath(built("cli/main.js")), "--help");
    expect(modules).toContain("src/cli/main.js");
    expect(
      modules.filter(name => /^src\/(engine|rules|rate|io|report|training|description)\//.test(name)),
    ).toEqual([]);
  });
});

test.each([
  ["Node", ["lib.es2023.d.ts"]],
  ["a page", ["lib.es2023.d.ts", "lib.dom.d.ts"]],
])("declarations are right in a strict project for %s that checks those of its libraries", (_, lib) => {
  const program = ts.createProgram(
    ["index.d.ts", "browser.d.ts"].map(file => fileURLToPath(built(file))),
    {
      ...{
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
      },
      ...{ target: ts.ScriptTarget.ES2023, lib, types: [], noEmit: true },
      ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    },
  );
  const found = ts.getPreEmitDiagnostics(program);
  expect(ts.formatDiagnostics(found, ts.createCompilerHost({}))).toBe("");
  expect(program.getSourceFiles().some(({ fileName }) => fileName.includes("rate/network.d.ts"))).toBe(true);
  // Whoever installs the package has not those that it only builds with.
  expect(
    program.getSourceFiles().filter(({ fileName }) => /@tensorflow|mathjs|@types/.test(fileName)),
  ).toEqual([]);
});

test("a tarball of the package holds what is built, its schema and its papers, and nothing else", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const words = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const packed = execFileSync("npm", words, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ files, size }]: { files: { path: string }[]; size: number }[] = JSON.parse(packed);
  const paths = files.map(({ path }) => path);
  const built =
    /^dist\/(?:src|models)\/[\w./-]+\.(?:js|d\.ts)$|^dist\/(?:browser|web)\/[\w./-]+\.(?:js|wasm|css|html|gz)$/;
  const papers =
    /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|schemas\/sweep\.schema\.json|dist\/src\/data\/digits\.csv\.gz)$/;
  expect(paths.filter(path => !built.test(path) && !papers.test(path))).toEqual([]);
  for (const path of [
    "dist/src/cli/main.js",
    "dist/src/index.d.ts",
    "dist/browser/threefactor.js",
    "LICENSE",
  ])
    expect(paths).toContain(path);
  expect(size).toBeLessThan(3e6);
});
