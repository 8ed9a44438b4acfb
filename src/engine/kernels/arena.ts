import { InputError } from "../../errors.ts";
import { type Crossing, instantiate } from "./module.ts";

/** The compiled loops of the grid and inference modes, of `assembly/`; addresses are bytes in the arena. */
export interface ArenaKernels {
  stepMembrane(
    ...of: [neurons: number, v: number, decay: number, drives: number, drive: number, ...Firing]
  ): number;
  stepCurrents(
    ...of: [
      ...[neurons: number, v: number, e: number, i: number],
      ...[decay: number, fromE: number, fromI: number, decayE: number, decayI: number, speck: number],
      ...[drives: number, drive: number],
      ...Firing,
    ]
  ): number;
  deliver(
    ...of: [
      ...[spikes: number, count: number, starts: number, segments: number, segment: number],
      ...[targets: number, wide: number, weights: number, weight: number, acc: number],
    ]
  ): number;
  deliverDense(
    ...of: [
      ...[spikes: number, count: number, weights: number, stride: number, columns: number],
      ...[exc: number, scaleExc: number, inh: number, scaleInh: number],
    ]
  ): void;
  decay(vector: number, count: number, factor: number, speck: number): void;
  stdp(
    ...of: [
      ...[rows: number, count: number, starts: number, segments: number, segment: number],
      ...[targets: number, wide: number, weights: number],
      ...[acc: number, gain: number, now: number, value: number, since: number, done: number],
      ...[
        y: number,
        last: number,
        counts: number,
        ring: number,
        mask: number,
        table: number,
        length: number,
        rule: number,
      ],
      ...[arrives: number, nearest: number],
    ]
  ): number;
  poisson(
    ...of: [
      ...[first: number, last: number, acc: number, k0: number, k1: number, step: number],
      ...[levels: number, count: number, weight: number],
    ]
  ): void;
  inferBlock(
    ...of: [
      ...[currents: number, uniform: boolean, samples: number, steps: number],
      ...[sums: number, sumStarts: number, inputs: number, segments: number, segmentStarts: number],
      ...[lanes: number, tables: number, reach: number, fixed: boolean, refractory: number, first: number],
      ...[counts: number, spikes: number, room: number],
    ]
  ): number;
}

type Firing = [
  ...[threshold: number, mode: number, reset: number, first: number, out: number, capacity: number],
];

type View<T> = new (buffer: ArrayBuffer, byteOffset: number, length: number) => T;

const PAGE = 65_536;
const PIECE = 512 * PAGE;
/** Pages of a memory at most. */
const MOST = 65_536;

/**
 * One piece of memory for everything that the loops of a simulation touch: WebAssembly's own where the kernels run, a
 * plain buffer where their TypeScript twins do. Space is taken first; views are made when all of it is.
 */
export class Arena {
  readonly kernels: ArenaKernels | null;
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): unknown };
  readonly shared: boolean;
  // The first bytes stay free for the runtime's own data, and no address is 0.
  #end = 1024;

  /**
   * @param compile  whether to use the compiled loops where they can run
   * @param shared   whether worker threads are to use it
   * @param crossing what the loops of the exact mode call
   */
  constructor(compile: boolean, shared: boolean, crossing?: Crossing) {
    const compiled = compile ? instantiate(1, shared, crossing) : null;
    this.memory = compiled?.memory ?? new PlainMemory();
    this.shared = shared && compiled !== null;
    this.kernels = (compiled?.exports as ArenaKernels | undefined) ?? null;
  }

  /**
   * Address of `bytes` bytes of zeros, on a boundary of 16.
   * @throws InputError where there is not so much memory: WebAssembly's ends at 4 GiB
   */
  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(missing);
    return at;
  }

  /** @throws InputError as `take` would, before anything is made for so many bytes more */
  expectRoom(bytes: number): void {
    if (this.kernels && this.#end + bytes > MOST * PAGE) this.#refuse(this.#end + bytes);
  }

  #refuse(bytes: number): never {
    const gib = (bytes / 2 ** 30).toFixed(1);
    throw new InputError(
      `network: expected one that fits into the 4 GiB of the kernels, got one that needs more than ${gib} GiB; ` +
        "the exact mode of Simulation has no such limit",
    );
  }

  #grow(missing: number): void {
    // In large pieces, as far as there is room: the system can then use large pages, which random access to rows needs.
    const pages = Math.ceil(missing / PIECE) * (PIECE / PAGE);
    const room = this.kernels ? MOST - this.memory.buffer.byteLength / PAGE : Infinity;
    try {
      this.memory.grow(Math.max(Math.ceil(missing / PAGE), Math.min(pages, room)));
    } catch {
      this.#refuse(this.#end);
    }
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#end;
  }

  /** A view that is valid until more space is taken. */
  view<T>(make: View<T>, address: number, length: number): T {
    return new make(this.memory.buffer, address, length);
  }
}

class PlainMemory {
  buffer = new ArrayBuffer(PAGE);

  grow(pages: number): void {
    const wider = new ArrayBuffer(
      Math.max(this.buffer.byteLength + pages * PAGE, 2 * this.buffer.byteLength),
    );
    new Uint8Array(wider).set(new Uint8Array(this.buffer));
    this.buffer = wider;
  }
}
