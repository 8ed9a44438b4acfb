/** Turns after which the time of one by this thread alone is known well enough, and those of a stretch by all threads. */
const ALONE = 32;
const SHARED = 128;
/** Stretches by all threads before one alone is timed again. */
const STRETCHES = 32;
/** Turns alone after threads have lost: at first, how many times as many when they lose again, and at most. */
const PAUSE = 64;
const MORE = 8;
const LONGEST = 65_536;

/**
 * Whether threads pay. Where other programs have the cores, a thread is waited for until it gets one, which takes longer
 * than all the work of a step; so turns are timed, by all threads and by this one alone, and the faster way is gone on with.
 * Results are the same either way. A thread that is not called sleeps.
 */
export class Pace {
  /** Whether the next turn is one of all threads. */
  shared = false;
  /** Of a turn alone [ms]. */
  #alone = 0;
  #turns = 0;
  #time = 0;
  /** The longest of them: it may be a pause of the platform's, or a thread's way out of sleep, and does not count. */
  #longest = 0;
  #length = ALONE;
  #stretches = 0;
  #pause = PAUSE;

  /** A turn took so long [ms]. */
  took(time: number): void {
    this.#time += time;
    this.#turns++;
    if (time > this.#longest) this.#longest = time;
    const counted = this.#time - this.#longest;
    // What has taken longer than all of its turns should has lost already.
    const lost = this.shared && counted > this.#alone * SHARED;
    if (!lost && this.#turns < this.#length) return;
    if (!this.shared) {
      this.#alone = counted / (this.#turns - 1);
      this.#begin(true, SHARED);
    } else if (lost) {
      this.#stretches = 0;
      this.#begin(false, this.#pause);
      this.#pause = Math.min(LONGEST, MORE * this.#pause);
    } else {
      this.#pause = PAUSE;
      this.#stretches = (this.#stretches + 1) % STRETCHES;
      this.#begin(this.#stretches > 0, this.#stretches > 0 ? SHARED : ALONE);
    }
  }

  #begin(shared: boolean, length: number): void {
    this.shared = shared;
    this.#length = length;
    this.#turns = 0;
    this.#time = 0;
    this.#longest = 0;
  }
}
