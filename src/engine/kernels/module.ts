import { exp, log } from "../../math/elementary.ts";
import { sharedWasmBase64, wasmBase64 } from "./wasm.ts";

/** The part of the platform's WebAssembly that is used here; the compiler's own types come with those of a page. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
  Memory: new (size: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
};

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const modules = new Map<string, object | null>();

/** The compiled kernels, or null where there is no WebAssembly SIMD. */
function compiled(base64: string): object | null {
  let module = modules.get(base64);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(base64), c => c.charCodeAt(0)));
    } catch {
      module = null;
    }
    modules.set(base64, module);
  }
  return module;
}

/** The kernels for memory that threads share. */
export function sharedKernels(): object | null {
  return compiled(sharedWasmBase64);
}

/** Time to the next crossing in a population [ms], from a neuron's modes; see `LifExpModes`. */
export type Crossing = (population: number, x: number, m: number, e: number, i: number) => number;
const noCrossing: Crossing = () => Infinity;

/**
 * A memory of a number of pages of 64 KiB, and the kernels on it; null where they cannot run.
 * @param shared    whether worker threads may use it too
 * @param crossing  finds when a neuron reaches its threshold, for the loops of the exact mode
 */
export function instantiate(
  pages: number,
  shared = false,
  crossing = noCrossing,
): { memory: WasmMemory; exports: unknown } | null {
  const module = shared ? sharedKernels() : compiled(wasmBase64);
  if (!module) return null;
  const memory = new WebAssembly.Memory(
    shared ? { initial: pages, maximum: 65_536, shared } : { initial: pages },
  );
  const env = { memory, exp, log, crossing, abort() {} };
  return { memory, exports: new WebAssembly.Instance(module, { env }).exports };
}
