import type { Arena } from "../kernels/arena.ts";
import { sharedKernels } from "../kernels/module.ts";
import type { Kernels } from "../kernels/wasm.ts";
import { Pace } from "./pace.ts";
import type { RowList, SpikeHistory } from "./spikeHistory.ts";

/** The kernels that a crew calls, of five arguments at most. */
const names = [
  ...(["stepMembrane", "fireMembrane", "stepCurrents", "stepConductances", "stepQuadratic"] as const),
  ...(["stepConductancesEuler", "stepQuadraticEuler", "stepExponential"] as const),
  ...(["deliver", "deliverDense", "deliverList", "decay", "stdp", "poisson"] as const),
  ...(["shiftDense", "shiftList", "stepDouble", "deliverDouble"] as const),
] as const;
type Name = (typeof names)[number];
type Kernel = (a: number, b: number, c: number, d: number, e: number) => number;

/** Hears of a call's result. */
type Then = ((result: number) => void) | null;

/** Places of kernels in the list of names. */
const places = Object.fromEntries(names.map((name, k) => [name, k])) as Readonly<Record<Name, number>>;

const NONE: readonly RowList[] = [];

/** Calls that a member finds at a time: how many, then for each its kernel's place and five arguments. */
const CALLS = 8192;
const ORDER = 6;
const ORDERS = 1 + ORDER * CALLS;
/** So that no two members write to one line of the cache. */
const WORDS_APART = 32;
/** What a worker says when it has begun; 0 before. */
const READY = -1;
/** Looks at a word before going to sleep over it: some tens of microseconds. */
const PATIENCE = 3000;

/**
 * What a worker thread does: waits for its number to be called, makes the calls that it finds, says that it is done. It
 * knows nothing of networks. Text, so that there is no file to find.
 */
const script = `
const { module, memory, member, control, orders, names, patience } = require("node:worker_threads").workerData;
const none = () => { throw new Error("no call of a crew needs it"); };
const kernels = new WebAssembly.Instance(module, {
  env: { memory, exp: none, log: none, crossing: none, abort() {} },
}).exports;
const calls = names.map(name => kernels[name]);
const state = new Int32Array(memory.buffer, control, ${WORDS_APART} * (member + 1));
const work = new Float64Array(memory.buffer, orders, ${ORDERS});
Atomics.store(state, ${WORDS_APART} * member, ${READY});
for (let seen = 0; ; ) {
  let looks = 0;
  while (Atomics.load(state, 0) === seen) if (++looks > patience) Atomics.wait(state, 0, seen);
  seen = Atomics.load(state, 0);
  for (let n = work[0], at = 1; n > 0; n--) {
    const call = calls[work[at]];
    work[at] = call(work[at + 1], work[at + 2], work[at + 3], work[at + 4], work[at + 5]) ?? 0;
    at += ${ORDER};
  }
  Atomics.store(state, ${WORDS_APART} * member, seen);
  Atomics.notify(state, ${WORDS_APART} * member);
}
`;

interface Thread {
  unref(): void;
  terminate(): Promise<number>;
}
type ThreadMaker = new (script: string, options: { eval: true; workerData: unknown }) => Thread;

/**
 * Those who share the work of a step: this thread, member 0, and worker threads on the same memory. Each has its part of
 * every population, and adds what reaches a neuron in the same order as one alone would, so that results do not depend
 * on how many they are.
 */
export class Crew {
  readonly members: number;
  readonly #arena: Arena;
  readonly #kernels: Readonly<Record<Name, Kernel>>;
  /** Whether calls are made at once. */
  readonly #alone: boolean;
  readonly #byPlace: readonly Kernel[];
  /** How many calls wait for `run`, and what hears of their results. */
  readonly #waiting: Int32Array;
  readonly #thens: readonly Then[][];
  readonly #controlAt: number;
  readonly #ordersAt: readonly number[];
  readonly #listAt: number;
  readonly #capacity: number;
  #control!: Int32Array;
  #orders!: readonly Float64Array[];
  /** What the rows that `spikes` gives point into. */
  list!: Uint32Array;
  #used = 0;
  /** Counts how often the lists were begun anew. */
  #place = 0;
  #turn = 0;
  #threads: Thread[] = [];
  #ready = false;
  readonly #pace = new Pace();

  /**
   * @param members   how many; where there are no threads to be had, this one does the work of all
   * @param capacity  spikes that fit into the arena in one step; more of them are handled in turns
   */
  constructor(arena: Arena, members: number, capacity: number) {
    this.members = members;
    this.#alone = members === 1;
    this.#arena = arena;
    this.#kernels = { ...arena.kernels } as unknown as Readonly<Record<Name, Kernel>>;
    this.#byPlace = names.map(name => this.#kernels[name]);
    this.#waiting = new Int32Array(members);
    this.#thens = Array.from({ length: members }, () => []);
    this.#capacity = capacity;
    this.#listAt = arena.take(4 * capacity);
    this.#controlAt = arena.take(4 * WORDS_APART * (members + 1));
    this.#ordersAt = Array.from({ length: this.#alone ? 0 : members }, () => arena.take(8 * ORDERS));
  }

  /** All space in the arena is taken. */
  begin(): void {
    const arena = this.#arena;
    this.list = arena.view(Uint32Array, this.#listAt, this.#capacity);
    this.#control = arena.view(Int32Array, this.#controlAt, WORDS_APART * (this.members + 1));
    this.#orders = this.#ordersAt.map(at => arena.view(Float64Array, at, ORDERS));
    const Worker = arena.shared ? threads() : null;
    if (!Worker) return;
    for (let member = 1; member < this.members; member++) {
      const thread = new Worker(script, {
        eval: true,
        workerData: {
          ...{ module: sharedKernels(), memory: arena.memory, member, names, patience: PATIENCE },
          ...{ control: this.#controlAt, orders: this.#ordersAt[member] },
        },
      });
      thread.unref();
      this.#threads.push(thread);
    }
  }

  /** Lets the worker threads go. */
  end(): void {
    for (const thread of this.#threads) void thread.terminate();
    this.#threads = [];
    this.#ready = false;
  }

  /** A new step: lists of spikes are made anew. */
  beginStep(): void {
    this.#used = 0;
    this.#place++;
  }

  /** The spikes that a population fired at an earlier step, in the arena; each part must be used before the next. */
  spikes(history: SpikeHistory, fired: number): Iterable<RowList> {
    const count = history.count(fired);
    if (count === 0) return NONE;
    const known = history.placed(fired, this.#place);
    if (known) return known;
    const from = history.at(fired);
    if (count > this.#capacity) return this.#inTurns(from, count);
    if (this.#used + count > this.#capacity) this.#renew();
    const parts = [this.#put(from, 0, count)];
    history.place(fired, this.#place, parts);
    return parts;
  }

  *#inTurns(from: Uint32Array, count: number): Generator<RowList> {
    for (let k = 0; k < count; k += this.#capacity) {
      this.#renew();
      yield this.#put(from, k, Math.min(this.#capacity, count - k));
    }
  }

  /** What is on the list is used, before it is written over. */
  #renew(): void {
    this.run();
    this.beginStep();
  }

  #put(from: Uint32Array, first: number, count: number): RowList {
    const at = this.#used;
    for (let n = 0; n < count; n++) this.list[at + n] = from[first + n];
    this.#used += count;
    return { address: this.#listAt + 4 * at, count, first: at };
  }

  /** All rows of a projection, in parts; each part must be used before the next is asked for. */
  *all(rows: number): Generator<RowList> {
    this.beginStep();
    for (let from = 0; from < rows; from += this.#capacity) {
      const count = Math.min(this.#capacity, rows - from);
      for (let k = 0; k < count; k++) this.list[k] = from + k;
      yield { address: this.#listAt, count, first: 0 };
    }
  }

  /**
   * Has a member make a call: at once where it is alone, else in its turn when all `run`.
   * @param then  hears of the result
   */
  call<N extends Name>(member: number, name: N, then: Then, ...values: Parameters<Kernels[N]>): void;
  // No list of arguments in what runs in every step: it would be garbage.
  call(member: number, name: Name, then: Then, a: number, b: number, c = 0, d = 0, e = 0): void {
    if (this.#alone) {
      const result = this.#kernels[name](a, b, c, d, e);
      then?.(result);
      return;
    }
    if (this.#waiting[member] === CALLS) this.run();
    const orders = this.#orders[member];
    const place = this.#waiting[member]++;
    const at = 1 + ORDER * place;
    orders[at] = places[name];
    orders[at + 1] = a;
    orders[at + 2] = b;
    orders[at + 3] = c;
    orders[at + 4] = d;
    orders[at + 5] = e;
    this.#thens[member][place] = then;
  }

  /** Has all calls made, each member's in their order. */
  run(): void {
    if (this.#alone || !this.#waits()) return;
    if (!this.#begun()) this.#make(false);
    else {
      const from = performance.now();
      this.#make(this.#pace.shared);
      this.#pace.took(performance.now() - from);
    }
  }

  #waits(): boolean {
    for (let m = 0; m < this.members; m++) if (this.#waiting[m] > 0) return true;
    return false;
  }

  /** Whether there are threads, and all of them have begun: a step takes less time than that. */
  #begun(): boolean {
    if (this.#ready || this.#threads.length === 0) return this.#ready;
    let ready = true;
    for (let m = 1; m < this.members; m++)
      if (Atomics.load(this.#control, WORDS_APART * m) === 0) ready = false;
    this.#ready = ready;
    return ready;
  }

  #make(shared: boolean): void {
    if (shared) this.#send();
    for (let m = 0; m < this.members; m++) {
      if (m > 0 && shared) this.#await(m);
      else this.#makeHere(m);
      this.#hear(m);
    }
  }

  /** Makes a member's calls in this thread; results take the place of what was called. */
  #makeHere(member: number): void {
    const orders = this.#orders[member];
    for (let k = 0, at = 1; k < this.#waiting[member]; k++, at += ORDER) {
      const call = this.#byPlace[orders[at]];
      orders[at] = call(orders[at + 1], orders[at + 2], orders[at + 3], orders[at + 4], orders[at + 5]);
    }
  }

  #hear(member: number): void {
    const orders = this.#orders[member];
    const thens = this.#thens[member];
    for (let k = 0; k < this.#waiting[member]; k++) thens[k]?.(orders[1 + ORDER * k]);
    this.#waiting[member] = 0;
  }

  /** Says how many calls there are, and calls the workers' number. */
  #send(): void {
    for (let m = 1; m < this.members; m++) this.#orders[m][0] = this.#waiting[m];
    this.#turn++;
    Atomics.store(this.#control, 0, this.#turn);
    Atomics.notify(this.#control, 0);
  }

  #await(member: number): void {
    const word = WORDS_APART * member;
    for (let looks = 0; ; looks++) {
      const seen = Atomics.load(this.#control, word);
      if (seen === this.#turn) return;
      if (looks > PATIENCE) Atomics.wait(this.#control, word, seen);
    }
  }
}

/** Node's worker threads; null in a page, where this thread does all the work. */
function threads(): ThreadMaker | null {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.("node:worker_threads") as { Worker: ThreadMaker } | undefined;
  return module?.Worker ?? null;
}

/** Where each member's part of a population begins and ends: multiples of 8, which the loops need. */
export function shares(size: number, members: number): readonly (readonly [first: number, last: number])[] {
  const blocks = Math.ceil(size / 8);
  const at = (m: number) => 8 * Math.floor((blocks * m) / members);
  return Array.from({ length: members }, (_, m) => [at(m), at(m + 1)] as const);
}
