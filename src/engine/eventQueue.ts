import { instant } from "./instant.ts";

/**
 * Binary heap of events over typed arrays. Events leave in order of their instant, then rank, then source, then item, so
 * the order never depends on when an event was put in. The fields are plain numbers; the simulation gives them meaning.
 */
export class EventQueue {
  #time: Float64Array;
  #rank: Int32Array;
  #source: Int32Array;
  #item: Int32Array;
  #extra: Int32Array;
  #size = 0;
  /** The first place is free: the next event to be put in may take it, which saves a walk through the heap. */
  #hole = false;

  // The event that `pop` took out last.
  time = 0;
  rank = 0;
  source = 0;
  item = 0;
  extra = 0;

  constructor(capacity = 256) {
    this.#time = new Float64Array(capacity);
    this.#rank = new Int32Array(capacity);
    this.#source = new Int32Array(capacity);
    this.#item = new Int32Array(capacity);
    this.#extra = new Int32Array(capacity);
  }

  get length(): number {
    return this.#hole ? this.#size - 1 : this.#size;
  }

  /** Time of the next event [ms]; Infinity when there is none. */
  get nextTime(): number {
    if (this.#hole) this.#fill();
    return this.#size > 0 ? this.#time[0] : Infinity;
  }

  /** Whether the next event has this time and rank. */
  nextIs(time: number, rank: number): boolean {
    if (this.#hole) this.#fill();
    return this.#size > 0 && this.#time[0] === time && this.#rank[0] === rank;
  }

  /** @param at  [ms]; the event's time is the `instant` of that */
  push(at: number, rank: number, source: number, item: number, extra: number): void {
    const time = instant(at);
    if (this.#hole) {
      this.#hole = false;
      this.#sink(time, rank, source, item, extra);
      return;
    }
    if (this.#size === this.#time.length) this.#grow();
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(time, rank, source, item, extra, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, time, rank, source, item, extra);
  }

  /** Takes the first event out, into the public fields. */
  pop(): void {
    if (this.#hole) this.#fill();
    this.time = this.#time[0];
    this.rank = this.#rank[0];
    this.source = this.#source[0];
    this.item = this.#item[0];
    this.extra = this.#extra[0];
    this.#hole = true;
  }

  /** Forgets the events of all sources but those that are to stay. */
  keep(stays: (source: number) => boolean): void {
    if (this.#hole) this.#fill();
    const n = this.#size;
    this.#size = 0;
    for (let k = 0; k < n; k++) {
      if (!stays(this.#source[k])) continue;
      // Never beyond the place that it is read from.
      this.push(this.#time[k], this.#rank[k], this.#source[k], this.#item[k], this.#extra[k]);
    }
  }

  /** Closes the hole with the last event. */
  #fill(): void {
    this.#hole = false;
    const n = --this.#size;
    if (n === 0) return;
    this.#sink(this.#time[n], this.#rank[n], this.#source[n], this.#item[n], this.#extra[n]);
  }

  /** Puts an event in at the first place and lets it down to its own. */
  #sink(time: number, rank: number, source: number, item: number, extra: number): void {
    const n = this.#size;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= n) break;
      if (child + 1 < n && this.#isBefore(child + 1, child)) child++;
      if (this.#before(time, rank, source, item, extra, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, rank, source, item, extra);
  }

  #isBefore(a: number, b: number): boolean {
    return this.#before(this.#time[a], this.#rank[a], this.#source[a], this.#item[a], this.#extra[a], b);
  }

  #before(time: number, rank: number, source: number, item: number, extra: number, b: number): boolean {
    if (time !== this.#time[b]) return time < this.#time[b];
    if (rank !== this.#rank[b]) return rank < this.#rank[b];
    if (source !== this.#source[b]) return source < this.#source[b];
    if (item !== this.#item[b]) return item < this.#item[b];
    return extra < this.#extra[b];
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from];
    this.#rank[to] = this.#rank[from];
    this.#source[to] = this.#source[from];
    this.#item[to] = this.#item[from];
    this.#extra[to] = this.#extra[from];
  }

  #put(at: number, time: number, rank: number, source: number, item: number, extra: number): void {
    this.#time[at] = time;
    this.#rank[at] = rank;
    this.#source[at] = source;
    this.#item[at] = item;
    this.#extra[at] = extra;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array>(a: T): T => {
      const b = new (a.constructor as new (n: number) => T)(2 * a.length);
      b.set(a);
      return b;
    };
    this.#time = wider(this.#time);
    this.#rank = wider(this.#rank);
    this.#source = wider(this.#source);
    this.#item = wider(this.#item);
    this.#extra = wider(this.#extra);
  }
}
