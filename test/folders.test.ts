import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Who may import whom, upwards only. A folder without an entry may not be imported at all: a new one is added here.
 * `types`: the same for imports that are gone at run time.
 */
const may: Record<string, { imports: readonly string[]; types?: readonly string[] }> = {
  math: { imports: [] },
  files: { imports: [] },
  engine: { imports: ["math"] },
  encoding: {
    imports: ["math", "engine/record/spikeTrain", "engine/kernels/rateCode"],
    types: ["engine", "data/dataset"],
  },
  rate: { imports: ["math", "engine/network/architecture", "engine/kernels/patches"] },
  feedback: {
    imports: [
      "math",
      "engine/network/architecture",
      "engine/network/pools",
      "engine/network/synapses/runs",
      "rate/ops",
    ],
  },
  rules: { imports: ["math", "engine", "encoding", "rate", "feedback"], types: ["description"] },
  audit: {
    imports: ["math", "engine", "rate", "rules", "encoding", "training"],
    types: ["data", "description"],
  },
  // A set of event recordings is read by the readers of such files.
  data: { imports: ["math", "files", "io/events"] },
  training: {
    imports: ["math", "files", "engine", "encoding", "rate", "feedback", "rules", "description", "data"],
  },
  analysis: { imports: ["math", "engine"] },
  // Of a stream it names encoders, and takes samples as arrays.
  description: { imports: ["math", "engine", "encoding", "data/arrays"], types: ["data/dataset"] },
  io: { imports: ["math", "engine", "files"] },
  report: { imports: ["math", "encoding/current"], types: ["engine", "training/results"] },
  models: { imports: ["math", "engine"], types: ["description"] },
};
/** Everybody may import these; they import each other only. */
const below = ["errors", "registry"];
/** Nobody imports these; they import whatever they combine. */
const tops = ["cli", "web", "sweep", "browser", "index"];

/** Packages that only some folders may use. */
const packages: { pattern: RegExp; folders: readonly string[]; except?: readonly string[] }[] = [
  { pattern: /^node:/, folders: ["cli", "files", "io", "data", "sweep"] },
  { pattern: /^@tensorflow\//, folders: ["rate"] },
  { pattern: /^commander$/, folders: ["cli"] },
  { pattern: /^mathjs/, folders: ["description"] },
  { pattern: /^plotly/, folders: ["cli", "web"] },
];
/**
 * The report's page names its scripts by their checksums. tfjs-node needs two functions of node:util back before it
 * loads; WebGPU in Node has a thread of its own; TensorFlow.js is
 * loaded by `require`; modules of a user's are imported; batches are spread over threads. The
 * playground carries a compiled file of TensorFlow.js.
 */
const exceptions = [
  "src/report/page.ts node:crypto",
  "src/rate/starters.ts node:util",
  "src/rate/graphics.ts node:module",
  "src/rate/graphics.ts node:url",
  "src/rate/graphics.ts node:worker_threads",
  "src/rate/graphicsWorker.ts node:worker_threads",
  "src/rate/tensorflow.ts node:module",
  "src/training/plugins.ts node:module",
  "src/training/plugins.ts node:path",
  "src/training/plugins.ts node:url",
  "src/training/replica.ts node:worker_threads",
  "src/training/workers.ts node:worker_threads",
  "src/web/worker/data.ts @tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?bytes",
];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sources(): string[] {
  return ["src", "models"].flatMap(top =>
    readdirSync(join(root, top), { recursive: true, encoding: "utf8" })
      .filter(name => name.endsWith(".ts"))
      .map(name => posix.join(top, ...name.split(sep))),
  );
}

/** Every import and re-export of a file, those within functions and types too. */
function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier && ts.isStringLiteral(specifier)) found.push({ file, target: specifier.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const onlyTypes =
        named && ts.isNamedImports(named) && !clause.name && named.elements.every(e => e.isTypeOnly);
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes === true);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest));
  return found;
}

/** Those of all sources: parsing them takes seconds. */
const imports = sources().flatMap(importsOf);

/** `src/engine/network/neurons/lif.ts` is engine/network/neurons/lif, `models/index.ts` models/index. */
function placeOf(file: string): string {
  return file.replace(/^src\//, "").replace(/\.ts$/, "");
}

const folderOf = (place: string) => place.split("/")[0];
const within = (place: string, folder: string) => place === folder || place.startsWith(`${folder}/`);

/** What is wrong with an import, or null. */
function fault({ file, target, typeOnly }: Import): string | null {
  const from = placeOf(file);
  const own = folderOf(from);
  if (!target.startsWith(".")) {
    const rule = packages.find(({ pattern }) => pattern.test(target));
    const fine = !rule || rule.folders.includes(own) || exceptions.includes(`${file} ${target}`);
    return fine ? null : `${file} imports ${target}: only ${rule.folders.join(", ")} may`;
  }
  const to = targetOf({ file, target, typeOnly });
  if (below.includes(to) || folderOf(to) === own) return null;
  if (below.includes(from)) return `${file} imports ${to}: it stands below everything`;
  // All of the package is what a page can use, and more.
  if (from === "index" && to === "browser") return null;
  if (tops.includes(folderOf(to))) return `${file} imports ${to}: nothing may`;
  if (tops.includes(own)) return null;
  const { imports, types = [] } = may[own] ?? { imports: [] };
  const allowed = typeOnly ? [...imports, ...types] : imports;
  if (allowed.some(folder => within(to, folder))) return null;
  return `${file} imports ${typeOnly ? "types of " : ""}${to}: ${own} may import ${allowed.join(", ") || "nothing"}`;
}

test("imports point upwards only, and packages are used where they belong", () => {
  expect(imports.map(fault).filter(Boolean)).toEqual([]);
});

test("an import that points the wrong way is found", () => {
  const faults = [
    { file: "src/math/rng.ts", target: "../engine/raster.ts", typeOnly: true },
    { file: "src/engine/simulation.ts", target: "../rules/index.ts", typeOnly: false },
    { file: "src/encoding/rate.ts", target: "../engine/simulation.ts", typeOnly: false },
    { file: "src/feedback/draw.ts", target: "../rate/network.ts", typeOnly: true },
    { file: "src/report/table.ts", target: "../training/train.ts", typeOnly: true },
    { file: "src/rules/bp.ts", target: "../cli/main.ts", typeOnly: false },
    { file: "src/training/train.ts", target: "../index.ts", typeOnly: false },
    { file: "src/errors.ts", target: "./math/rng.ts", typeOnly: false },
    { file: "src/engine/simulation.ts", target: "node:fs", typeOnly: false },
    { file: "src/rate/backend.ts", target: "node:fs", typeOnly: false },
    { file: "src/engine/simulation.ts", target: "@tensorflow/tfjs-core", typeOnly: true },
    { file: "src/rules/dfa.ts", target: "@tensorflow/tfjs-core", typeOnly: false },
  ].map(fault);
  expect(faults).not.toContain(null);
  const fine = [
    { file: "src/encoding/rate.ts", target: "../engine/exact/feedForward.ts", typeOnly: true },
    { file: "src/feedback/draw.ts", target: "../rate/ops.ts", typeOnly: false },
    { file: "src/cli/main.ts", target: "node:fs", typeOnly: false },
    { file: "src/rules/f3.ts", target: "../errors.ts", typeOnly: false },
    { file: "src/index.ts", target: "../models/index.ts", typeOnly: false },
  ].map(fault);
  expect(fine).toEqual([null, null, null, null, null]);
});

/** Where a relative import leads, as a place. */
const targetOf = ({ file, target }: Import) => placeOf(posix.join(posix.dirname(file), target));

/** The first circle of imports that is found, as the places on it; null where there is none. */
function circleOf(imports: readonly (readonly [from: string, to: string])[]): string[] | null {
  const next = new Map<string, string[]>();
  for (const [from, to] of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const from = (place: string): string[] | null => {
    if (path.includes(place)) return [...path.slice(path.indexOf(place)), place];
    if (done.has(place)) return null;
    path.push(place);
    for (const to of next.get(place) ?? []) {
      const found = from(to);
      if (found) return found;
    }
    path.pop();
    done.add(place);
    return null;
  };
  for (const place of next.keys()) {
    const found = from(place);
    if (found) return found;
  }
  return null;
}

test("no file imports itself by way of others, not even types", () => {
  const own = imports.filter(({ target }) => target.startsWith("."));
  expect(own.length).toBeGreaterThan(1000);
  expect(circleOf(own.map(one => [placeOf(one.file), targetOf(one)]))).toBeNull();
});

test("a circle of imports is found", () => {
  const circle = circleOf([
    ["a", "b"],
    ["b", "d"],
    ["a", "c"],
    ["c", "e"],
    ["e", "a"],
  ]);
  expect(circle).toEqual(["a", "c", "e", "a"]);
});

test("every random number comes from a seeded stream", () => {
  const careless = sources().filter(file => readFileSync(join(root, file), "utf8").includes("Math.random"));
  expect(careless).toEqual([]);
});

test("what a user reads goes through one file, where nothing in it is obeyed by a terminal", () => {
  // The help of commander's, whose text is ours, and a line that is drawn over and over.
  const own = ["src/cli/terminal.ts", "src/cli/main.ts", "src/cli/progress.ts"];
  const careless = sources().filter(
    file =>
      !own.includes(file) &&
      /\bprocess\.std(out|err)\b|\bconsole\.(log|info|warn|error)\(/.test(
        readFileSync(join(root, file), "utf8"),
      ),
  );
  expect(careless).toEqual([]);
});

test("no last bit is left to the platform", () => {
  // The tensor half is TensorFlow's; pictures and angles in degrees are for the eye.
  const free = /^src\/(rate|report|io\/picture)\/|^src\/math\/(elementary|matrix)\.ts$/;
  const careless = sources().filter(
    file =>
      !free.test(file) &&
      /\bMath\.(a?(sin|cos|tan)h?|atan2|exp|expm1|log|log1p|log2|log10|pow|cbrt|hypot)\b/.test(
        readFileSync(join(root, file), "utf8"),
      ),
  );
  expect(careless).toEqual([]);
});
