/**
 * An independent integration of small networks of every neuron model, for tests: Taylor series of the differential
 * equations in short steps, each step's end and turning points searched for crossings, times found by bisection. It
 * shares no formula with the engine.
 */
export interface ReferenceNeuron {
  model: string;
  tauMem?: number;
  vThreshold: number;
  vRest?: number;
  vReset?: number;
  reset: "fixed" | "subtract";
  tauRef: number;
  bias?: number;
  tauExc?: number;
  tauInh?: number;
  tauAdapt?: number;
  beta?: number;
}

export interface Synapse {
  to: number;
  weight: number;
  delay: number;
}

const [V, GE, HE, GI, HI, A] = [0, 1, 2, 3, 4, 5];
const ORDER = 12;

class State {
  x: Float64Array = new Float64Array(6);
  refractoryUntil = -Infinity;
  readonly p: Required<ReferenceNeuron>;

  constructor(p: ReferenceNeuron) {
    const tauMem = p.model === "if" ? Infinity : (p.tauMem ?? 20);
    this.p = {
      tauMem,
      vRest: 0,
      vReset: 0,
      bias: 0,
      tauExc: 1,
      tauInh: 1,
      tauAdapt: 1,
      beta: 0,
      ...p,
    };
    this.x[V] = this.p.vRest;
  }

  /** Time derivative of a difference of states, or, with the constant terms, of a state. */
  #derivative(x: Float64Array, t: number, constants: boolean, out: Float64Array) {
    const p = this.p;
    const held = p.reset === "fixed" && t < this.refractoryUntil;
    const rest = constants ? p.vRest : 0;
    const bias = constants ? p.bias : 0;
    out[V] = held ? 0 : (rest - x[V]) / p.tauMem + bias + x[GE] + x[GI];
    out[GE] = x[HE] - x[GE] / p.tauExc;
    out[HE] = -x[HE] / p.tauExc;
    out[GI] = x[HI] - x[GI] / p.tauInh;
    out[HI] = -x[HI] / p.tauInh;
    out[A] = -x[A] / p.tauAdapt;
  }

  at(t: number, h: number): Float64Array {
    const sum = Float64Array.from(this.x);
    let term = Float64Array.from(this.x);
    for (let k = 1; k <= ORDER; k++) {
      const next = new Float64Array(6);
      this.#derivative(term, t, k === 1, next);
      for (let n = 0; n < 6; n++) sum[n] += next[n] = (next[n] * h) / k;
      term = next;
    }
    return sum;
  }

  /** Excess over the threshold a time h after the state, which is at t. */
  excess(t: number, h: number): number {
    const x = this.at(t, h);
    return x[V] - this.p.vThreshold - x[A];
  }

  rise(t: number, h: number): number {
    const x = this.at(t, h);
    const out = new Float64Array(6);
    this.#derivative(x, t, true, out);
    return out[V] - out[A];
  }

  receive(t: number, w: number) {
    const { model, tauExc, tauInh, reset } = this.p;
    if (model === "lif-exp") this.x[w > 0 ? GE : GI] += w;
    else if (model === "lif-alpha") this.x[w > 0 ? HE : HI] += (w * Math.E) / (w > 0 ? tauExc : tauInh);
    else if (reset === "subtract" || t >= this.refractoryUntil) this.x[V] += w;
  }

  /** How often the neuron fires now. */
  fire(t: number): number {
    const { reset, vReset, vThreshold, vRest, tauRef, beta } = this.p;
    let n = 0;
    while (t >= this.refractoryUntil && this.x[V] >= vThreshold + this.x[A]) {
      n++;
      this.x[V] = reset === "fixed" ? vReset : this.x[V] - (vThreshold - vRest);
      this.x[A] += beta;
      if (tauRef > 0) this.refractoryUntil = t + tauRef;
      if (reset === "fixed") break;
    }
    return n;
  }
}

/**
 * @param synapses  of each neuron
 * @param input     [time, neuron, weight] of spikes from outside
 * @returns         [time, neuron] of every spike
 */
export function integrate(
  neurons: readonly ReferenceNeuron[],
  synapses: readonly (readonly Synapse[])[],
  input: readonly (readonly [number, number, number])[],
  duration: number,
  step: number,
): [number, number][] {
  const states = neurons.map(p => new State(p));
  const queue = [...input].sort((a, b) => a[0] - b[0]);
  const spikes: [number, number][] = [];
  let t = 0;
  const fire = (i: number) => {
    for (let n = states[i].fire(t); n > 0; n--) {
      spikes.push([t, i]);
      for (const s of synapses[i]) queue.push([t + s.delay, s.to, s.weight]);
    }
    queue.sort((a, b) => a[0] - b[0]);
  };
  while (t < duration) {
    let end = Math.min(t + step, duration, queue[0]?.[0] ?? Infinity);
    for (const s of states) if (s.refractoryUntil > t) end = Math.min(end, s.refractoryUntil);
    // The first neuron that crosses within the step ends it.
    let first = -1;
    for (const [i, s] of states.entries()) {
      if (t < s.refractoryUntil) continue;
      let h = end - t;
      if (!(s.excess(t, h) >= 0)) {
        if (!(s.rise(t, 0) > 0 && s.rise(t, h) < 0)) continue;
        h = bisect(x => s.rise(t, x) < 0, h);
        if (!(s.excess(t, h) >= 0)) continue;
      }
      end = t + bisect(x => s.excess(t, x) >= 0, h);
      first = i;
    }
    for (const s of states) s.x = s.at(t, end - t);
    t = end;
    if (first >= 0) {
      const s = states[first];
      s.x[V] = Math.max(s.x[V], s.p.vThreshold + s.x[A]);
    }
    const touched = new Set(first >= 0 ? [first] : []);
    while (queue.length > 0 && queue[0][0] <= t) {
      const [, to, weight] = queue.shift()!;
      states[to].receive(t, weight);
      touched.add(to);
    }
    for (const [i, s] of states.entries()) if (s.refractoryUntil === t) touched.add(i);
    for (const i of touched) fire(i);
  }
  return spikes;
}

function bisect(beyond: (h: number) => boolean, high: number): number {
  let [a, b] = [0, high];
  for (let k = 0; k < 50; k++) {
    const m = (a + b) / 2;
    if (beyond(m)) b = m;
    else a = m;
  }
  return b;
}
