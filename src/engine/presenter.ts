import { InputError } from "../errors.ts";
import type { Loop } from "./loop.ts";
import { expectInteger } from "./network/expect.ts";
import type { Network } from "./network/network.ts";
import type { Stimulus } from "./network/stimuli/timing.ts";
import type { Stream } from "./network/stream.ts";

/** A sample that has been shown. */
export interface ShownSample {
  /** Its number in the stream. */
  readonly number: number;
  /** Its place among the data. */
  readonly place: number;
  readonly label: number;
  /** Spikes of each neuron of a population while it was shown, and in the pause after it. */
  counts(population: string): Uint32Array;
}

/** Before everything else of an instant, and of even rank, as what follows spikes is not. */
const FIRST = -2;
/** Without a lattice, a sample is over so long before the next begins [ms]. */
const MOMENT = 1 / 1024;

/** Brings a network to rest before samples of its stream, and tells when they have been shown. */
export class Presenter {
  /** Samples that have been shown, from the first of all on. */
  shown: number;
  readonly #stream: Stream;
  readonly #moment: number;

  /**
   * @param first     sample to begin with
   * @param onSample  hears of each when it has been shown
   * @throws InputError for a network that cannot be brought to rest, or cannot begin there
   */
  constructor(
    network: Network,
    loop: Loop,
    stimuli: readonly Stimulus[],
    first: number,
    onSample: ((sample: ShownSample) => void) | undefined,
  ) {
    const stream = network.stream!;
    const { rest, data, total, period } = stream;
    this.#stream = stream;
    this.#moment = loop.dt ?? MOMENT;
    this.shown = first;
    expectInteger("firstSample", first, 0);
    if (!(first < total))
      throw new InputError(`firstSample: expected one of ${total}, counted from 0, got ${first}`);
    const steps = period / this.#moment;
    if (loop.dt !== undefined && Math.abs(steps - Math.round(steps)) > 1e-9 * steps)
      throw new InputError(
        `stream.duration: expected, with the pause, a multiple of dt (${loop.dt} ms), got ${period}`,
      );
    if (rest !== "never") expectRestful(network, loop);
    if (first > 0) {
      const stray = stimuli.findIndex(({ bySample }) => !bySample);
      if (stray >= 0)
        throw new InputError(
          `firstSample: expected 0 in a network with other stimuli than those of samples, got ${first}`,
        );
      loop.startAt!(stream.beginning(first));
      for (const stimulus of stimuli) stimulus.from!(first);
    }
    if (onSample) for (const state of loop.populations) state.counts = new Uint32Array(state.size);
    const early = (loop.dt ?? 0) / 2;
    let begun = first;
    const begin = () => {
      if (begun <= total) loop.push(stream.beginning(begun) - early, FIRST, beginning, 0);
    };
    const beginning = loop.addActor(() => {
      if (rest === "samples" || (rest === "passes" && begun % data.count === 0)) loop.rest!();
      begun++;
      begin();
    });
    const end = () => {
      if (this.shown < total) loop.push(this.endOf(this.shown), loop.lastRank, ending, 0);
    };
    const ending = loop.addActor(() => {
      const number = this.shown++;
      const place = stream.place(number);
      const { populations } = loop;
      onSample?.({
        ...{ number, place, label: data.labels[place] },
        counts(name) {
          const state = populations.find(population => population.name === name);
          if (state) return state.counts!;
          const names = populations.map(population => population.name).join(", ");
          throw new InputError(`counts: expected one of ${names}, got ${name}`);
        },
      });
      if (onSample) for (const { counts } of populations) counts!.fill(0);
      end();
    });
    begin();
    end();
  }

  /** When a sample has been shown [ms]: the last moment before the next. */
  endOf(number: number): number {
    return this.#stream.beginning(number + 1) - this.#moment;
  }

  /** Samples that are still to be shown. */
  get left(): number {
    return this.#stream.total - this.shown;
  }
}

function expectRestful({ projections }: Network, loop: Loop): void {
  const fail = (what: string) =>
    new InputError(
      `stream.rest: expected never, as ${what} cannot be brought to rest, got samples or passes`,
    );
  for (const { group, name } of loop.populations) if (group && !group.rest) throw fail(`neurons of ${name}`);
  for (const { plasticity, place } of projections) {
    if (!plasticity) continue;
    const { models, kinds, delayKind } = plasticity;
    const stray = models.findIndex(({ rests }) => !rests);
    if (stray >= 0 || delayKind === "dendritic")
      throw fail(`plasticity of projections[${place}] (${kinds[stray] ?? delayKind})`);
  }
}
