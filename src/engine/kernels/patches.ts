import { Arena } from "./arena.ts";

/** Where windows lie in a batch of maps [samples, height, width, channels], those of a convolution or of a pool. */
export interface Windows {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Zeros around each map. */
  readonly padInfo: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
}

/** Numbers that are copied too much, four being copied at a time. */
const SPARE = 4;

/** What the compiled loops work on; all layers of a thread share it. */
class Room {
  readonly length: number;
  readonly arena: Arena;
  readonly #start: number;

  constructor(length: number) {
    this.length = length;
    this.arena = new Arena(false, undefined, 4 * length + 64);
    this.#start = this.arena.take(4 * length);
  }

  /** Lists one after the other, of these lengths. */
  lists(lengths: readonly number[]): Float32Array[] {
    let start = this.#start;
    return lengths.map(length => {
      const list = this.arena.view(Float32Array, start, length);
      start += 4 * spared(length);
      return list;
    });
  }
}

let room: Room | null = null;

function spared(length: number): number {
  return 4 * Math.ceil((length + SPARE) / 4);
}

function lists(lengths: readonly number[]): { lists: Float32Array[]; kernels: Arena["kernels"] } {
  const needed = lengths.reduce((sum, length) => sum + spared(length), 0);
  if (!room || room.length < needed) room = new Room(needed);
  return { lists: room.lists(lengths), kernels: room.arena.kernels };
}

/** Patches of some samples: [samples, outHeight, outWidth] rows of what the kernel sees, [filterHeight, filterWidth, inChannels]. */
export interface Patches {
  /** Void when other ones are made. */
  readonly values: Float32Array;
  /** Copies them from maps. */
  gather(maps: Float32Array): void;
  /** Writes into maps the sums of what lies on each place. */
  scatter(maps: Float32Array): void;
}

export function patchesOf(at: Windows, samples: number): Patches {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } = at;
  const { top, bottom, left, right } = padInfo;
  const [height, width] = [top + inHeight + bottom, left + inWidth + right];
  const framed = height !== inHeight || width !== inWidth;
  const [length, line, span] = [inWidth, width, filterWidth].map(n => n * inChannels) as [
    number,
    number,
    number,
  ];
  const {
    lists: [plain, frame, values],
    kernels,
  } = lists([
    samples * inHeight * length,
    framed ? samples * height * line : 0,
    samples * outHeight * outWidth * filterHeight * span,
  ]);
  const seen = framed ? frame : plain;
  const places = [
    ...([seen.byteOffset, values.byteOffset, samples, outHeight, outWidth, filterHeight] as const),
    ...([line, span, height * line, at.strideHeight * line, at.strideWidth * inChannels] as const),
  ] as const;
  const borders = [
    ...([plain.byteOffset, frame.byteOffset, samples, inHeight, length] as const),
    ...([height, line, top, left * inChannels] as const),
  ] as const;
  return {
    values,
    gather(maps) {
      plain.set(maps);
      if (framed) {
        frame.fill(0);
        kernels.frameMaps(...borders, false);
      }
      kernels.gatherPatches(...places);
    },
    scatter(maps) {
      seen.fill(0);
      kernels.scatterPatches(...places);
      if (framed) kernels.frameMaps(...borders, true);
      maps.set(plain);
    },
  };
}

/**
 * Carries what each place of a pooled map is given back to the first maximum of its window; windows end at the maps' edges.
 * @param maps [samples, inHeight, inWidth, inChannels] @param post [samples, outHeight, outWidth, inChannels]
 * @param back like `maps`, overwritten
 */
export function unpoolMaxima(
  at: Windows,
  samples: number,
  maps: Float32Array,
  post: Float32Array,
  back: Float32Array,
): void {
  const {
    lists: [x, third, sums],
    kernels,
  } = lists([maps.length, post.length, back.length]);
  x.set(maps);
  third.set(post);
  sums.fill(0);
  kernels.unpoolMaxima(
    ...([x.byteOffset, third.byteOffset, sums.byteOffset, samples] as const),
    ...([at.inHeight, at.inWidth, at.inChannels, at.outHeight, at.outWidth] as const),
    ...([at.filterHeight, at.filterWidth, at.strideHeight, at.strideWidth] as const),
    ...([at.padInfo.top, at.padInfo.left] as const),
  );
  back.set(sums);
}
