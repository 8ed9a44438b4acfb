import { Worker } from "node:worker_threads";
import type { Dataset, Recording } from "../data/dataset.ts";
import { encoderNamed, encoderRegistry } from "../encoding/index.ts";
import { InputError } from "../errors.ts";
import { ruleOf, ruleRegistry } from "../rules/index.ts";
import type { Parameters } from "./initialise.ts";
import { loadPlugin } from "./plugins.ts";
import { createTrainer, type RunPlan } from "./train.ts";
import type { Pieces, Trainer } from "./trainer.ts";

/**
 * Data-parallel training in threads of one process. Each has the whole network; of a batch, each presents its share of
 * the samples and writes down what they ask for (`SampleLog`), then each does what was written to its own rows of the
 * weights, in the order of the batch, and takes the others' from them. Where rows cannot be told apart, as with shared
 * kernels or optimisers with a memory, each does everything. So every thread has the same weights, and no number depends
 * on how many threads there are.
 */

/** Places in the shared control words: number of the present batch, threads that have presented it and changed their rows. */
const [BATCH, DONE, FAILED, CHANGED] = [0, 1, 2, 3];
/** Sizes of a batch are below this where nothing is left to do. */
const END = -1;
/** In the place of a message's length while it is being written. */
const WRITING = -1;
const MESSAGE = 1024;

/** Memory that the threads share. */
export interface Shared {
  readonly control: Int32Array;
  /** Learning rate and epoch. */
  readonly numbers: Float64Array;
  /** Count, then places in the training set. */
  readonly batch: Int32Array;
  /** Two sets of logs, used by turns: whoever is fast may write the next batch while others still read. */
  readonly logs: Float64Array;
  /** Weights by rows, each from the thread that changes it. */
  readonly weights: Float32Array;
  /** Why a thread has failed. */
  readonly message: Uint16Array;
}

export interface ReplicaData {
  /** Its rule by name: functions do not go to other threads. */
  readonly plan: RunPlan;
  /** Files of the definitions that it names. */
  readonly plugins: readonly string[];
  readonly data: Dataset;
  readonly parameters: Parameters;
  readonly memory: Float32Array | null;
  readonly shared: Shared;
  readonly place: number;
  readonly threads: number;
}

/**
 * A trainer that spreads its batches over `threads`, this one of them; the trainer itself where that cannot be, as with
 * rules that only this program has: those of a file come with `loadPlugin`.
 */
export function spread(trainer: Trainer, plan: RunPlan, data: Dataset, threads: number): Trainer {
  const { pieces } = trainer;
  const { batch, encoder } = plan.settings;
  const rule = ruleOf(plan.rule);
  const [ruleFiles, codeFiles] = [ruleRegistry.filesOf(rule), encoderRegistry.filesOf(encoderNamed(encoder))];
  // Augmentation is a function, which cannot go to another thread.
  if (threads === 1 || !pieces || data.augmented || !ruleFiles || !codeFiles) return trainer;
  let crew: { shared: Shared; workers: Worker[] } | null = null;

  const hire = () => {
    const shared: Shared = {
      control: new Int32Array(new SharedArrayBuffer(16)),
      numbers: new Float64Array(new SharedArrayBuffer(16)),
      batch: new Int32Array(new SharedArrayBuffer(4 * (batch + 1))),
      logs: new Float64Array(new SharedArrayBuffer(16 * batch * pieces.log.room)),
      weights: new Float32Array(new SharedArrayBuffer(4 * (pieces.rows?.count ?? 0))),
      message: new Uint16Array(new SharedArrayBuffer(2 * MESSAGE)),
    };
    const common = {
      plan: { ...plan, rule: rule.name },
      plugins: [...new Set([...ruleFiles, ...codeFiles])],
      data: sharedTraining(data),
      parameters: trainer.parameters(),
      memory: trainer.memory,
      shared,
      threads,
    };
    const workers = Array.from({ length: threads - 1 }, (_, n) => {
      const workerData: ReplicaData = { ...common, place: n + 1 };
      const worker = new Worker(new URL("./replica.js", import.meta.url), { workerData });
      worker.unref();
      return worker;
    });
    return { shared, workers };
  };
  const dismiss = () => {
    if (!crew) return;
    crew.shared.batch[0] = END;
    next(crew.shared);
    for (const worker of crew.workers) void worker.terminate();
    crew = null;
  };

  return {
    ...trainer,
    get memory() {
      return trainer.memory;
    },
    learn(indices, rate, epoch) {
      crew ??= hire();
      const { shared } = crew;
      shared.numbers.set([rate, epoch]);
      shared.batch[0] = indices.length;
      shared.batch.set(indices, 1);
      next(shared);
      const learned = learnTogether(pieces, shared, 0, threads, Atomics.load(shared.control, BATCH));
      if (typeof learned === "string") throw new InputError(learned);
      return learned;
    },
    restore(parameters, memory) {
      dismiss();
      trainer.restore(parameters, memory);
    },
    dispose() {
      dismiss();
      trainer.dispose();
    },
  };
}

function next({ control }: Shared): void {
  Atomics.add(control, BATCH, 1);
  Atomics.notify(control, BATCH);
}

/**
 * One thread's part of one batch.
 * @param place  of the thread
 * @returns what the batch has brought, or why one of the threads has failed
 */
function learnTogether(
  pieces: Pieces,
  shared: Shared,
  place: number,
  threads: number,
  batch: number,
): { loss: number; correct: number } | string {
  const { control, numbers, logs } = shared;
  const [rate, epoch] = [numbers[0], numbers[1]];
  const indices = Uint32Array.from(shared.batch.subarray(1, 1 + shared.batch[0]));
  const { room } = pieces.log;
  const first = (batch % 2) * (logs.length / 2);
  const logOf = (k: number) => pieces.log.at(logs.subarray(first + k * room, first + (k + 1) * room));
  try {
    pieces.begin(indices, rate, epoch);
    for (let k = place; k < indices.length; k += threads) pieces.present(indices[k], logOf(k));
  } catch (error) {
    fail(shared, error);
  }
  meet(control, DONE, batch * threads);
  if (failed(control)) return reason(shared);
  let [loss, correct] = [0, 0];
  const { rows } = pieces;
  try {
    rows?.divide(place, threads);
    indices.forEach((index, k) => {
      const one = pieces.learn(index, logOf(k));
      loss += one.loss;
      correct += one.correct;
    });
    pieces.end();
    rows?.give(shared.weights);
  } catch (error) {
    fail(shared, error);
  }
  if (rows) {
    meet(control, CHANGED, batch * threads);
    if (!failed(control)) rows.take(shared.weights);
    rows.divide(0, 1);
  }
  return failed(control) ? reason(shared) : { loss, correct };
}

/** Says that this thread has come so far, and waits for the others, unless one has failed, who may not come. */
function meet(control: Int32Array, place: number, all: number): void {
  Atomics.add(control, place, 1);
  Atomics.notify(control, place);
  for (;;) {
    const there = Atomics.load(control, place);
    if (there >= all || failed(control)) return;
    Atomics.wait(control, place, there);
  }
}

const failed = (control: Int32Array) => Atomics.load(control, FAILED) > 0;

function reason({ control, message }: Shared): string {
  return String.fromCharCode(...message.subarray(0, Atomics.load(control, FAILED)));
}

/** The first to fail is the one that is heard; when this returns, it has been written down why. */
function fail({ control, message }: Shared, error: unknown): void {
  const text = ((error instanceof Error && error.message) || String(error)).slice(0, MESSAGE);
  if (Atomics.compareExchange(control, FAILED, 0, WRITING) !== 0) {
    while (!failed(control));
    return;
  }
  for (let n = 0; n < text.length; n++) message[n] = text.charCodeAt(n);
  Atomics.store(control, FAILED, text.length);
  // Whoever waits, or is about to for what was there, looks again.
  for (const place of [DONE, CHANGED]) {
    Atomics.add(control, place, 1);
    Atomics.notify(control, place);
  }
}

/** A thread: builds its trainer and trains along until it is dismissed. */
export async function replicate(asked: ReplicaData): Promise<void> {
  try {
    for (const file of asked.plugins) await loadPlugin(file);
    const trainer = createTrainer(asked.plan, asked.data);
    trainer.restore(asked.parameters, asked.memory);
    followBatches(trainer.pieces!, asked);
  } catch (error) {
    fail(asked.shared, error);
  }
}

function followBatches(pieces: Pieces, { shared, place, threads }: ReplicaData): void {
  for (let batch = 0; ; ) {
    Atomics.wait(shared.control, BATCH, batch);
    batch = Atomics.load(shared.control, BATCH);
    if (shared.batch[0] === END) return;
    if (typeof learnTogether(pieces, shared, place, threads, batch) === "string") return;
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
