import { shown } from "../../../errors.ts";
import { type Others, table } from "../parameters.ts";
import { Modulator } from "./modulator.ts";
import type { Site } from "./plasticity.ts";

/**
 * Which postsynaptic neurons take changes of a weight at an event, as they are when thresholds of its instant have been
 * tested, in place of the derivative of an activation.
 * `none`: all of them;
 * `drive`: those whose drive so far, the low-pass input, is positive: their potential above rest and what is left of
 *     what their spikes took off it; not those that a refractory period holds back above threshold;
 * `window`: those whose potential is between vMin and vMax (Neftci et al. 2017, "Event-driven random back-propagation",
 *     whose window is one of the synaptic current).
 */
export const gateParameters = table({
  gate: {
    words: ["drive", "none", "window"],
    default: ({ eligibility }: Others) => (eligibility === "online" ? "drive" : "none"),
    doc: "which neurons take changes at an event; drive with online by default, else none: all of them",
  },
  vMin: {
    unit: "mV",
    default: -Infinity,
    check: v => v < Infinity || "a potential, or -Infinity",
    doc: "potential above which a window is open",
  },
  vMax: {
    unit: "mV",
    default: Infinity,
    check: (v, { vMin }) => v > vMin || `above vMin (${shown(vMin)})`,
    doc: "potential below which it is",
  },
});

export interface Gate {
  isOpen(post: number, t: number): boolean;
  /**
   * Lets through `by` times what belongs to each neuron, or 0 of either sign where it is not open.
   * @param of  [neurons] @param into  [neurons]
   * @returns   of how many neurons the result is not 0
   */
  through(t: number, of: Float64Array, by: number, into: Float64Array): number;
  /** Where spikes of the postsynaptic neurons matter to it. */
  postSpike?(post: number, t: number): void;
  /** Forgets them. */
  rest?(t: number): void;
}

export function gateOf(
  { gate, vMin, vMax }: { readonly gate: string; readonly vMin: number; readonly vMax: number },
  { postSides, neurons }: Site,
): Gate {
  if (gate === "none")
    return {
      isOpen: () => true,
      through(_t, of, by, into) {
        let open = 0;
        for (let i = 0; i < of.length; i++) {
          into[i] = by * of[i];
          open += +(into[i] !== 0);
        }
        return open;
      },
    };
  const all = new Float64Array(postSides);
  const potentials = (t: number) => {
    if (neurons.potentials) neurons.potentials(t, all);
    else for (let i = 0; i < all.length; i++) all[i] = neurons.potential(i, t);
    return all;
  };
  if (gate === "window")
    return {
      isOpen(post, t) {
        const v = neurons.potential(post, t);
        return v > vMin && v < vMax;
      },
      through(t, of, by, into) {
        const v = potentials(t);
        let open = 0;
        for (let i = 0; i < v.length; i++) {
          into[i] = by * of[i] * +(v[i] > vMin) * +(v[i] < vMax);
          open += +(into[i] !== 0);
        }
        return open;
      },
    };
  const { reset = "fixed", tauMem = Infinity, vThreshold = Infinity, vRest = 0 } = neurons.parameters ?? {};
  const drop = reset === "subtract" ? vThreshold - vRest : 0;
  /** What spikes have taken off the potential, as far as it is not made up for: 0 or more. */
  const own = new Modulator(postSides, tauMem);
  return {
    ...(drop > 0 && { postSpike: (post: number, t: number) => own.receive(post, t, drop) }),
    rest: t => own.rest(t),
    isOpen(post, t) {
      const v = neurons.potential(post, t);
      return v < vThreshold && own.at(post, t) > vRest - v;
    },
    through(t, of, by, into) {
      const v = potentials(t);
      const [kept, left] = [own.kept, own.leftAt(t)];
      let open = 0;
      // As products: which neurons are open is anybody's guess, a processor's as well.
      for (let i = 0; i < v.length; i++) {
        into[i] = by * of[i] * +(v[i] < vThreshold) * +(kept[i] * left > vRest - v[i]);
        open += +(into[i] !== 0);
      }
      return open;
    },
  };
}
