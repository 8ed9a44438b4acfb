import type { SampleLog } from "./sampleLog.ts";
import type { Pieces } from "./trainer.ts";

/**
 * Places in the shared control words: number of the present batch, of its samples that are taken, of threads that have
 * presented it and changed their rows, of what both ought to be by its end, length of the message why one has failed.
 */
const [BATCH, TAKEN, PRESENTED, CHANGED, DUE, FAILED, WORDS] = [0, 1, 2, 3, 4, 5, 6];
/** Sizes of a batch are below this where nothing is left to do. */
const END = -1;
/** Of a thread that waits for its first batch. */
const READY = -1;
/** In the place of a message's length while it is being written. */
const WRITING = -1;
const MESSAGE = 1024;
/** Looks at a word before going to sleep over it: some tens of microseconds, about what it takes to be woken. */
const PATIENCE = 1000;

/** Memory by which threads learn a batch together. */
export interface Shared {
  readonly control: Int32Array;
  /** Of each thread, the first batch that it takes part in; 0 while it has not begun. */
  readonly since: Int32Array;
  /** Learning rate and epoch. */
  readonly numbers: Float64Array;
  /** Count, then places in the training set. */
  readonly batch: Int32Array;
  /** Two sets of logs, used by turns: whoever is fast may write the next batch while others still read. */
  readonly logs: Float64Array;
  /** Why a thread has failed. */
  readonly message: Uint16Array;
}

/**
 * @param batch  samples at most @param room  numbers in the log of each
 */
export function sharedBy(threads: number, batch: number, room: number): Shared {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
    since: new Int32Array(new SharedArrayBuffer(4 * threads)),
    numbers: new Float64Array(new SharedArrayBuffer(16)),
    batch: new Int32Array(new SharedArrayBuffer(4 * (batch + 1))),
    logs: new Float64Array(new SharedArrayBuffer(16 * batch * room)),
    message: new Uint16Array(new SharedArrayBuffer(2 * MESSAGE)),
  };
}

/** What a batch has brought, or why one of the threads has failed. */
type Learned = { readonly loss: number; readonly correct: number } | string;

/** One of the threads that learn batches together. */
export class Member {
  readonly #pieces: Pieces;
  readonly #shared: Shared;
  readonly #place: number;
  readonly #logs: SampleLog[] = [];

  /** @param place  0 for the thread that calls the others */
  constructor(pieces: Pieces, shared: Shared, place: number) {
    this.#pieces = pieces;
    this.#shared = shared;
    this.#place = place;
    if (place === 0) Atomics.store(shared.since, place, 1);
  }

  /**
   * Calls the others, as many as have begun, to a batch.
   * @param admit  hears of a thread that takes part from now on, to tell it what has been learned so far
   */
  lead(indices: Uint32Array, rate: number, epoch: number, admit: (place: number) => void): Learned {
    const { control, since, numbers, batch } = this.#shared;
    numbers.set([rate, epoch]);
    batch[0] = indices.length;
    batch.set(indices, 1);
    const next = Atomics.load(control, BATCH) + 1;
    for (let place = 0; place < since.length; place++) {
      if (Atomics.compareExchange(since, place, READY, next) === READY) admit(place);
      if (since[place] > 0) Atomics.add(control, DUE, 1);
    }
    Atomics.store(control, TAKEN, 0);
    call(this.#shared);
    return this.#learn(next);
  }

  /** Takes part in batches until nothing is left to do, or one of the threads has failed. @param before  called before each */
  follow(before: () => void): void {
    const { control, since, batch } = this.#shared;
    let present = Atomics.load(control, BATCH);
    Atomics.store(since, this.#place, READY);
    for (;;) {
      atLeast(this.#shared, BATCH, present + 1);
      present = Atomics.load(control, BATCH);
      if (failed(control) || batch[0] === END) return;
      const first = Atomics.load(since, this.#place);
      if (first <= 0 || first > present) continue;
      before();
      this.#learn(present);
    }
  }

  #learn(batch: number): Learned {
    const shared = this.#shared;
    const { control, since, numbers } = shared;
    const pieces = this.#pieces;
    const [rate, epoch] = numbers;
    const due = Atomics.load(control, DUE);
    const indices = Uint32Array.from(shared.batch.subarray(1, 1 + shared.batch[0]));
    const half = (batch % 2) * (shared.batch.length - 1);
    try {
      pieces.begin(indices, rate, epoch);
      for (;;) {
        const k = Atomics.add(control, TAKEN, 1);
        if (k >= indices.length) break;
        pieces.present(indices[k], this.#logOf(half + k));
      }
    } catch (error) {
      fail(shared, error);
    }
    increase(control, PRESENTED);
    atLeast(shared, PRESENTED, due);
    if (failed(control)) return reason(shared);
    let [loss, correct] = [0, 0];
    try {
      const members = since.filter(first => first > 0 && first <= batch).length;
      const before = since.subarray(0, this.#place).filter(first => first > 0 && first <= batch).length;
      pieces.divide(before, members);
      for (let k = 0; k < indices.length; k++) {
        const one = pieces.learn(indices[k], this.#logOf(half + k));
        loss += one.loss;
        correct += one.correct;
      }
      pieces.end();
      pieces.divide(0, 1);
    } catch (error) {
      fail(shared, error);
    }
    increase(control, CHANGED);
    // The others are not called again before.
    if (pieces.shared && this.#place === 0) atLeast(shared, CHANGED, due);
    return failed(control) ? reason(shared) : { loss, correct };
  }

  #logOf(n: number): SampleLog {
    const { room, at } = this.#pieces.log;
    this.#logs[n] ??= at(this.#shared.logs.subarray(n * room, (n + 1) * room));
    return this.#logs[n];
  }
}

/** Sends the followers away. */
export function endAll(shared: Shared): void {
  shared.batch[0] = END;
  call(shared);
}

function call({ control }: Shared): void {
  increase(control, BATCH);
}

function increase(control: Int32Array, word: number): void {
  Atomics.add(control, word, 1);
  Atomics.notify(control, word);
}

/** Waits until a word has come so far, or until a thread has failed, after whom it may not. */
function atLeast({ control }: Shared, word: number, least: number): void {
  for (let looks = 0; ; looks++) {
    const there = Atomics.load(control, word);
    if (there >= least || failed(control)) return;
    if (looks >= PATIENCE) Atomics.wait(control, word, there);
  }
}

const failed = (control: Int32Array) => Atomics.load(control, FAILED) > 0;

function reason({ control, message }: Shared): string {
  return String.fromCharCode(...message.subarray(0, Atomics.load(control, FAILED)));
}

/** The first to fail is the one that is heard; when this returns, it has been written down why. */
export function fail({ control, message }: Shared, error: unknown): void {
  const text = ((error instanceof Error && error.message) || String(error)).slice(0, MESSAGE);
  if (Atomics.compareExchange(control, FAILED, 0, WRITING) !== 0) {
    while (!failed(control));
    return;
  }
  for (let n = 0; n < text.length; n++) message[n] = text.charCodeAt(n);
  Atomics.store(control, FAILED, text.length);
  // Whoever waits, or is about to for what was there, looks again.
  for (const word of [PRESENTED, CHANGED]) increase(control, word);
}
