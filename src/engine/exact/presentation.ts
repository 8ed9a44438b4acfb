import type { LayerKernel } from "../kernels/layerKernel.ts";
import type { Architecture } from "../network/architecture.ts";
import type { Wiring } from "../network/layers.ts";
import { SpikeTrain } from "../record/spikeTrain.ts";
import type { LayerLeft } from "./carried.ts";

/** What reaches the input population in one presentation: spikes, a constant analogue drive, or both. */
export interface PresentedInput {
  /**
   * In order of time. Beside each input stands a twin of opposite sign (as ON and OFF cells of a retina), numbered after
   * all inputs: its spikes pass the same synapses with the sign turned.
   */
  readonly spikes: SpikeTrain;
  /** Trace that one input spike adds. */
  gain: number;
  /** [inputs] drives held constant over the presentation, as the traces that they reach at its end; null for none. */
  analogue: Float64Array | null;
  /** [inputs] what the spikes stand for, where a modulation changes them; absent where it is a drive beside them. */
  intensities?: Float32Array | null;
  /**
   * Makes the input ready for the next presentation of the sample, which may be altered by a modulation; absent where it
   * stays as it is.
   * @returns what is left of the modulation, to be added as a constant drive
   */
  next?: ((modulation: Float64Array | null) => Float64Array | null) | null;
}

/**
 * What one presentation left behind, per population (0 is the input). Traces and responses are in units of the
 * activation: one spike of a hidden neuron stands for vThreshold.
 */
export interface Presentation {
  readonly spikes: readonly SpikeTrain[];
  /** x or a: the exponentially filtered spikes (and analogue drive) at the end of the presentation. */
  readonly trace: readonly Float64Array[];
  /** What the synapses of layer l were reached by: spikes[l] and trace[l] themselves, or those of the pools. */
  readonly sourceSpikes: readonly SpikeTrain[];
  readonly sourceTrace: readonly Float64Array[];
  /** V at the end of the presentation. Hidden layers only. */
  readonly potential: readonly Float64Array[];
  /**
   * What is read of a neuron, signed: its own spikes a, or the drive a + V, which is what its input sums to with the
   * rounding to spikes undone (identity of `FeedForwardNetwork`), whether it fired or not. Hidden layers only.
   */
  readonly drive: readonly Float64Array[];
  /** max(0, drive). Hidden layers only. */
  readonly response: readonly Float64Array[];
  /**
   * Derivative of the response: 1 where it is open (with dropout, what one unit of activity counts for), else 0; see
   * `Reading`. Hidden layers only.
   */
  readonly gate: readonly Float64Array[];
  /** Spikes of the readout; none where it does not fire. */
  readonly outputSpikes: SpikeTrain;
  /** Of the readout at the end: potentials of leaky integrators that never fire, or filtered spikes. */
  readonly logits: Float64Array;
  /** Analogue drive of the input, all of it, as traces at the end; null for none. */
  analogue: Float64Array | null;
}

/** Room for a presentation. */
export function emptyPresentation({ sizes, layers }: Architecture): Presentation {
  const hidden = sizes.slice(0, -1);
  const spikes = hidden.map(() => new SpikeTrain());
  const trace = hidden.map(n => new Float64Array(n));
  const read = () => hidden.map((n, p) => new Float64Array(p === 0 ? 0 : n));
  return {
    spikes,
    trace,
    sourceSpikes: spikes.map((own, l) => (layers[l].pool ? new SpikeTrain() : own)),
    sourceTrace: trace.map((own, l) => (layers[l].pool ? new Float64Array(layers[l].sources) : own)),
    ...{ potential: read(), drive: read(), response: read(), gate: read() },
    outputSpikes: new SpikeTrain(),
    logits: new Float64Array(sizes.at(-1)!),
    analogue: null,
  };
}

/** Hidden neurons that are silent in a presentation (Srivastava et al. 2014), and what the activity of the others counts. */
export interface Dropout {
  /** By population, 1 for a silent neuron; the input has none. */
  readonly silent: readonly (Uint8Array | null)[];
  /** 1 / (share that is kept): factor on what a spike means to the layer above, and so on all that is read. */
  readonly scale: number;
}

export type Precision = "single" | "double";

/**
 * What learning reads of a hidden neuron after a presentation.
 *
 * `spikes`: its own filtered spikes a. Its gate is open if it has fired, or if its potential stands in the upper half
 * below threshold at the end: a boxcar surrogate of the derivative, without which a silent neuron could never come to fire.
 * It is closed where a refractory period holds a spike back at the end: there more input would not mean more spikes.
 *
 * `drive`: a + V, by the identity of `FeedForwardNetwork` the sum of its inputs, rounding undone, at any threshold. The
 * gate is open where it is above 0 and below saturation.
 */
export type Reading = "spikes" | "drive";

/** How a layered network presents a sample, and what is read of it. */
export interface PresentationOptions {
  /** `drive` by default. */
  readonly reading?: Reading;
  /** Threshold of readout neurons that fire, with subtractive reset; by default the readout never fires. */
  readonly readoutThreshold?: number | null;
  /** Run on the given weights and biases themselves, with these kernels over them, instead of on copies. */
  readonly share?: readonly (LayerKernel | null)[] | null;
  /** Delays and further synapses, which only the queue can run. */
  readonly wiring?: Wiring;
  /**
   * How the exact clock goes through a presentation: layer by layer, or event by event. Both give the same bits; `sweep`
   * by default where it can be.
   */
  readonly schedule?: "sweep" | "queue";
  /** Of states and sums; `double` by default; single without what needs the queue. */
  readonly precision?: Precision;
}

/** What a presentation of one layer may be told besides its input. */
export interface LayerOptions {
  /** [post], 1 for neurons that stay at rest in this presentation; null for none. */
  readonly silent?: Uint8Array | null;
  /** Learning while the presentation runs; null for none. */
  readonly online?: OnlineLearning | null;
  /** What the presentation begins with, and leaves; null to begin at rest. */
  readonly carried?: LayerLeft | null;
}

/** Third factors that are known before the presentation: eligibility `online` of `threeFactor.ts`, with -rate as eta. */
export interface OnlineLearning {
  readonly rate: number;
  /** [post] */
  readonly modulator: Float64Array;
}
