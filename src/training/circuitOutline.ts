import type { ModelDescription } from "../description/describe.ts";
import { MEMBRANE } from "../engine/network/modulators.ts";
import type { CircuitOutline, Sign } from "./results.ts";

interface Projected {
  readonly from: string;
  readonly to: string;
  readonly target?: string;
  readonly weights?: unknown;
  readonly gain?: number;
  readonly plasticity?: Learns | readonly Learns[];
}

interface Learns {
  readonly modulator?: string;
}

/** The outline of a rule's circuit, as `describe` would read it. */
export function circuitOutline(rule: string, description: ModelDescription): CircuitOutline {
  const sizes = new Map(
    Object.entries(description.populations).map(([name, each]) => [name, (each as { size: number }).size]),
  );
  const stimuli = (description.stimuli ?? []) as readonly { readonly to: string; readonly kind: string }[];
  const { duration, phases = {} } = (description.stream ?? { duration: 0 }) as {
    readonly duration: number;
    readonly phases?: Readonly<Record<string, { readonly start: number; readonly stop: number }>>;
  };
  return {
    rule,
    populations: [...sizes].map(([name, size]) => {
      const kind = stimuli.find(({ to }) => to === name)?.kind;
      return { name, size, ...(kind !== undefined && { shown: kind }) };
    }),
    projections: ((description.projections ?? []) as readonly Projected[]).map(projection => {
      const { from, to, target, plasticity } = projection;
      return {
        ...{ from, to },
        ...(target !== undefined && target !== MEMBRANE && { target }),
        sign: signOf(projection),
        ...(plasticity && { learns: learnsBy([plasticity].flat()) }),
      };
    }),
    periodMs: duration,
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, { start, stop }]) => [name, [start, stop]]),
    ),
  };
}

function learnsBy(ways: readonly Learns[]): string {
  return [...new Set(ways.flatMap(({ modulator }) => modulator ?? []))].join(", ");
}

function signOf({ weights, gain = 1 }: Projected): Sign {
  const values = typeof weights === "number" ? [weights] : (weights as ArrayLike<number>);
  if (typeof values !== "object") return "both";
  let [up, down] = [false, false];
  for (let s = 0; s < values.length; s++) {
    up ||= values[s] * gain > 0;
    down ||= values[s] * gain < 0;
  }
  return up === down ? "both" : up ? "excites" : "inhibits";
}
