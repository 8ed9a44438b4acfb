import { InputError } from "../errors.ts";
import { loadCore } from "./tensorflow.ts";
import { useTensors } from "./tensors.ts";

export const backendNames = ["tfjs-node", "blas", "wasm", "webgpu", "cpu"] as const;
/** A library for tensors: `selectBackend` takes it. */
export type BackendName = (typeof backendNames)[number];

/** What is tried when nothing is asked for. */
const byDefault: readonly BackendName[] = ["tfjs-node", "wasm", "cpu"];

/** null: none has been chosen, and there are no tensors. */
let title: string | null = null;

/** The backend in use and the library behind it, such as `wasm + OpenBLAS 0.3.21 (SkylakeX), 1 thread`; else `none`. */
export function backendTitle(): string {
  return title ?? "none";
}

/** Chooses as `selectBackend` does, unless one has been chosen. */
export async function needBackend(): Promise<void> {
  if (title === null) await selectBackend();
}

/**
 * Loads TensorFlow.js and chooses its backend: tfjs-node when it is installed, else WebAssembly, else plain JavaScript.
 * A BLAS or WebGPU runs only when asked for: sums differ in their last bits from library to library and processor to
 * processor, those of WebAssembly do not.
 * @param wanted  forces one of them
 * @returns the name of the backend in use
 * @throws InputError when the wanted backend cannot be had
 */
export async function selectBackend(wanted?: string): Promise<BackendName> {
  if (wanted !== undefined && !backendNames.includes(wanted as BackendName)) {
    throw new InputError(`backend: expected one of ${backendNames.join(", ")}, got ${wanted}`);
  }
  useTensors(await loadCore());
  const { starters } = await import("./starters.ts");
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
