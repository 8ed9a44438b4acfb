/** What the campaign asks of the process that reads, and what that answers. */
export interface Asked {
  readonly kind: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface Failure {
  readonly kind: string;
  readonly index: number;
  readonly why: string;
}

export interface Counts {
  read: number;
  refused: number;
  /** [s] Of processor time. */
  slowest: number;
  /** [MiB] */
  largest: number;
  failures: Failure[];
}

/** What one input may take: of processor time [s], of time by the clock [s], of memory [MiB]. */
export const limits = { processor: 10, clock: 60, memory: 1024 } as const;
