/** Neurons without an exact solution, their equations in double precision, and NEST's names for them. */
import type { NeuronSpec } from "../../src/engine/network/neurons/index.ts";
import { Rng } from "../../src/math/rng.ts";

export type State = readonly number[];

export interface Cell {
  readonly name: string;
  readonly neuron: NeuronSpec;
  /** Slopes of the states, of which the potential is the first [1/ms]. */
  slopes(state: State): number[];
  readonly start: State;
  /** Which state an input of positive or negative weight adds to, and how much per weight. */
  readonly excitatory: readonly [state: number, scale: number];
  readonly inhibitory: readonly [state: number, scale: number];
  readonly threshold: number;
  /** What a spike makes of the states. */
  reset(state: State): number[];
  /** [ms] */
  readonly held: number;
  /** Largest excitatory and inhibitory weights of an input that makes no spike. */
  readonly weights: readonly [number, number];
  /** A current over capacitance that makes it fire again and again [mV/ms]. */
  readonly bias: number;
  readonly nest: {
    readonly model: string;
    readonly parameters: Readonly<Record<string, number>>;
    /** Factor from weights and currents over capacitance to NEST's. */
    readonly perWeight: number;
    readonly perCurrent: number;
  };
}

const conductances = {
  ...{ tauMem: 20, gLeak: 10, tauExc: 5, tauInh: 10, eExc: 0, eInh: -80 },
  ...{ vRest: -60, vThreshold: -50, vReset: -60, tauRef: 5 },
} as const;

/** COBA's neuron (Brette et al. 2007, benchmark 1). */
const lifCondExp: Cell = {
  name: "lif-cond-exp",
  neuron: { model: "lif-cond-exp", ...conductances },
  slopes: ([v, e, i]) => [
    (-60 - v) / 20 + (e * (0 - v) + i * (-80 - v)) / 200,
    -e / conductances.tauExc,
    -i / conductances.tauInh,
  ],
  ...{ start: [-60, 0, 0], excitatory: [1, 1], inhibitory: [2, -1] },
  ...{ threshold: -50, reset: ([, e, i]) => [-60, e, i], held: 5, weights: [2.2, 30], bias: 0.7 },
  nest: {
    model: "iaf_cond_exp",
    parameters: {
      ...{ C_m: 200, g_L: 10, E_L: -60, V_th: -50, V_reset: -60, t_ref: 5, E_ex: 0, E_in: -80 },
      ...{ tau_syn_ex: 5, tau_syn_in: 10, V_m: -60, I_e: 0 },
    },
    ...{ perWeight: 1, perCurrent: 200 },
  },
};

/** Of Brette & Gerstner 2005. */
const adaptive = {
  ...{ tauMem: 281 / 30, gLeak: 30, vRest: -70.6, vT: -50.4, deltaT: 2, vThreshold: 0, vReset: -70.6 },
  ...{ a: 4, b: 80.5 / 281, tauW: 144, tauExc: 5, tauInh: 10, tauRef: 2 },
} as const;
const aeif = {
  ...{ C_m: 281, g_L: 30, E_L: -70.6, V_th: -50.4, Delta_T: 2, V_peak: 0, V_reset: -70.6, t_ref: 2 },
  ...{ a: 4, b: 80.5, tau_w: 144, tau_syn_ex: 5, tau_syn_in: 10, V_m: -70.6, I_e: 0, w: 0 },
};

function adex(synapses: "conductance" | "current", weights: readonly [number, number]): Cell {
  const pulls = synapses === "conductance";
  return {
    name: `adex, ${synapses}s`,
    neuron: { model: "adex", ...adaptive, synapses, ...(pulls && { eExc: 0, eInh: -80 }) },
    slopes([v, w, e, i]) {
      const x = Math.min(v, 0);
      const drawn = pulls ? (e * (0 - x) + i * (-80 - x)) / 281 : e + i;
      const rise = 2 * Math.exp((x + 50.4) / 2);
      return [
        (30 / 281) * (-70.6 - x + rise) - w + drawn,
        ((4 / 281) * (x + 70.6) - w) / 144,
        -e / 5,
        -i / 10,
      ];
    },
    ...{ start: [-70.6, 0, 0, 0], excitatory: [2, 1], inhibitory: [3, pulls ? -1 : 1] },
    ...{ threshold: 0, reset: ([, w, e, i]) => [-70.6, w + 80.5 / 281, e, i], held: 2, weights, bias: 3 },
    nest: {
      model: pulls ? "aeif_cond_exp" : "aeif_psc_exp",
      parameters: pulls ? { ...aeif, E_ex: 0, E_in: -80 } : aeif,
      ...{ perWeight: pulls ? 1 : 281, perCurrent: 281 },
    },
  };
}

/** Regular spiking. */
const izhikevich: Cell = {
  name: "izhikevich",
  neuron: { model: "izhikevich", a: 0.02, b: 0.2, c: -65, d: 8 },
  slopes([v, u]) {
    const x = Math.min(v, 30);
    return [0.04 * x * x + 5 * x + 140 - u, 0.02 * (0.2 * x - u)];
  },
  ...{ start: [-65, -13], excitatory: [0, 1], inhibitory: [0, 1] },
  ...{ threshold: 30, reset: ([, u]) => [-65, u + 8], held: 0, weights: [1.2, 1.6], bias: 10 },
  nest: {
    model: "izhikevich",
    parameters: { a: 0.02, b: 0.2, c: -65, d: 8, V_th: 30, V_m: -65, U_m: -13, I_e: 0 },
    ...{ perWeight: 1, perCurrent: 1 },
  },
};

export const cells: readonly Cell[] = [
  lifCondExp,
  adex("conductance", [2.8, 10]),
  adex("current", [0.4, 0.3]),
  izhikevich,
];

/** Inputs at multiples of 0.1 ms from 0.2 on, four in five of them excitatory, and how much of the largest weights each is. */
export function input(cell: Cell, ms: number, perMs: number) {
  const rng = new Rng(1, "inputs of integrators");
  const times = Array.from({ length: ms * perMs }, () => (2 + rng.integer(10 * ms - 2)) / 10).sort(
    (a, b) => a - b,
  );
  const [most, least] = cell.weights;
  // Rounded to what single precision holds, as NEST takes them from a file.
  const weights = times.map(() =>
    Math.fround(rng.uniform() < 0.8 ? most * rng.uniform() : -least * rng.uniform()),
  );
  return { times, weights };
}

/** One step of the classical method of Runge and Kutta in double precision. */
export function rk4(slopes: (state: State) => State, state: State, dt: number): number[] {
  const moved = (k: State, by: number) => state.map((x, n) => x + by * k[n]);
  const k1 = slopes(state);
  const k2 = slopes(moved(k1, dt / 2));
  const k3 = slopes(moved(k2, dt / 2));
  const k4 = slopes(moved(k3, dt));
  return state.map((x, n) => x + (dt / 6) * (k1[n] + 2 * k2[n] + 2 * k3[n] + k4[n]));
}

/** The potential at each multiple of 0.1 ms under these inputs, by steps of 0.002 ms. */
export function reference(
  cell: Cell,
  { times, weights }: ReturnType<typeof input>,
  ms: number,
): Float64Array {
  let state = [...cell.start];
  const potentials = new Float64Array(10 * ms + 1);
  let k = 0;
  for (let n = 0; n <= 10 * ms; n++) {
    for (; k < times.length && Math.round(10 * times[k]) === n; k++) {
      const [at, scale] = weights[k] > 0 ? cell.excitatory : cell.inhibitory;
      state[at] += scale * weights[k];
    }
    potentials[n] = state[0];
    for (let part = 0; part < 50; part++) state = rk4(cell.slopes, state, 0.002);
  }
  return potentials;
}

/** Times of its first spikes under its bias, each where the potential is at threshold, not on any lattice [ms]. */
export function firing(cell: Cell, spikes: number): number[] {
  const slopes = (state: State) => cell.slopes(state).map((x, n) => (n === 0 ? x + cell.bias : x));
  const frozen = (state: State) => slopes(state).map((x, n) => (n === 0 ? 0 : x));
  const dt = 0.001;
  let [t, state] = [0, [...cell.start]];
  const times: number[] = [];
  while (times.length < spikes) {
    const next = rk4(slopes, state, dt);
    if (next[0] < cell.threshold) {
      [t, state] = [t + dt, next];
      continue;
    }
    let [low, high] = [0, dt];
    for (let n = 0; n < 50; n++) {
      const middle = (low + high) / 2;
      if (rk4(slopes, state, middle)[0] < cell.threshold) low = middle;
      else high = middle;
    }
    state = cell.reset(rk4(slopes, state, high));
    t += high;
    times.push(t);
    for (let n = 0; n < Math.round(cell.held / dt); n++) state = rk4(frozen, state, dt);
    t += cell.held;
  }
  return times;
}
