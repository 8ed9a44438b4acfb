import { Rng } from "../../src/math/rng.ts";

const N_EXC = 1000;
const N_INH = 200;
const DT = 0.1;
const [TAU_MEM, TAU_SYN, TAU_STDP] = [20, 5, 20];
const [V_REST, V_THRESHOLD, V_RESET, E_EXC, E_INH] = [-70, -54, -60, 0, -70];
const G_MAX = 0.015;
const G_INH = 0.05;
const INHIBITORY_HZ = 10;
const A_PLUS = 0.005;
const A_MINUS = 1.05 * A_PLUS;

/**
 * The paper's own neuron, whose synapses are conductances in units of the leak's,
 *
 *     tauMem dV/dt = vRest - V + gExc (eExc - V) + gInh (eInh - V),
 *
 * on a grid of 0.1 ms, with its own STDP: a program that shares nothing with the engine but its random numbers.
 *
 * @param rate  of each excitatory input [Hz]
 * @returns weights at the end, as parts of the largest, and intervals between the output spikes of the second half [ms]
 */
export function conductanceNeuron(rate: number, seconds: number, seed: number) {
  const rng = new Rng(seed, "conductances");
  const perMs = { exc: (N_EXC * rate) / 1000, inh: (N_INH * INHIBITORY_HZ) / 1000 };
  const wait = (rate: number) => -Math.log(1 - rng.uniform()) / rate;
  const w = new Float64Array(N_EXC).fill(0.5);
  const pre = new Float64Array(N_EXC);
  const preAt = new Float64Array(N_EXC);
  let post = 0;
  let postAt = 0;
  let [v, gExc, gInh] = [V_REST, 0, 0];
  let [nextExc, nextInh] = [wait(perMs.exc), wait(perMs.inh)];
  const decay = Math.exp(-DT / TAU_SYN);
  const intervals: number[] = [];
  let lastSpike = Number.NaN;
  const steps = Math.round((seconds * 1000) / DT);
  for (let step = 0; step < steps; step++) {
    const t = step * DT;
    for (; nextExc < t; nextExc += wait(perMs.exc)) {
      const i = rng.integer(N_EXC);
      gExc += w[i] * G_MAX;
      // An input after an output weakens, more the closer they are.
      w[i] = Math.max(0, w[i] - A_MINUS * post * Math.exp((postAt - t) / TAU_STDP));
      pre[i] = pre[i] * Math.exp((preAt[i] - t) / TAU_STDP) + 1;
      preAt[i] = t;
    }
    for (; nextInh < t; nextInh += wait(perMs.inh)) gInh += G_INH;
    v += (DT / TAU_MEM) * (V_REST - v + gExc * (E_EXC - v) + gInh * (E_INH - v));
    gExc *= decay;
    gInh *= decay;
    if (v < V_THRESHOLD) continue;
    v = V_RESET;
    for (let i = 0; i < N_EXC; i++) {
      w[i] = Math.min(1, w[i] + A_PLUS * pre[i] * Math.exp((preAt[i] - t) / TAU_STDP));
    }
    post = post * Math.exp((postAt - t) / TAU_STDP) + 1;
    postAt = t;
    if (t > 500 * seconds) intervals.push(t - lastSpike);
    lastSpike = t;
  }
  return { weights: w, intervals: intervals.slice(1) };
}
