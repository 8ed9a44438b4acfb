import type { Precision } from "../engine/exact/presentation.ts";
import { LONGEST } from "../engine/exact/singleNetwork.ts";
import type { TrainingSettings } from "./trainer.ts";

/** What decides whether a spiking form can be run in single precision. */
export interface Presented
  extends Pick<TrainingSettings, "eligibility" | "noReset" | "durationMs" | "tauMem"> {
  /** Layers have neither delays nor further synapses. */
  readonly unwired: boolean;
  /** As of `TrainingSettings`; null for none that was asked for. */
  readonly presentations?: TrainingSettings["presentations"] | null;
}

/**
 * The precision that `compare` and the playground take where none is asked for: single, which learns several times as fast
 * to the same accuracy, where it can be; else double, as in the library.
 */
export function usualPrecision(of: Presented): Precision {
  const { unwired, presentations, eligibility, noReset, durationMs, tauMem } = of;
  const fits =
    unwired &&
    presentations !== "queue" &&
    eligibility === "trace" &&
    noReset !== true &&
    (tauMem === Infinity || durationMs <= LONGEST * tauMem);
  return fits ? "single" : "double";
}
