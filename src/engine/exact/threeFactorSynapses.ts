import { InputError } from "../../errors.ts";
import { exp, expm1 } from "../../math/elementary.ts";
import { addArrivals, atEnd, atSpikes, type Eligibility } from "../network/plasticity/threeFactor.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { addOuter, addRow, synapsesOf } from "../network/synapses/runs.ts";
import type { SpikeTrain } from "../record/spikeTrain.ts";
import type { FeedForwardNetwork } from "./feedForward.ts";
import type { Presentation } from "./presentation.ts";

/**
 * The three-factor synapses of a network in layers (see `threeFactor.ts`), over presentations: collects modulator (x)
 * eligibility over a batch, and over the places of a shared kernel, then changes the weights. No synapse keeps state of
 * its own: `trace` needs one number per neuron, and `timing` sweeps the spikes of the presentation backwards in time.
 * With `online` the weights have changed already; what is collected for the end is the share of constant drives, which
 * have no spikes.
 */
export class ThreeFactorSynapses {
  /** Synapses that were given a change since the last reset of the counter, whoever made it. */
  updates = 0;
  /**
   * Of dense layers with the eligibility `trace`, the presynaptic neurons whose synapses change here: every so many, from the
   * first on. Others are left to others.
   */
  rows = { first: 0, every: 1 };
  readonly #net: FeedForwardNetwork;
  readonly #eligibility: Eligibility;
  readonly #changes: readonly Float32Array[];
  readonly #biasChanges: readonly Float32Array[];
  readonly #lateralChanges: readonly Float32Array[];
  /** Rows with a change, so that silent inputs cost nothing. */
  readonly #touched: readonly Uint8Array[];
  readonly #active: Int32Array;
  readonly #sweep: Float64Array;
  readonly #activity: Float64Array;

  constructor(net: FeedForwardNetwork, eligibility: Eligibility) {
    const widest = Math.max(...net.sizes);
    if (net.single && eligibility !== "trace")
      throw new InputError(`precision: expected double with the eligibility ${eligibility}, got single`);
    this.#net = net;
    this.#eligibility = eligibility;
    this.#changes = net.single
      ? []
      : net.weights.map((w, l) => net.kernels[l]?.changes ?? new Float32Array(w.length));
    this.#biasChanges = net.biases.map(b => new Float32Array(b.length));
    this.#lateralChanges = (net.queue?.laterals ?? []).map(
      ({ synapses }) => new Float32Array(synapses.weights.length),
    );
    this.#touched = net.architecture.layers.map(({ rows }) => new Uint8Array(rows));
    this.#active = new Int32Array(widest);
    this.#sweep = new Float64Array(widest);
    this.#activity = new Float64Array(widest);
  }

  /**
   * Adds modulator (x) eligibility of the synapses that reach population l + 1, those of layer l and lateral ones. The
   * readout does not fire, so its synapses always use the trace.
   * @param modulator  one number per postsynaptic neuron
   * @param from       the presentation that left the eligibility
   */
  accumulate(l: number, modulator: Float64Array, from: Presentation): void {
    const hidden = l < this.#net.depth - 1;
    const timing = hidden && this.#eligibility === "timing";
    const { queue, single } = this.#net;
    if (single) {
      this.updates += single.ask(l, modulator, from.sourceTrace[l], this.rows);
      return;
    }
    if (hidden && this.#eligibility === "online" && this.#net.online) {
      const { sources } = this.#net.architecture.layers[l];
      this.#accumulateTrace(l, modulator, (l === 0 && from.analogue) || new Float64Array(sources));
      return;
    }
    if (queue && hasDelays(queue.layers[l]))
      this.#accumulateLate(l, queue.layers[l], modulator, from, timing);
    else if (timing) this.#accumulateTiming(l, modulator, from);
    else this.#accumulateTrace(l, modulator, from.sourceTrace[l]);
    queue?.laterals.forEach(({ from: p, to, synapses }, q) => {
      if (to !== l + 1) return;
      const gain = p === 0 ? this.#net.input.gain : this.#net.spikeGain;
      this.#addArrivals(l, synapses, from.spikes[p], gain, modulator, from, timing, this.#lateralChanges[q]);
    });
  }

  /** Of a layer whose spikes arrive later than they were fired. */
  #accumulateLate(
    l: number,
    synapses: Projection,
    modulator: Float64Array,
    from: Presentation,
    timing: boolean,
  ): void {
    this.#touched[l].fill(1);
    const analogue = l === 0 ? from.analogue : null;
    if (timing)
      this.#addAnalogue(l, this.#shares(modulator, from.spikes[l + 1]), from.spikes[l + 1], analogue);
    else {
      this.#addBias(l, modulator);
      if (analogue) this.#addOuter(l, analogue, modulator);
    }
    const gain = this.#net.gainOf(l);
    this.#addArrivals(l, synapses, from.sourceSpikes[l], gain, modulator, from, timing, this.#changes[l]);
  }

  #addArrivals(
    l: number,
    synapses: Projection,
    spikes: SpikeTrain,
    gain: number,
    modulator: Float64Array,
    from: Presentation,
    timing: boolean,
    changes: Float32Array,
  ): void {
    const { neuron, durationMs } = this.#net;
    const { tauMem } = neuron;
    const post = from.spikes[l + 1];
    const third = timing ? this.#shares(modulator, post) : modulator;
    const reading = timing ? atSpikes(post, modulator.length, tauMem, durationMs) : atEnd(tauMem, durationMs);
    this.updates += addArrivals(synapses, spikes, gain, durationMs, third, reading, changes);
  }

  /** Adds -scale times the collected changes to the weights and forgets them. */
  apply(scale: number): void {
    const { weights, biases, single } = this.#net;
    if (single) {
      single.change(scale);
      return;
    }
    for (let l = 0; l < weights.length; l++) {
      const [w, change, touched] = [weights[l], this.#changes[l], this.#touched[l]];
      const columns = biases[l].length;
      const kernel = this.#net.kernels[l];
      for (let i = 0; i < touched.length; i++) {
        if (touched[i] === 0) continue;
        touched[i] = 0;
        if (kernel) {
          kernel.applyRow(i, scale);
          continue;
        }
        const end = (i + 1) * columns;
        for (let at = i * columns; at < end; at++) {
          w[at] -= scale * change[at];
          change[at] = 0;
        }
      }
      for (let j = 0; j < columns; j++) biases[l][j] -= scale * this.#biasChanges[l][j];
      this.#biasChanges[l].fill(0);
    }
    this.#net.queue?.laterals.forEach(({ synapses: { weights: w } }, q) => {
      const change = this.#lateralChanges[q];
      for (let at = 0; at < w.length; at++) w[at] -= scale * change[at];
      change.fill(0);
    });
  }

  /** What has been collected since the last `apply` or `forget`, where it lies, per layer; laterals in their order. */
  changes(): Record<"weights" | "biases" | "laterals", readonly Float32Array[]> {
    const { single } = this.#net;
    if (single) return { ...single.collected(), laterals: [] };
    return { weights: this.#changes, biases: this.#biasChanges, laterals: this.#lateralChanges };
  }

  /** Leaves the weights as they are and what has been collected behind. */
  forget(): void {
    this.apply(0);
  }

  #addOuter(l: number, pre: ArrayLike<number>, post: ArrayLike<number>): void {
    const [runs, touched] = [this.#net.runs[l], this.#touched[l]];
    // The rows of a shared kernel are few, so all of them count as changed.
    if (runs.shared) touched.fill(1);
    addOuter(runs, pre, post, this.#changes[l]);
    for (let i = 0; i < pre.length; i++) {
      if (pre[i] === 0) continue;
      if (!runs.shared) touched[i] = 1;
      this.updates += synapsesOf(runs, i);
    }
  }

  #accumulateTrace(l: number, modulator: Float64Array, pre: Float64Array): void {
    if (this.#net.runs[l].shared) {
      this.#addBias(l, modulator);
      this.#addOuter(l, pre, modulator);
      return;
    }
    const [change, bias, touched] = [this.#changes[l], this.#biasChanges[l], this.#touched[l]];
    const columns = modulator.length;
    const active = this.#active;
    let posts = 0;
    for (let j = 0; j < columns; j++) {
      if (modulator[j] === 0) continue;
      active[posts++] = j;
      bias[j] += modulator[j];
    }
    if (posts === 0) return;
    const kernel = posts > columns / 8 ? this.#net.kernels[l] : null;
    kernel?.vector.set(modulator);
    const { first, every } = this.rows;
    for (let i = 0, own = first; i < pre.length; i++) {
      const x = pre[i];
      const mine = i === own;
      if (mine) own += every;
      if (x === 0) continue;
      this.updates += posts;
      if (!mine) continue;
      touched[i] = 1;
      const row = i * columns;
      if (kernel) kernel.addRow(i, x);
      else {
        for (let k = 0; k < posts; k++) {
          const j = active[k];
          change[row + j] += x * modulator[j];
        }
      }
    }
  }

  /**
   * x_i at a postsynaptic spike t_k is the sum over earlier input spikes t_f of exp(-(t_k - t_f) / tau), and counts for
   * what t_k has left at the end T: together exp((t_f - T) / tau), whatever t_k. Going back in time, `sweep[j]` collects
   * the shares of the spikes passed so far, so each input spike finds its whole contribution in one multiplication per
   * target.
   */
  #accumulateTiming(l: number, modulator: Float64Array, from: Presentation): void {
    const [pre, post] = [from.sourceSpikes[l], from.spikes[l + 1]];
    const [change, touched] = [this.#changes[l], this.#touched[l]];
    const columns = modulator.length;
    const kernel = this.#net.kernels[l];
    const runs = this.#net.runs[l];
    const sweep = kernel?.vector ?? this.#sweep;
    const share = this.#shares(modulator, post);
    let posts = 0;
    for (let j = 0; j < columns; j++) if (share[j] !== 0) posts++;
    if (posts === 0) return;

    this.#addAnalogue(l, share, post, l === 0 ? from.analogue : null);
    sweep.fill(0, 0, columns);
    const gain = this.#net.gainOf(l);
    const { sources } = this.#net.architecture.layers[l];
    if (runs.shared) touched.fill(1);
    for (let f = pre.length - 1, k = post.length - 1; f >= 0; f--) {
      const t = pre.times[f];
      for (; k >= 0 && post.times[k] >= t; k--) {
        const j = post.neurons[k];
        sweep[j] += share[j];
      }
      const [own, left] = [pre.neurons[f], gain * this.#left(t)];
      const i = own < sources ? own : own - sources;
      const weight = own < sources ? left : -left;
      if (!runs.shared) touched[i] = 1;
      this.updates += runs.shared ? synapsesOf(runs, i) : posts;
      if (kernel) kernel.addRow(i, weight);
      else addRow(runs, i, weight, sweep, change);
    }
  }

  /**
   * Factor on each spike's own share, `#left`, of what the presentation has left of the neuron's activity: then the step
   * does not grow with that activity, and a small difference of two presentations is the difference of their steps. By
   * spike counts, which move in whole steps, it would not be.
   */
  #shares(modulator: Float64Array, post: SpikeTrain): Float64Array {
    const activity = this.#activity.fill(0);
    for (let k = 0; k < post.length; k++) activity[post.neurons[k]] += this.#left(post.times[k]);
    const scale = this.#timingScale();
    return modulator.map((m, j) => (activity[j] > 0 ? (scale * m) / activity[j] : 0));
  }

  /** What a spike at t has left of its trace at the end. */
  #left(t: number): number {
    return exp((t - this.#net.durationMs) / this.#net.neuron.tauMem);
  }

  /** Constant drives have a trace too: it grows as kappa(t) from 0 to 1 over the presentation. So has the bias. */
  #addAnalogue(l: number, share: Float64Array, post: SpikeTrain, analogue: Float64Array | null): void {
    const read = new Float64Array(share.length);
    for (let k = 0; k < post.length; k++) {
      const j = post.neurons[k];
      read[j] += share[j] * this.#left(post.times[k]) * this.#kappa(post.times[k]);
    }
    this.#addBias(l, read);
    if (!analogue) return;
    this.#addOuter(l, analogue, read);
  }

  /** The places of a map share its bias. */
  #addBias(l: number, modulator: Float64Array): void {
    const bias = this.#biasChanges[l];
    for (let j = 0, c = 0; j < modulator.length; j++) {
      bias[c] += modulator[j];
      if (++c === bias.length) c = 0;
    }
  }

  #kappa(t: number): number {
    const { durationMs, neuron } = this.#net;
    if (neuron.tauMem === Infinity) return t / durationMs;
    return expm1(-t / neuron.tauMem) / expm1(-durationMs / neuron.tauMem);
  }

  /** 1 / mean of kappa: an input's trace, read at evenly spread spikes that count for what they leave, is less than at the end. */
  #timingScale(): number {
    const { durationMs, neuron } = this.#net;
    if (neuron.tauMem === Infinity) return 2;
    const r = durationMs / neuron.tauMem;
    return -expm1(-r) / (1 - r / expm1(r));
  }
}

function hasDelays(synapses: Projection): boolean {
  for (let row = 0; row < synapses.pre; row++) {
    const last = synapses.rowLength(row) - 1;
    if (last >= 0 && synapses.delayAt(row, last) > 0) return true;
  }
  return false;
}
