import { SpikeTrain } from "../record/spikeTrain.ts";
import { Arena } from "./arena.ts";
import * as at from "./layout.ts";

/** A rate code: what `encoding/rate.ts` says, of an input population. */
interface Code {
  /** [inputs], in [0, 1) */
  readonly phases: Float64Array;
  readonly durationMs: number;
  /** Of an input of intensity 1. */
  readonly maxSpikes: number;
  /** [ms]; spikes come at the multiple of it that is the last one before they would. 0: at any time. */
  readonly resolution?: number;
}

/** What the compiled loop works on; all codes of a thread share it, as some are made anew for each sample. */
class Lists {
  readonly inputs: number;
  readonly room: number;
  readonly #arena: Arena;
  readonly #record: number;
  readonly #inputs: Uint32Array;
  /** CODE_DURATION, CODE_MOST and CODE_RESOLUTION. */
  readonly #constants: Float64Array;
  readonly #phases: Float64Array;
  readonly #intensities: Float32Array;
  readonly #coded = new SpikeTrain(0);

  /** @param room  for so many spikes */
  constructor(inputs: number, room: number) {
    this.inputs = inputs;
    this.room = room;
    const arena = new Arena(false, undefined, 32 * (room + 2 * inputs) + 8 * at.CODE_BUCKETS + 1024);
    const record = arena.record(at.CODE_SIZE);
    const [phases, times] = [arena.take(8 * inputs), arena.take(8 * room)];
    const [intensities, neurons] = [arena.take(4 * inputs), arena.take(4 * room)];
    arena.integers(record, {
      ...{ [at.CODE_INTENSITIES]: intensities, [at.CODE_PHASES]: phases },
      ...{ [at.CODE_FIRED]: arena.take(16 * room), [at.CODE_STARTS]: arena.take(4 * (at.CODE_BUCKETS + 2)) },
      ...{ [at.CODE_ACTIVE]: arena.take(16 * (inputs + 1)) },
      ...{ [at.CODE_TIMES]: times, [at.CODE_NEURONS]: neurons, [at.CODE_ROOM]: room },
    });
    this.#inputs = arena.view(Uint32Array, record + 8 * at.CODE_INPUTS, 1);
    this.#constants = arena.view(Float64Array, record + 8 * at.CODE_DURATION, 3);
    this.#phases = arena.view(Float64Array, phases, inputs);
    this.#intensities = arena.view(Float32Array, intensities, inputs);
    this.#coded.times = arena.view(Float64Array, times, room);
    this.#coded.neurons = arena.view(Int32Array, neurons, room);
    [this.#arena, this.#record] = [arena, record];
  }

  /** @returns how many spikes; where they are more than there is room for, `into` is left as it was */
  encode(
    { phases, durationMs, maxSpikes, resolution = 0 }: Code,
    intensities: Float32Array,
    into: SpikeTrain,
  ): number {
    this.#inputs[0] = phases.length;
    this.#constants.set([durationMs, maxSpikes, resolution]);
    this.#phases.set(phases);
    this.#intensities.set(intensities);
    const count = this.#arena.kernels.rateCode(this.#record);
    if (count <= this.room) {
      this.#coded.length = count;
      into.take(this.#coded);
    }
    return count;
  }
}

let lists: Lists | null = null;

/** @param intensities  [inputs] @param into  becomes their code, in order of time, spikes of one instant by neuron */
export function rateCode(code: Code, intensities: Float32Array, into: SpikeTrain): void {
  const inputs = code.phases.length;
  let room = Math.ceil(inputs * (code.maxSpikes + 1));
  for (;;) {
    if (!lists || lists.inputs < inputs || lists.room < room)
      lists = new Lists(Math.max(inputs, lists?.inputs ?? 0), Math.max(room, lists?.room ?? 0));
    room = lists.encode(code, intensities, into);
    if (room <= lists.room) return;
  }
}
