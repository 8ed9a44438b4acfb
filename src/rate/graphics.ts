import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/**
 * WebGPU in Node, as a backend of TensorFlow.js needs it: the package `webgpu` answers only when the event loop turns, but
 * numbers are read while it stands still. So the graphics processor belongs to another thread; the device that this
 * thread sees passes on every call, waits for none, and stops only to read.
 */

export interface Start {
  readonly library: string;
}

/** One call of a method; `makes` names what it returns. */
export interface Call {
  readonly on: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly makes?: number;
  readonly data?: ArrayBuffer;
}

export interface ReadRequest {
  readonly buffer: number;
  readonly into: SharedArrayBuffer;
  /** [done, length of the error], then the error's text */
  readonly state: SharedArrayBuffer;
}

/** What the other thread has found; info: null for no graphics processor. */
export interface Ready {
  readonly info: Readonly<Record<string, string>> | null;
  readonly limits: Readonly<Record<string, number>>;
}

/** How long a read may take before the other thread is given up [ms]. */
const PATIENCE = 120_000;

class Remote {
  readonly worker: Worker;
  #calls: Call[] = [];
  #things = 1;

  constructor(worker: Worker) {
    this.worker = worker;
  }

  call(on: number, name: string, args: readonly unknown[] = []): void {
    this.#calls.push({ on, name, args: args.map(named) });
  }

  make(on: number, name: string, args: readonly unknown[] = []): number {
    const makes = ++this.#things;
    this.#calls.push({ on, name, args: args.map(named), makes });
    return makes;
  }

  fill(on: number, data: ArrayBuffer): void {
    this.#calls.push({ on, name: "fill", args: [], data });
  }

  flush(): void {
    if (this.#calls.length > 0) this.worker.postMessage(this.#calls);
    this.#calls = [];
  }

  /** @throws Error with what the device has complained about */
  read(buffer: number, size: number): ArrayBuffer {
    this.flush();
    const [into, state] = [new SharedArrayBuffer(size), new SharedArrayBuffer(1032)];
    this.worker.postMessage({ buffer, into, state } satisfies ReadRequest);
    const flag = new Int32Array(state);
    if (Atomics.wait(flag, 0, 0, PATIENCE) === "timed-out")
      throw new Error("WebGPU: the device does not answer");
    if (flag[1] > 0) {
      const text = Uint8Array.from(new Uint8Array(state, 8, flag[1]));
      throw new Error(`WebGPU: ${new TextDecoder().decode(text)}`);
    }
    const bytes = new ArrayBuffer(size);
    new Uint8Array(bytes).set(new Uint8Array(into));
    return bytes;
  }
}

/** Something that lives in the other thread. */
class Thing {
  readonly remote: Remote;
  readonly id: number;
  constructor(remote: Remote, id: number) {
    this.remote = remote;
    this.id = id;
  }
  protected pass(name: string, ...args: unknown[]): void {
    this.remote.call(this.id, name, args);
  }
  protected made(name: string, ...args: unknown[]): Thing {
    return new Thing(this.remote, this.remote.make(this.id, name, args));
  }
}

function named(value: unknown): unknown {
  if (value instanceof Thing) return { thing: value.id };
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(named);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, named(part)]));
}

interface BufferDescription {
  readonly size: number;
  readonly usage: number;
  readonly mappedAtCreation?: boolean;
}

class DeviceBuffer extends Thing {
  readonly size: number;
  readonly usage: number;
  mapState: "mapped" | "unmapped";
  #mapped: ArrayBuffer | null;
  #writing: boolean;

  constructor(remote: Remote, description: BufferDescription) {
    super(remote, remote.make(0, "createBuffer", [description]));
    this.size = description.size;
    this.usage = description.usage;
    this.#writing = description.mappedAtCreation === true;
    this.#mapped = this.#writing ? new ArrayBuffer(this.size) : null;
    this.mapState = this.#writing ? "mapped" : "unmapped";
  }

  /** For reading; the promise that comes back has been kept already. */
  mapAsync(): Promise<void> {
    this.#mapped = this.remote.read(this.id, this.size);
    this.mapState = "mapped";
    return Promise.resolve();
  }

  getMappedRange(): ArrayBuffer {
    return this.#mapped!;
  }

  unmap(): void {
    if (this.#writing && this.#mapped) this.remote.fill(this.id, this.#mapped);
    this.#writing = false;
    this.#mapped = null;
    this.mapState = "unmapped";
  }

  destroy(): void {
    this.pass("destroy");
    this.pass("forget");
  }
}

class Pass extends Thing {
  setPipeline(pipeline: Thing): void {
    this.pass("setPipeline", pipeline);
  }
  setBindGroup(index: number, group: Thing): void {
    this.pass("setBindGroup", index, group);
    group.remote.call(group.id, "forget");
  }
  dispatchWorkgroups(x: number, y = 1, z = 1): void {
    this.pass("dispatchWorkgroups", x, y, z);
  }
  end(): void {
    this.pass("end");
    this.pass("forget");
  }
}

class Encoder extends Thing {
  copyBufferToBuffer(...args: unknown[]): void {
    this.pass("copyBufferToBuffer", ...args);
  }
  beginComputePass(description?: object): Pass {
    return new Pass(this.remote, this.made("beginComputePass", description ?? {}).id);
  }
  finish(): Thing {
    const commands = this.made("finish");
    this.pass("forget");
    return commands;
  }
}

class Pipeline extends Thing {
  getBindGroupLayout(index: number): Thing {
    return this.made("getBindGroupLayout", index);
  }
}

class Queue extends Thing {
  submit(commands: readonly Thing[]): void {
    this.pass("submit", commands);
    for (const each of commands) this.remote.call(each.id, "forget");
    this.remote.flush();
  }
  writeBuffer(
    buffer: Thing,
    offset: number,
    values: ArrayBuffer | ArrayBufferView,
    from = 0,
    size?: number,
  ): void {
    const bytes = ArrayBuffer.isView(values)
      ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      : new Uint8Array(values);
    const unit =
      ArrayBuffer.isView(values) && "BYTES_PER_ELEMENT" in values ? (values.BYTES_PER_ELEMENT as number) : 1;
    const end = size === undefined ? bytes.length : (from + size) * unit;
    this.pass("writeBuffer", buffer, offset, bytes.slice(from * unit, end));
  }
}

class Device extends Thing {
  readonly queue: Queue;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: ReadonlySet<string> = new Set();

  constructor(remote: Remote, limits: Readonly<Record<string, number>>) {
    super(remote, 0);
    this.queue = new Queue(remote, 1);
    this.limits = limits;
  }
  createBuffer(description: BufferDescription): DeviceBuffer {
    return new DeviceBuffer(this.remote, description);
  }
  createShaderModule(description: object): Thing {
    return this.made("createShaderModule", description);
  }
  createComputePipeline(description: object): Pipeline {
    return new Pipeline(this.remote, this.made("createComputePipeline", description).id);
  }
  createBindGroup(description: object): Thing {
    return this.made("createBindGroup", description);
  }
  createCommandEncoder(): Encoder {
    return new Encoder(this.remote, this.made("createCommandEncoder").id);
  }
  destroy(): void {
    void this.remote.worker.terminate();
  }
}

/** Of the WebGPU standard. */
const constants = {
  GPUBufferUsage: {
    ...{ MAP_READ: 1, MAP_WRITE: 2, COPY_SRC: 4, COPY_DST: 8, INDEX: 16, VERTEX: 32 },
    ...{ UNIFORM: 64, STORAGE: 128, INDIRECT: 256, QUERY_RESOLVE: 512 },
  },
  GPUMapMode: { READ: 1, WRITE: 2 },
};

/**
 * Starts the other thread and puts WebGPU where a browser has it, at `navigator.gpu`.
 * @returns what the graphics processor is called, or what is missing
 */
export async function startGraphics(): Promise<{ readonly title: string } | { readonly missing: string }> {
  let library: string;
  try {
    library = pathToFileURL(createRequire(import.meta.url).resolve("webgpu")).href;
  } catch {
    return { missing: "the package webgpu is not installed" };
  }
  // From source, under a test runner, the compiled thread is taken.
  const file = import.meta.url.endsWith(".ts")
    ? "../../dist/src/rate/graphicsWorker.js"
    : "./graphicsWorker.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: { library } satisfies Start });
  const ready = await new Promise<Ready | Error>(resolve => {
    worker.once("message", resolve);
    worker.once("error", resolve);
  });
  if (ready instanceof Error) return { missing: ready.message };
  if (!ready.info) {
    await worker.terminate();
    return { missing: "WebGPU finds no graphics processor with a driver (on Linux: Vulkan)" };
  }
  worker.unref();
  const { info, limits } = ready;
  const requestDevice = async () => new Device(new Remote(worker), limits);
  const adapter = { info, limits, features: new Set<string>(), requestDevice };
  const gpu = { requestAdapter: async () => adapter };
  Object.assign(globalThis, constants, { GPUBuffer: DeviceBuffer, GPUTexture: class {} });
  const navigator = Object.create((globalThis as { navigator?: object }).navigator ?? null, {
    gpu: { value: gpu },
  });
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  return { title: [info.description || info.architecture, info.vendor].filter(Boolean).join(", ") };
}
