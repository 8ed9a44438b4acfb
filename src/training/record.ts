import type { Dataset } from "../data/dataset.ts";
import { encoderOf } from "../encoding/index.ts";
import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import { layeredSpec, populationNames } from "../engine/network/layers.ts";
import { network } from "../engine/network/network.ts";
import type { Raster } from "../engine/record/raster.ts";
import type { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { Simulation } from "../engine/simulation.ts";
import { Rng } from "../math/rng.ts";
import { argmax } from "../math/softmax.ts";
import { ruleOf, spikingForm } from "../rules/index.ts";
import type { Parameters } from "./initialise.ts";
import { readingOf, refractoryPeriod, shower } from "./spikingTrainer.ts";
import type { RunPlan } from "./train.ts";
import { networkOf, sampleOf } from "./trainer.ts";

/** Sampling of the recorded potentials [ms], and most samples of a longer presentation. */
const SAMPLING = 0.1;
const MOST_SAMPLES = 2000;

/**
 * One test sample through a trained spiking network, simulated through the event queue. Population `output` is the
 * readout, whose spikes are there where it fires. The decision in the metadata is the rule's own: Forward-Forward's by
 * goodness is not that of the readout. The recorded potentials are those of the readout, and of hidden neurons those of
 * the most active one, one of the middle and the silent one nearest to firing, where there are such.
 */
export function recordSample(plan: RunPlan, data: Dataset, parameters: Parameters, sample = 0): Raster {
  const { durationMs, tauMem, vThreshold, encoder, maxSpikes, seed } = plan.settings;
  const rule = ruleOf(plan.rule);
  const architecture = networkOf(rule, plan.settings);
  const { sizes } = architecture;
  const inputs = sizes[0];
  const depth = sizes.length - 1;
  const tauRef = refractoryPeriod(rule.saturation ?? Infinity, plan.settings);
  const neuron = { tauMem, vThreshold, tauRef, reset: "subtract" } as const;

  const read = readingOf(plan.settings);
  const net = new FeedForwardNetwork(
    architecture,
    parameters.weights,
    parameters.biases,
    neuron,
    durationMs,
    {
      ...read,
      ...(parameters.wiring && { wiring: parameters.wiring }),
    },
  );
  const code = encoderOf(encoder, { inputs, durationMs, tauMem, maxSpikes, seed });
  const put = () =>
    shower(code, net, plan.settings)(sampleOf(data.test, sample, inputs), `evaluate ${sample}`);
  put();
  const forms = rule.create(
    architecture,
    new Rng(seed, "feedback"),
    data.train.count,
    plan.settings.ruleOptions,
  );
  // Before the presentation that is shown: a rule may decide by others.
  const scores = spikingForm(rule, forms, net).decide?.(sample);
  put();
  const seen = net.present(net.presentation());

  const shown = populationNames(depth);
  const hidden = shown.slice(1, -1);
  const { readoutThreshold } = read;
  const { populations, projections } = layeredSpec({
    ...{ architecture, neuron, durationMs, inputGain: net.input.gain, readoutThreshold },
    ...parameters,
  });
  const sampling = Math.max(SAMPLING, durationMs / MOST_SAMPLES);
  const times = Array.from({ length: Math.round(durationMs / sampling) + 1 }, (_, k) =>
    Math.min(durationMs, k * sampling),
  );
  // Pools pass on what the layer before them fires: they come last, and are not shown.
  const simulation = new Simulation(network({ populations, projections: projections! }), {
    record: {
      spikes: shown,
      neurons: [
        ...hidden.map((name, l) => ({
          population: name,
          neurons: exemplary(seen.spikes[l + 1], seen.potential[l + 1]),
          times,
        })),
        { population: "readout", neurons: [...Array(sizes[depth]).keys()], times },
      ],
    },
  });
  const { spikes } = net.input;
  simulation.stimulate(
    "input",
    spikes.times.subarray(0, spikes.length),
    spikes.neurons.subarray(0, spikes.length),
  );
  shown.slice(1).forEach((name, k) => {
    simulation.setCurrent(name, net.currents[k]);
  });
  simulation.run(durationMs);
  const label = data.test.labels[sample];
  const decision = argmax(scores ?? seen.logits);
  const raster = simulation.raster({
    rule: rule.name,
    seed,
    dataset: data.name,
    sample,
    label,
    decision,
    ...(data.classNames && { labelName: data.classNames[label], decisionName: data.classNames[decision] }),
    encoder,
    vThreshold,
    tauMem,
    tauRef,
    ...{ reading: read.reading, ...(readoutThreshold !== null && { outputThreshold: readoutThreshold }) },
  });
  const called = (name: string) => (name === "readout" ? "output" : name);
  return {
    ...raster,
    populations: raster.populations
      .slice(0, shown.length)
      .map(population => ({ ...population, name: called(population.name) })),
    traces: raster.traces.map(trace => ({ ...trace, population: called(trace.population) })),
  };
}

/** The neuron with the most spikes, the median of those that fired, and the silent one nearest to firing. */
function exemplary(spikes: SpikeTrain, potential: Float64Array): number[] {
  const counts = new Uint32Array(potential.length);
  for (let k = 0; k < spikes.length; k++) counts[spikes.neurons[k]]++;
  const ranked = [...counts.keys()].sort(
    (a, b) => counts[b] - counts[a] || potential[b] - potential[a] || a - b,
  );
  const fired = ranked.filter(neuron => counts[neuron] > 0);
  const chosen = [fired[0], fired[fired.length >> 1], ranked[fired.length]];
  return [...new Set(chosen.filter(neuron => neuron !== undefined))];
}
