import { findBlas } from "./blas.ts";
import { addBlasBackend } from "./blasKernels.ts";
import { addDerivatives } from "./derivatives.ts";
import { loadCpu, loadWasm, tf } from "./tensorflow.ts";
import { mendWasm } from "./wasmKernels.ts";
import { startWebgpu } from "./webgpu.ts";

/** How each backend of TensorFlow.js is started. This file is loaded when a backend is chosen, after the library. */

const inNode = globalThis.process?.versions?.node !== undefined;

export type Started = { readonly title: string } | { readonly missing: string };

/** By the names of `backendNames`. */
export const starters = {
  "tfjs-node": startNode,
  blas: async (): Promise<Started> => {
    const wasm = await startWasm();
    if ("missing" in wasm) return wasm;
    const blas = await findBlas();
    if ("missing" in blas) return blas;
    addBlasBackend(blas);
    await tf.setBackend("blas");
    return { title: `wasm + ${blas.title}` };
  },
  wasm: startWasm,
  webgpu: startWebgpu,
  cpu: async (): Promise<Started> => {
    await loadCpu();
    // Without this it prints an advertisement for tfjs-node.
    tf.enableProdMode();
    await tf.setBackend("cpu");
    return { title: "cpu" };
  },
};

async function startWasm(): Promise<Started> {
  try {
    await addWasm();
    if (!(await tf.setBackend("wasm"))) return { missing: "WebAssembly does not start" };
  } catch (error) {
    return { missing: (error as Error).message };
  }
  mendWasm();
  return { title: "wasm" };
}

/** In a page the compiled file lies beside the bundle, and threads, which few pages may have, stay out of the numbers. */
async function addWasm(): Promise<void> {
  const { setWasmPaths } = await loadWasm();
  if (inNode || tf.engine().registry.wasm) return;
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths(new URL("./", import.meta.url).href);
}

async function startNode(): Promise<Started> {
  try {
    // tfjs-node 4.22 calls util functions that Node 23 removed; they must be back before it loads.
    const util = (await import("node:util")).default as unknown as Record<string, unknown>;
    util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const name = "@tensorflow/tfjs-node";
    await import(name); // a variable, so that neither types nor bundlers ask for the optional package
    await tf.setBackend("tensorflow");
    return { title: "tfjs-node" };
  } catch {
    return { missing: "the optional package @tensorflow/tfjs-node is not installed" };
  }
}

addDerivatives();
