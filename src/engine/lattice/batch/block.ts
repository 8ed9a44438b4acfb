import type { ArenaKernels } from "../../kernels/arena.ts";

/** Neurons of a block, which are run together. */
export const LANES = 16;

/** A potential that is not held waits for no step. */
export const FREE = 2 ** 31 - 1;

/** Bytes from a block's address to its vectors of one number per neuron; behind these there is room for its state. */
export const lanePlaces = { start: 0, theta: 64, limit: 128, reset: 192 } as const;
export const LANE_BYTES = 512;

/** A block of neurons over a batch of samples. Addresses are bytes in the arena. */
export interface BlockRun {
  /** See `LatticeTables`, as `tables` and `reach`. */
  readonly currents: 0 | 1 | 2;
  readonly tables: number;
  readonly reach: number;
  /** Whether all neurons have one threshold. */
  readonly uniform: boolean;
  readonly samples: number;
  /** Points of the lattice in a sample. */
  readonly steps: number;
  /** See `Schedule`. */
  readonly sums: number;
  readonly sumStarts: number;
  readonly inputs: number;
  readonly segments: number;
  readonly segmentStarts: number;
  /** Vectors of the block, by `lanePlaces`. */
  readonly lanes: number;
  /** Whether a spike puts the potential to `reset`, where it is held while refractory, or takes `reset` off. */
  readonly fixed: boolean;
  /** [steps] */
  readonly refractory: number;
  /** Number of the first neuron. */
  readonly first: number;
  /** See `SpikeLists`. */
  readonly counts: number;
  readonly spikes: number;
  readonly room: number;
}

/** The compiled form of `inferBlockPlainly`. */
export function inferBlockCompiled(kernels: ArenaKernels, run: BlockRun): number {
  return kernels.inferBlock(
    ...([run.currents, run.uniform, run.samples, run.steps] as const),
    ...([run.sums, run.sumStarts, run.inputs, run.segments, run.segmentStarts] as const),
    ...([run.lanes, run.tables, run.reach, run.fixed, run.refractory, run.first] as const),
    ...([run.counts, run.spikes, run.room] as const),
  );
}
