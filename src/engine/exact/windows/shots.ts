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
    const { record } = this;
    // So many that about every other least time is in a window.
    let together = 4;
    while (2 * together * window < wait && together < 256) together *= 2;
    const blocks = Math.ceil(size / together);
    const [next, least] = window > 0 ? [arena.take(8 * size), arena.take(8 * blocks)] : [0, 0];
    const times = arena.take(64 * size);
    const [begins, ends] = [arena.take(8 * size), arena.take(8 * size)];
    const [numbers, places] = [arena.take(4 * size), arena.take(4 * size)];
    arena.integers(record, {
      [layout.SHOTS_NEURONS]: size,
      [layout.SHOTS_KEY_0]: key[0] >>> 0,
      [layout.SHOTS_KEY_1]: key[1] >>> 0,
      [layout.SHOTS_BEGINS]: begins,
      [layout.SHOTS_ENDS]: ends,
      [layout.SHOTS_BLOCKS]: numbers,
      [layout.SHOTS_PLACES]: places,
      [layout.SHOTS_TIMES]: times,
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
    for (let j = 0; j < size; j++) arena.kernels.drawShots(record, j, start, 0);
    if (window === 0) return;
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
}
