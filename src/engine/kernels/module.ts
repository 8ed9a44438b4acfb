import { InputError } from "../../errors.ts";
import { exp, log } from "../../math/elementary.ts";
import { type Kernels, sharedWasmBase64, wasmBase64 } from "./wasm.ts";

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

const modules = new Map<string, object>();

/** @throws InputError on a platform without WebAssembly's vectors, which no supported one is */
function compiled(base64: string): object {
  let module = modules.get(base64);
  if (!module) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(base64), c => c.charCodeAt(0)));
    } catch (error) {
      throw new InputError(
        "platform: expected WebAssembly with vectors of 128 bits (SIMD), as Node 20.19 and current browsers have, got " +
          `none: ${(error as Error).message}`,
      );
    }
    modules.set(base64, module);
  }
  return module;
}

/** The kernels for memory that threads share. */
export function sharedKernels(): object {
  return compiled(sharedWasmBase64);
}

/** Time to the next crossing in a population [ms], from a neuron's modes; see `LifExpModes`. */
export type Crossing = (population: number, x: number, m: number, e: number, i: number) => number;
const noCrossing: Crossing = () => Infinity;

/**
 * A memory of a number of pages of 64 KiB, and the kernels on it.
 * @param shared    whether worker threads may use it too
 * @param crossing  finds when a neuron reaches its threshold, for the loops of the exact mode
 * @param given     a memory that another thread has made, instead of a new one
 */
export function instantiate(
  pages: number,
  shared = false,
  crossing = noCrossing,
  given: WasmMemory | null = null,
): { readonly memory: WasmMemory; readonly kernels: Kernels } {
  const module = shared ? sharedKernels() : compiled(wasmBase64);
  const size = shared ? { initial: pages, maximum: 65_536, shared } : { initial: pages };
  const memory = given ?? new WebAssembly.Memory(size);
  const env = { memory, exp, log, crossing, abort() {} };
  return { memory, kernels: new WebAssembly.Instance(module, { env }).exports as Kernels };
}
