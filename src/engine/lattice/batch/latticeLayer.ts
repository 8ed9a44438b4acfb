import { InputError } from "../../../errors.ts";
import type { Arena } from "../../kernels/arena.ts";
import type { MembraneParameters } from "../../network/neurons/parameters.ts";
import { inferBlockCompiled, LANE_BYTES, LANES, lanePlaces } from "./block.ts";
import type { LatticeTables } from "./latticeTables.ts";
import { inferBlockPlainly } from "./neuronLoop.ts";
import type { Schedule } from "./schedule.ts";
import type { SpikeLists } from "./spikeLists.ts";

/** Stands in the row of nothing, so that what decays comes to rest above the slow range of tiny numbers. */
const SPECK = 1e-25;

/** The weights from one population to a layer, [pre, post], row by row. */
export interface Rows {
  readonly pre: number;
  readonly weights: Float32Array;
}

/** Population of neurons that fire, on a lattice of time, laid out in blocks of 16 neurons. */
export class LatticeLayer {
  readonly size: number;
  readonly tables: LatticeTables;
  /** Bytes of one row of a block. */
  readonly rowBytes: number;
  /** Number of rows, without that of nothing. */
  readonly rows: number;
  readonly #arena: Arena;
  readonly #parameters: MembraneParameters;
  readonly #refractory: number;
  readonly #uniform: boolean;
  readonly #blocks: number;
  readonly #weights: number;
  readonly #lanes: number;
  readonly #tables: number;

  /**
   * @param settles  [size] where the potential would settle without input
   * @param starts   [size] potentials at the beginning of a presentation
   * @throws InputError for weights beyond single precision
   */
  constructor(
    arena: Arena,
    size: number,
    parameters: MembraneParameters,
    tables: LatticeTables,
    dt: number,
    settles: Float64Array,
    starts: ArrayLike<number>,
    incoming: readonly Rows[],
  ) {
    const { vThreshold, vRest, vReset, reset, tauRef } = parameters;
    this.size = size;
    this.tables = tables;
    this.#arena = arena;
    this.#parameters = parameters;
    this.#refractory = Math.round(tauRef / dt);
    this.#uniform = tables.currents < 2 && settles.every(v => v === settles[0]);
    this.#blocks = Math.ceil(size / LANES);
    this.rowBytes = 4 * LANES * Math.max(1, tables.currents);
    this.rows = incoming.reduce((sum, { pre }) => sum + pre, 0);
    this.#weights = arena.take(this.#blocks * this.rows * this.rowBytes);
    this.#lanes = arena.take(this.#blocks * LANE_BYTES);
    this.#tables = arena.take(tables.values.byteLength);
    arena.view(Float32Array, this.#tables, tables.values.length).set(tables.values);

    const lanes = arena.view(Float32Array, this.#lanes, (this.#blocks * LANE_BYTES) / 4);
    for (let j = 0; j < this.#blocks * LANES; j++) {
      const own = (Math.floor(j / LANES) * LANE_BYTES) / 4 + (j % LANES);
      const set = (place: number, value: number) => {
        lanes[own + place / 4] = value;
      };
      // Neurons that only fill the last block never fire.
      const settled = settles[j] ?? settles[0];
      const theta = Math.fround(vThreshold - settled);
      set(lanePlaces.start, j < size ? starts[j] - settled : -Infinity);
      set(lanePlaces.theta, j < size || this.#uniform ? theta : Infinity);
      set(lanePlaces.limit, theta > 0 ? theta * (1 - 1e-6) : -Infinity);
      set(lanePlaces.reset, reset === "fixed" ? vReset - settled : vThreshold - vRest);
      if (j >= size) set(lanePlaces.limit, Infinity);
    }
    this.take(incoming);
  }

  /** Room for one block's rows, those of `Schedule`'s sums included, for the largest of some layers. */
  static area(arena: Arena, layers: readonly LatticeLayer[], steps: number): number {
    return arena.take(Math.max(0, ...layers.map(({ rows, rowBytes }) => (rows + 1 + steps) * rowBytes)));
  }

  get bytes(): number {
    return this.#blocks * this.rows * this.rowBytes;
  }

  /**
   * Runs all neurons over a batch of samples, each from rest.
   * @param area    address of a block's rows, which the schedule is for
   * @param spikes  takes theirs
   * @returns 0, -1 when a sample's spikes do not fit, -2 when a potential is infinite
   */
  run(samples: number, steps: number, schedule: Schedule, area: number, spikes: SpikeLists): number {
    const { kernels, memory } = this.#arena;
    const bytes = this.rows * this.rowBytes;
    const all = new Uint8Array(memory.buffer);
    this.#arena.view(Float32Array, area + bytes, this.rowBytes / 4).fill(SPECK);
    spikes.clear();
    for (let b = 0; b < this.#blocks; b++) {
      // All blocks take their turn at one place, so that one list of addresses serves them all.
      all.copyWithin(area, this.#weights + b * bytes, this.#weights + (b + 1) * bytes);
      const { sums, sumStarts, inputs, segments, segmentStarts } = schedule;
      const run = {
        ...{ sums, sumStarts, inputs, segments, segmentStarts, samples, steps },
        ...{ currents: this.tables.currents, tables: this.#tables, reach: this.tables.reach },
        ...{
          uniform: this.#uniform,
          fixed: this.#parameters.reset === "fixed",
          refractory: this.#refractory,
        },
        ...{ lanes: this.#lanes + b * LANE_BYTES, first: b * LANES },
        ...{ counts: spikes.counts, spikes: spikes.spikes, room: spikes.room },
      };
      const fault = kernels ? inferBlockCompiled(kernels, run) : inferBlockPlainly(memory.buffer, run);
      if (fault) return fault;
    }
    return 0;
  }

  /** Lays out the weights of all that it hears. */
  take(incoming: readonly Rows[]): void {
    const { currents, scales } = this.tables;
    const width = this.rowBytes / 4;
    const into = this.#arena.view(Float32Array, this.#weights, this.bytes / 4).fill(0);
    let first = 0;
    for (const { pre, weights } of incoming) {
      for (let i = 0; i < pre; i++) {
        for (let j = 0; j < this.size; j++) {
          const w = weights[i * this.size + j];
          const block = Math.floor(j / LANES);
          const current = currents === 2 && w < 0 ? LANES : 0;
          const scaled = Math.fround(w * (w > 0 ? scales[0] : scales[1]));
          if (!Number.isFinite(scaled))
            throw new InputError(`weights: expected them in single precision, got ${w}`);
          into[(block * this.rows + first + i) * width + (j % LANES) + current] = scaled;
        }
      }
      first += pre;
    }
  }
}
