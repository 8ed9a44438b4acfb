import type { Arena } from "../../kernels/arena.ts";
import type { SpikeLists } from "./spikeLists.ts";

/** Whose spikes reach a layer, where their rows begin in the block of weights, and how many steps later. */
export interface Source {
  readonly population: number;
  readonly firstRow: number;
  readonly delay: number;
}

/** So many steps without input are passed at once. */
const SILENT = 16;

/**
 * What reaches the neurons of a layer at each step of each sample of a batch, as addresses of rows of weights: worked out
 * once, for all blocks of neurons. Each step takes the sum of two rows: of its last spike's row and those before it, or
 * the row of nothing. Sums that take more are listed apart, to be made before the sample runs, so that its loop has no
 * branch that depends on the number of spikes. Long times without input are marked.
 */
export class BatchInputs {
  readonly #arena: Arena;
  readonly #steps: number;
  /** [samples + 1]: where each sample's sums and segments begin. */
  readonly sumStarts: number;
  readonly segmentStarts: number;
  /** [samples, steps, 2]: addresses of the two rows. */
  readonly inputs: number;
  /** [any, 2]: last step, and whether nothing arrives in it. */
  readonly segments: number;
  /** [any, 3]: addresses of a sum and of the two rows that it adds. */
  sums: number;
  #room = 0;

  /** @param samples  of a batch at most */
  constructor(arena: Arena, samples: number, steps: number) {
    this.#arena = arena;
    this.#steps = steps;
    this.sumStarts = arena.take(4 * (samples + 1));
    this.segmentStarts = arena.take(4 * (samples + 1));
    this.inputs = arena.take(8 * samples * steps);
    this.segments = arena.take(8 * samples * (2 + Math.ceil((3 * steps) / SILENT)));
    this.sums = 0;
  }

  /**
   * @param sources  of the layer, with the spikes of all populations
   * @param rows     address of the layer's rows
   * @param nothing  number of the row of nothing, which rows for sums follow
   * @param bytes    of a row
   * @param reach    longest time that can be passed at once [steps]
   */
  make(
    samples: number,
    sources: readonly Source[],
    spikes: readonly SpikeLists[],
    rows: number,
    nothing: number,
    bytes: number,
    reach: number,
  ): void {
    const steps = this.#steps;
    this.#makeRoom(samples, sources, spikes);
    const words = this.#arena.view(Int32Array, 0, this.#arena.used >> 2);
    const empty = rows + nothing * bytes;
    let sum = this.sums >> 2;
    let segment = this.segments >> 2;
    for (let s = 0; s < samples; s++) {
      words[(this.sumStarts >> 2) + s] = (sum - (this.sums >> 2)) / 3;
      words[(this.segmentStarts >> 2) + s] = (segment - (this.segments >> 2)) / 2;
      const own = (this.inputs >> 2) + 2 * s * steps;
      words.fill(empty, own, own + 2 * steps);
      let free = empty;
      for (const { population, firstRow, delay } of sources) {
        const from = spikes[population];
        const base = rows + firstRow * bytes;
        const first = (from.spikes >> 2) + 2 * s * from.room;
        const end = first + 2 * words[(from.counts >> 2) + s];
        const last = own + 2 * steps;
        for (let k = first; k < end; k += 2) {
          const at = own + 2 * (words[k] + delay);
          if (at >= last) continue;
          const a = words[at];
          const b = words[at + 1];
          words[at + 1] = base + words[k + 1] * bytes;
          if (a === empty) {
            words[at] = b;
            continue;
          }
          let to = a;
          // A sum already, or the row of a spike, which comes before the row of nothing.
          if (a < empty) words[at] = to = free += bytes;
          words[sum] = to;
          words[sum + 1] = a;
          words[sum + 2] = b;
          sum += 3;
        }
      }
      segment = this.#cut(words, own, empty, reach, segment);
    }
    words[(this.sumStarts >> 2) + samples] = (sum - (this.sums >> 2)) / 3;
    words[(this.segmentStarts >> 2) + samples] = (segment - (this.segments >> 2)) / 2;
  }

  #makeRoom(samples: number, sources: readonly Source[], spikes: readonly SpikeLists[]): void {
    let arriving = 0;
    for (const { population } of sources) {
      for (const number of spikes[population].numbers(samples)) arriving += number;
    }
    if (arriving <= this.#room) return;
    this.#room = 2 * arriving;
    this.sums = this.#arena.take(12 * this.#room);
  }

  /** Cuts a sample into times with input and long ones without. @returns where the next sample's segments go */
  #cut(words: Int32Array, own: number, empty: number, reach: number, from: number): number {
    const end = this.#steps - 1;
    let segment = from;
    // The last step of what is in segments, and the last one with input.
    let done = 0;
    let busy = 0;
    for (let n = 1; n <= end; n++) {
      const silent = words[own + 2 * n + 1] === empty;
      if (silent && n < end) continue;
      const last = silent ? n : n - 1;
      if (reach >= SILENT && last - busy >= SILENT) {
        if (busy > done) {
          words[segment++] = busy;
          words[segment++] = 0;
        }
        for (done = busy; done < last; segment += 2) {
          done = Math.min(done + reach, last);
          words[segment] = done;
          words[segment + 1] = 1;
        }
      }
      busy = n;
    }
    if (busy > done) {
      words[segment++] = busy;
      words[segment++] = 0;
    }
    return segment;
  }
}
