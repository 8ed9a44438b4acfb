import type { Dataset } from "../data/dataset.ts";
import { hasRecordings } from "../data/recordings.ts";
import { encoderNamed } from "../encoding/index.ts";
import type { RunRecord, Twin } from "./results.ts";
import type { RunPlan } from "./train.ts";

/** What each form of a comparison was shown of the data. */
export function whatWasSeen(plans: readonly RunPlan[], data: Dataset): NonNullable<RunRecord["saw"]> {
  const samples = hasRecordings(data) ? "counts per input" : "intensities";
  const settingsOf = (twin: Twin) => plans.find(plan => plan.twin === twin)?.settings;
  const spike = settingsOf("spike");
  const code = spike && encoderNamed(spike.encoder);
  const shows = code && (code.shows?.(spike) ?? `encoder ${code.name}`);
  const counted = hasRecordings(data) && !code?.recorded ? `, of ${samples}` : "";
  const circuit = settingsOf("circuit");
  return {
    ...(settingsOf("rate") && { rate: samples }),
    ...(circuit && { circuit: `encoder ${circuit.encoder}, one sample after the other` }),
    ...(shows && { spike: `${shows}${counted}` }),
  };
}
