/**
 * The layers of a feed-forward network: which neurons there are, and which synapses share a weight. Both twins, the
 * feedback and the plasticity read the same description.
 */

/** Neurons in maps: neuron (y, x, c) has the number (y * width + x) * channels + c. */
export interface Maps {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Windows of size x size that do not overlap, per channel; rows and columns that do not fill a window are left out. */
export interface Pool {
  readonly kind: "max" | "average";
  readonly size: number;
  readonly from: Maps;
  readonly to: Maps;
}

/** One kernel of size x size for all places: output (y, x) sees the rows y * stride - padding + 0 .. size - 1. */
export interface Convolution {
  readonly size: number;
  readonly stride: number;
  /** Silent neurons around the maps, on each side. */
  readonly padding: number;
  readonly from: Maps;
  readonly to: Maps;
}

/** The synapses from one population to the next. */
export interface Layer {
  /** Neurons of the population below and of the one above. */
  readonly pre: number;
  readonly post: number;
  /** What stands between the population below and the synapses. */
  readonly pool: Pool | null;
  /** null: every source has a synapse of its own onto every neuron above. */
  readonly conv: Convolution | null;
  /** Sources that the synapses see: neurons below, or pools of them. */
  readonly sources: number;
  /**
   * Shape of the weights, row-major: one row per source, [sources, post]; of a convolution one per place of the kernel
   * and channel below, [size * size * channels, channels above].
   */
  readonly rows: number;
  readonly columns: number;
  /** The drive of each neuron (map, of a convolution) is brought to mean 0 and variance 1 over a batch. */
  readonly batchNorm: boolean;
  /** Factor on the learning rate. */
  readonly rate: number;
}

/** A network in layers: sizes, and what connects each to the next. */
export interface Architecture {
  /** Neurons per population, the input first. */
  readonly sizes: readonly number[];
  /** layers[l] leads from population l to population l + 1. */
  readonly layers: readonly Layer[];
}

/** The fully connected network of these sizes. */
export function dense(sizes: readonly number[]): Architecture {
  return { sizes, layers: sizes.slice(1).map((post, l) => denseLayer(sizes[l], post)) };
}

/** Fully connected synapses, onto pools of the neurons below where there are such. */
export function denseLayer(pre: number, post: number, pool: Pool | null = null): Layer {
  const sources = pool ? neuronsOf(pool.to) : pre;
  const shape = { pre, post, pool, sources, rows: sources, columns: post };
  return { ...shape, conv: null, batchNorm: false, rate: 1 };
}

/** Synapses that share a kernel. */
export function convLayer(conv: Convolution, pool: Pool | null = null): Layer {
  const sources = neuronsOf(conv.from);
  return {
    pre: pool ? neuronsOf(pool.from) : sources,
    post: neuronsOf(conv.to),
    pool,
    conv,
    sources,
    rows: conv.size * conv.size * conv.from.channels,
    columns: conv.to.channels,
    batchNorm: false,
    rate: 1,
  };
}

export function neuronsOf({ height, width, channels }: Maps): number {
  return height * width * channels;
}

/** The sizes alone stand for the fully connected network. */
export function architectureOf(given: readonly number[] | Architecture): Architecture {
  return "layers" in given ? given : dense(given);
}

/** Outputs of a convolution along one side. */
export function placesAlong(
  from: number,
  { size, stride, padding }: Omit<Convolution, "from" | "to">,
): number {
  return Math.floor((from + 2 * padding - size) / stride) + 1;
}

/** The pool that each neuron belongs to; -1 for neurons that no window holds. */
export function poolsOf({ size, from, to }: Pool): Int32Array {
  const pools = new Int32Array(neuronsOf(from)).fill(-1);
  for (let y = 0; y < to.height * size; y++) {
    for (let x = 0; x < to.width * size; x++) {
      for (let c = 0; c < from.channels; c++) {
        const pool = (Math.floor(y / size) * to.width + Math.floor(x / size)) * to.channels + c;
        pools[(y * from.width + x) * from.channels + c] = pool;
      }
    }
  }
  return pools;
}

/**
 * Short for a network: 784-256-10, or 28x28x1-32c5-2p-10 for 32 maps of 5 x 5 kernels and max pools of 2 x 2 (2a:
 * average pools, /2: stride, +1: padding, n: batch normalisation).
 */
export function notation({ sizes, layers }: Architecture): string {
  const first = layers[0].conv;
  const words = [
    first ? [first.from.height, first.from.width, first.from.channels].join("x") : `${sizes[0]}`,
  ];
  for (const { conv, pool, post, batchNorm } of layers) {
    if (pool) words.push(`${pool.size}${pool.kind === "max" ? "p" : "a"}`);
    const stride = conv && conv.stride > 1 ? `/${conv.stride}` : "";
    const padding = conv && conv.padding > 0 ? `+${conv.padding}` : "";
    const kind = conv ? `${conv.to.channels}c${conv.size}${stride}${padding}` : `${post}`;
    words.push(`${kind}${batchNorm ? "n" : ""}`);
  }
  return words.join("-");
}
