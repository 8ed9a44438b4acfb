import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as library from "../src/browser.ts";
import { chromium, visit } from "./browser/chromium.ts";
import { scenarios } from "./browser/scenarios.ts";

const text = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const bundle = "dist/threefactor.browser.js";

/** Counts every call of a compiled kernel, then computes all scenarios and sends what comes out. */
const page = `
const calls = {};
let current = null;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    const counted = Object.entries(super.exports).map(([name, of]) =>
      [name, typeof of === "function" ? (...values) => {
        calls[current][name] = (calls[current][name] ?? 0) + 1;
        return of(...values);
      } : of]);
    Object.defineProperty(this, "exports", { value: Object.fromEntries(counted) });
  }
};
const send = async (path, body) => { await fetch(path, { method: "POST", body }); };
try {
  const library = await import("/threefactor.browser.js");
  const { scenarios } = await import("/scenarios.js");
  const events = {};
  for (const [name, compute] of Object.entries(scenarios(library))) {
    calls[current = name] = {};
    const { file, synapticEvents } = compute();
    events[name] = synapticEvents;
    await send("/" + encodeURIComponent(name), file);
  }
  await send("/done", JSON.stringify({ calls, events, agent: navigator.userAgent }));
} catch (error) {
  await send("/failed", String(error?.stack ?? error));
}
`;

/** Kernels that a scenario must have used; any, where none is named. */
const kernels: Readonly<Record<string, readonly string[]>> = {
  "CUBA, exact": ["deliverRow"],
  "CUBA, grid": ["stepCurrents", "deliver"],
  "learning, grid": ["stepMembrane", "deliver", "stdp", "poisson"],
  "learning, grid, two workers": ["stepMembrane", "deliver", "stdp", "poisson"],
  "feed-forward": [],
};

test.each([
  ["the bundle", bundle],
  // mathjs creates all its functions when it is imported.
  ["the parser of expressions", "dist/src/description/parser.js"],
])("%s imports nothing", (_, file) => {
  const imports = ts
    .createSourceFile(file, text(file), ts.ScriptTarget.Latest)
    .statements.filter(
      statement => ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement),
    );
  expect(imports).toEqual([]);
});

describe.skipIf(!chromium)(
  `a page in ${chromium ?? "Chromium, of which there is none on the PATH or at CHROME_PATH"}`,
  () => {
    test("gives the spikes of Node with the compiled kernels, bit for bit", {
      timeout: 300_000,
    }, async () => {
      const { outputText } = ts.transpileModule(text("test/browser/scenarios.ts"), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
      });
      const sent = await visit(
        {
          "/": '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
          "/page.js": page,
          "/scenarios.js": outputText,
          "/threefactor.browser.js": text(bundle),
        },
        240_000,
      );
      const { calls, events } = JSON.parse(Buffer.from(sent.get("done")!).toString());
      for (const [name, compute] of Object.entries(scenarios(library))) {
        const { file, synapticEvents } = compute();
        const found = sent.get(encodeURIComponent(name))!;
        const raster = library.decodeRaster(file, "in Node");
        expect(raster.times.length, name).toBeGreaterThan(300);
        expect(events[name], name).toBe(synapticEvents);
        expect(library.decodeRaster(found, "in the page"), name).toEqual(raster);
        expect(Buffer.from(found).equals(file), `${name}: bytes`).toBe(true);
      }
      for (const [name, wanted] of Object.entries(kernels)) {
        expect(Object.keys(calls[name]), name).toEqual(expect.arrayContaining([...wanted]));
        expect(Object.keys(calls[name]).length, name).toBeGreaterThan(0);
      }
    });
  },
);
