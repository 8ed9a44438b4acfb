import { Rng } from "../../src/index.ts";

/**
 * The CUBA network once more, written for comparison alone: clock-driven at 0.1 ms with exact decays, spikes on the
 * grid, dense loops over the neurons, no part of the engine but its random numbers. Parameters as in `models/networks/cuba.ts`.
 * @returns spike times of each neuron [ms]; excitatory ones first
 */
export function clockDrivenCuba(durationMs: number, seed: number): number[][] {
  const size = 4000;
  const rng = new Rng(seed, "clock-driven CUBA");
  const dt = 0.1;
  const excitatory = 0.8 * size;
  const targets = Array.from({ length: size }, () => {
    const row: number[] = [];
    for (let j = 0; j < size; j++) if (rng.uniform() < 80 / size) row.push(j);
    return Uint32Array.from(row);
  });
  const [tauMem, tauExc, tauInh] = [20, 5, 10];
  const v = Float64Array.from({ length: size }, () => rng.uniformIn(-60, -50));
  const [gE, gI] = [new Float64Array(size), new Float64Array(size)];
  const free = new Float64Array(size);
  const leak = Math.exp(-dt / tauMem);
  const [decayE, decayI] = [Math.exp(-dt / tauExc), Math.exp(-dt / tauInh)];
  // How far a current that starts at 1 mV moves the membrane within a step.
  const [pushE, pushI] = [
    (tauExc / (tauExc - tauMem)) * (decayE - leak),
    (tauInh / (tauInh - tauMem)) * (decayI - leak),
  ];
  const trains = Array.from({ length: size }, () => [] as number[]);
  for (let step = 1; step <= Math.round(durationMs / dt); step++) {
    const fired: number[] = [];
    for (let i = 0; i < size; i++) {
      if (step >= free[i]) {
        v[i] = -49 + (v[i] + 49) * leak + gE[i] * pushE + gI[i] * pushI;
        if (v[i] > -50) {
          v[i] = -60;
          free[i] = step + 5 / dt + 1;
          fired.push(i);
          trains[i].push(step * dt);
        }
      }
      gE[i] *= decayE;
      gI[i] *= decayI;
    }
    // They are felt from the next step on: a delay of a step.
    for (const i of fired) {
      const into = i < excitatory ? gE : gI;
      const weight = i < excitatory ? 1.62 : -9;
      for (const j of targets[i]) into[j] += weight;
    }
  }
  return trains;
}
