import * as layout from "../../kernels/layout.ts";
import { table, type Values } from "../parameters.ts";
import { gridOnly } from "./conductances.ts";
import type { NumericStep } from "./lattice.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membrane, membraneParameters } from "./parameters.ts";

const rate = (x: number) => Number.isFinite(x) || "a number in 1/ms";

/**
 * Simple model of Izhikevich 2003 (IEEE Trans. Neural Netw. 14:1569; NEST's `izhikevich`):
 *
 *     dv/dt = 0.04 v^2 + 5 v + 140 - u + I,     du/dt = a (b v - u)
 *
 * in ms and mV; at v >= vThreshold the neuron fires, v is set to c and d is added to u. It begins at c, or where `initial`
 * puts it, with u = b v.
 *
 * There is no closed form, so that the model runs in the grid mode only. `integrator` says by which steps:
 * `rk4`: the classical method of Runge and Kutta, of fourth order between spikes; an input adds its weight to v. Slopes
 *     beyond vThreshold are those at it. A spike lies on the lattice, up to dt after the crossing, and what was left of its
 *     step is lost, so that a train of spikes is of first order in dt, as in all simulators that do so. 0.1 ms is fine.
 * `euler`: that of the programs published with Izhikevich 2006 (Neural Comput. 18:245) and 2007 (Cereb. Cortex 17:2443):
 *     two half steps of Euler's method for v, then a whole one for u with the new v. An input is a current that adds its
 *     weight over the step at whose end it arrives; so do currents that are set. With dt = 1 ms these are the numbers of
 *     those programs, which are far from the equation's solution: an upstroke takes less than their step.
 */
const parameters = table({
  a: { unit: "1/ms", default: 0.02, check: rate, doc: "how fast u recovers" },
  b: { unit: "1/ms", default: 0.2, check: rate, doc: "how u follows v" },
  c: {
    unit: "mV",
    default: -65,
    check: (c, { vThreshold }) => (c > -Infinity && c < vThreshold) || `below vThreshold (${vThreshold})`,
    doc: "where a spike puts v",
  },
  d: { unit: "mV/ms", default: 8, doc: "what a spike adds to u" },
  vThreshold: { unit: "mV", default: 30, doc: "the peak, where it fires" },
  bias: membraneParameters.bias,
  integrator: {
    words: ["rk4", "euler"],
    default: "rk4",
    doc: "steps of Runge and Kutta, or those of the published programs",
  },
});

export const izhikevich: NeuronDefinition<typeof parameters, "izhikevich"> = {
  name: "izhikevich",
  parameters,
  create: gridOnly("izhikevich"),
  numeric: step,
};

/** States v - c and u - b c, and of `euler` half of what arrives. */
function step(
  { a, b, c, d, vThreshold, bias, integrator }: Values<typeof parameters>,
  dt: number,
): NumericStep {
  const half = dt / 2;
  const euler = integrator === "euler";
  const input = euler ? { state: 2, scale: 0.5 } : { state: 0, scale: 1 };
  return {
    parameters: membrane({ vThreshold, vRest: c, vReset: c, reset: "fixed", bias }),
    kernel: euler ? "stepQuadraticEuler" : "stepQuadratic",
    states: [layout.STEP_V, layout.ODE_U, ...(euler ? [layout.STEP_I] : [])],
    perCurrent: half,
    excitatory: input,
    inhibitory: input,
    constants: {
      [layout.ODE_PEAK]: vThreshold - c,
      [layout.ODE_SQUARE]: 0.04 * half,
      [layout.ODE_LINEAR]: (0.08 * c + 5) * half,
      [layout.ODE_SHIFT]: ((0.04 * c + 5) * c + 140 - b * c) * half,
      [layout.ODE_HALF]: half,
      [layout.ODE_FOLLOW]: a * b * half,
      [layout.ODE_DECAY]: a * half,
    },
    jump: d,
    follows: b,
    ends: euler,
    current: () => 0,
  };
}
