import type { Dataset, Samples } from "../data/dataset.ts";
import { range } from "../data/subset.ts";
import type { ModelDescription } from "../description/describe.ts";
import type { ShownSample } from "../engine/presenter.ts";
import { Simulation } from "../engine/simulation.ts";
import { InputError } from "../errors.ts";
import { log } from "../math/elementary.ts";
import { argmax, softmax } from "../math/softmax.ts";
import { layerNames } from "../rules/circuits/circuit.ts";
import type { Rule } from "../rules/rule.ts";
import {
  circuitForm,
  feedbackThatLearns,
  formsOf,
  nameOf,
  networkIn,
  type Projected,
  planOf,
  withoutLearning,
} from "./circuit.ts";
import { usualCircuit } from "./circuitSettings.ts";
import { type Parameters, startingParameters } from "./initialise.ts";
import {
  accuracyOf,
  emptyConfusion,
  finish,
  joined,
  networkOf,
  type Trainer,
  type TrainingSettings,
} from "./trainer.ts";

/** Samples between two looks at whether to pause: weights leave the network as often. */
const STRIDE = 50;

/**
 * Trains a rule's circuit: lets the network that the rule describes run, sample after sample. Nothing but the network makes
 * its weights; the trainer counts spikes. The class that most spikes of the output stand for is the decision.
 */
export function circuitTrainer(rule: Rule, data: Dataset, settings: TrainingSettings): Trainer {
  const { seed, tauMem } = settings;
  const { mode, dt, output, durationMs } = { ...usualCircuit, ...settings.circuit };
  const time = mode === "grid" ? ({ mode, dt } as const) : ({ mode } as const);
  const architecture = networkOf(rule, settings);
  const { sizes } = architecture;
  const layers = layerNames(architecture);
  const { count } = data.train;
  if (data.augmented) throw new InputError("augment: expected none for a circuit, got augmented samples");
  const forms = formsOf(rule, settings, count);
  const form = circuitForm(rule, forms);
  const parametersOf = (start: Parameters, simulation: Simulation | null): Parameters => {
    if (!simulation) return copyOf(start);
    const read = (from: string, l: number) =>
      Float32Array.from(simulation.weights(`${from}->${layers[l + 1]}`));
    return {
      weights: start.weights.map((_, l) => read(layers[l], l)),
      biases: start.biases.map((_, l) => read("bias", l)),
    };
  };
  let start = startingParameters(architecture, settings);
  /** Weights that the rule learns beside those of the layers, where they are not what the rule drew. */
  let remembered: Float32Array | null = null;

  const described = (parameters: Parameters, samples: object, from: Float32Array | null) => {
    // A network's weights are the lists that it is given.
    const description = form(
      planOf(rule, settings, copyOf(parameters), count, samples as Record<string, unknown>),
    );
    return from ? withFeedback(description, feedbackThatLearns(description, layers), from) : description;
  };
  const memoryOf = (simulation: Simulation | null): Float32Array | null => {
    const { projections = [] } = described(start, {}, remembered);
    const own = feedbackThatLearns(described(start, {}, null), layers);
    return joined(
      own.map(q =>
        simulation
          ? Float32Array.from(simulation.weights(q))
          : Float32Array.from((projections[q] as { weights: ArrayLike<number> }).weights),
      ),
    );
  };

  const weightsNamed = (name: string): ArrayLike<number> => {
    const { projections = [] } = described(start, {}, remembered);
    const own = projections as readonly Projected[];
    const place = own.findIndex(each => nameOf(each) === name);
    return running ? running.weights(place) : (own[place].weights as ArrayLike<number>);
  };

  let running: Simulation | null = null;
  let spent = { events: 0, updates: 0, samples: 0 };
  const fired = new Map<string, number>();
  let tally = { loss: 0, correct: 0 };
  const unit = (output * tauMem) / durationMs;
  const hear = (sample: ShownSample) => {
    const activity = Float64Array.from(sample.counts("output"), n => n * unit);
    const p = softmax(activity, new Float64Array(activity.length));
    tally.loss -= log(p[sample.label]);
    if (argmax(activity) === sample.label) tally.correct++;
    for (const name of fired.keys()) fired.set(name, fired.get(name)! + sum(sample.counts(name)));
  };
  const begin = (firstSample: number) => {
    const description = described(start, {}, remembered);
    for (const name of Object.keys(description.populations)) fired.set(name, 0);
    running = new Simulation(networkIn(description, data.train, seed), {
      ...time,
      ...{ record: { spikes: false }, firstSample, onSample: hear },
    });
    return running;
  };

  return {
    stride: STRIDE,
    learn(indices, _rate, epoch) {
      const simulation = running ?? begin(epoch * count);
      const [events, updates] = [simulation.synapticEvents, simulation.synapseUpdates];
      tally = { loss: 0, correct: 0 };
      simulation.runSamples(indices.length);
      spent.events += simulation.synapticEvents - events;
      spent.updates += simulation.synapseUpdates - updates;
      spent.samples += indices.length;
      return tally;
    },
    evaluate(samples) {
      return finish(this.evaluating(samples));
    },
    *evaluating(samples) {
      const confusion = emptyConfusion(sizes.at(-1)!);
      const correct: boolean[] = [];
      const spikes = layers.map(() => 0);
      const plan = planOf(rule, settings, this.parameters(), count, {});
      const deciding = forms.circuitTest?.(plan);
      const test = deciding
        ? withoutLearning(deciding, Object.keys(deciding.populations))
        : withoutLearning(form(plan), layers);
      const simulation = new Simulation(networkIn(test, samples, seed), {
        ...time,
        record: { spikes: false },
        onSample(sample) {
          const decided = argmax(sample.counts("output"));
          confusion[sample.label][decided]++;
          correct.push(decided === sample.label);
          layers.forEach((name, p) => {
            spikes[p] += sum(sample.counts(name));
          });
        },
      });
      for (let n = 0; n < samples.count; n += STRIDE) {
        yield;
        simulation.runSamples(Math.min(STRIDE, samples.count - n));
      }
      const per = spikes.map(n => n / samples.count);
      return {
        accuracy: accuracyOf(confusion),
        confusion,
        correct,
        inputSpikesPerSample: per[0],
        hiddenSpikesPerSample: sum(per.slice(1, -1)),
        outputSpikesPerSample: per.at(-1)!,
      };
    },
    /** What the circuit changes when it learns these samples one after the other. */
    update(indices) {
      const before = this.parameters();
      const some = picked(data.train, indices, data.inputs);
      const description = described(before, { passes: 1, order: "given" }, this.memory);
      const simulation = new Simulation(networkIn(description, some, seed), {
        ...time,
        record: { spikes: false },
      });
      simulation.runSamples(some.count);
      const after = parametersOf(before, simulation);
      return before.weights.map((w, l) => w.map((value, s) => value - after.weights[l][s]));
    },
    cost() {
      const per = (n: number) => n / spent.samples;
      const cost = {
        synapticEventsPerSample: per(spent.events),
        synapseUpdatesPerSample: per(spent.updates),
        msPerSample: running!.network.stream!.period,
        spikesPerSample: Object.fromEntries([...fired].map(([name, n]) => [name, per(n)])),
      };
      spent = { events: 0, updates: 0, samples: 0 };
      for (const name of fired.keys()) fired.set(name, 0);
      return cost;
    },
    parameters: () => parametersOf(start, running),
    deployed: () => parametersOf(start, running),
    restore(parameters, memory) {
      start = copyOf(parameters);
      remembered = memory;
      running = null;
    },
    get memory() {
      return memoryOf(running);
    },
    feedbackDegrees: forms.feedbackDegrees
      ? weights => {
          const feedback = forms.circuitFeedback?.(weightsNamed);
          return forms.feedbackDegrees!(weights, feedback ? { feedback } : {});
        }
      : null,
    saturation: rule.saturation ?? Infinity,
    architecture,
    dispose() {},
  };
}

function withFeedback(
  description: ModelDescription,
  places: readonly number[],
  memory: Float32Array,
): ModelDescription {
  const projections = [...description.projections!];
  let at = 0;
  for (const q of places) {
    const own = projections[q] as { weights: ArrayLike<number> };
    const { length } = own.weights;
    projections[q] = { ...own, weights: memory.slice(at, at + length) };
    at += length;
  }
  return { ...description, projections };
}

/** Samples in the order of their places. */
function picked(samples: Samples, places: Uint32Array, inputs: number): Samples {
  if (places.every((place, k) => place === k)) return range(samples, inputs, 0, places.length);
  const intensities = new Float32Array(places.length * inputs);
  places.forEach((place, k) => {
    intensities.set(samples.intensities.subarray(place * inputs, (place + 1) * inputs), k * inputs);
  });
  return {
    count: places.length,
    intensities,
    labels: Uint8Array.from(places, place => samples.labels[place]),
    ...(samples.recordings && { recordings: Array.from(places, place => samples.recordings![place]) }),
  };
}

function copyOf({ weights, biases }: Parameters): Parameters {
  return { weights: weights.map(w => w.slice()), biases: biases.map(b => b.slice()) };
}

function sum(numbers: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < numbers.length; k++) total += numbers[k];
  return total;
}
