import { digits } from "../../models/settings/digits.ts";
import { encoderNamed } from "../encoding/index.ts";
import { ruleNamed, whyNoCircuit } from "../rules/index.ts";
import { steps } from "../training/batches.ts";
import { usualCircuit } from "../training/circuitSettings.ts";
import { usualPrecision } from "../training/precision.ts";
import type { Twin } from "../training/results.ts";
import { defaultSchedule } from "../training/schedules.ts";
import type { RunPlan } from "../training/train.ts";
import { lanesOf, ownRate, type Setting } from "./setting.ts";

/** A run that the page shows, and which of the rules side by side it is of. */
export interface LanePlan extends RunPlan {
  readonly rule: string;
  readonly lane: number;
}

/** Why a rule has no such form; null where it has one. */
export function whyNot(rule: string, twin: Twin): string | null {
  if (twin === "rate") return null;
  const found = ruleNamed(rule);
  return twin === "spike" ? (found.rateOnly ?? null) : whyNoCircuit(found);
}

/** The runs of a setting, those that `threefactor compare` makes of its command line. */
export function plansOf(setting: Setting): LanePlan[] {
  const { encoder, vThreshold, hidden, seed, epochs, learningRate } = setting;
  const { durationMs, maxSpikes } = digits;
  const tauMem = encoderNamed(encoder).withoutLeak ? Infinity : digits.tauMem;
  const eligibility = "trace";
  const precision = usualPrecision({ unwired: true, eligibility, durationMs, tauMem });
  return lanesOf(setting).flatMap((rule, lane) =>
    setting.twins
      .filter(twin => whyNot(rule, twin) === null)
      .map(twin => ({
        ...{ rule, twin, lane },
        settings: {
          sizes: [64, hidden, 10],
          ...{ seed, epochs, encoder, vThreshold, maxSpikes, durationMs },
          ...{ schedule: defaultSchedule, eligibility, tauMem },
          ...(twin === "spike" && { precision }),
          ...steps(learningRate ?? ownRate(rule), null, digits, twin),
          ...(Object.hasOwn(setting.options, rule) && { ruleOptions: setting.options[rule] }),
          ...(twin === "circuit" && { circuit: { ...usualCircuit, mode: "grid" as const } }),
        },
      })),
  );
}
