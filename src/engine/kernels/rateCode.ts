import { SpikeTrain } from "../record/spikeTrain.ts";
import { Arena } from "./arena.ts";
import * as at from "./layout.ts";

/** The compiled loop of the rate code, and the lists that it works on. */
export class RateCode {
  readonly #phases: Float64Array;
  readonly #durationMs: number;
  readonly #maxSpikes: number;
  #arena!: Arena;
  #record = 0;
  #room = 0;
  #intensities = new Float32Array(0);
  readonly #coded = new SpikeTrain(0);

  /** @param phases  [inputs], in [0, 1) @param maxSpikes  of an input of intensity 1 */
  constructor(phases: Float64Array, durationMs: number, maxSpikes: number) {
    this.#phases = phases;
    this.#durationMs = durationMs;
    this.#maxSpikes = maxSpikes;
    this.#make(Math.ceil(phases.length * (maxSpikes + 1)));
  }

  /** @param intensities  [inputs] @param into  becomes their code, in order of time, spikes of one instant by neuron */
  encode(intensities: Float32Array, into: SpikeTrain): void {
    this.#intensities.set(intensities);
    const count = this.#arena.kernels.rateCode(this.#record);
    if (count > this.#room) {
      this.#make(count);
      this.encode(intensities, into);
      return;
    }
    this.#coded.length = count;
    into.take(this.#coded);
  }

  #make(room: number): void {
    const inputs = this.#phases.length;
    const arena = new Arena(false, undefined, 32 * (room + inputs) + 8 * at.CODE_BUCKETS + 1024);
    const record = arena.record(at.CODE_SIZE);
    const [phases, times] = [arena.take(8 * inputs), arena.take(8 * room)];
    const [intensities, neurons] = [arena.take(4 * inputs), arena.take(4 * room)];
    arena.integers(record, {
      ...{ [at.CODE_INPUTS]: inputs, [at.CODE_INTENSITIES]: intensities, [at.CODE_PHASES]: phases },
      ...{ [at.CODE_FIRED]: arena.take(16 * room), [at.CODE_STARTS]: arena.take(4 * (at.CODE_BUCKETS + 1)) },
      ...{ [at.CODE_TIMES]: times, [at.CODE_NEURONS]: neurons, [at.CODE_ROOM]: room },
    });
    arena.doubles(record, { [at.CODE_DURATION]: this.#durationMs, [at.CODE_MOST]: this.#maxSpikes });
    arena.view(Float64Array, phases, inputs).set(this.#phases);
    this.#intensities = arena.view(Float32Array, intensities, inputs);
    this.#coded.times = arena.view(Float64Array, times, room);
    this.#coded.neurons = arena.view(Int32Array, neurons, room);
    [this.#arena, this.#record, this.#room] = [arena, record, room];
  }
}
