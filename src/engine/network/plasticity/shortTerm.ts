import { exp } from "../../../math/elementary.ts";
import { duration, type Given, table, type Values } from "../parameters.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";

/**
 * Short-term depression and facilitation (Tsodyks, Pawelzik & Markram 1998, eq. 2 to 4; Tsodyks & Markram 1997). Of the
 * resources a fraction x is available, of which a spike uses a fraction u:
 *
 *     du/dt = -u / tauFacil,    dx/dt = (1 - x) / tauRec         between spikes, in closed form
 *     u += U (1 - u),  then the spike acts with the weight w u x,  and  x -= u x       at a presynaptic spike
 *
 * A synapse begins rested (u = 0, x = 1), so that its first spike acts with U w. tauFacil = 0: u is U at every spike.
 */
const parameters = table({
  use: {
    unit: "1",
    check: u => (u > 0 && u <= 1) || "a fraction above 0, up to 1",
    doc: "fraction of the resources that the first spike uses, U",
  },
  tauRec: { ...duration, doc: "recovery from depression" },
  tauFacil: { ...duration, default: 0, doc: "decay of facilitation; 0: none" },
});

/** Parameters of `short-term` plasticity as they are described. */
export type ShortTermSpec = { readonly kind: "short-term" } & Given<typeof parameters>;

export const shortTerm: PlasticityDefinition<typeof parameters, "short-term"> = {
  name: "short-term",
  parameters,
  create: resources,
};

function resources({ use, tauRec, tauFacil }: Values<typeof parameters>): PlasticityModel {
  return {
    dendritic: true,
    shares: true,
    check: () => {},
    create({ preSides }) {
      const u = new Float64Array(preSides);
      const x = new Float64Array(preSides).fill(1);
      const last = new Float64Array(preSides).fill(-Infinity);
      const released = new Float64Array(preSides);
      return {
        preSpike(pre, t) {
          const dt = t - last[pre];
          // Two spikes of one instant: neither recovers, whatever the time constants.
          const faded = dt === 0 ? u[pre] : tauFacil > 0 ? u[pre] * exp(-dt / tauFacil) : 0;
          const missing = dt === 0 ? 1 - x[pre] : tauRec > 0 ? (1 - x[pre]) * exp(-dt / tauRec) : 0;
          u[pre] = tauFacil > 0 ? faded + use * (1 - faded) : use;
          released[pre] = u[pre] * (1 - missing);
          x[pre] = 1 - missing - released[pre];
          last[pre] = t;
        },
        efficacy: pre => released[pre],
      };
    },
  };
}
