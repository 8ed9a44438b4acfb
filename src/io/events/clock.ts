/**
 * Gives the counts of a clock of few bits a common beginning: a counter that has run over begins anew, and so does a
 * clock that was set back. Events of one file may change places by a little, which is neither.
 */
export class Clock {
  readonly #range: number;
  readonly #patience: number;
  /** The counter, where it began anew last. */
  #base = 0;
  #last: number | null = null;
  #latest = 0;
  #resets = 0;

  /**
   * @param bits      of the counter
   * @param patience  a larger step back, if it is none of running over, is a clock that was set back
   */
  constructor(bits: number, patience = Infinity) {
    this.#range = 2 ** bits;
    this.#patience = patience;
  }

  /** How often the clock was set back. */
  get resets(): number {
    return this.#resets;
  }

  /** The next count of the file, from the beginning of the first. */
  at(count: number): number {
    const back = (this.#last ?? count) - count;
    // A counter that seems to jump ahead by most of its range is an event from before it ran over.
    if (back < -this.#range / 2 && this.#base >= this.#range) return this.#base - this.#range + count;
    if (back > this.#range / 2) this.#base += this.#range;
    else if (back > this.#patience) this.restart(count);
    this.#last = count;
    this.#latest = Math.max(this.#latest, this.#base + count);
    return this.#base + count;
  }

  /** The clock was set to `count`: how long that took nobody knows, and times go on from the latest. */
  restart(count = 0): void {
    if (this.#last === null) return;
    this.#resets++;
    this.#base = this.#latest - count;
    this.#last = null;
  }
}

/** What the reader should say about it, if anything. */
export function resetNotes(resets: number): string[] {
  if (resets === 0) return [];
  const times = resets === 1 ? "once" : `${resets} times`;
  return [
    `the camera's clock was set back ${times}; later events follow the earlier ones, and the pause is lost`,
  ];
}
