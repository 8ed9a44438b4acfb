import { InputError } from "../errors.ts";
import { findBlas } from "./blas.ts";
import { loadTensors, tf } from "./tensors.ts";

export const backendNames = ["tfjs-node", "blas", "wasm", "webgpu", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** What is tried when nothing is asked for. */
const byDefault: readonly BackendName[] = ["tfjs-node", "wasm", "cpu"];

/** null: none has been chosen, and there are no tensors. */
let title: string | null = null;

/** The backend in use and the library behind it, such as `wasm + OpenBLAS 0.3.21 (SkylakeX), 1 thread`. */
export function backendTitle(): string {
  return title ?? "cpu";
}

/** Chooses as `selectBackend` does, unless one has been chosen. */
export async function needBackend(): Promise<void> {
  if (title === null) await selectBackend();
}

/**
 * Loads TensorFlow.js and chooses its backend: tfjs-node when it is installed, else WebAssembly, else plain JavaScript. A BLAS or WebGPU
 * runs only when asked for: sums differ in their last bits from library to library and processor to processor, those of
 * WebAssembly do not.
 * @param wanted  forces one of them
 * @returns the name of the backend in use
 * @throws InputError when the wanted backend cannot be had
 */
export async function selectBackend(wanted?: string): Promise<BackendName> {
  if (wanted !== undefined && !backendNames.includes(wanted as BackendName)) {
    throw new InputError(`backend: expected one of ${backendNames.join(", ")}, got ${wanted}`);
  }
  await loadTensors();
  let why = "";
  for (const name of wanted === undefined ? byDefault : [wanted as BackendName]) {
    const started = await starters[name]();
    if ("title" in started) {
      title = started.title;
      return name;
    }
    why = started.missing;
  }
  throw new InputError(`backend: ${wanted ?? byDefault.join(", ")} cannot be started here: ${why}`);
}

type Started = { readonly title: string } | { readonly missing: string };

const starters: Record<BackendName, () => Promise<Started>> = {
  "tfjs-node": startNode,
  blas: async () => {
    const wasm = await starters.wasm();
    if ("missing" in wasm) return wasm;
    const blas = await findBlas();
    if ("missing" in blas) return blas;
    (await import("./blasKernels.ts")).addBlasBackend(blas);
    await tf.setBackend("blas");
    return { title: `wasm + ${blas.title}` };
  },
  wasm: async () => {
    try {
      await import("@tensorflow/tfjs-backend-wasm");
      if (!(await tf.setBackend("wasm"))) return { missing: "WebAssembly does not start" };
    } catch (error) {
      return { missing: (error as Error).message };
    }
    (await import("./wasmKernels.ts")).mendWasm();
    return { title: "wasm" };
  },
  webgpu: async () => (await import("./webgpu.ts")).startWebgpu(),
  cpu: async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    // Without this it prints an advertisement for tfjs-node.
    tf.enableProdMode();
    await tf.setBackend("cpu");
    return { title: "cpu" };
  },
};

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
