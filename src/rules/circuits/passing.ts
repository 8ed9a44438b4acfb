import { exp } from "../../math/elementary.ts";
import { DELAY, type Parts } from "./circuit.ts";

/**
 * A neuron that passes on what reaches it, spike for spike, unless it is held down: each spike brings it over threshold, and
 * it keeps nothing of one. What holds it down wears off in a few of these [ms].
 */
const TAU = 5;
const passing = { tauMem: TAU, vThreshold: 1, reset: "fixed" };
const ENOUGH = 2;

const each = { connect: { kind: "oneToOne" } } as const;

/** Neurons that fire in parts of a sample's time, and hold others down: one spike every ms. */
export function signal(name: string, phases: readonly string[]): Parts {
  return {
    populations: { [name]: { size: 1, neuron: "input" } },
    stimuli: [{ to: name, kind: "phase", during: phases, interval: 1 }],
  };
}

/** One spike as each of the phases begins. */
export function beginnings(name: string, phases: readonly string[]): Parts {
  return {
    populations: { [name]: { size: 1, neuron: "input" } },
    stimuli: [{ to: name, kind: "phase", during: phases }],
  };
}

/**
 * A population that repeats another's spikes, while nothing holds it down.
 * @param closedBy   signals that hold it down as long as they fire
 * @param settling   beginnings, from which on it is held down for `settleMs`
 * @param delay      how long its spikes are on their way to it
 */
export function passedOn(
  name: string,
  {
    from,
    size,
    closedBy = [],
    settling,
    settleMs = 0,
    delay = "0 ms",
  }: {
    readonly from: string;
    readonly size: number;
    readonly closedBy?: readonly string[];
    readonly settling?: string;
    readonly settleMs?: number;
    readonly delay?: string;
  },
): Parts {
  return {
    populations: { [name]: { size, neuron: passing } },
    projections: [
      { from, to: name, ...each, weights: ENOUGH, delay },
      ...closedBy.map(signal => ({ from: signal, to: name, weights: -3 })),
      // Back to where one spike is enough after that time.
      ...(settling ? [{ from: settling, to: name, weights: -exp(settleMs / TAU) }] : []),
    ],
  };
}

/** Spikes of a population onto a modulator of another, one to one. */
export function raising(from: string, to: string, target: string, gain: number, delay = DELAY): Parts {
  return { projections: [{ from, to, target, ...each, weights: 1, gain, delay }] };
}
