import * as tf from "@tensorflow/tfjs";
import { InputError } from "../errors.ts";
import { mendWasm } from "./wasmKernels.ts";

export const backendNames = ["tfjs-node", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * Chooses the tensor backend: tfjs-node when it is installed, else WebAssembly, else plain JavaScript.
 * @param wanted  forces one of them
 * @returns the name of the backend in use
 * @throws InputError when the wanted backend cannot be had
 */
export async function selectBackend(wanted?: string): Promise<BackendName> {
  if (wanted !== undefined && !backendNames.includes(wanted as BackendName)) {
    throw new InputError(`backend: expected one of ${backendNames.join(", ")}, got ${wanted}`);
  }
  for (const name of backendNames) {
    if ((wanted === undefined || wanted === name) && (await starters[name]())) return name;
  }
  throw new InputError(`backend: ${wanted} cannot be started here; expected one that is installed`);
}

const starters: Record<BackendName, () => Promise<boolean>> = {
  "tfjs-node": startNode,
  wasm: async () => {
    try {
      await import("@tensorflow/tfjs-backend-wasm");
      if (!(await tf.setBackend("wasm"))) return false;
      mendWasm();
      return true;
    } catch {
      return false;
    }
  },
  cpu: () => {
    // Without this it prints an advertisement for tfjs-node.
    tf.enableProdMode();
    return tf.setBackend("cpu");
  },
};

async function startNode(): Promise<boolean> {
  try {
    // tfjs-node 4.22 calls util functions that Node 23 removed; they must be back before it loads.
    const util = (await import("node:util")).default as unknown as Record<string, unknown>;
    util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const name = "@tensorflow/tfjs-node";
    await import(name); // a variable, so that neither types nor bundlers ask for the optional package
    return await tf.setBackend("tensorflow");
  } catch {
    return false;
  }
}
