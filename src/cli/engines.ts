import type { Network } from "../engine/network/network.ts";
import type { Raster } from "../engine/record/raster.ts";

/** What a simulation gave, whichever engine ran it. */
export interface Outcome {
  readonly net: Network;
  /** As many as there are, or about. */
  readonly synapses: number;
  readonly raster: Raster;
  /** What the engine does not count is null. */
  readonly synapticEvents: number | null;
  readonly bytesPerSynapse: number | null;
  readonly buildSeconds: number;
  readonly runSeconds: number;
  /** How it ran, for the report. */
  readonly how: Readonly<Record<string, unknown>>;
  /** What is not as the model has it. */
  readonly notes: readonly string[];
}
