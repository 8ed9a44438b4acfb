import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";

/** What reaches a population in a window of time, and who fires in it; the kernels read and write it. */
export class Window {
  readonly record: number;
  readonly #arena: Arena;
  readonly #spikes: number;
  #packets = 0;
  #room = 0;
  #f!: Float64Array;
  #n!: Int32Array;

  /** @param spikes  that fit into a window */
  constructor(arena: Arena, spikes: number, room: number) {
    this.#arena = arena;
    this.record = arena.record(layout.WINDOW_SIZE);
    this.#spikes = arena.take(layout.SPIKE_BYTES * spikes);
    arena.integers(this.record, {
      [layout.WINDOW_SPIKES]: this.#spikes,
      [layout.WINDOW_SPIKES_ROOM]: spikes,
    });
    this.#take(room);
  }

  /** The memory may be another one. */
  bind(): void {
    const { buffer } = this.#arena.memory;
    this.#f = new Float64Array(buffer);
    this.#n = new Int32Array(buffer);
  }

  get count(): number {
    return this.#n[this.#place(layout.WINDOW_COUNT)];
  }

  get full(): boolean {
    return this.count === this.#room;
  }

  /** Synapses reached so far. */
  get events(): number {
    return this.#f[this.record / 8 + layout.WINDOW_EVENTS];
  }

  /** Makes room for more; the memory may be another one then. */
  grow(): void {
    const [packets, count] = [this.#packets, this.count];
    this.#take(2 * this.#room);
    this.bind();
    this.#n.copyWithin(this.#packets / 4, packets / 4, (packets + layout.PACKET_BYTES * count) / 4);
  }

  /** A stretch of a row arrives; there is room. @param log  see `PACKET_LOG` */
  add(t: number, rows: number, from: number, to: number, row: number, order: number, log: number): void {
    const at = this.#next(t, order);
    const n = this.#n;
    n[at + layout.PACKET_ROWS / 4] = rows;
    n[at + layout.PACKET_FROM / 4] = from;
    n[at + layout.PACKET_TO / 4] = to;
    n[at + layout.PACKET_ROW / 4] = row;
    n[at + layout.PACKET_LOG / 4] = log;
  }

  /** An input reaches a neuron; there is room. */
  addInput(t: number, neuron: number, weight: number, order: number): void {
    const at = this.#next(t, order);
    this.#n[at + layout.PACKET_ROWS / 4] = 0;
    this.#n[at + layout.PACKET_FROM / 4] = neuron;
    this.#f[(at + layout.PACKET_WEIGHT / 4) / 2] = weight;
  }

  // Of the packet at place k, when they are in order: its time, order, first synapse or neuron, the synapse behind the last, weight.
  timeOf(k: number): number {
    return this.#f[(this.#packets + layout.PACKET_BYTES * k) / 8];
  }
  orderOf(k: number): number {
    return this.#n[(this.#packets + layout.PACKET_BYTES * k + layout.PACKET_ORDER) / 4];
  }
  fromOf(k: number): number {
    return this.#n[(this.#packets + layout.PACKET_BYTES * k + layout.PACKET_FROM) / 4];
  }
  toOf(k: number): number {
    return this.#n[(this.#packets + layout.PACKET_BYTES * k + layout.PACKET_TO) / 4];
  }
  weightOf(k: number): number {
    return this.#f[(this.#packets + layout.PACKET_BYTES * k + layout.PACKET_WEIGHT) / 8];
  }

  /** All packets are done, of so many synapses. */
  clear(synapses: number): void {
    this.#n[this.#place(layout.WINDOW_COUNT)] = 0;
    this.#f[this.record / 8 + layout.WINDOW_EVENTS] += synapses;
  }

  /** Takes out who fired. */
  takeSpikes(hear: (t: number, neuron: number) => void): void {
    const place = this.#place(layout.WINDOW_FIRED);
    const count = this.#n[place];
    for (let k = 0, at = this.#spikes; k < count; k++, at += layout.SPIKE_BYTES)
      hear(this.#f[at / 8], this.#n[(at + layout.SPIKE_NEURON) / 4]);
    this.#n[place] = 0;
  }

  #next(t: number, order: number): number {
    const at = (this.#packets + layout.PACKET_BYTES * this.count) / 4;
    this.#n[this.#place(layout.WINDOW_COUNT)]++;
    this.#f[at / 2] = t;
    this.#n[at + layout.PACKET_ORDER / 4] = order;
    return at;
  }

  #take(room: number): void {
    this.#room = room;
    this.#packets = this.#arena.take(layout.PACKET_BYTES * room);
    this.#arena.integers(this.record, {
      [layout.WINDOW_PACKETS]: this.#packets,
      [layout.WINDOW_SPARE]: this.#arena.take(layout.PACKET_BYTES * room),
      [layout.WINDOW_PLACES]: this.#arena.take(4 * room + 8),
      [layout.WINDOW_ROOM]: room,
    });
  }

  #place(field: number): number {
    return this.record / 4 + 2 * field;
  }
}
