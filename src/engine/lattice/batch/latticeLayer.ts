import { InputError } from "../../../errors.ts";
import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import { SPECK } from "../../network/neurons/lattice.ts";
import type { MembraneParameters } from "../../network/neurons/parameters.ts";
import type { BatchInputs } from "./batchInputs.ts";
import type { LatticeTables } from "./latticeTables.ts";
import type { SpikeLists } from "./spikeLists.ts";

const { LANE_BYTES, LANES } = layout;

/** The weights from one population to a layer, [pre, post], row by row. */
export interface WeightMatrix {
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
  readonly #record: number;

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
    incoming: readonly WeightMatrix[],
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
    this.#record = arena.record(layout.BATCH_SIZE);
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
      set(layout.LANE_START, j < size ? starts[j] - settled : -Infinity);
      set(layout.LANE_THETA, j < size || this.#uniform ? theta : Infinity);
      set(layout.LANE_LIMIT, theta > 0 ? theta * (1 - 1e-6) : -Infinity);
      set(layout.LANE_RESET, reset === "fixed" ? vReset - settled : vThreshold - vRest);
      if (j >= size) set(layout.LANE_LIMIT, Infinity);
    }
    this.take(incoming);
  }

  /** Room for one block's rows, those of `BatchInputs`'s sums included, for the largest of some layers. */
  static area(arena: Arena, layers: readonly LatticeLayer[], steps: number): number {
    return arena.take(Math.max(0, ...layers.map(({ rows, rowBytes }) => (rows + 1 + steps) * rowBytes)));
  }

  get bytes(): number {
    return this.#blocks * this.rows * this.rowBytes;
  }

  /**
   * Runs all neurons over a batch of samples, each from rest.
   * @param area    address of a block's rows, which the inputs are for
   * @param spikes  takes theirs
   * @returns 0, -1 when a sample's spikes do not fit, -2 when a potential is infinite
   */
  run(samples: number, steps: number, inputs: BatchInputs, area: number, spikes: SpikeLists): number {
    const { kernels, memory } = this.#arena;
    const bytes = this.rows * this.rowBytes;
    const all = new Uint8Array(memory.buffer);
    // What decays comes to rest above the slow range of tiny numbers.
    this.#arena.view(Float32Array, area + bytes, this.rowBytes / 4).fill(SPECK);
    spikes.clear();
    this.#arena.integers(this.#record, {
      [layout.BATCH_CURRENTS]: this.tables.currents,
      [layout.BATCH_TABLES]: this.#tables,
      [layout.BATCH_REACH]: this.tables.reach,
      [layout.BATCH_UNIFORM]: this.#uniform ? 1 : 0,
      [layout.BATCH_SAMPLES]: samples,
      [layout.BATCH_STEPS]: steps,
      [layout.BATCH_SUM_STARTS]: inputs.sumStarts,
      [layout.BATCH_SEGMENT_STARTS]: inputs.segmentStarts,
      [layout.BATCH_SUMS]: inputs.sums,
      [layout.BATCH_INPUTS]: inputs.inputs,
      [layout.BATCH_SEGMENTS]: inputs.segments,
      [layout.BATCH_FIXED]: this.#parameters.reset === "fixed" ? 1 : 0,
      [layout.BATCH_REFRACTORY]: this.#refractory,
      [layout.BATCH_COUNTS]: spikes.counts,
      [layout.BATCH_SPIKES]: spikes.spikes,
      [layout.BATCH_ROOM]: spikes.room,
    });
    for (let b = 0; b < this.#blocks; b++) {
      // All blocks take their turn at one place, so that one list of addresses serves them all.
      all.copyWithin(area, this.#weights + b * bytes, this.#weights + (b + 1) * bytes);
      const fault = kernels.inferBlock(this.#record, this.#lanes + b * LANE_BYTES, b * LANES);
      if (fault) return fault;
    }
    return 0;
  }

  /** Lays out the weights of all that it hears. */
  take(incoming: readonly WeightMatrix[]): void {
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
