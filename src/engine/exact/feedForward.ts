import { InputError } from "../../errors.ts";
import { add, multiply } from "../../math/matrix.ts";
import { instant } from "../instant.ts";
import { LayerKernel } from "../kernels/layerKernel.ts";
import type { ThreadMemory } from "../kernels/threadMemory.ts";
import { type Architecture, architectureOf, poolsOf } from "../network/architecture.ts";
import { currentPerTrace, expectSpiking } from "../network/layers.ts";
import { type LifParameters, lif } from "../network/neurons/lif.ts";
import { pool, unpool } from "../network/pools.ts";
import { type Runs, runsOf, sumBackward, sumForward, synapsesOf } from "../network/synapses/runs.ts";
import { SpikeTrain } from "../record/spikeTrain.ts";
import type { Carried } from "./carried.ts";
import { LifLayer } from "./lifLayer.ts";
import {
  type Dropout,
  emptyPresentation,
  type OnlineLearning,
  type Presentation,
  type PresentationOptions,
  type PresentedInput,
  type Reading,
} from "./presentation.ts";
import { type Presented, QueuedPresentation } from "./queuedPresentation.ts";
import { cellsOf, readDrive, readSpikes, saturationOf } from "./reading.ts";
import { SingleNetwork } from "./singleNetwork.ts";
import { SpikePool } from "./spikePool.ts";
import { filter, goOn, sum } from "./traces.ts";

interface NetworkOptions extends PresentationOptions {
  /** In single precision: run in the memory of this network, which has the weights and biases. */
  readonly within?: SingleNetwork | null;
  /** Of threads that share the weights: the first of them brings these. */
  readonly common?: ThreadMemory | null;
}

/**
 * Feed-forward LIF network with a leaky-integrator readout, run layer by layer over presentations of fixed length. One
 * time constant serves membranes and traces, the reset subtracts, so that at the end of each presentation
 *
 *     vThreshold * r_j = sum_i w_ij x_i + b_j - V_j
 *
 * holds without approximation: a hidden layer is a ReLU layer quantised to vThreshold, V is the rounding error, and
 * weights mean what they mean in a rate network. Biases are constant currents.
 */
export class FeedForwardNetwork {
  readonly architecture: Architecture;
  readonly sizes: readonly number[];
  /** weights[l] is [layers[l].rows, layers[l].columns], the row of a source contiguous. A copy of what was given. */
  readonly weights: readonly Float32Array[];
  readonly biases: readonly Float32Array[];
  readonly neuron: LifParameters;
  readonly durationMs: number;
  readonly input: PresentedInput = { spikes: new SpikeTrain(512), gain: 1, analogue: null };
  /** Applies to presentations from now on; null for none. */
  dropout: Dropout | null = null;
  /**
   * Learning while a presentation runs, from now on; null for none. Modulators by population: those of hidden layers
   * that learn. See `OnlineLearning`; constant drives have no spikes to learn at.
   */
  online: { readonly rate: number; readonly modulators: readonly (Float64Array | undefined)[] } | null = null;
  /**
   * What presentations begin with and leave, from now on; null where each begins at rest. The identity then holds with
   * all that has come since the last rest, what is older decayed. Of layers without pools, in the layer sweep.
   */
  carried: Carried | null = null;
  /** Operations since the last reset of the counters: a spike or analogue value that passes one synapse. */
  synapticEvents = 0;
  hiddenSpikes = 0;
  outputSpikes = 0;
  /** Kernels per layer of weights; null for shared kernels, or where given so. The numbers are the same bits without them. */
  readonly kernels: readonly (LayerKernel | null)[];
  /** Runs the presentations in single precision. */
  readonly single: SingleNetwork | null;
  /** Runs the presentations, where that is not the layer sweep. */
  readonly queue: QueuedPresentation | null;
  /** The synapses of each layer. */
  readonly runs: readonly Runs[];
  readonly reading: Reading;
  readonly readoutThreshold: number | null;
  readonly #layers: readonly LifLayer[];
  readonly #pools: readonly (Int32Array | null)[];
  readonly #spikePools: readonly (SpikePool | null)[];
  /** Per layer, room for what is at its sources and at its targets' columns. */
  readonly #sources: readonly Float64Array[];
  /** Constant currents of the last presentation, per layer: analogue drive and biases [1/ms]. */
  readonly currents: readonly Float64Array[];

  /**
   * @param shape     sizes stand for a fully connected network
   * @param neuron    tauMem, vThreshold and tauRef of the hidden layers; the reset is subtractive, vRest 0
   * @throws InputError for sizes, weights or durations that do not fit
   */
  constructor(
    shape: readonly number[] | Architecture,
    weights: readonly Float32Array[],
    biases: readonly Float32Array[],
    neuron: { tauMem: number; vThreshold: number; tauRef: number },
    durationMs: number,
    {
      reading = "drive",
      readoutThreshold = null,
      share = null,
      wiring,
      schedule = wiring ? "queue" : "sweep",
      precision = "double",
      within = null,
      common = null,
    }: NetworkOptions = {},
  ) {
    this.architecture = architectureOf(shape);
    const { sizes, layers } = this.architecture;
    if (sizes.length < 2)
      throw new InputError(`sizes: expected an input and an output, got ${sizes.join("-")}`);
    if (!(durationMs > 0 && durationMs < Infinity))
      throw new InputError(`durationMs: expected a time in ms above 0, got ${durationMs}`);
    layers.forEach((layer, l) => {
      expectSpiking(layer, l, weights[l], biases[l]);
    });
    this.sizes = sizes;
    this.runs = layers.map(runsOf);
    this.#pools = layers.map(layer => layer.pool && poolsOf(layer.pool));
    this.#spikePools = layers.map((layer, l) => layer.pool && new SpikePool(layer.pool, this.#pools[l]!));
    this.#sources = layers.map(layer => new Float64Array(layer.sources));
    this.neuron = lif({ ...neuron, reset: "subtract" });
    this.durationMs = instant(durationMs);
    this.reading = reading;
    this.readoutThreshold = readoutThreshold;
    if (precision === "single" && schedule === "queue")
      throw new InputError("precision: expected double where presentations are run by the queue, got single");
    this.single = precision === "single" ? new SingleNetwork(this, weights, biases, within, common) : null;
    this.kernels =
      share ??
      layers.map(({ conv, rows, columns }) =>
        conv || this.single ? null : new LayerKernel(rows, columns, common),
      );
    this.weights =
      this.single?.weights ??
      weights.map((given, l) => {
        if (share) return given;
        const own = this.kernels[l]?.weights ?? new Float32Array(given.length);
        if (!common || common.place === 0) own.set(given);
        return own;
      });
    this.biases = this.single?.biases ?? (share ? biases : biases.map(given => Float32Array.from(given)));
    const cells = cellsOf(this.architecture, this.neuron, readoutThreshold);
    this.#layers = cells.map((cell, l) => {
      const { sources, post } = layers[l];
      return new LifLayer(sources, post, this.weights[l], cell, this.kernels[l], this.runs[l]);
    });
    this.currents = sizes.slice(1).map(n => new Float64Array(n));
    if (wiring && schedule === "sweep")
      throw new InputError(
        "schedule: expected queue for a network with delays or further synapses, got sweep",
      );
    this.queue = schedule === "queue" ? new QueuedPresentation(this, wiring ?? {}) : null;
  }

  /** Number of weight layers; populations are 0 .. depth. */
  get depth(): number {
    return this.sizes.length - 1;
  }

  /** Current that brings a trace from 0 to 1 over one presentation [1/ms]. */
  get currentPerTrace(): number {
    return currentPerTrace(this.neuron.tauMem, this.durationMs);
  }

  /** Whether the inputs have twins of opposite sign, see `PresentedInput`. */
  get paired(): boolean {
    return this.queue ? this.queue.paired : this.architecture.layers[0].pool === null;
  }

  /** Activity that one hidden spike stands for to the layer above. */
  get spikeGain(): number {
    return this.neuron.vThreshold * (this.dropout?.scale ?? 1);
  }

  /** What one spike at the sources of layer l stands for. */
  gainOf(l: number): number {
    return (l === 0 ? this.input.gain : this.spikeGain) * (this.#spikePools[l]?.share ?? 1);
  }

  /** Room for what a presentation leaves, which each use of it overwrites. */
  presentation(): Presentation {
    return this.single?.presentation() ?? emptyPresentation(this.architecture);
  }

  /**
   * Presents `input` from the resting state.
   * @param modulation  [inputs], in traces at the end: added to the input as a constant drive, or as `input.next` does
   */
  present(into: Presentation, modulation: Float64Array | null = null): Presentation {
    const { input } = this;
    const left = input.next ? input.next(modulation) : modulation;
    if (this.single) {
      this.#presentSingle(this.single, into, left);
      return into;
    }
    into.analogue = sum(input.analogue, left);
    into.spikes[0].take(input.spikes);
    filter(input.spikes, input.gain, into.trace[0], this);
    if (into.analogue) add(into.trace[0], into.analogue);
    if (this.carried) goOn(this.carried.layers[0].sources, into.trace[0], this);

    for (let l = 0; l < this.depth; l++) this.#current(l, l === 0 ? into.analogue : null);
    if (this.queue) this.#runQueue(this.queue);
    for (let l = 0; l < this.depth - 1; l++) {
      this.#pool(l, into);
      const layer = this.queue?.populations[l + 1] ?? this.#sweep(l, into.sourceSpikes[l]);
      this.#countEvents(l, into.sourceSpikes[l]);
      this.hiddenSpikes += layer.spikes.length;
      this.#readLayer(layer, l + 1, into);
    }
    this.#readOut(into);
    return into;
  }

  #presentSingle(single: SingleNetwork, into: Presentation, drive: Float64Array | null): void {
    const { input } = this;
    const brought = drive && input.analogue && input.spikes.length === 0 ? single.bringerOf(drive) : null;
    into.analogue = brought ? input.analogue : sum(input.analogue, drive);
    const rows = single.present(into, input, this.dropout, brought);
    if (brought) into.analogue = into.trace[0];
    const { analogue } = into;
    if (!this.runs[0].shared) this.synapticEvents += rows * this.sizes[1];
    else
      for (let i = 0; analogue && i < analogue.length; i++)
        if (analogue[i] !== 0) this.synapticEvents += synapsesOf(this.runs[0], i);
    for (let l = 0; l < this.depth; l++) {
      this.#countEvents(l, into.sourceSpikes[l]);
      if (l > 0) this.hiddenSpikes += into.spikes[l].length;
    }
    this.outputSpikes += into.outputSpikes.length;
  }

  #sweep(l: number, spikes: SpikeTrain): Presented {
    const layer = this.#layers[l];
    layer.present(spikes, this.gainOf(l), this.currents[l], this.durationMs, {
      silent: this.dropout?.silent[l + 1] ?? null,
      online: this.#onlineOf(l + 1),
      carried: this.carried?.layers[l] ?? null,
    });
    return layer;
  }

  #runQueue(queue: QueuedPresentation): void {
    const { layers } = this.architecture;
    const gains = layers.map((_, l) => this.gainOf(l));
    const laterals = layers.map((_, p) => (p === 0 ? this.input.gain : this.spikeGain));
    queue.present(
      this.input.spikes,
      this.currents,
      gains,
      laterals,
      this.dropout?.silent ?? [],
      this.sizes.map((_, p) => this.#onlineOf(p)),
    );
  }

  #onlineOf(p: number): OnlineLearning | null {
    const modulator = this.online?.modulators[p];
    // The input has no synapses.
    if (!modulator || p === 0) return null;
    const { rate } = this.architecture.layers[p - 1];
    return { rate: rate * this.online!.rate * (this.dropout?.scale ?? 1), modulator };
  }

  /** Changes of a synapse by learning while presentations ran, since the last reset. */
  get onlineUpdates(): number {
    return this.#layers.reduce((sum, layer) => sum + layer.updates, this.queue?.updates ?? 0);
  }

  set onlineUpdates(count: 0) {
    for (const layer of this.#layers) layer.updates = count;
    if (this.queue) this.queue.updates = count;
  }

  /**
   * Brings a vector to a population by a fixed matrix, [rows, columns]: `multiply`, into a list of its own. A drive of the inputs
   * that is this list may be presented faster, and is rounded in another order then.
   */
  fixed(matrix: Float32Array, columns: number): (vector: ArrayLike<number>) => Float64Array {
    const own = this.single?.fixed(matrix, columns);
    if (own) return own;
    const out = new Float64Array(matrix.length / columns);
    return vector => multiply(matrix, vector, out);
  }

  /**
   * Brings something at the targets of layer l down to its sources, with B in place of the weights.
   * @param B     in the shape of weights[l]
   * @param post  [sizes[l + 1]] @param out [sizes[l]], returned
   * @param from  the presentation that says which neuron leads a pool
   */
  back(
    l: number,
    B: Float32Array,
    post: ArrayLike<number>,
    out: Float64Array,
    from: Presentation,
  ): Float64Array {
    const [own, pools] = [this.architecture.layers[l], this.#pools[l]];
    if (!own.pool) return sumBackward(this.runs[l], B, post, out);
    const sources = sumBackward(this.runs[l], B, post, this.#sources[l]);
    return unpool(own.pool, pools!, sources, from.response[l], out);
  }

  /** What a change of the activity below does to the drive of layer l, through weights w. Arguments as of `back`. */
  carry(
    l: number,
    change: Float64Array,
    w: Float32Array,
    out: Float64Array,
    from: Presentation,
  ): Float64Array {
    const [own, pools] = [this.architecture.layers[l], this.#pools[l]];
    const sources = own.pool ? pool(own.pool, pools!, change, from.response[l], this.#sources[l]) : change;
    return sumForward(this.runs[l], sources, w, out);
  }

  /** What reaches the synapses of layer l, out of the spikes of the population below. */
  #pool(l: number, into: Presentation): void {
    const pools = this.#spikePools[l];
    if (!pools) return;
    if (l === 0 && into.spikes[0].neurons.subarray(0, into.spikes[0].length).some(i => i >= this.sizes[0]))
      throw new InputError("modulation: expected spikes or current where inputs are pooled, got a pair");
    pools.pool(into.spikes[l], this.neuron.tauMem, into.sourceSpikes[l]);
    filter(into.sourceSpikes[l], this.gainOf(l), into.sourceTrace[l], this);
  }

  #countEvents(l: number, spikes: SpikeTrain): void {
    const runs = this.runs[l];
    if (!runs.shared) this.synapticEvents += spikes.length * runs.length;
    else {
      const sources = this.architecture.layers[l].sources;
      for (let k = 0; k < spikes.length; k++)
        this.synapticEvents += synapsesOf(runs, spikes.neurons[k] % sources);
    }
  }

  #current(l: number, analogue: Float64Array | null): void {
    const current = this.currents[l];
    const runs = this.runs[l];
    if (analogue) {
      sumForward(runs, analogue, this.weights[l], current);
      for (let i = 0; i < analogue.length; i++) {
        if (analogue[i] !== 0) this.synapticEvents += synapsesOf(runs, i);
      }
    } else current.fill(0);
    const bias = this.biases[l];
    const scale = this.currentPerTrace;
    // Places of a map share its bias.
    const columns = bias.length;
    for (let j = 0, c = 0; j < current.length; j++) {
      current[j] = (current[j] + bias[c]) * scale;
      if (++c === columns) c = 0;
    }
  }

  #readLayer(layer: Presented, p: number, into: Presentation): void {
    into.spikes[p].take(layer.spikes);
    into.potential[p].set(layer.v);
    filter(layer.spikes, this.spikeGain, into.trace[p], this);
    if (this.carried) {
      goOn(this.carried.layers[p - 1].trace, into.trace[p], this);
      this.carried.layers[p].sources.set(into.trace[p]);
    }
    this.read(into, p);
  }

  /** Makes of population p's trace and potential what is read of it: `drive`, `response` and `gate`. */
  read(into: Presentation, p: number): void {
    const { scale, silent } = this.dropout ?? { scale: 1, silent: [] };
    if (this.reading === "spikes") readSpikes(into, p, this.neuron.vThreshold, scale, silent[p]);
    else readDrive(into, p, saturationOf(this.neuron, this.durationMs), scale, silent[p]);
  }

  /** By the identity, a readout that never fires ends at the weighted sum of the traces: its events need no replay. */
  #readOut(into: Presentation): void {
    const top = this.depth - 1;
    this.#pool(top, into);
    this.#countEvents(top, into.sourceSpikes[top]);
    if (this.readoutThreshold !== null) {
      const { spikes } = this.queue?.populations[top + 1] ?? this.#sweep(top, into.sourceSpikes[top]);
      into.outputSpikes.take(spikes);
      this.outputSpikes += spikes.length;
      filter(spikes, this.readoutThreshold, into.logits, this);
      if (this.carried) goOn(this.carried.layers[top].trace, into.logits, this);
      return;
    }
    if (this.queue?.wired) {
      into.logits.set(this.queue.populations[top + 1].v);
      return;
    }
    sumForward(this.runs[top], this.#arrived(top, into), this.weights[top], into.logits);
    add(into.logits, this.biases[top]);
    if (this.carried) goOn(this.carried.layers[top].v, into.logits, this);
  }

  /** What a presentation has itself brought to the synapses of layer l. */
  #arrived(l: number, { sourceSpikes, sourceTrace, analogue }: Presentation): Float64Array {
    if (!this.carried) return sourceTrace[l];
    const arrived = this.#sources[l];
    filter(sourceSpikes[l], this.gainOf(l), arrived, this);
    if (l === 0 && analogue) add(arrived, analogue);
    return arrived;
  }
}
