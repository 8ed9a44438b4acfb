import { InputError } from "../../errors.ts";
import { exp } from "../../math/elementary.ts";
import { Arena } from "../kernels/arena.ts";
import * as at from "../kernels/layout.ts";
import type { ThreadMemory } from "../kernels/threadMemory.ts";
import { type Architecture, poolsOf } from "../network/architecture.ts";
import { currentPerTrace, gainOf } from "../network/layers.ts";
import type { LifParameters } from "../network/neurons/lif.ts";
import type { SpikeTrain } from "../record/spikeTrain.ts";
import { bytesOfFixed, FixedMatrix } from "./fixedMatrix.ts";
import {
  type Dropout,
  emptyPresentation,
  type Presentation,
  type PresentedInput,
  type Reading,
} from "./presentation.ts";
import { saturationOf } from "./reading.ts";

/** Room for spikes: so many, or so many for each neuron of the widest population. */
const [ROOM, EACH] = [32_768, 16];
/** Presentations whose lists lie in the memory of the loops, of the whole and of each layer; others are copied. */
const [PRESENTATIONS, OF_LAYERS] = [8, 4];
/** Of a presentation [tau]: e^(duration / tau) is to be a number in single precision, with some room. */
export const LONGEST = 40;
/** Products that wait for their batch, at most, and numbers that they may take. */
const [ASKS, ASKED_NUMBERS] = [256, 2 ** 22];
/** Events of a convolution that are listed at a time, at least. */
const LISTED = 65_536;
/** Samples for each column of a fixed matrix from which on its product with the weights pays. */
const WORTH = 2;
/** Neurons at a time; what the loops read beyond the end of a list. */
const [LANES, BEYOND] = [32, 256];

/** What of a network its presentations depend on. */
interface Constants {
  readonly architecture: Architecture;
  readonly neuron: LifParameters;
  readonly durationMs: number;
  readonly reading: Reading;
  readonly readoutThreshold: number | null;
}

/** Where a presentation lies: its record, and its lists by population. */
interface Place {
  readonly record: number;
  readonly counts: Int32Array;
  readonly trains: readonly { readonly times: Float64Array; readonly neurons: Int32Array }[];
}

/**
 * A network in layers whose states, sums and changes are in single precision, in one piece of memory with the loops
 * over it (`assembly/single.ts`): one call takes a presentation from the input to what learning reads, one per layer adds
 * a product of learning, and one changes the weights of a layer by all products of a batch. What is read are still lists of
 * doubles. No number depends on the platform; those of `LifLayer` it only comes close to, as spikes whose potential is
 * within rounding of the threshold come an event earlier or later.
 */
export class SingleNetwork {
  /** As of `FeedForwardNetwork`. */
  readonly weights: readonly Float32Array[];
  readonly biases: readonly Float32Array[];
  readonly #arena: Arena;
  readonly #architecture: Architecture;
  readonly #room: number;
  readonly #vThreshold: number;
  readonly #record: number;
  readonly #layers: readonly number[];
  readonly #changes: readonly Float32Array[];
  readonly #biasChanges: readonly Float32Array[];
  readonly #whole: Uint32Array;
  readonly #floats: Float32Array;
  readonly #analogue: Float64Array;
  readonly #silent: readonly Uint8Array[];
  /** The records of the layers. */
  readonly #leftOut: Uint32Array;
  readonly #vector: Float64Array;
  readonly #factors: Float64Array;
  readonly #places = new WeakMap<Presentation, Place>();
  /** For presentations that lie elsewhere. */
  readonly #spare: Presentation;
  /** By what they have brought. */
  readonly #fixed = new Map<Float64Array, FixedMatrix>();
  /** Of how many samples the weights stay as they are, and for which matrices it is known what they do to the first layer. */
  #held = 0;
  readonly #mixed = new Set<FixedMatrix>();

  /**
   * @param within  the network in whose memory weights and biases lie; null for one that copies them to its own
   * @param common  of threads that share the weights: the first of them brings these
   * @throws InputError for layers and times that only double precision can do
   */
  constructor(
    constants: Constants,
    weights: readonly Float32Array[],
    biases: readonly Float32Array[],
    within: SingleNetwork | null,
    common: ThreadMemory | null = null,
  ) {
    const { architecture, neuron, durationMs, reading, readoutThreshold } = constants;
    const { sizes, layers } = architecture;
    if (layers[0].pool)
      throw new InputError("precision: expected double for a network with pools of its input, got single");
    const leaky = neuron.tauMem < Infinity;
    if (leaky && durationMs > LONGEST * neuron.tauMem)
      throw new InputError(
        `precision: expected double where a presentation is longer than ${LONGEST} tauMem, got single`,
      );
    this.#architecture = architecture;
    const room = spikesOf(sizes);
    this.#room = room;
    this.#vThreshold = neuron.vThreshold;
    const bytes = roomOf(architecture);
    const arena = within ? within.#arena : (common?.arena(bytes) ?? new Arena(false, undefined, bytes));
    this.#arena = arena;
    const list = <T extends Float32Array | Float64Array | Int32Array>(
      make: new (buffer: ArrayBuffer, offset: number, length: number) => T,
      given: ArrayLike<number> & { readonly buffer?: unknown; readonly byteOffset?: number },
    ): T => {
      if (given.buffer === arena.memory.buffer) return given as T;
      const view = arena.view(make, arena.take(8 * given.length + BEYOND), given.length);
      view.set(given);
      return view;
    };
    this.weights = weights.map(given => {
      if (!common || common.place === 0) return list(Float32Array, given);
      const own = arena.take(8 * given.length + BEYOND);
      return arena.view(Float32Array, arena.inFirst(own), given.length);
    });
    this.biases = biases.map(given => list(Float32Array, given));
    const widest = Math.ceil(widestOf(architecture) / LANES) * LANES;
    const floats = () => arena.take(4 * widest + BEYOND);
    const doubles = (n: number) => arena.view(Float64Array, arena.take(8 * n + BEYOND), n);
    this.#silent = sizes.map(n => arena.view(Uint8Array, arena.take(n), n));
    this.#analogue = doubles(sizes[0]);
    this.#vector = doubles(widest);
    this.#factors = doubles(widest);
    const first = arena.record(at.LAYER_SIZE * layers.length);
    this.#layers = layers.map((_, l) => first + 8 * at.LAYER_SIZE * l);
    // Only the network itself learns.
    this.#changes = within
      ? []
      : this.weights.map(w => arena.view(Float32Array, arena.take(4 * w.length + BEYOND), w.length));
    this.#biasChanges = within
      ? []
      : this.biases.map(b => arena.view(Float32Array, arena.take(4 * b.length + BEYOND), b.length));
    layers.forEach((layer, l) => {
      const { sources: pre, post, conv, pool } = layer;
      const asks = conv ? 1 : asksOf(pre, post);
      arena.integers(this.#layers[l], {
        ...{ [at.LAYER_PRE]: pre, [at.LAYER_POST]: post },
        ...{
          [at.LAYER_WEIGHTS]: this.weights[l].byteOffset,
          [at.LAYER_BIASES]: this.biases[l].byteOffset,
        },
        ...{ [at.LAYER_ROWS]: layer.rows, [at.LAYER_COLUMNS]: layer.columns },
        ...(pool && {
          [at.LAYER_POOL]: pool.kind === "max" ? 2 : 1,
          [at.LAYER_POOLS]: list(Int32Array, poolsOf(pool)).byteOffset,
        }),
        ...(conv && {
          ...{
            [at.LAYER_KERNEL]: conv.size,
            [at.LAYER_STRIDE]: conv.stride,
            [at.LAYER_PADDING]: conv.padding,
          },
          ...{ [at.LAYER_WIDTH]: conv.from.width, [at.LAYER_CHANNELS]: conv.from.channels },
          ...{ [at.LAYER_TO_HEIGHT]: conv.to.height, [at.LAYER_TO_WIDTH]: conv.to.width },
        }),
        ...(!within && {
          [at.LAYER_CHANGES]: this.#changes[l].byteOffset,
          [at.LAYER_BIAS_CHANGES]: this.#biasChanges[l].byteOffset,
          [at.LAYER_ASKS]: asks,
          [at.LAYER_POSTS]: arena.take(4 * asks * Math.ceil(post / LANES) * LANES),
          [at.LAYER_ENTRIES]: arena.take(12 * (asks * pre + 1)),
          [at.LAYER_SORTED]: arena.take(8 * asks * pre),
          [at.LAYER_COUNTS]: arena.take(4 * Math.max(pre, conv ? post : 0)),
          [at.LAYER_STARTS]: arena.take(4 * pre),
        }),
      });
      arena.floats(this.#layers[l], { [at.LAYER_SHARE]: gainOf(layer, 1) });
    });
    const record = arena.record(at.NET_SIZE);
    const listed = listedOf(architecture);
    this.#record = record;
    arena.integers(record, {
      ...{ [at.NET_DEPTH]: layers.length, [at.NET_LAYERS]: first, [at.NET_LEAKY]: leaky ? 1 : 0 },
      ...{ [at.NET_READS_DRIVE]: reading === "drive" ? 1 : 0, [at.NET_ROOM]: room },
      ...{ [at.NET_EVENTS]: arena.take(16 * room), [at.NET_FIRED]: arena.take(16 * room) },
      ...{ [at.NET_SORTED]: arena.take(16 * room), [at.NET_STARTS]: arena.take(4 * (room + 1)) },
      ...{ [at.NET_BASE]: floats(), [at.NET_BASE_OF]: arena.take(8 * widest + BEYOND) },
      ...{ [at.NET_STATE]: floats(), [at.NET_LIMITS]: floats() },
      ...{ [at.NET_UNTIL]: floats(), [at.NET_SPENT]: floats() },
      ...{ [at.NET_WAITING]: arena.take(widest), [at.NET_ACTIVE]: arena.take(8 * (widest + 1)) },
      ...(listed > 0 && {
        ...{ [at.NET_LISTS]: arena.take(16 * listed), [at.NET_LIST_ROOM]: listed },
        [at.NET_PLACES]: arena.take(8 * widest),
      }),
    });
    arena.doubles(record, { [at.NET_TAU]: neuron.tauMem, [at.NET_DURATION]: durationMs });
    const perTrace = currentPerTrace(neuron.tauMem, durationMs);
    const { tauMem, tauRef } = neuron;
    arena.floats(record, {
      [at.NET_END]: leaky ? exp(durationMs / tauMem) : durationMs,
      [at.NET_LEFT]: leaky ? exp(-durationMs / tauMem) : 1,
      [at.NET_HOLD]: tauRef > 0 && leaky ? exp(tauRef / tauMem) : tauRef,
      [at.NET_SETTLE]: leaky ? perTrace * tauMem : perTrace,
      [at.NET_THRESHOLD]: neuron.vThreshold,
      [at.NET_READOUT]: readoutThreshold ?? 0,
      [at.NET_SATURATION]: saturationOf(neuron, durationMs),
    });
    this.#leftOut = arena.view(Uint32Array, first, 2 * at.LAYER_SIZE * layers.length);
    this.#whole = arena.view(Uint32Array, record, 2 * at.NET_SIZE);
    this.#floats = arena.view(Float32Array, record, 2 * at.NET_SIZE);
    this.#spare = this.presentation();
  }

  /** Room for a presentation, in the memory of the loops as long as there is some. */
  presentation(): Presentation {
    const made = emptyPresentation(this.#architecture);
    const { sizes, layers } = this.#architecture;
    const arena = this.#arena;
    if (arena.used + bytesOf(this.#architecture) > arena.end) return made;
    const hiddenUntil = sizes.length - 1;
    const pooled = layers.map(({ sources, pool }) => (pool ? sources : 0));
    const all = [...sizes, ...pooled].map((n, p) => {
      // Of a layer without pools there is no more than a record.
      const room = p > hiddenUntil && n === 0 ? 0 : this.#room;
      const doubles = () => arena.view(Float64Array, arena.take(8 * n + 32), n);
      const hidden = p > 0 && p < hiddenUntil;
      const none = () => (hidden ? doubles() : new Float64Array(0));
      return {
        times: arena.view(Float64Array, arena.take(8 * room + 32), room),
        neurons: arena.view(Int32Array, arena.take(4 * room), room),
        es: arena.take(4 * room + 32),
        trace: doubles(),
        ...{ potential: none(), drive: none(), response: none(), gate: none() },
      };
    });
    const record = arena.record(at.SHOWN_SIZE * all.length);
    all.forEach((own, p) => {
      arena.integers(record + 8 * at.SHOWN_SIZE * p, {
        ...{ [at.SHOWN_TIMES]: own.times.byteOffset, [at.SHOWN_NEURONS]: own.neurons.byteOffset },
        ...{ [at.SHOWN_ES]: own.es, [at.SHOWN_TRACE]: own.trace.byteOffset },
        ...{ [at.SHOWN_POTENTIAL]: own.potential.byteOffset, [at.SHOWN_DRIVE]: own.drive.byteOffset },
        ...{ [at.SHOWN_RESPONSE]: own.response.byteOffset, [at.SHOWN_GATE]: own.gate.byteOffset },
      });
    });
    const lists = all.slice(0, sizes.length);
    const below = lists.slice(0, -1);
    const trace = below.map(own => own.trace);
    const sourceTrace = trace.map((own, l) => (layers[l].pool ? all[sizes.length + l].trace : own));
    const placed: Presentation = {
      ...made,
      ...{ trace, sourceTrace, logits: lists.at(-1)!.trace },
      potential: below.map(own => own.potential),
      drive: below.map(own => own.drive),
      response: below.map(own => own.response),
      gate: below.map(own => own.gate),
    };
    const counts = arena.view(Int32Array, record, 2 * at.SHOWN_SIZE * all.length);
    this.#places.set(placed, { record, counts, trains: all });
    return placed;
  }

  /**
   * Presents the input from the resting state; `into.analogue` is its drive.
   * @returns number of inputs with an analogue drive, where the first layer is dense
   * @throws InputError when there are more spikes than fit
   */
  present(
    into: Presentation,
    { spikes, gain }: Pick<PresentedInput, "spikes" | "gain">,
    dropout: Dropout | null,
    brought: FixedMatrix | null = null,
  ): number {
    const place = this.#places.get(into);
    if (!place) return this.#presentElsewhere(into, { spikes, gain }, dropout, brought);
    const { sizes, layers } = this.#architecture;
    const { length } = spikes;
    if (length > this.#room)
      throw new InputError(
        `precision: expected double for a sample of more than ${this.#room} spikes, got ${length} in single`,
      );
    const [whole, floats] = [this.#whole, this.#floats];
    const input = place.trains[0];
    if (length > 0) {
      input.times.set(spikes.times.subarray(0, length));
      input.neurons.set(spikes.neurons.subarray(0, length));
    }
    if (into.analogue) this.#analogue.set(into.analogue);
    whole[2 * at.NET_INPUTS] = length;
    whole[2 * at.NET_ANALOGUE] = into.analogue ? this.#analogue.byteOffset : 0;
    whole[2 * at.NET_BROUGHT] = brought?.brought.byteOffset ?? 0;
    if (brought) this.#bring(brought);
    floats[2 * at.NET_GAIN] = gain;
    floats[2 * at.NET_SCALE] = dropout?.scale ?? 1;
    this.#leaveOut(dropout);
    const crowded = this.#arena.kernels.presentSingle(this.#record, place.record);
    if (crowded > 0)
      throw new InputError(
        `a layer of ${sizes[crowded]} neurons fired more than ${this.#room} times in a presentation: expected fewer, or the ` +
          `precision double; vThreshold (${this.#vThreshold}) is too low, or the weights have diverged`,
      );
    const show = (train: SpikeTrain, p: number) => {
      train.times = place.trains[p].times;
      train.neurons = place.trains[p].neurons;
      train.length = place.counts[2 * (p * at.SHOWN_SIZE + at.SHOWN_COUNT)];
    };
    for (let p = 0; p < sizes.length; p++) show(p < sizes.length - 1 ? into.spikes[p] : into.outputSpikes, p);
    layers.forEach(({ pool }, l) => {
      if (pool) show(into.sourceSpikes[l], sizes.length + l);
    });
    return whole[2 * at.NET_ROWS];
  }

  #presentElsewhere(
    into: Presentation,
    input: Pick<PresentedInput, "spikes" | "gain">,
    dropout: Dropout | null,
    brought: FixedMatrix | null,
  ): number {
    const from = this.#spare;
    from.analogue = into.analogue;
    const rows = this.present(from, input, dropout, brought);
    into.outputSpikes.take(from.outputSpikes);
    into.logits.set(from.logits);
    from.spikes.forEach((train, p) => {
      into.spikes[p].take(train);
      for (const kind of ["trace", "potential", "drive", "response", "gate"] as const)
        into[kind][p].set(from[kind][p]);
      if (!this.#architecture.layers[p].pool) return;
      into.sourceSpikes[p].take(from.sourceSpikes[p]);
      into.sourceTrace[p].set(from.sourceTrace[p]);
    });
    return rows;
  }

  /** Puts a fixed matrix, [rows, columns], here. @returns brings a vector by it, into a list of its own; null where there is no room */
  fixed(matrix: Float32Array, columns: number): ((vector: ArrayLike<number>) => Float64Array) | null {
    const post = this.#architecture.sizes[1];
    const arena = this.#arena;
    if (arena.used + bytesOfFixed(matrix.length / columns, columns, post) > arena.end) return null;
    const own = new FixedMatrix(arena, matrix, columns, post);
    this.#fixed.set(own.brought, own);
    return vector => own.bring(vector);
  }

  /** Weights stay as they are for the presentations of so many samples, or until `change`. */
  hold(samples: number): void {
    this.#held = samples;
    this.#mixed.clear();
    this.#whole[2 * at.NET_BASED] = 0;
  }

  /**
   * The matrix that has brought a drive to the inputs, where what it does to the first layer is found faster from its vector: a
   * product of the weights with the matrix serves all samples of a batch.
   */
  bringerOf(drive: Float64Array): FixedMatrix | null {
    const own = this.#fixed.get(drive);
    const [first] = this.#architecture.layers;
    if (!own || first.conv || first.pool || drive.length !== first.sources) return null;
    return this.#held >= WORTH * own.columns ? own : null;
  }

  #bring(own: FixedMatrix): void {
    if (!this.#mixed.has(own)) own.mix(this.#layers[0]);
    this.#mixed.add(own);
    const whole = this.#whole;
    whole[2 * at.NET_MIXED] = own.mixed;
    whole[2 * at.NET_VECTOR] = own.vector.byteOffset;
    whole[2 * at.NET_COLUMNS] = own.columns;
  }

  #leaveOut(dropout: Dropout | null): void {
    for (let l = 0; l < this.#layers.length; l++) {
      const silent = dropout?.silent[l + 1];
      if (silent) this.#silent[l + 1].set(silent);
      this.#leftOut[2 * (l * at.LAYER_SIZE + at.LAYER_SILENT)] = silent ? this.#silent[l + 1].byteOffset : 0;
    }
  }

  /**
   * Asks for changes[l] += pre (x) post.
   * @param post  [sizes[l + 1]] @param pre  [sizes[l]]
   * @param rows  of changes that are made here, as of `ThreeFactorSynapses`
   * @returns synapses that change, here or elsewhere
   */
  ask(l: number, post: Float64Array, pre: Float64Array, { first, every } = { first: 0, every: 1 }): number {
    const here = (given: Float64Array, room: Float64Array) => {
      if (given.buffer === room.buffer) return given.byteOffset;
      room.set(given);
      return room.byteOffset;
    };
    const [third, from] = [here(post, this.#vector), here(pre, this.#factors)];
    return this.#arena.kernels.ask(this.#layers[l], third, from, first, every);
  }

  /** What has been asked for, where it lies. */
  collected(): Record<"weights" | "biases", readonly Float32Array[]> {
    for (const layer of this.#layers) this.#arena.kernels.collect(layer);
    return { weights: this.#changes, biases: this.#biasChanges };
  }

  /** Adds -scale times what has been asked for to weights and biases, and forgets it. */
  change(scale: number): void {
    this.hold(0);
    for (const layer of this.#layers) this.#arena.kernels.change(layer, scale);
  }
}

/** Spikes of a population in one presentation, at most. */
function spikesOf(sizes: readonly number[]): number {
  return Math.max(ROOM, EACH * Math.max(...sizes));
}

function asksOf(pre: number, post: number): number {
  return Math.max(1, Math.min(ASKS, Math.floor(ASKED_NUMBERS / Math.max(pre, post))));
}

/** Numbers of neurons or pools in a presentation, of which each may have spikes. */
function listsOf({ sizes, layers }: Architecture): number[] {
  return [...sizes, ...layers.flatMap(({ pool, sources }) => (pool ? sources : []))];
}

/** Neurons of the widest population. */
function widestOf({ sizes }: Architecture): number {
  return Math.max(...sizes);
}

/** Events of convolutions at a time: those that reach a line of places are no more. */
function listedOf({ sizes, layers }: Architecture): number {
  const room = spikesOf(sizes);
  const needed = layers.map(({ conv }) => (conv ? room * Math.ceil(conv.size / conv.stride) : 0));
  const most = Math.max(...needed);
  return most > 0 ? Math.max(LISTED, most) : 0;
}

/** Bytes of a presentation, or a few more. */
function bytesOf(architecture: Architecture): number {
  const { sizes, layers } = architecture;
  const room = spikesOf(sizes);
  return listsOf(architecture).reduce(
    (sum, n) => sum + 16 * room + 8 * (at.SHOWN_SIZE + 6 * n) + 1024,
    8 * (at.SHOWN_SIZE + 64) * layers.length,
  );
}

/** Bytes of all: memory that is not touched costs nothing, and what has been made cannot grow. */
function roomOf(architecture: Architecture): number {
  const { sizes, layers } = architecture;
  const widest = widestOf(architecture) + LANES;
  const own = layers.reduce((sum, { pre, sources, post, rows, columns, conv }) => {
    const asks = conv ? 1 : asksOf(sources, post);
    return (
      sum +
      16 * rows * columns +
      8 * pre +
      asks * (4 * (post + LANES) + 20 * sources) +
      64 * (sources + post) +
      8192
    );
  }, 0);
  const nets = 1 + layers.length;
  // Of a rule's feedback: to every layer, or to the inputs.
  const fixed = sizes.reduce((sum, n) => sum + bytesOfFixed(n, sizes.at(-1)!, sizes[1]), 0);
  return (
    own +
    fixed +
    nets * (16 * listedOf(architecture) + 52 * spikesOf(sizes) + 144 * widest + 16_384) +
    PRESENTATIONS * bytesOf(architecture) +
    OF_LAYERS * bytesOf({ sizes: [...sizes, ...sizes], layers: [...layers, ...layers] })
  );
}
