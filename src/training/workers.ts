import { parentPort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Dataset, Recording } from "../data/dataset.ts";
import { encoderNamed, encoderRegistry } from "../encoding/index.ts";
import type { WasmMemory } from "../engine/kernels/module.ts";
import { ThreadMemory } from "../engine/kernels/threadMemory.ts";
import { InputError } from "../errors.ts";
import { ruleOf, ruleRegistry } from "../rules/index.ts";
import type { Parameters } from "./initialise.ts";
import { loadPlugin } from "./plugins.ts";
import { endAll, fail, Member, type Shared, sharedBy } from "./together.ts";
import { createTrainer, type RunPlan } from "./train.ts";
import type { Trainer } from "./trainer.ts";

/**
 * Data-parallel training in threads of one process. Of a batch, each presents samples, whoever is free the next, and
 * writes down what they ask for (`SampleLog`). Then each does what was written to its own rows of the weights, which lie
 * in memory that all share, in the order of the batch. Where rows cannot be told apart, as with shared kernels or
 * optimisers with a memory, each has weights of its own and does everything. So every thread has the same weights, and no
 * number depends on how many threads there are, or on who presents what.
 */

export interface ReplicaData {
  /** Its rule by name: functions do not go to other threads. */
  readonly plan: RunPlan;
  /** Files of the definitions that it names. */
  readonly plugins: readonly string[];
  readonly data: Dataset;
  readonly shared: Shared;
  /** Those of the networks. */
  readonly memories: WasmMemory[];
  readonly place: number;
}

/** What a trainer goes on from, without what lies in memory that all share. */
interface State {
  readonly parameters: Parameters;
  readonly memory: Float32Array | null;
}

/**
 * Files that another thread needs for a plan; null where no other can learn it, as with rules that only this program has:
 * those of a file come with `loadPlugin`.
 */
export function filesToSpread({ rule, settings }: RunPlan, data: Dataset): readonly string[] | null {
  const ruleFiles = ruleRegistry.filesOf(ruleOf(rule));
  const codeFiles = encoderRegistry.filesOf(encoderNamed(settings.encoder));
  // Augmentation is a function, which cannot go to another thread.
  return ruleFiles && codeFiles && !data.augmented ? [...new Set([...ruleFiles, ...codeFiles])] : null;
}

/** A trainer that spreads its batches over `threads`, this one of them; over none where that cannot be. */
export function spread(plan: RunPlan, data: Dataset, threads: number): Trainer {
  const plugins = filesToSpread(plan, data);
  if (threads === 1 || !plugins) return createTrainer(plan, data);
  const common = new ThreadMemory(threads);
  const trainer = createTrainer(plan, data, common);
  const { pieces } = trainer;
  if (!pieces) return trainer;

  const shared = sharedBy(threads, plan.settings.batch, pieces.log.room);
  const forAll = {
    plan: { ...plan, rule: ruleOf(plan.rule).name },
    plugins,
    data: sharedTraining(data),
    shared,
    memories: common.made,
  };
  const workers = Array.from({ length: threads - 1 }, (_, n) => {
    const workerData: ReplicaData = { ...forAll, place: n + 1 };
    const worker = new Worker(new URL("./replica.js", import.meta.url), { workerData });
    worker.unref();
    return worker;
  });
  const member = new Member(pieces, shared, 0);
  const tell = (worker: Worker) => {
    const [{ weights, biases }, { memory }] = [trainer.parameters(), trainer];
    const state: State = { parameters: { weights: pieces.shared ? [] : weights, biases }, memory };
    worker.postMessage(state);
  };

  return {
    ...trainer,
    get memory() {
      return trainer.memory;
    },
    learn(indices, rate, epoch) {
      const learned = member.lead(indices, rate, epoch, place => tell(workers[place - 1]));
      if (typeof learned === "string") throw new InputError(learned);
      return learned;
    },
    restore(parameters, memory) {
      trainer.restore(parameters, memory);
      workers.forEach(tell);
    },
    dispose() {
      endAll(shared);
      for (const worker of workers) void worker.terminate();
      trainer.dispose();
    },
  };
}

/** A thread: builds its trainer and trains along until it is dismissed. */
export async function replicate({
  plan,
  plugins,
  data,
  shared,
  memories,
  place,
}: ReplicaData): Promise<void> {
  try {
    for (const file of plugins) await loadPlugin(file);
    const trainer = createTrainer(plan, data, new ThreadMemory(shared.since.length, place, memories));
    new Member(trainer.pieces!, shared, place).follow(() => {
      for (;;) {
        const state: State | undefined = receiveMessageOnPort(parentPort!)?.message;
        if (!state) return;
        trainer.restore(state.parameters, state.memory);
      }
    });
  } catch (error) {
    fail(shared, error);
  }
}

/** The training part in memory that threads share; they have no use for the others. */
function sharedTraining(data: Dataset): Dataset {
  const { train } = data;
  const intensities = new Float32Array(new SharedArrayBuffer(4 * train.intensities.length));
  intensities.set(train.intensities);
  const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
  const recordings = train.recordings && sharedRecordings(train.recordings);
  return {
    ...data,
    train: { ...train, intensities, ...(recordings && { recordings }) },
    validation: none,
    test: none,
  };
}

/** Recordings one after the other, each a view. */
function sharedRecordings(recordings: readonly Recording[]): Recording[] {
  const events = recordings.reduce((sum, { times }) => sum + times.length, 0);
  const times = new Float32Array(new SharedArrayBuffer(4 * events));
  const wide = recordings.some(({ inputs }) => inputs instanceof Uint32Array);
  const inputs = wide
    ? new Uint32Array(new SharedArrayBuffer(4 * events))
    : new Uint16Array(new SharedArrayBuffer(2 * events));
  let at = 0;
  return recordings.map(own => {
    const to = at + own.times.length;
    const shared = { times: times.subarray(at, to), inputs: inputs.subarray(at, to) };
    shared.times.set(own.times);
    shared.inputs.set(own.inputs);
    at = to;
    return shared;
  });
}
