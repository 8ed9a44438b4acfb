import { parentPort, workerData } from "node:worker_threads";
import type { Call, ReadRequest, Ready, Start } from "./graphics.ts";

/**
 * The thread that holds the graphics processor in Node; see `graphics.ts`. It does what the calls say, in their order,
 * and writes what is to be read into shared memory.
 */

type Thing = Record<string, (...args: unknown[]) => unknown>;

const { library } = workerData as Start;
const { create, globals } = await import(library);
Object.assign(globalThis, globals);
// In sight of everything for good: what the collector takes, the library does not miss in time.
const gpu = create([]);
const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
const things = new Map<number, Thing>();
let failure = "";

if (adapter) {
  const requiredLimits = Object.fromEntries(
    numbersIn(adapter.limits).filter(([name]) => /^max(Compute|StorageBufferBinding|BufferSize)/.test(name)),
  );
  const device = await adapter.requestDevice({ requiredLimits });
  device.addEventListener("uncapturederror", (event: { error: Error }) => {
    failure ||= event.error.message;
  });
  things.set(0, device).set(1, device.queue).set(-1, gpu).set(-2, adapter);
  const { vendor, architecture, description } = adapter.info;
  post({ info: { vendor, architecture, description }, limits: Object.fromEntries(numbersIn(device.limits)) });
} else {
  post({ info: null, limits: {} });
}

parentPort!.on("message", (message: Call[] | ReadRequest) => {
  if (Array.isArray(message)) for (const call of message) attempt(() => perform(call));
  else void answer(message);
});

function post(ready: Ready): void {
  parentPort!.postMessage(ready);
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    failure ||= (error as Error).message;
  }
}

function perform({ on, name, args, makes, data }: Call): void {
  const thing = things.get(on)!;
  if (name === "fill") {
    new Uint8Array(thing.getMappedRange() as ArrayBuffer).set(new Uint8Array(data!));
    thing.unmap();
    return;
  }
  if (name === "forget") {
    things.delete(on);
    return;
  }
  const made = thing[name](...(args.map(referred) as unknown[]));
  if (makes !== undefined) things.set(makes, made as Thing);
}

/** Arguments name things of this thread as { thing: number }. */
function referred(value: unknown): unknown {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(referred);
  if ("thing" in value) return things.get(value.thing as number);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, referred(part)]));
}

/** Writes a buffer's bytes, or what went wrong, into shared memory and wakes the thread that waits for it. */
async function answer({ buffer, into, state }: ReadRequest): Promise<void> {
  const flag = new Int32Array(state);
  try {
    const thing = things.get(buffer)!;
    await thing.mapAsync(1);
    new Uint8Array(into).set(new Uint8Array(thing.getMappedRange() as ArrayBuffer));
    thing.unmap();
  } catch (error) {
    failure ||= (error as Error).message;
  }
  const text = new TextEncoder().encode(failure).subarray(0, state.byteLength - 8);
  new Uint8Array(state, 8).set(text);
  flag[1] = text.length;
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

function numbersIn(limits: Record<string, unknown>): [string, number][] {
  const found: [string, number][] = [];
  for (const name in limits) if (typeof limits[name] === "number") found.push([name, limits[name]]);
  return found;
}
