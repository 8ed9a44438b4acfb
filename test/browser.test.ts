import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as library from "../src/browser.ts";
import { loadDataset } from "../src/data/index.ts";
import { whyNoCircuit } from "../src/rules/index.ts";
import { chromium, visit } from "./browser/chromium.ts";
import { circuitsLearn, type Digits, learned } from "./browser/rules.ts";
import { scenarios } from "./browser/scenarios.ts";

const at = (path: string) => new URL(`../${path}`, import.meta.url);
const text = (path: string) => readFileSync(at(path), "utf8");
const folder = "dist/browser";
const bundle = `${folder}/threefactor.js`;
/** A module of the tests, as a page can run it. */
const plain = (path: string) =>
  ts.transpileModule(text(path), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  }).outputText;

/**
 * Counts every call of a compiled kernel, then computes all scenarios and sends what comes out, lets all rules learn
 * spikes and all circuits the digits, and only then loads tensors.
 */
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
  const library = await import("/library/threefactor.js");
  const { scenarios } = await import("/scenarios.js");
  const events = {};
  for (const [name, compute] of Object.entries(scenarios(library))) {
    calls[current = name] = {};
    const { file, synapticEvents } = compute();
    events[name] = synapticEvents;
    await send("/" + encodeURIComponent(name), file);
  }
  const { circuitsLearn, learned } = await import("/rules.js");
  calls[current = "rules"] = {};
  await send("/spike", learned(library, "spike"));
  const digits = await (await fetch("/digits")).json();
  await send("/circuit", circuitsLearn(library, digits));
  const loaded = () => performance.getEntriesByType("resource").map(({ name }) => name.split("/library/")[1]);
  const before = loaded();
  const backend = await library.selectBackend();
  await send("/rate", learned(library, "rate"));
  const after = loaded();
  await library.selectBackend("cpu");
  await send("/cpu", learned(library, "rate"));
  await send("/done", JSON.stringify({ calls, events, before, backend, after }));
} catch (error) {
  await send("/failed", String(error?.stack ?? error));
}
`;

/** Kernels that a scenario must have used; any, where none is named. */
const kernels: Readonly<Record<string, readonly string[]>> = {
  "CUBA, exact": ["modesInOrder", "nextCrossing"],
  "CUBA, grid": ["stepCurrents", "deliver"],
  "learning, grid": ["stepMembrane", "deliver", "stdp", "poisson"],
  "learning, grid, two workers": ["stepMembrane", "deliver", "stdp", "poisson"],
  "feed-forward": [],
};

test("all rules' spiking forms weigh less than 350 kB in a page, compressed", () => {
  expect(gzipSync(readFileSync(at(bundle)), { level: 9 }).length).toBeLessThan(350_000);
});

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
    test("gives the spikes of Node with the compiled kernels, bit for bit, and the weights of all forms of rules", async () => {
      const { train } = await loadDataset("digits", { trainSamples: 6 });
      const digits: Digits = {
        rules: library.rules.filter(rule => whyNoCircuit(rule) === null).map(({ name }) => name),
        intensities: [...train.intensities],
        labels: [...train.labels],
      };
      const files = readdirSync(at(folder)).map(name => [
        `/library/${name}`,
        readFileSync(at(`${folder}/${name}`)),
      ]);
      const sent = await visit({
        "/": '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
        "/page.js": page,
        "/scenarios.js": plain("test/browser/scenarios.ts"),
        "/rules.js": plain("test/browser/rules.ts"),
        "/digits": JSON.stringify(digits),
        ...Object.fromEntries(files),
      });
      const { calls, events, before, backend, after } = JSON.parse(Buffer.from(sent.get("done")!).toString());
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

      // Every rule's weights, in both forms.
      const numbers = (name: string) => {
        const bytes = sent.get(name)!;
        return new Float32Array(Uint8Array.from(bytes).buffer);
      };
      expect(numbers("spike")).toEqual(learned(library, "spike"));
      const circuits = circuitsLearn(library, digits);
      expect(circuits.length).toBeGreaterThan(1000 * digits.rules.length);
      expect(numbers("circuit")).toEqual(circuits);
      expect(before.filter((name: string) => /tfjs|starters/.test(name))).toEqual([]);
      expect(backend).toBe("wasm");
      expect(after).toContain("tfjs-backend-wasm-simd.wasm");
      await library.selectBackend("wasm");
      const rate = learned(library, "rate");
      expect(rate.length).toBeGreaterThan(10_000);
      expect(numbers("rate")).toEqual(rate);
      // Plain JavaScript takes its exponentials from the engine.
      const worst = numbers("cpu").reduce((most, value, n) => Math.max(most, Math.abs(value - rate[n])), 0);
      expect(worst).toBeLessThan(1e-4);
    });
  },
);
