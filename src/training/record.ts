import type { Dataset } from "../data/dataset.ts";
import { encoders } from "../encoding/index.ts";
import type { Layer } from "../engine/architecture.ts";
import { FeedForwardNetwork } from "../engine/feedForward.ts";
import { network, type ProjectionSpec } from "../engine/network.ts";
import type { Raster, RecordedTrace } from "../engine/raster.ts";
import { Simulation } from "../engine/simulation.ts";
import type { SpikeTrain } from "../engine/spikeTrain.ts";
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import { argmax } from "../math/softmax.ts";
import { ruleNamed } from "../rules/index.ts";
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
  const rule = ruleNamed(plan.rule);
  const architecture = networkOf(rule, plan.settings);
  const { sizes } = architecture;
  const inputs = sizes[0]!;
  const depth = sizes.length - 1;
  const tauRef = refractoryPeriod(rule.saturation ?? Infinity, plan.settings);
  const neuron = { tauMem, vThreshold, tauRef, reset: "subtract" } as const;

  const net = new FeedForwardNetwork(architecture, parameters.weights, parameters.biases, neuron, durationMs);
  const intensities = data.test.intensities.subarray(sample * inputs, (sample + 1) * inputs);
  encoders[encoder]({ inputs, durationMs, tauMem, maxSpikes, seed }).encode(
    intensities,
    `evaluate ${sample}`,
    net.input,
  );
  const forms = rule.create(architecture, new Rng(seed, "feedback"), data.train.count);
  if (typeof forms.spiking !== "function") {
    throw new InputError(`${rule.name}: has no spiking form: ${forms.spiking.unavailable}`);
  }
  // Before the presentation that is shown: a rule may decide by others.
  const scores = forms.spiking(net).decide?.(sample);
  const seen = net.present(net.presentation());

  const hidden = Array.from({ length: depth - 1 }, (_, l) => (depth === 2 ? "hidden" : `hidden ${l + 1}`));
  const names = ["input", ...hidden];
  const readout = { tauMem, vThreshold: Infinity };
  /** Pools fire what the layer before them made of its spikes; they are left out of the raster. */
  const sources = architecture.layers.map(({ pool }, l) => (pool ? `pool ${l}` : names[l]!));
  const pools = architecture.layers.flatMap((layer, l) => (layer.pool ? [{ l, size: layer.sources }] : []));
  const projection = (l: number, to: string) => ({
    from: sources[l]!,
    to,
    ...connection(architecture.layers[l]!),
    weights: parameters.weights[l]!,
    gain: net.gainOf(l),
  });
  const simulation = new Simulation(
    network({
      populations: {
        input: { size: inputs, neuron: "input" },
        ...Object.fromEntries(hidden.map((name, l) => [name, { size: sizes[l + 1]!, neuron }])),
        output: { size: sizes[depth]!, neuron: { tauMem, vThreshold: OUTPUT_THRESHOLD } },
        readout: { size: sizes[depth]!, neuron: readout },
        ...Object.fromEntries(pools.map(({ l, size }) => [sources[l]!, { size, neuron: "input" as const }])),
      },
      projections: [
        ...hidden.map((name, l) => projection(l, name)),
        projection(depth - 1, "output"),
        projection(depth - 1, "readout"),
      ],
    }),
  );
  for (const { l } of pools) {
    const { times, neurons, length } = seen.sourceSpikes[l]!;
    simulation.stimulate(sources[l]!, times.subarray(0, length), neurons.subarray(0, length));
  }
  const { spikes } = net.input;
  simulation.stimulate(
    "input",
    spikes.times.subarray(0, spikes.length),
    spikes.neurons.subarray(0, spikes.length),
  );
  [...hidden, "output", "readout"].forEach((name, k) => {
    simulation.setCurrent(name, net.currents[Math.min(k, depth - 1)]!);
  });

  const traces: { population: string; of: string; neuron: number; times: number[]; values: number[] }[] = [
    ...hidden.flatMap((name, l) =>
      exemplary(seen.spikes[l + 1]!, seen.drive[l + 1]!).map(neuron => ({
        population: name,
        of: name,
        neuron,
        times: [] as number[],
        values: [] as number[],
      })),
    ),
    ...Array.from({ length: sizes[depth]! }, (_, neuron) => ({
      population: "output",
      of: "readout",
      neuron,
      times: [] as number[],
      values: [] as number[],
    })),
  ];
  for (let step = 0; step <= Math.round(durationMs / SAMPLING); step++) {
    simulation.runUntil(Math.min(durationMs, step * SAMPLING));
    for (const trace of traces) {
      trace.times.push(simulation.time);
      trace.values.push(simulation.potential(trace.of, trace.neuron));
    }
  }
  const label = data.test.labels[sample]!;
  const decision = argmax(scores ?? seen.logits);
  const raster = simulation.raster({
    rule: plan.rule,
    seed,
    dataset: data.name,
    sample,
    label,
    decision,
    ...(data.classNames && { labelName: data.classNames[label]!, decisionName: data.classNames[decision]! }),
    encoder,
    vThreshold,
    tauMem,
    tauRef,
    outputThreshold: OUTPUT_THRESHOLD,
  });
  // The readout proper and the pools stand behind the others.
  const kept = Array.from(raster.populationIndex.keys()).filter(n => raster.populationIndex[n]! <= depth);
  return {
    ...raster,
    times: Float64Array.from(kept, n => raster.times[n]!),
    populationIndex: Uint16Array.from(kept, n => raster.populationIndex[n]!),
    neurons: Uint32Array.from(kept, n => raster.neurons[n]!),
    populations: raster.populations.slice(0, depth + 1),
    traces: traces.map(
      ({ population, neuron, times, values }): RecordedTrace => ({
        population,
        neuron,
        quantity: "v",
        times: Float64Array.from(times),
        values: Float64Array.from(values),
      }),
    ),
  };
}

/** How the event queue connects a layer: by a kernel, or all to all. */
function connection({ conv }: Layer): Pick<ProjectionSpec, "connect"> {
  if (!conv) return {};
  const { size, stride, padding, from, to } = conv;
  const shape = [from.height, from.width, from.channels] as const;
  return {
    connect: { kind: "convolution", shape, kernel: [size, size], filters: to.channels, stride, padding },
  };
}

/** The neuron with the most spikes, the median of those that fired, and the silent one that was driven most. */
function exemplary(spikes: SpikeTrain, drive: Float64Array): number[] {
  const counts = new Uint32Array(drive.length);
  for (let k = 0; k < spikes.length; k++) counts[spikes.neurons[k]!]!++;
  const ranked = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || drive[b]! - drive[a]! || a - b);
  const fired = ranked.filter(neuron => counts[neuron]! > 0);
  const chosen = [fired[0], fired[fired.length >> 1], ranked[fired.length]];
  return [...new Set(chosen.filter(neuron => neuron !== undefined))];
}
