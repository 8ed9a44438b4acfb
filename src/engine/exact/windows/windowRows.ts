import { instant } from "../../instant.ts";
import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { Projection } from "../../network/synapses/projection.ts";
import { WeightWatch } from "../../network/synapses/weightWatch.ts";
import type { Arrivals } from "./arrivals.ts";
import type { PairRows } from "./pairRows.ts";
import type { Window } from "./window.ts";

/**
 * Synapses of a projection, laid out for `WindowLoop`, and the spikes that are on their way over them. Where
 * all have one delay, spikes wait in the order in which they were fired, which is that of their arrivals; where not, each
 * row waits for its next synapse.
 */
export class WindowRows {
  readonly synapses: Projection;
  /** Whether they come from an input population. */
  readonly outside: boolean;
  readonly #arena: Arena;
  /** Of its packets among those of one time. */
  readonly order: number;
  readonly #starts: Uint32Array;
  readonly record: number;
  readonly #targets: number;
  readonly #wide: boolean;
  readonly #watch: WeightWatch;
  /** How they learn; null where they do not. */
  pairs: PairRows | null = null;
  /** Where its synapses of delays of their own go when a row is fired; null where rows wait for their next synapse. */
  arrivals: Arrivals | null = null;
  #inputs: { readonly most: number; readonly degree: number } | null = null;
  #weights: number;
  /** Largest weight at delivery, by size [mV]. */
  #largest = 0;
  // One delay: times and rows, from `head` to `tail`.
  #times = new Float64Array(64);
  #rows = new Uint32Array(64);
  #head = 0;
  #tail = 0;
  /** Longest delay [ms]. */
  longest: number;
  /** Delays of their own: the record of what is under way, and how much of that fits. */
  readonly #flights: number;
  #room = 0;

  /**
   * @param learns whether weights change, so that each synapse has its own
   * @param order  of its packets among those of one time
   * @param path   of the projection, for errors
   */
  constructor(
    arena: Arena,
    synapses: Projection,
    order: number,
    outside: boolean,
    learns: boolean,
    path: string,
  ) {
    const { runs, post, uniformWeight, delays } = synapses;
    const { starts, targets } = runs;
    this.synapses = synapses;
    this.#arena = arena;
    this.order = order;
    this.#starts = starts;
    this.#wide = post > 65_536;
    this.#watch = new WeightWatch(synapses, path);
    this.record = arena.record(layout.ROWS_SIZE);
    this.#targets = arena.take((this.#wide ? 4 : 2) * targets.length);
    arena
      .view<Uint16Array | Uint32Array>(this.#wide ? Uint32Array : Uint16Array, this.#targets, targets.length)
      .set(targets);
    this.outside = outside;
    const each = learns || uniformWeight === null;
    this.#weights = each ? arena.take(4 * targets.length) : 0;
    if (each) arena.view(Float32Array, this.#weights, targets.length).set(synapses.heldWeights);
    this.#measure();
    this.longest = synapses.minDelay;
    if (delays) for (let s = 0; s < delays.length; s++) this.longest = Math.max(this.longest, delays[s]);
    this.#flights = delays ? arena.record(layout.FLIGHTS_SIZE) : 0;
    if (!delays) return;
    const kept = arena.take(4 * delays.length);
    arena.view(Float32Array, kept, delays.length).set(delays);
    arena.integers(this.#flights, {
      [layout.FLIGHTS_DELAYS]: kept,
      [layout.FLIGHTS_ROWS]: this.record,
      [layout.FLIGHTS_ORDER]: order,
    });
    this.#makeRoom(64);
  }

  /** Synapses of a row, at most, that lead to one neuron; and of a neuron, at most. Counted when they are asked for. */
  get inputs(): { readonly most: number; readonly degree: number } {
    this.#inputs ??= inputsOf(this.synapses);
    return this.#inputs;
  }

  /** Factor on the weights of its synapses, or the weight of all. */
  get unit(): number {
    const { gain, uniformWeight } = this.synapses;
    return (this.#weights ? 1 : uniformWeight!) * gain;
  }

  get largest(): number {
    return Math.max(this.#largest, (this.pairs?.wMax ?? 0) * Math.abs(this.synapses.gain));
  }

  /** Memory of what is laid out here. */
  get bytes(): number {
    const { synapses } = this.synapses;
    const each = (this.#wide ? 0 : 2) + (this.#weights ? 4 : 0) + (this.#flights ? 4 : 0);
    return each * synapses + (this.pairs?.bytes ?? 0);
  }

  begin(): void {
    this.#arena.integers(this.record, {
      [layout.ROWS_TARGETS]: this.#targets,
      [layout.ROWS_WIDE]: this.#wide ? 1 : 0,
      [layout.ROWS_WEIGHTS]: this.#weights,
    });
    this.#arena.doubles(this.record, { [layout.ROWS_WEIGHT]: this.unit });
  }

  /** The memory may be another one: where targets are as wide there, one list serves the projection as well. */
  bind(): void {
    if (!this.#wide) return;
    this.synapses.keepTargetsIn(this.#arena.view(Uint32Array, this.#targets, this.synapses.synapses));
  }

  /** Takes in what has changed outside; returns whether anything has, and the memory may be another one. */
  takeWeights(): boolean {
    if (this.pairs) return this.pairs.takeWeights();
    if (!this.#watch.changed()) return false;
    const { heldWeights, synapses } = this.synapses;
    if (!this.#weights) {
      this.#weights = this.#arena.take(4 * synapses);
      this.begin();
    }
    this.#arena.view(Float32Array, this.#weights, synapses).set(heldWeights);
    this.#measure();
    return true;
  }

  /** A neuron fires; returns whether the memory may be another one. */
  fired(row: number, t: number): boolean {
    const [from, to] = [this.#starts[row], this.#starts[row + 1]];
    if (from === to) return false;
    if (this.arrivals) {
      if (this.#tail === this.#times.length) this.#forgetBefore(t - this.longest - 1);
      this.#times[this.#tail] = t;
      this.#rows[this.#tail++] = row;
      const grows = this.arrivals.expect(to - from);
      this.#arena.kernels.scatter(this.arrivals.record, this.#flights, t, from, to, -Infinity);
      return grows;
    }
    if (this.#flights) {
      const { memory, kernels } = this.#arena;
      const count = new Uint32Array(memory.buffer, this.#flights + 8 * layout.FLIGHTS_COUNT, 1);
      const grows = count[0] === this.#room;
      if (grows) this.#makeRoom(2 * this.#room);
      kernels.addFlight(this.#flights, t, row, from, to);
      return grows;
    }
    if (this.#tail === this.#times.length) this.#makeWay();
    this.#times[this.#tail] = instant(t + this.synapses.minDelay);
    this.#rows[this.#tail++] = row;
    return false;
  }

  /** Sends again what has not arrived before a time, by the weights that there are now. */
  sendAgain(after: number): void {
    const { arrivals } = this;
    if (!arrivals) return;
    for (let k = this.#head; k < this.#tail; k++) {
      const [t, row] = [this.#times[k], this.#rows[k]];
      const [from, to] = [this.#starts[row], this.#starts[row + 1]];
      arrivals.expect(to - from);
      arrivals.bind();
      this.#arena.kernels.scatter(arrivals.record, this.#flights, t, from, to, after);
    }
  }

  /** Puts what arrives before `until` into the window, as far as there is room; returns whether all is in. */
  take(window: Window, until: number): boolean {
    if (this.arrivals) return true;
    if (this.#flights) return this.#arena.kernels.takeFlights(this.#flights, window.record, until) === 1;
    while (this.#head < this.#tail && this.#times[this.#head] < until) {
      if (window.full) return false;
      const [t, row] = [this.#times[this.#head], this.#rows[this.#head++]];
      const [from, to] = [this.#starts[row], this.#starts[row + 1]];
      window.add(t, this.record, from, to, row, this.order, this.pairs ? this.pairs.log(to - from) : -1);
    }
    return true;
  }

  /** When what is on its way arrives next [ms]; not said where it waits in `arrivals`. */
  get nextTime(): number {
    if (this.arrivals || !this.#flights) return this.#head < this.#tail ? this.#times[this.#head] : Infinity;
    const { memory } = this.#arena;
    const places = new Uint32Array(memory.buffer, this.#flights, 2 * layout.FLIGHTS_SIZE);
    const [list, count] = [places[2 * layout.FLIGHTS_LIST], places[2 * layout.FLIGHTS_COUNT]];
    const step = layout.FLIGHT_BYTES / 8;
    const flights = new Float64Array(memory.buffer, list, step * count);
    let next = Infinity;
    for (let k = 0; k < flights.length; k += step) next = Math.min(next, flights[k]);
    return next;
  }

  /** The weights where the kernels find them. */
  get storage(): Float32Array {
    return this.#arena.view(Float32Array, this.#weights, this.synapses.synapses);
  }

  #measure(): void {
    const { uniformWeight, gain } = this.synapses;
    let largest = Math.abs(uniformWeight ?? 0);
    if (uniformWeight === null) {
      const { heldWeights } = this.synapses;
      for (let s = 0; s < heldWeights.length; s++) {
        const size = Math.abs(heldWeights[s]);
        if (size > largest) largest = size;
      }
    }
    this.#largest = largest * Math.abs(gain);
  }

  /** Rows that were fired before a time have arrived. */
  #forgetBefore(time: number): void {
    while (this.#head < this.#tail && this.#times[this.#head] < time) this.#head++;
    this.#makeWay();
  }

  #makeWay(): void {
    const waiting = this.#tail - this.#head;
    const long = 2 * waiting > this.#times.length ? 2 * this.#times.length : this.#times.length;
    const [times, rows] = [new Float64Array(long), new Uint32Array(long)];
    times.set(this.#times.subarray(this.#head, this.#tail));
    rows.set(this.#rows.subarray(this.#head, this.#tail));
    [this.#times, this.#rows, this.#head, this.#tail] = [times, rows, 0, waiting];
  }

  #makeRoom(room: number): void {
    const arena = this.#arena;
    const list = arena.take(layout.FLIGHT_BYTES * room);
    const bytes = new Uint8Array(arena.memory.buffer);
    const places = new Uint32Array(arena.memory.buffer, this.#flights, 2 * layout.FLIGHTS_SIZE);
    const before = places[2 * layout.FLIGHTS_LIST];
    if (before) bytes.copyWithin(list, before, before + layout.FLIGHT_BYTES * this.#room);
    this.#room = room;
    arena.integers(this.#flights, { [layout.FLIGHTS_LIST]: list, [layout.FLIGHTS_ROOM]: room });
  }
}

function inputsOf({ runs, post }: Projection): { readonly most: number; readonly degree: number } {
  const { starts, targets } = runs;
  const degrees = new Uint32Array(post);
  for (let s = 0; s < targets.length; s++) degrees[targets[s]]++;
  const degree = degrees.reduce((most, n) => Math.max(most, n), 0);
  return { most: mostAlike(starts, targets), degree };
}

/** The longest stretch of equal targets in a row; its length where targets do not ascend. */
function mostAlike(starts: Uint32Array, targets: Uint32Array | Uint16Array): number {
  let most = 1;
  for (let i = 0; i + 1 < starts.length; i++) {
    let alike = 1;
    for (let s = starts[i] + 1; s < starts[i + 1]; s++) {
      if (targets[s] < targets[s - 1]) {
        most = Math.max(most, starts[i + 1] - starts[i]);
        break;
      }
      alike = targets[s] === targets[s - 1] ? alike + 1 : 1;
      if (alike > most) most = alike;
    }
  }
  return most;
}
