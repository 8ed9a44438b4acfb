/** Synapses of the network of `spnet`, one after the other. */
export interface Synapses {
  readonly pre: ArrayLike<number>;
  readonly post: ArrayLike<number>;
  /** [ms] 1 to 20. */
  readonly delays: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/**
 * The loop of Izhikevich 2006's program, written anew from its description for tests alone: neurons before `excitatory`
 * are regular spiking and their synapses learn, the others fast spiking. Each ms one neuron gets 20 mV.
 * @param kicks  [ms] whose neuron that is
 * @param period  [ms] between two changes of the weights
 * @returns spikes as `time:neuron`, and the weights at the end
 */
export function spnet(
  neurons: number,
  excitatory: number,
  { pre, post, delays, weights }: Synapses,
  kicks: ArrayLike<number>,
  wMax: number,
  period = 1000,
): { spikes: string[]; weights: Float64Array } {
  const [v, u] = [new Float64Array(neurons).fill(-65), new Float64Array(neurons).fill(-13)];
  const [ltp, ltd] = [new Float64Array(neurons), new Float64Array(neurons)];
  /** Past values of ltp, by age [ms]. */
  const past = Array.from({ length: 21 }, () => new Float64Array(neurons));
  const s = Float64Array.from(weights);
  const sd = new Float64Array(s.length);
  const outgoing: number[][] = Array.from({ length: neurons }, () => []);
  const incoming: number[][] = Array.from({ length: neurons }, () => []);
  for (let k = 0; k < s.length; k++) {
    outgoing[pre[k]].push(k);
    if (pre[k] < excitatory) incoming[post[k]].push(k);
  }
  const fired: { t: number; i: number }[] = [];
  const spikes: string[] = [];
  for (let t = 0; t < kicks.length; t++) {
    const input = new Float64Array(neurons);
    input[kicks[t]] = 20;
    for (let i = 0; i < neurons; i++) {
      if (v[i] < 30) continue;
      v[i] = -65;
      u[i] += i < excitatory ? 8 : 2;
      ltp[i] = 0.1;
      ltd[i] = 0.12;
      // What the trace was when the present arrivals left, a delay ago.
      for (const k of incoming[i]) sd[k] += past[delays[k]][pre[k]];
      fired.push({ t, i });
      spikes.push(`${t}:${i}`);
    }
    for (const spike of fired) {
      for (const k of outgoing[spike.i]) {
        if (t - spike.t !== delays[k] - 1) continue;
        input[post[k]] += s[k];
        if (spike.i < excitatory) sd[k] -= ltd[post[k]];
      }
    }
    while (fired.length > 0 && t - fired[0].t > 20) fired.shift();
    for (let i = 0; i < neurons; i++) {
      for (let half = 0; half < 2; half++) v[i] += 0.5 * ((0.04 * v[i] + 5) * v[i] + 140 - u[i] + input[i]);
      u[i] += (i < excitatory ? 0.02 : 0.1) * (0.2 * v[i] - u[i]);
    }
    // past[d] is of d ms before the next t.
    past.unshift(past.pop()!);
    past[1].set(ltp);
    past[0].fill(0);
    for (let i = 0; i < neurons; i++) {
      ltp[i] *= 0.95;
      ltd[i] *= 0.95;
    }
    if ((t + 1) % period !== 0) continue;
    for (let k = 0; k < s.length; k++) {
      if (pre[k] >= excitatory) continue;
      s[k] = Math.min(wMax, Math.max(0, s[k] + 0.01 + sd[k]));
      sd[k] *= 0.9;
    }
  }
  return { spikes, weights: s };
}
