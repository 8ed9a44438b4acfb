import { InputError } from "../../errors.ts";
import { type Crossing, instantiate, type WasmMemory } from "./module.ts";
import type { Kernels } from "./wasm.ts";

type Places = Readonly<Record<number, number>>;
type View<T> = new (buffer: ArrayBuffer, byteOffset: number, length: number) => T;

const PAGE = 65_536;
const PIECE = 512 * PAGE;
/** The first bytes stay free for the runtime's own data, and no address is 0. */
const START = 2048;
/** Pages of a memory at most. */
const MOST = 65_536;

/** One of several parts of a memory, each of a thread. */
interface Part {
  /** Null for one that is to be made. */
  readonly memory: WasmMemory | null;
  readonly place: number;
  readonly parts: number;
}

/**
 * One piece of memory for everything that the kernels of a simulation touch; addresses are bytes in it, and what lies
 * where in a record says `layout.ts`. Space is taken first; views are made when all of it is.
 */
export class Arena {
  readonly kernels: Kernels;
  readonly memory: WasmMemory;
  readonly shared: boolean;
  #end: number;
  /** Where this part of a memory ends and another's begins; none where the memory is its own, and may grow. */
  readonly #last: number | null;
  /** From the same place in the first part. */
  readonly #from: number;

  /**
   * @param shared   whether worker threads are to use it
   * @param crossing what the loops of the exact mode call
   * @param bytes    room to begin with: growing detaches what was there, and from then on the platform looks twice at
   *                 every number of every list in the process, which costs training 5 to 20 %
   * @param part     where it is one of several in a memory
   * @throws InputError on a platform where the kernels cannot run
   */
  constructor(shared = false, crossing?: Crossing, bytes = PIECE, part: Part | null = null) {
    const size = 16 * Math.ceil(bytes / 16);
    const pages = Math.ceil((START + size * (part?.parts ?? 1)) / PAGE);
    const { memory, kernels } = instantiate(pages, shared, crossing, part?.memory);
    this.memory = memory;
    this.kernels = kernels;
    this.shared = shared;
    this.#from = part ? part.place * size : 0;
    this.#end = START + this.#from;
    this.#last = part && this.#end + size;
  }

  /** Where the same thing lies in the first part of the memory. */
  inFirst(address: number): number {
    return address - this.#from;
  }

  /**
   * Address of `bytes` bytes of zeros, on a boundary of 16.
   * @throws InputError where there is not so much memory: WebAssembly's ends at 4 GiB
   */
  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / 16) * 16;
    const missing = this.#end - this.end;
    if (missing > 0) this.#grow(missing);
    return at;
  }

  /** Address of a record of so many places. */
  record(places: number): number {
    return this.take(8 * places);
  }

  /** Write places of a record, when all space is taken: integers and addresses, floats, doubles. */
  integers(record: number, places: Places): void {
    put(new Uint32Array(this.memory.buffer), record / 4, 2, places);
  }
  floats(record: number, places: Places): void {
    put(new Float32Array(this.memory.buffer), record / 4, 2, places);
  }
  doubles(record: number, places: Places): void {
    put(new Float64Array(this.memory.buffer), record / 8, 1, places);
  }

  /** @throws InputError as `take` would, before anything is made for so many bytes more */
  expectRoom(bytes: number): void {
    if (this.#end + bytes > MOST * PAGE) this.#refuse(this.#end + bytes);
  }

  #refuse(bytes: number): never {
    const gib = (bytes / 2 ** 30).toFixed(1);
    throw new InputError(
      `network: expected one that fits into the 4 GiB of the kernels, got one that needs more than ${gib} GiB; ` +
        "the exact mode of Simulation has no such limit",
    );
  }

  #grow(missing: number): void {
    if (this.#last !== null) throw new Error(`a part of a memory is too small by ${missing} bytes`);
    // In large pieces, as far as there is room: the system can then use large pages, which random access to rows needs.
    const pages = Math.ceil(missing / PIECE) * (PIECE / PAGE);
    const room = MOST - this.memory.buffer.byteLength / PAGE;
    try {
      this.memory.grow(Math.max(Math.ceil(missing / PAGE), Math.min(pages, room)));
    } catch {
      this.#refuse(this.#end);
    }
  }

  /** End of what is taken, and of what there is without growing. */
  get used(): number {
    return this.#end;
  }
  get end(): number {
    return this.#last ?? this.memory.buffer.byteLength;
  }

  /** A view that is valid until more space is taken. */
  view<T>(make: View<T>, address: number, length: number): T {
    return new make(this.memory.buffer, address, length);
  }
}

function put(
  into: Uint32Array | Float32Array | Float64Array,
  at: number,
  each: number,
  places: Places,
): void {
  for (const [place, value] of Object.entries(places)) into[at + each * Number(place)] = value;
}
