import type * as Core from "@tensorflow/tfjs-core";
import { tf } from "./tensorflow.ts";

/**
 * TensorFlow.js on WebGPU: in a browser that has it, or in Node through the package `webgpu`. Single precision, but sums
 * are added up in other orders than elsewhere. Numbers are read one by one, which is slow: it pays for large layers.
 * @returns what runs, or what is missing
 */
export async function startWebgpu(): Promise<{ readonly title: string } | { readonly missing: string }> {
  let title = "this browser's";
  const inNode = globalThis.process?.versions?.node !== undefined;
  if (inNode && !started) {
    const { startGraphics } = await import("./graphics.ts");
    const graphics = await startGraphics();
    if ("missing" in graphics) return graphics;
    started = graphics.title;
  }
  if (inNode) title = started;
  try {
    const name = "@tensorflow/tfjs-backend-webgpu";
    await import(name); // a variable, so that neither types nor bundlers ask for the optional package
  } catch {
    return { missing: "the package @tensorflow/tfjs-backend-webgpu is not installed" };
  }
  if (!tf.findBackendFactory("webgpu") || !(await tf.setBackend("webgpu"))) {
    return { missing: "there is no WebGPU here" };
  }
  if (inNode) readAtOnce(tf.backend() as unknown as WebgpuBackend);
  return { title: `webgpu (${title})` };
}

let started = "";

/** What is used of the backend's inside. */
interface WebgpuBackend {
  tensorMap: {
    get(id: object): { values: Core.TypedArray | null; dtype: Core.DataType; resource: GpuBuffer };
  };
  bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  commandEncoder: {
    copyBufferToBuffer(from: GpuBuffer, a: number, to: GpuBuffer, b: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(id: object, values: Core.TypedArray): Core.TypedArray;
  readSync(id: object): Core.TypedArray;
}
interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** In a browser the backend reads through a canvas; in Node the buffers of `graphics.ts` are mapped when asked. */
function readAtOnce(backend: WebgpuBackend): void {
  backend.readSync = id => {
    const { values, dtype, resource } = backend.tensorMap.get(id);
    if (values !== null && values !== undefined) return values;
    const [COPY_DST, MAP_READ] = [8, 1];
    const staging = backend.bufferManager.acquireBuffer(resource.size, COPY_DST | MAP_READ);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder.copyBufferToBuffer(resource, 0, staging, 0, resource.size);
    backend.submitQueue();
    void staging.mapAsync(1);
    const bytes = staging.getMappedRange();
    staging.unmap();
    backend.bufferManager.releaseBuffer(staging);
    const read = tf.util.convertBackendValuesAndArrayBuffer(bytes, dtype) as Core.TypedArray;
    return backend.convertAndCacheOnCPU(id, read);
  };
}
