// Compiles the AssemblyScript kernels and writes them, inlined, into wasm.ts: no asset to find at run time, in Node,
// bundlers, workers or notebooks.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = path => fileURLToPath(new URL(path, import.meta.url));
const sources = ["kernels.ts", "grid.ts", "poisson.ts", "stdp.ts", "exact.ts", "inference.ts", "instant.ts"];

/** One build in memory of its own, one in memory that worker threads share. */
async function compile(...flags) {
  const files = {};
  const { error, stderr } = await asc.main(
    [
      ...sources,
      ...["--outFile", "kernels.wasm", "-O3", "--enable", "simd", "--runtime", "stub"],
      ...["--importMemory", "--noAssert", ...flags],
    ],
    {
      readFile: name => (sources.includes(name) ? readFileSync(here(`assembly/${name}`), "utf8") : null),
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
  return Buffer.from(files["kernels.wasm"]).toString("base64");
}

const shared = ["--sharedMemory", "--enable", "threads", "--initialMemory", "1", "--maximumMemory", "65536"];
const text = `// Made by build.mjs from assembly/; do not edit.
export const wasmBase64 =
  "${await compile()}";
export const sharedWasmBase64 =
  "${await compile(...shared)}";
`;
const target = here("wasm.ts");
let before = "";
try {
  before = readFileSync(target, "utf8");
} catch {}
if (before !== text) writeFileSync(target, text);
