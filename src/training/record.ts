import type { Dataset } from "../data/dataset.ts";
import { encoders } from "../encoding/index.ts";
import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import { layeredSpec, populationNames } from "../engine/network/layers.ts";
import { network, type PopulationSpec } from "../engine/network/network.ts";
import type { Raster } from "../engine/record/raster.ts";
import type { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { Simulation } from "../engine/simulation.ts";
import { Rng } from "../math/rng.ts";
import { argmax } from "../math/softmax.ts";
import { ruleOf, spikingForm } from "../rules/index.ts";
import type { Parameters } from "./initialise.ts";
import { refractoryPeriod } from "./spikingTrainer.ts";
import type { RunPlan } from "./train.ts";
import { networkOf } from "./trainer.ts";

/** Sampling of the recorded potentials [ms]. */
const SAMPLING = 0.1;
/** What one spike of the firing copy of the readout stands for, in logits. */
const OUTPUT_THRESHOLD = 1;

/**
 * One test sample through a trained spiking network, simulated through the event queue. The readout itself never
 * fires; so that its decision can be seen in a raster, population `output` is a copy of it that fires at a potential
 * of 1. The decision in the metadata is the rule's own: Forward-Forward's by goodness is not that of the readout. The
 * recorded potentials of `output` are those of the readout, those of the hidden neurons of the most active
 * one, one of the middle and the silent one nearest to firing, where there are such.
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

  const net = new FeedForwardNetwork(
    architecture,
    parameters.weights,
    parameters.biases,
    neuron,
    durationMs,
    {
      ...(parameters.wiring && { wiring: parameters.wiring }),
    },
  );
  const intensities = data.test.intensities.subarray(sample * inputs, (sample + 1) * inputs);
  encoders[encoder]({ inputs, durationMs, tauMem, maxSpikes, seed }).encode(
    intensities,
    `evaluate ${sample}`,
    net.input,
  );
  const forms = rule.create(architecture, new Rng(seed, "feedback"), data.train.count);
  // Before the presentation that is shown: a rule may decide by others.
  const scores = spikingForm(rule, forms, net).decide?.(sample);
  const seen = net.present(net.presentation());

  const names = populationNames(depth);
  const hidden = names.slice(1, -1);
  const { populations, projections } = layeredSpec({
    ...{ architecture, neuron, durationMs, inputGain: net.input.gain },
    ...parameters,
  });
  const { input, readout, ...others } = populations as Record<string, PopulationSpec>;
  const output: PopulationSpec = { size: sizes[depth], neuron: { tauMem, vThreshold: OUTPUT_THRESHOLD } };
  const inner = Object.fromEntries(hidden.map(name => [name, others[name]]));
  const times = Array.from({ length: Math.round(durationMs / SAMPLING) + 1 }, (_, k) =>
    Math.min(durationMs, k * SAMPLING),
  );
  const simulation = new Simulation(
    network({
      // Those that are shown come first; pools pass on what the layer before them fires, and stay behind.
      populations: { input: input, ...inner, output, readout: readout, ...others },
      projections: [
        ...projections!,
        ...projections!.flatMap(one => (one.to === "readout" ? [{ ...one, to: "output" }] : [])),
      ],
    }),
    {
      record: {
        spikes: ["input", ...hidden, "output"],
        neurons: [
          ...hidden.map((name, l) => ({
            population: name,
            neurons: exemplary(seen.spikes[l + 1], seen.drive[l + 1]),
            times,
          })),
          { population: "readout", neurons: [...Array(sizes[depth]).keys()], times },
        ],
      },
    },
  );
  const { spikes } = net.input;
  simulation.stimulate(
    "input",
    spikes.times.subarray(0, spikes.length),
    spikes.neurons.subarray(0, spikes.length),
  );
  [...hidden, "output", "readout"].forEach((name, k) => {
    simulation.setCurrent(name, net.currents[Math.min(k, depth - 1)]);
  });
  simulation.run(durationMs);
  const label = data.test.labels[sample];
  const decision = argmax(scores ?? seen.logits);
  const raster = simulation.raster({
    rule: plan.rule,
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
    outputThreshold: OUTPUT_THRESHOLD,
  });
  return {
    ...raster,
    populations: raster.populations.slice(0, depth + 1),
    traces: raster.traces.map(trace =>
      trace.population === "readout" ? { ...trace, population: "output" } : trace,
    ),
  };
}

/** The neuron with the most spikes, the median of those that fired, and the silent one that was driven most. */
function exemplary(spikes: SpikeTrain, drive: Float64Array): number[] {
  const counts = new Uint32Array(drive.length);
  for (let k = 0; k < spikes.length; k++) counts[spikes.neurons[k]]++;
  const ranked = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || drive[b] - drive[a] || a - b);
  const fired = ranked.filter(neuron => counts[neuron] > 0);
  const chosen = [fired[0], fired[fired.length >> 1], ranked[fired.length]];
  return [...new Set(chosen.filter(neuron => neuron !== undefined))];
}
