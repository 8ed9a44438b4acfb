import { Carried } from "../engine/exact/carried.ts";
import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { denseLayer } from "../engine/network/architecture.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { InputError } from "../errors.ts";
import { exp } from "../math/elementary.ts";

/** What one layer is shown: spikes that each stand for `gain`, and a constant drive. */
export interface Shown {
  readonly spikes: SpikeTrain;
  readonly gain: number;
  readonly analogue: Float64Array | null;
}

/**
 * The layers of a network one at a time, each as a small network over the same weights: for rules that drive one layer
 * alone (mirroring), scale what a layer passes on (Forward-Forward) or hold no more than two layers (MemPEPITA).
 */
export class Layers {
  readonly #net: FeedForwardNetwork;
  readonly #layers: readonly FeedForwardNetwork[];
  readonly #watcher: LayerWatcher | undefined;

  constructor(net: FeedForwardNetwork) {
    this.#net = net;
    this.#watcher = (net as { [watcher]?: LayerWatcher })[watcher];
    const { architecture, weights, biases, kernels, neuron, durationMs, queue, reading, readoutThreshold } =
      net;
    if (queue?.wired)
      throw new InputError(
        "wiring: expected none for a rule that presents layer by layer, got delays or further synapses",
      );
    const schedule = queue ? "queue" : "sweep";
    const precision = net.single ? "single" : "double";
    this.#layers = weights.map((w, l) => {
      // What layer l sees has been pooled when it is shown; what it fires is pooled for the layer above.
      const { sources, post, ...rest } = architecture.layers[l];
      const own = { ...rest, sources, post, pre: sources, pool: null };
      const above = architecture.layers[l + 1];
      if (!above) {
        const alone = { sizes: [sources, post], layers: [own] };
        return new FeedForwardNetwork(alone, [w], [biases[l]], neuron, durationMs, {
          ...{ reading, readoutThreshold, schedule },
          share: [kernels[l]],
          ...{ precision, within: net.single },
        });
      }
      // A hidden layer needs something above it: one readout neuron without weights.
      const readout = denseLayer(post, 1, above.pool);
      return new FeedForwardNetwork(
        { sizes: [sources, post, 1], layers: [own, readout] },
        [w, new Float32Array(readout.rows)],
        [biases[l], new Float32Array(1)],
        neuron,
        durationMs,
        { share: [kernels[l], null], schedule, reading, precision, within: net.single },
      );
    });
  }

  /** Room for what layer l leaves behind: population 0 is its source, 1 (not of the readout) the layer itself. */
  presentation(l: number): Presentation {
    const made = this.#layers[l].presentation();
    return this.#watcher?.created(l, made) ?? made;
  }

  /**
   * What reaches layer l in a presentation of the whole network: the waiting sample, or the spikes of the layer below.
   * @param parts       presentations of the layers below
   * @param modulation  [inputs], of the input, as in a presentation of the whole network
   */
  source(l: number, parts: readonly Presentation[], modulation: Float64Array | null): Shown {
    const { input } = this.#net;
    if (l > 0) return { spikes: parts[l - 1].sourceSpikes[1], gain: this.#net.gainOf(l), analogue: null };
    const left = input.next ? input.next(modulation) : modulation;
    const { spikes, gain, analogue } = input;
    if (!analogue || !left) return { spikes, gain, analogue: analogue ?? left };
    return { spikes, gain, analogue: analogue.map((value, i) => value + left[i]) };
  }

  /**
   * Trace that the waiting sample will have left at its first inputs by the end of a presentation; where spikes are drawn
   * for each presentation, what they stand for.
   */
  inputTrace(count: number): Float64Array {
    const { input, neuron, durationMs } = this.#net;
    if (input.intensities) return Float64Array.from(input.intensities.subarray(0, count));
    const trace = Float64Array.from({ length: count }, (_, i) => input.analogue?.[i] ?? 0);
    const { spikes, gain } = input;
    for (let k = 0; k < spikes.length; k++) {
      const i = spikes.neurons[k];
      if (i < count) trace[i] += gain * exp((spikes.times[k] - durationMs) / neuron.tauMem);
    }
    return trace;
  }

  present(l: number, into: Presentation, shown: Shown): Presentation {
    const { dropout } = this.#net;
    this.#layers[l].dropout = dropout && {
      silent: [null, dropout.silent[l + 1] ?? null],
      scale: dropout.scale,
    };
    this.#carry(l);
    return this.#present(l, into, shown);
  }

  /** A layer goes on from what the network's own has left, whoever has presented it. */
  #carry(l: number): void {
    const left = this.#net.carried?.layers[l];
    const alone = this.#layers[l];
    if (!left) alone.carried = null;
    else if (alone.carried?.layers[0] !== left) {
      const { layers } = new Carried(alone.architecture);
      alone.carried = new Carried(alone.architecture, [left, ...layers.slice(1)]);
    }
  }

  #present(l: number, into: Presentation, shown: Shown): Presentation {
    const { spikes, gain, analogue } = shown;
    const layer = this.#layers[l];
    layer.input.spikes.take(spikes);
    layer.input.gain = gain;
    layer.input.analogue = analogue;
    layer.synapticEvents = 0;
    layer.hiddenSpikes = 0;
    layer.outputSpikes = 0;
    if (this.#watcher) this.#watcher.present(l, into, shown, own => layer.present(own));
    else layer.present(into);
    this.#net.synapticEvents += layer.synapticEvents - layer.hiddenSpikes; // without the readout neuron's
    this.#net.hiddenSpikes += layer.hiddenSpikes;
    this.#net.outputSpikes += layer.outputSpikes;
    return into;
  }

  /** Shows something to layer l alone, from rest; neurons that are left out of the sample's presentations take part. */
  alone(l: number, into: Presentation, shown: Shown): Presentation {
    this.#layers[l].dropout = null;
    this.#layers[l].carried = null;
    return this.#present(l, into, shown);
  }

  /** What layer l is driven by, signed, when its sources have the activity `analogue` and no spikes; as of `alone`. */
  drive(l: number, into: Presentation, analogue: Float64Array): Float64Array {
    this.alone(l, into, { spikes: nothing, gain: 0, analogue });
    return l === this.#net.depth - 1 ? into.logits : into.drive[1];
  }
}

const nothing = new SpikeTrain(0);

/** A network that is being watched (see `audit`) carries this: it sees the presentations of single layers. */
export const watcher = Symbol("watcher");

export interface LayerWatcher {
  /** May give back something that watches what is read of the presentation. */
  created(l: number, presentation: Presentation): Presentation;
  /** @param present  to be called with the presentation itself */
  present(l: number, into: Presentation, shown: Shown, present: (own: Presentation) => void): void;
}

/**
 * The presentations of all layers, bottom to top, seen as one presentation of the whole network: spikes and traces are
 * those that each layer fired, whatever the layer above was shown of them.
 */
export function whole(parts: readonly Presentation[]): Presentation {
  const hidden = parts.slice(0, -1);
  const first = parts[0];
  return {
    spikes: [first.spikes[0], ...hidden.map(part => part.spikes[1])],
    trace: [first.trace[0], ...hidden.map(part => part.trace[1])],
    sourceSpikes: [first.sourceSpikes[0], ...hidden.map(part => part.sourceSpikes[1])],
    sourceTrace: [first.sourceTrace[0], ...hidden.map(part => part.sourceTrace[1])],
    potential: [first.potential[0], ...hidden.map(part => part.potential[1])],
    drive: [first.drive[0], ...hidden.map(part => part.drive[1])],
    response: [first.response[0], ...hidden.map(part => part.response[1])],
    gate: [first.gate[0], ...hidden.map(part => part.gate[1])],
    get outputSpikes() {
      return parts.at(-1)!.outputSpikes;
    },
    get logits() {
      return parts.at(-1)!.logits;
    },
    get analogue() {
      return first.analogue;
    },
  };
}
