// Compiles the AssemblyScript kernels and writes them, inlined, into wasm.ts, with the types of what they export: no asset
// to find at run time, in Node, bundlers, workers or notebooks.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = path => fileURLToPath(new URL(path, import.meta.url));
const sources = [
  "sweep",
  "step",
  "ode",
  "rows",
  "double",
  "poisson",
  "stdp",
  "modes",
  "shots",
  "windows",
  "delta",
  "pairs",
  "batch",
  "single",
  "singleLearn",
  "rateCode",
  "instant",
  "optimise",
].map(name => `assembly/${name}.ts`);

/** One build in memory of its own, one in memory that worker threads share. */
async function compile(...flags) {
  const files = {};
  const { error, stderr } = await asc.main(
    [
      ...sources,
      ...["--outFile", "kernels.wasm", "-O3", "--enable", "simd", "--runtime", "stub"],
      ...["--importMemory", "--noAssert", "--bindings", "raw", ...flags],
    ],
    {
      readFile: name => (existsSync(here(name)) ? readFileSync(here(name), "utf8") : null),
      writeFile: (name, contents) => {
        files[name] = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) {
    process.stderr.write(stderr.toString());
    process.exit(1);
  }
  const types = [...files["kernels.d.ts"].matchAll(/export function (.*;)/g)].map(
    ([, line]) => `  ${line}\n`,
  );
  return { base64: Buffer.from(files["kernels.wasm"]).toString("base64"), types: types.join("") };
}

const shared = ["--sharedMemory", "--enable", "threads", "--initialMemory", "1", "--maximumMemory", "65536"];
const { base64, types } = await compile();
const text = `// Made by build.mjs from assembly/; do not edit.
export interface Kernels {
${types}}
export const wasmBase64 =
  "${base64}";
export const sharedWasmBase64 =
  "${(await compile(...shared)).base64}";
`;
const target = here("wasm.ts");
let before = "";
try {
  before = readFileSync(target, "utf8");
} catch {}
if (before !== text) writeFileSync(target, text);
