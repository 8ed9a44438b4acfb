import { InputError } from "../../../errors.ts";
import { SpikeTrain } from "../../record/spikeTrain.ts";
import { expectMoment, expectNeuron, expectOnly } from "../expect.ts";
import { table } from "../parameters.ts";
import { type SpikeTarget, targetFields } from "./selection.ts";
import type { Timing } from "./timing.ts";

/** Given spikes in any order: neuron k fires, or receives the weight, at time k [ms]. */
export interface SpikesSpec extends SpikeTarget {
  readonly kind: "spikes";
  readonly times: ArrayLike<number>;
  readonly neurons: ArrayLike<number>;
}

export const spikesFields = table({
  ...targetFields,
  times: { unit: "ms", own: true, doc: "when neurons fire or receive the weight, in any order" },
  neurons: { unit: "1", own: true, doc: "which neuron at each of these times" },
});

/** @throws InputError that names the field, its value and what was expected */
export function spikes(spec: SpikesSpec, size: number): Timing {
  expectOnly(spec, "given spikes", Object.keys(spikesFields));
  return playback(spikeTrain(spec.times, spec.neurons, size, 0));
}

/** The spikes of a sorted train, one after the other. */
export function playback(train: SpikeTrain): Timing {
  let at = 0;
  const time = () => (at < train.length ? train.times[at] : Infinity);
  return {
    first: () => Float64Array.of(time()),
    neuron: () => train.neurons[at],
    next: () => {
      at++;
      return time();
    },
  };
}

/**
 * Checks and sorts spikes given as parallel lists.
 * @param from  [ms] no spike may be earlier
 * @throws InputError
 */
export function spikeTrain(
  times: ArrayLike<number>,
  neurons: ArrayLike<number>,
  size: number,
  from: number,
): SpikeTrain {
  if (times?.length === undefined)
    throw new InputError(`times: expected a list of times in ms, got ${times}`);
  if (times.length !== neurons?.length) {
    throw new InputError(`neurons: expected as many as times (${times.length}), got ${neurons?.length}`);
  }
  const train = new SpikeTrain(Math.max(1, times.length));
  let end = 0;
  for (let k = 0; k < times.length; k++) {
    expectMoment(`times[${k}]`, times[k], from);
    expectNeuron(`neurons[${k}]`, neurons[k], size);
    train.push(times[k], neurons[k]);
    end = Math.max(end, times[k]);
  }
  train.sort(end);
  return train;
}
