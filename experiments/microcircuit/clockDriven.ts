import { Rng } from "../../src/index.ts";

/**
 * The microcircuit once more, written for comparison alone: clock-driven at 0.1 ms with exact propagators, in pA and pF,
 * delays rounded to the grid; no part of the engine but its random numbers. The connection table is the one argument that
 * it shares with the model: [target][source] probabilities, sizes, external in-degrees, and rates to compensate with.
 * @returns rate of each population after the first 200 ms [Hz], and the mean CV of intervals there
 */
export function clockDrivenMicrocircuit(
  table: {
    readonly probability: readonly (readonly number[])[];
    readonly sizes: readonly number[];
    readonly external: readonly number[];
    readonly fullRates: readonly number[];
  },
  scale: number,
  durationMs: number,
  seed: number,
): { rateHz: number; cvIsi: number }[] {
  const rng = new Rng(seed, "clock-driven microcircuit");
  const [dt, tauMem, tauSyn, capacitance] = [0.1, 10, 0.5, 250];
  const sizes = table.sizes.map(n => Math.round(n * scale));
  const first = sizes.map((_, p) => sizes.slice(0, p).reduce((a, b) => a + b, 0));
  const neurons = sizes.reduce((a, b) => a + b);
  const population = Uint8Array.from({ length: neurons }, (_, i) => first.findLastIndex(from => from <= i));
  const pA = 87.8;
  const grow = 1 / Math.sqrt(scale);

  const rows = Array.from({ length: neurons }, () => [] as [target: number, weight: number, steps: number][]);
  const drive = new Float64Array(8);
  for (let to = 0; to < 8; to++) {
    drive[to] = table.external[to] * pA * 8;
    for (let from = 0; from < 8; from++) {
      const p = table.probability[to][from];
      const [pre, post] = [table.sizes[from], table.sizes[to]];
      const full = Math.log(1 - p) / Math.log(1 - 1 / pre / post);
      const weight = from % 2 === 1 ? -4 * pA : to === 0 && from === 2 ? 2 * pA : pA;
      drive[to] += (full / post) * weight * table.fullRates[from];
      const delay = from % 2 === 1 ? 0.75 : 1.5;
      for (let n = Math.round(full * scale * scale); n > 0; n--) {
        let ms = 0;
        while (ms < 0.1) ms = rng.normal(delay, delay / 2);
        const w = grow * rng.normal(weight, 0.1 * Math.abs(weight));
        const target = first[to] + rng.integer(sizes[to]);
        rows[first[from] + rng.integer(sizes[from])].push([target, w, Math.max(1, Math.round(ms / dt))]);
      }
    }
  }
  const constant = drive.map(x => (1 - Math.sqrt(scale)) * x * tauSyn * 0.001);

  const [leak, decay] = [Math.exp(-dt / tauMem), Math.exp(-dt / tauSyn)];
  const resistance = tauMem / capacitance; // GOhm
  const push = (resistance * tauSyn * (leak - decay)) / (tauMem - tauSyn);
  const slots = 128;
  const ring = Array.from({ length: slots }, () => new Float64Array(neurons));
  const v = Float64Array.from({ length: neurons }, () => rng.normal(-58, 10) + 65);
  const current = new Float64Array(neurons);
  const free = new Float64Array(neurons);
  const spikes = Array.from({ length: neurons }, () => [] as number[]);
  const poisson = (mean: number) => {
    let [k, product] = [0, rng.uniform()];
    for (const limit = Math.exp(-mean); product > limit; k++) product *= rng.uniform();
    return k;
  };
  for (let step = 1; step <= Math.round(durationMs / dt); step++) {
    const arriving = ring[step % slots];
    for (let i = 0; i < neurons; i++) {
      const p = population[i];
      if (step > free[i]) v[i] = v[i] * leak + current[i] * push + constant[p] * resistance * (1 - leak);
      const outside = poisson(table.external[p] * scale * 8 * dt * 0.001) * pA * grow;
      current[i] = current[i] * decay + arriving[i] + outside;
      if (step <= free[i] || v[i] < 15) continue;
      v[i] = 0;
      free[i] = step + 20;
      spikes[i].push(step * dt);
      for (const [target, weight, steps] of rows[i]) ring[(step + steps) % slots][target] += weight;
    }
    arriving.fill(0);
  }
  return sizes.map((size, p) => {
    const trains = spikes.slice(first[p], first[p] + size).map(train => train.filter(t => t >= 200));
    const cvs = trains.flatMap(train => {
      const isi = train.slice(1).map((t, k) => t - train[k]);
      if (isi.length < 3) return [];
      const mean = isi.reduce((a, b) => a + b) / isi.length;
      return [Math.sqrt(isi.reduce((a, x) => a + (x - mean) ** 2, 0) / isi.length) / mean];
    });
    const count = trains.reduce((sum, train) => sum + train.length, 0);
    return {
      rateHz: (1000 * count) / size / (durationMs - 200),
      cvIsi: cvs.reduce((a, b) => a + b, 0) / cvs.length,
    };
  });
}
