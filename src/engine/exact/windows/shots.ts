import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { Shots as Drawn } from "../../network/stimuli/timing.ts";

/**
 * Independent Poisson inputs of all neurons of a population, at the times that `NeuronStreams` gives. Each neuron's are
 * drawn eight at a time, which four blocks of Threefry give at once, so that no queue has to hold one for each neuron.
 */
export class Shots {
  /** The record that the kernels take. */
  readonly record: number;
  readonly #arena: Arena;
  readonly #least: readonly [address: number, count: number];

  /**
   * @param window  width of the windows in which they are asked for as packets [ms]; 0 where they are not
   */
  constructor(
    arena: Arena,
    size: number,
    { wait, start, stop, key }: Drawn,
    weight: number,
    order: number,
    window: number,
  ) {
    this.record = arena.record(layout.SHOTS_SIZE);
    this.#arena = arena;
    const { record } = this;
    // So many that about every other least time is in a window.
    let together = 4;
    while (2 * together * window < wait && together < 256) together *= 2;
    const blocks = Math.ceil(size / together);
    const packets = window > 0;
    // One more, as two neurons are moved at a time.
    const take = (bytes: number, asked = true) => (asked ? arena.take(bytes * (size + 1)) : 0);
    const next = take(8, packets);
    const least = packets ? arena.take(8 * blocks) : 0;
    this.#least = [least, packets ? blocks : 0];
    const [times, ends, numbers, due] = [take(64), take(8), take(4), take(4)];
    arena.integers(record, {
      [layout.SHOTS_NEURONS]: size,
      [layout.SHOTS_KEY_0]: key[0] >>> 0,
      [layout.SHOTS_KEY_1]: key[1] >>> 0,
      [layout.SHOTS_BEGINS]: take(8),
      [layout.SHOTS_ENDS]: ends,
      [layout.SHOTS_BLOCKS]: numbers,
      [layout.SHOTS_PLACES]: take(4, packets),
      [layout.SHOTS_TIMES]: times,
      [layout.SHOTS_LASTS]: take(8),
      [layout.SHOTS_VALUES]: take(64, !packets),
      [layout.SHOTS_DUE]: due,
      [layout.SHOTS_FIRST_BEGINS]: take(8, !packets),
      [layout.SHOTS_FIRST_BLOCKS]: take(4, !packets),
      [layout.SHOTS_NEXT]: next,
      [layout.SHOTS_LEAST]: least,
      [layout.SHOTS_ORDER]: order >>> 0,
      [layout.SHOTS_TOGETHER]: together,
    });
    arena.doubles(record, {
      [layout.SHOTS_WAIT]: wait,
      [layout.SHOTS_STOP]: stop,
      [layout.SHOTS_WEIGHT]: weight,
    });
    arena.view(Float64Array, ends, size).fill(start);
    arena.view(Int32Array, numbers, size).fill(-1);
    const all = arena.view(Uint32Array, due, size);
    for (let j = 0; j < size; j++) all[j] = j;
    arena.kernels.drawShots(record, due, size);
    if (!packets) return;
    const own = arena.view(Float64Array, next, size);
    const first = arena.view(Float64Array, times, 8 * size);
    own.forEach((_, j) => {
      own[j] = first[8 * j];
    });
    const soonest = arena.view(Float64Array, least, blocks).fill(Infinity);
    own.forEach((t, j) => {
      const b = Math.floor(j / together);
      soonest[b] = Math.min(soonest[b], t);
    });
  }

  /** When the next one comes, where they are asked for as packets [ms]. */
  get nextTime(): number {
    return this.#arena.view(Float64Array, ...this.#least).reduce((least, t) => Math.min(least, t), Infinity);
  }
}
