import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import { batch } from "./batch.ts";
import { double } from "./double.ts";
import { memoryOf } from "./memory.ts";
import { type Imports, modes } from "./modes.ts";
import { ode } from "./ode.ts";
import { poisson } from "./poisson.ts";
import { rows } from "./rows.ts";
import { single } from "./single.ts";
import { singleFixed } from "./singleFixed.ts";
import { singleLearn } from "./singleLearn.ts";
import { stdp } from "./stdp.ts";
import { step } from "./step.ts";

interface Env extends Imports {
  readonly memory: { readonly buffer: ArrayBuffer };
}
type Platform = { WebAssembly: { Instance: new (module: object, imports: { env: Env }) => object } };

/**
 * What `run` returns where this thread's kernels are plain loops over the same memory, one neuron or synapse after the
 * other; each does the operations of its kernel in the same order, so that results are the same bits. The kernels of
 * layers are held against `LifLayer` and `ThreeFactorSynapses`.
 */
export function plainly<T>(run: () => T): T {
  const platform = (globalThis as unknown as Platform).WebAssembly;
  const { Instance } = platform;
  platform.Instance = class {
    readonly exports: Partial<Kernels>;
    constructor(module: object, { env }: { env: Env }) {
      // What has no plain form is held against `EventLoop`.
      const { exports } = new Instance(module, { env }) as { exports: Kernels };
      const memory = memoryOf(env.memory);
      const makers = [step, ode, rows, double, stdp, poisson, batch, single, singleFixed, singleLearn];
      this.exports = Object.assign({}, exports, ...makers.map(make => make(memory)), modes(memory, env));
    }
  };
  try {
    return run();
  } finally {
    platform.Instance = Instance;
  }
}
