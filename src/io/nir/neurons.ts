import type { NeuronSpec } from "../../engine/network/neurons/index.ts";
import { expResponse } from "../../engine/network/neurons/response.ts";
import { InputError } from "../../errors.ts";
import { log1p } from "../../math/elementary.ts";
import { type NirNode, numbers } from "./graph.ts";

/** The neurons of a node in the engine, whose populations have one set of parameters each. */
export interface NirNeurons {
  /** Neurons with the same parameters, by their place in the node. */
  readonly groups: readonly { readonly neuron: NeuronSpec; readonly members: Uint32Array }[];
  /** [neurons] What a spike of weight 1, which lasts one step, adds: a potential, or a current in Cuba neurons. */
  readonly perSpike: Float64Array;
  /** [neurons] dV/dt that a constant input of 1 settles at [1/ms]. */
  readonly perConstant: Float64Array;
  /** [neurons] What the synaptic current of a constant input of 1 lacks at first [1/ms]; null without such a current. */
  readonly rises: Float64Array | null;
}

/** Populations that the neurons of a node may fall into. */
const MOST_GROUPS = 1024;

/** What a file of ours says of its neurons beyond NIR. */
export interface NirReset {
  readonly reset: "subtract";
  readonly tauRef: number;
}

/**
 * Equations: `tau dv/dt = (v_leak - v) + r I` for LI and LIF, without the leak and tau for I and IF, and with
 * `tau_syn dI/dt = -I + w_in S` for CubaLI and CubaLIF (Pedersen et al. 2024, table 1). A Threshold, which sends a spike
 * when what reaches it at one instant is above it, is a neuron that forgets at once.
 * @param ms     of the unit of times
 * @param dt     how long a spike lasts, in that unit
 * @param reset  null for NIR's own
 * @param euler  decay in one step by 1 - dt / tau for exp(-dt / tau), of potentials and synaptic currents
 * @throws InputError when the node falls into too many populations, or cannot decay so
 */
export function nirNeurons(
  name: string,
  node: NirNode,
  ms: number,
  dt: number,
  reset: NirReset | null,
  euler = false,
): NirNeurons {
  const field = (key: string) => numbers(node, key);
  const spiking = node.type.endsWith("IF");
  const resetOf = (k: number) =>
    spiking
      ? {
          vThreshold: thresholds![k],
          ...(reset ?? { reset: "fixed" as const, vReset: resets![k] }),
        }
      : { vThreshold: Infinity };
  const [thresholds, resets] = spiking ? [field("v_threshold"), field("v_reset")] : [];
  const every = (make: (k: number) => NeuronSpec) => group(name, thresholdsOrR(node).length, make);
  switch (node.type) {
    case "Threshold": {
      const threshold = field("threshold");
      const forgets = { tauMem: (dt * ms) / 1000, reset: "fixed" as const, vReset: 0 };
      return {
        groups: every(k => ({ ...forgets, vThreshold: threshold[k] })),
        perSpike: threshold.map(() => 1),
        perConstant: threshold.map(() => 0),
        rises: null,
      };
    }
    case "I":
    case "IF": {
      const r = field("r");
      return {
        groups: every(k => ({ tauMem: Infinity, vRest: 0, ...resetOf(k) })),
        perSpike: r.map(x => x * dt),
        perConstant: r.map(x => x / ms),
        rises: null,
      };
    }
    case "LI":
    case "LIF": {
      const [r, tau, leak] = [field("r"), field("tau"), field("v_leak")];
      const decay = euler ? eulerTimes(name, "tau", tau, dt) : tau;
      return {
        groups: every(k => ({ tauMem: decay[k] * ms, vRest: leak[k], ...resetOf(k) })),
        perSpike: r.map((x, k) => (x * dt) / tau[k]),
        perConstant: r.map((x, k) => x / (decay[k] * ms)),
        rises: null,
      };
    }
    default: {
      const [r, tau, leak] = [field("r"), field("tau_mem"), field("v_leak")];
      const [tauSyn, factor] = [field("tau_syn"), field("w_in")];
      const decay = euler ? eulerTimes(name, "tau_mem", tau, dt) : tau;
      const synaptic = euler ? eulerTimes(name, "tau_syn", tauSyn, dt) : tauSyn;
      // What a current of 1 adds to the potential in a step of Euler's method, over what it adds in an exact one.
      const step = tau.map((t, k) => {
        if (!euler) return 1;
        const delta = 1 / synaptic[k] - 1 / decay[k];
        return dt / expResponse(delta, dt, 1 - dt / t, 1 - dt / tauSyn[k]);
      });
      const slope = r.map((x, k) => (x * factor[k]) / (tau[k] * ms));
      return {
        groups: every(k => ({
          model: "lif-exp",
          tauMem: decay[k] * ms,
          tauExc: synaptic[k] * ms,
          vRest: leak[k],
          ...resetOf(k),
        })),
        perSpike: slope.map((x, k) => (x * step[k] * dt) / tauSyn[k]),
        perConstant: r.map((x, k) => (x * factor[k]) / (decay[k] * ms)),
        rises: slope.map((x, k) => x * step[k]),
      };
    }
  }
}

/** Time constants with which an exact step decays as one of Euler's method does with `taus`, by 1 - dt / tau. */
function eulerTimes(name: string, field: string, taus: Float64Array, dt: number): Float64Array {
  const decay = taus.map(t => -dt / log1p(-dt / t));
  if (!decay.every(t => t > 0))
    throw new InputError(
      `nir: node ${name}: ${field}: expected times above dt (${dt}) for steps of Euler's method`,
    );
  return decay;
}

function thresholdsOrR(node: NirNode): Float64Array {
  return numbers(node, node.type === "Threshold" ? "threshold" : "r");
}

function group(name: string, size: number, make: (k: number) => NeuronSpec): NirNeurons["groups"] {
  const groups = new Map<string, { neuron: NeuronSpec; members: number[] }>();
  for (let k = 0; k < size; k++) {
    const neuron = make(k);
    // JSON has no Infinity.
    const key = JSON.stringify(neuron, (_, value) => (typeof value === "number" ? String(value) : value));
    const own = groups.get(key) ?? { neuron, members: [] };
    groups.set(key, own);
    own.members.push(k);
    if (groups.size > MOST_GROUPS)
      throw new InputError(
        `nir: node ${name}: expected at most ${MOST_GROUPS} different sets of parameters among its neurons, got more`,
      );
  }
  return [...groups.values()].map(({ neuron, members }) => ({ neuron, members: Uint32Array.from(members) }));
}
