import type { RunRecord } from "../training/results.ts";

/** What each form was shown of the data, in a line; empty where that was not recorded. */
export function sawText({ rate, spike, circuit }: NonNullable<RunRecord["saw"]> = {}): string {
  return [rate && `rates: ${rate}`, spike && `spikes: ${spike}`, circuit && `circuits: ${circuit}`]
    .filter(Boolean)
    .join("; ");
}
