import type * as Wasm from "@tensorflow/tfjs-backend-wasm";
import type * as Core from "@tensorflow/tfjs-core";

/** TensorFlow.js, once it is loaded: when a backend is chosen. */
export let tf: typeof Core;

export async function loadCore(): Promise<typeof Core> {
  tf ??= (await required("@tensorflow/tfjs-core")) ?? (await import("@tensorflow/tfjs-core"));
  return tf;
}

/** Its backend in plain JavaScript: loading it adds it. */
export async function loadCpu(): Promise<void> {
  (await required("@tensorflow/tfjs-backend-cpu")) ?? (await import("@tensorflow/tfjs-backend-cpu"));
}

export async function loadWasm(): Promise<typeof Wasm> {
  return (await required("@tensorflow/tfjs-backend-wasm")) ?? (await import("@tensorflow/tfjs-backend-wasm"));
}

/**
 * A package by `require`, which runs it and no more. An import first reads its whole text for the names of what it exports:
 * with these three, a fifth of a short run.
 * @returns null in a page
 */
async function required<T>(name: string): Promise<T | null> {
  if (globalThis.process?.versions?.node === undefined) return null;
  const { createRequire } = await import("node:module");
  return createRequire(import.meta.url)(name) as T;
}
