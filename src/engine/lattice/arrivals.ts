import type { Projection } from "../network/synapses/projection.ts";
import { delaySteps } from "./delays.ts";

/** Spikes on their way over a projection that learns, by the step at which they reach their next synapses. */
export class Arrivals {
  readonly #synapses: Projection;
  readonly #dt: number;
  readonly #path: string;
  /** [longest delay + 1]: rows and cursors in turn; made when the first spike comes. */
  readonly #slots: (number[] | undefined)[];

  /**
   * @param longest  longest delay [steps]
   * @param path     of the projection, for errors
   */
  constructor(synapses: Projection, longest: number, dt: number, path: string) {
    this.#synapses = synapses;
    this.#dt = dt;
    this.#path = path;
    this.#slots = new Array<undefined>(longest + 1);
  }

  /** A spike of `row`, fired at step `fired`, goes on to the synapses from `cursor` on. */
  push(row: number, cursor: number, fired: number): void {
    if (cursor < this.#synapses.rowLength(row))
      this.#slot(fired + this.#steps(row, cursor)).push(row, cursor);
  }

  /** Lets all spikes arrive that do so at a step. `arrive` returns the cursor of the next synapses. */
  take(step: number, arrive: (row: number, cursor: number) => number): void {
    const due = this.#slot(step);
    for (let k = 0; k < due.length; k += 2) {
      const row = due[k];
      const steps = this.#steps(row, due[k + 1]);
      let cursor = due[k + 1];
      // Delays that differ by less than the lattice tells apart arrive together.
      do cursor = arrive(row, cursor);
      while (cursor < this.#synapses.rowLength(row) && this.#steps(row, cursor) === steps);
      this.push(row, cursor, step - steps);
    }
    due.length = 0;
  }

  /** Forgets all spikes. */
  clear(): void {
    for (const slot of this.#slots) if (slot) slot.length = 0;
  }

  #steps(row: number, cursor: number): number {
    return delaySteps(this.#synapses.delayAt(row, cursor), this.#dt, this.#path);
  }

  #slot(step: number): number[] {
    return (this.#slots[step % this.#slots.length] ??= []);
  }
}
