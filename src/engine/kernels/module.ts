import { wasmBase64 } from "./wasm.ts";

/** The part of the platform's WebAssembly that is used here; the compiler's own types come with those of a page. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
  Memory: new (size: { initial: number }) => WasmMemory;
};

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

let module: object | null | undefined;

/** The compiled kernels, or null where there is no WebAssembly SIMD. */
function compiledKernels(): object | null {
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), c => c.charCodeAt(0)));
    } catch {
      module = null;
    }
  }
  return module;
}

/** A memory of a number of pages of 64 KiB, and the kernels on it; null where they cannot run. */
export function instantiate(pages: number): { memory: WasmMemory; exports: unknown } | null {
  const module = compiledKernels();
  if (!module) return null;
  const memory = new WebAssembly.Memory({ initial: pages });
  return {
    memory,
    exports: new WebAssembly.Instance(module, { env: { memory, exp: Math.exp, log: Math.log, abort() {} } })
      .exports,
  };
}
