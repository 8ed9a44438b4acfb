import type { LiveNews } from "../messages.ts";

/** Neurons of a network whose spikes are seen; rates are of all. */
const ROWS = 400;
/** Of a rate [ms]. */
export const BIN = 1;

/** A network that runs slice by slice, and what has happened since somebody last asked. */
export interface Live {
  readonly populations: readonly { readonly name: string; readonly size: number; readonly rows: number }[];
  run(ms: number): void;
  reward?(): void;
  take(): LiveNews;
}

/** Spikes as they come, and how many there were in each bin of time. */
export class SpikeNews {
  readonly populations: Live["populations"];
  readonly #firstRow: number[] = [];
  readonly #place = new Map<string, number>();
  #times = new Float32Array(1024);
  #rows = new Uint16Array(1024);
  #count = 0;
  #from = 0;
  #counts: Uint32Array;

  constructor(sizes: readonly { readonly name: string; readonly size: number }[]) {
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    const share = Math.min(1, ROWS / total);
    let row = 0;
    this.populations = sizes.map(({ name, size }, p) => {
      const rows = Math.max(1, Math.round(size * share));
      this.#firstRow.push(row);
      this.#place.set(name, p);
      row += rows;
      return { name, size, rows };
    });
    this.#counts = new Uint32Array(256 * sizes.length);
  }

  spike(population: string, neuron: number, t: number): void {
    const p = this.#place.get(population);
    if (p === undefined) return;
    // A spike at the very end of a run is part of it.
    const bin = Math.max(0, Math.ceil((t - this.#from) / BIN) - 1) * this.populations.length + p;
    if (bin >= this.#counts.length) {
      const wider = new Uint32Array(2 * Math.max(bin, this.#counts.length));
      wider.set(this.#counts);
      this.#counts = wider;
    }
    this.#counts[bin]++;
    if (neuron >= this.populations[p].rows) return;
    if (this.#count === this.#times.length) {
      const [times, rows] = [new Float32Array(2 * this.#count), new Uint16Array(2 * this.#count)];
      times.set(this.#times);
      rows.set(this.#rows);
      [this.#times, this.#rows] = [times, rows];
    }
    // Relative to what was taken last: single precision then does for any time.
    this.#times[this.#count] = t - this.#from;
    this.#rows[this.#count++] = this.#firstRow[p] + neuron;
  }

  /** All since the last call. @param time  now [ms], a whole number of bins after it */
  take(time: number): Omit<LiveNews, "weights" | "points"> {
    const bins = Math.round((time - this.#from) / BIN);
    const taken = {
      time,
      since: this.#from,
      times: this.#times.slice(0, this.#count),
      rows: this.#rows.slice(0, this.#count),
      counts: this.#counts.slice(0, bins * this.populations.length),
    };
    this.#counts.fill(0);
    [this.#count, this.#from] = [0, time];
    return taken;
  }
}
