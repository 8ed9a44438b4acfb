// Compiles the AssemblyScript kernels and writes them, inlined, into wasm.ts, with the types of what they export: no asset
// to find at run time, in Node, bundlers, workers or notebooks. What wasm.ts was made of is in its first line: where that is
// what lies here there is nothing to do (but with --anew).
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
  "arrivals",
  "expWindows",
  "batch",
  "single",
  "singleLearn",
  "singleFixed",
  "rateCode",
  "instant",
  "draws",
  "optimise",
  "patches",
].map(name => `assembly/${name}.ts`);

const target = here("wasm.ts");
const before = existsSync(target) ? readFileSync(target, "utf8") : "";
const made = createHash("sha256").update(asc.version ?? "");
for (const file of [
  "build.mjs",
  ...readdirSync(here("assembly"))
    .sort()
    .map(name => `assembly/${name}`),
])
  made.update(readFileSync(here(file), "utf8").replaceAll("\r", ""));
const head = `// Made by build.mjs from assembly/, ${made.digest("hex")}; do not edit.\n`;
if (before.startsWith(head) && !process.argv.includes("--anew")) process.exit();

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
const text = `${head}export interface Kernels {
${types}}
export const wasmBase64 =
  "${base64}";
export const sharedWasmBase64 =
  "${(await compile(...shared)).base64}";
`;
if (before !== text) writeFileSync(target, text);
