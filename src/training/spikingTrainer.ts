import type { Dataset } from "../data/dataset.ts";
import type { Encoder } from "../encoding/encoder.ts";
import { encoderNamed, encoderOf } from "../encoding/index.ts";
import { type Modulation, show } from "../encoding/shown.ts";
import { Carried } from "../engine/exact/carried.ts";
import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Reading } from "../engine/exact/presentation.ts";
import { ThreeFactorSynapses } from "../engine/exact/threeFactorSynapses.ts";
import type { ThreadMemory } from "../engine/kernels/threadMemory.ts";
import type { Architecture } from "../engine/network/architecture.ts";
import { InputError } from "../errors.ts";
import { exp, expm1, log1p } from "../math/elementary.ts";
import { Rng } from "../math/rng.ts";
import { argmax } from "../math/softmax.ts";
import { spikingForm } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import { SampleDropout } from "./dropout.ts";
import { type Parameters, startingParameters } from "./initialise.ts";
import { type Shower, SpikingBatch } from "./spikingBatch.ts";
import { SpikingSteps } from "./spikingSteps.ts";
import {
  accuracyOf,
  batchKey,
  emptyConfusion,
  finish,
  joined,
  networkOf,
  sampleOf,
  split,
  type Trainer,
  type TrainingSettings,
  trainingSample,
} from "./trainer.ts";

/**
 * Refractory period that bounds the activation at `saturation` [ms]: a neuron that fires at every chance then has the
 * trace theta (1 - exp(-T / tau)) / (1 - exp(-tauRef / tau)) at the end of a presentation.
 */
export function refractoryPeriod(
  saturation: number,
  { vThreshold, tauMem, durationMs }: Pick<TrainingSettings, "vThreshold" | "tauMem" | "durationMs">,
): number {
  if (saturation === Infinity) return 0;
  // What one spike at the start leaves at the end: with more than the saturation, no pause between spikes is enough.
  const most = saturation / -expm1(-durationMs / tauMem);
  if (tauMem < Infinity && vThreshold >= most) {
    throw new InputError(
      `vThreshold: expected less than ${most.toPrecision(3)} where activities saturate at ${saturation}, got ${vThreshold}`,
    );
  }
  if (tauMem === Infinity) return (vThreshold * durationMs) / saturation;
  return -tauMem * log1p((vThreshold * expm1(-durationMs / tauMem)) / saturation);
}

/** What one spike of a readout that fires stands for, in logits. */
const READOUT_THRESHOLD = 0.5;

type ReadingSettings = Pick<TrainingSettings, "reading" | "readout">;

export function readoutOf({ reading = "spikes", readout }: ReadingSettings): "spikes" | "potential" {
  return readout ?? (reading === "spikes" ? "spikes" : "potential");
}

/** What is read of a network in training. */
export function readingOf(settings: ReadingSettings): { reading: Reading; readoutThreshold: number | null } {
  const { reading = "spikes" } = settings;
  return { reading, readoutThreshold: readoutOf(settings) === "spikes" ? READOUT_THRESHOLD : null };
}

/** @throws InputError for a network in which neurons cannot run on */
function carriedOf(
  { architecture, queue, single }: FeedForwardNetwork,
  { eligibility, tauMem }: TrainingSettings,
): Carried {
  for (const [fits, name, expected, got] of [
    [eligibility === "trace", "eligibility", "trace", eligibility],
    [tauMem < Infinity, "tauMem", "a leak", tauMem],
    [!queue, "presentations", "sweep", "queue"],
    [!single, "precision", "double", "single"],
    [architecture.layers.every(({ pool }) => !pool), "model", "no pools", "pools"],
  ] as const) {
    if (!fits) throw new InputError(`${name}: expected ${expected} where neurons are not reset, got ${got}`);
  }
  return new Carried(architecture);
}

/** How modulations are shown: by spikes where the encoder spikes and the inputs have twins. */
export function modulationOf(
  { modulation, encoder }: Pick<TrainingSettings, "modulation" | "encoder">,
  net: Pick<FeedForwardNetwork, "paired">,
): Modulation {
  return modulation ?? (net.paired && !encoderNamed(encoder).direct ? "pair" : "current");
}

/** Puts samples at an input as the settings say. */
export function shower(encoder: Encoder, net: FeedForwardNetwork, settings: TrainingSettings): Shower {
  const { replay = false, durationMs, tauMem, seed } = settings;
  const shownAs = { replay, modulation: modulationOf(settings, net), durationMs, tauMem, seed };
  return (sample, key) => show(encoder, sample, key, net.input, shownAs);
}

/** Whether every weight has a row of its own changes, which a thread can make and leave others to others. */
function divisible(
  { layers }: Architecture,
  { optimiser = "sgd", eligibility, presentations, wiring }: TrainingSettings,
): boolean {
  const layered = presentations !== "queue" && !wiring && layers.every(({ conv }) => !conv);
  return layered && optimiser === "sgd" && eligibility === "trace";
}

/** Trains a rule's spiking form. @param threads  that share the weights, where they can */
export function spikingTrainer(
  rule: Rule,
  data: Dataset,
  settings: TrainingSettings,
  threads: ThreadMemory | null = null,
): Trainer {
  const { seed, encoder: encoderName, durationMs, tauMem, vThreshold, maxSpikes } = settings;
  const architecture = networkOf(rule, settings);
  const { sizes } = architecture;
  const common = divisible(architecture, settings) ? threads : null;
  const saturation = rule.saturation ?? Infinity;
  const start = startingParameters(architecture, settings);
  const neuron = { tauMem, vThreshold, tauRef: refractoryPeriod(saturation, settings) };
  const net = new FeedForwardNetwork(architecture, start.weights, start.biases, neuron, durationMs, {
    ...readingOf(settings),
    common,
    ...(settings.precision && { precision: settings.precision }),
    ...(settings.presentations && { schedule: settings.presentations }),
    ...(settings.wiring && { wiring: settings.wiring }),
  });
  const forms = rule.create(architecture, new Rng(seed, "feedback"), data.train.count, settings.ruleOptions);
  const learner = spikingForm(rule, forms, net);
  const online = settings.eligibility === "online";
  if (online && !learner.ahead) {
    throw new InputError(
      `eligibility: expected trace or timing for ${rule.name}, got online: it knows its third factor only after a presentation`,
    );
  }
  if (online && (settings.optimiser ?? "sgd") !== "sgd") {
    throw new InputError(
      `optimiser: expected sgd where weights change while a presentation runs, got ${settings.optimiser}`,
    );
  }
  const synapses = new ThreeFactorSynapses(net, settings.eligibility);
  if (settings.noReset) net.carried = carriedOf(net, settings);
  const encoder = encoderOf(encoderName, { inputs: sizes[0], durationMs, tauMem, maxSpikes, seed });
  const shown = net.presentation();
  const steps = new SpikingSteps(net, synapses, learner.feedback ?? [], {
    eligibility: settings.eligibility,
    optimiser: settings.optimiser ?? "sgd",
    weightDecay: settings.weightDecay ?? rule.weightDecay ?? 0,
    activityDecay: settings.activityDecay ?? 0,
  });
  const laterals = net.queue?.laterals.map(({ synapses }) => synapses.weights) ?? [];
  const remembered = [learner.memory, steps.optimiser?.state, ...laterals];
  const dropout = SampleDropout.create(sizes, settings.dropout, seed);
  const put = shower(encoder, net, settings);
  const batch = new SpikingBatch(net, learner, steps, put, dropout, data, settings, common !== null);

  return {
    ...(!online && !rule.sequential && !settings.wiring && !net.carried && { pieces: batch }),
    learn(indices, rate, epoch) {
      let [loss, correct] = [0, 0];
      batch.begin(indices, rate, epoch);
      for (const index of indices) {
        const learned = batch.tally(index, batch.ask(index, steps).logits);
        loss += learned.loss;
        correct += learned.correct;
      }
      batch.end();
      return { loss, correct };
    },
    evaluate(samples) {
      return finish(this.evaluating(samples));
    },
    *evaluating(samples) {
      const confusion = emptyConfusion(sizes.at(-1)!);
      const correct: boolean[] = [];
      const events = net.synapticEvents;
      const hidden = net.hiddenSpikes;
      const output = net.outputSpikes;
      let input = 0;
      net.carried?.rest();
      for (let n = 0; n < samples.count; n++) {
        yield;
        put(sampleOf(samples, n, sizes[0]), `evaluate ${n}`);
        input += net.input.spikes.length;
        const scores = learner.decide?.(n) ?? net.present(shown).logits;
        const decided = argmax(scores);
        confusion[samples.labels[n]][decided]++;
        correct.push(decided === samples.labels[n]);
      }
      const hiddenSpikes = net.hiddenSpikes - hidden;
      net.synapticEvents = events; // only learning counts as cost
      return {
        accuracy: accuracyOf(confusion),
        confusion,
        correct,
        inputSpikesPerSample: input / samples.count,
        hiddenSpikesPerSample: hiddenSpikes / samples.count,
        ...(net.readoutThreshold !== null && {
          outputSpikesPerSample: (net.outputSpikes - output) / samples.count,
        }),
      };
    },
    update(indices) {
      const memory = learner.memory && Float32Array.from(learner.memory);
      const before = [net.synapticEvents, synapses.updates] as const;
      const key = batchKey("update", indices);
      net.carried?.rest();
      for (const index of indices) {
        put(trainingSample(data, index, null, seed), `update ${index}`);
        const sample = { label: data.train.labels[index], index, key };
        learner.learn(sample, synapses.accumulate.bind(synapses), { align() {}, settle() {} });
      }
      [net.synapticEvents, synapses.updates] = before;
      if (memory) learner.memory.set(memory);
      const changes = synapses.changes().weights.map(change => Float32Array.from(change));
      synapses.forget();
      return changes;
    },
    cost() {
      const cost = {
        synapticEventsPerSample: net.synapticEvents / batch.samplesLearned,
        synapseUpdatesPerSample: (synapses.updates + net.onlineUpdates) / batch.samplesLearned,
      };
      net.synapticEvents = 0;
      net.onlineUpdates = 0;
      synapses.updates = 0;
      batch.samplesLearned = 0;
      return cost;
    },
    parameters: () => copyOf(net),
    deployed: () => ({ ...copyOf(net), ...(net.queue?.wired && { wiring: net.queue.wiring }) }),
    restore(parameters, memory) {
      parameters.weights.forEach((w, l) => {
        net.weights[l].set(w);
      });
      parameters.biases.forEach((b, l) => {
        net.biases[l].set(b);
      });
      if (memory) split(memory, remembered);
    },
    get memory() {
      return joined(remembered);
    },
    feedbackDegrees: forms.feedbackDegrees ? weights => forms.feedbackDegrees!(weights, learner) : null,
    ...(encoderNamed(encoderName).recorded && {
      seen(count: number) {
        const traces = new Float32Array(count * sizes[0]);
        for (let n = 0; n < count; n++) {
          put(trainingSample(data, n, null, seed), `seen ${n}`);
          const { spikes, gain } = net.input;
          for (let k = 0; k < spikes.length; k++)
            traces[n * sizes[0] + spikes.neurons[k]] += gain * exp((spikes.times[k] - durationMs) / tauMem);
        }
        return traces;
      },
    }),
    saturation,
    readsSpikes: net.reading === "spikes" && sizes.length > 2 && rule.presentations > 0,
    architecture,
    dispose() {},
  };
}

function copyOf(net: FeedForwardNetwork): Parameters {
  return {
    weights: net.weights.map(w => Float32Array.from(w)),
    biases: net.biases.map(b => Float32Array.from(b)),
  };
}
