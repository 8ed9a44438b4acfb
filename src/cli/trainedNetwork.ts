import type { Dataset } from "../data/dataset.ts";
import { encoderOf } from "../encoding/index.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import type { TrainedNetwork } from "../io/networkFile.ts";
import { ruleOf } from "../rules/index.ts";
import { usualCircuit } from "../training/circuitSettings.ts";
import { readingOf, refractoryPeriod } from "../training/spikingTrainer.ts";
import type { RunPlan, Trained } from "../training/train.ts";
import { networkOf, type TrainingSettings } from "../training/trainer.ts";
import { threefactorVersion } from "./versions.ts";

/** What a run leaves behind: its weights with all that their spikes depend on, and where they come from. */
export function trainedNetwork(
  plan: RunPlan,
  data: Dataset,
  { parameters, result }: Trained,
): TrainedNetwork {
  const { settings } = plan;
  const circuit = plan.twin === "circuit" ? { ...usualCircuit, ...settings.circuit } : null;
  const { tauMem, vThreshold, encoder, seed, learningRate } = settings;
  const { durationMs } = circuit ?? settings;
  const maxSpikes = circuit ? durationMs / circuit.interval : settings.maxSpikes;
  const rule = ruleOf(plan.rule);
  const { sizes, layers } = networkOf(rule, settings);
  const { readoutThreshold } = readingOf(settings);
  const plain = layers.every(({ conv, pool }) => !conv && !pool);
  return {
    sizes,
    // Normalisation is in the weights, and learning is over.
    ...(!plain && { layers: layers.map(layer => ({ ...layer, batchNorm: false, rate: 1 })) }),
    weights: parameters.weights,
    biases: parameters.biases,
    neuron: { tauMem, vThreshold, tauRef: refractoryPeriod(rule.saturation ?? Infinity, settings) },
    durationMs,
    encoder,
    maxSpikes,
    inputGain: circuit ? circuit.interval / tauMem : inputGain(settings, sizes[0]),
    ...(parameters.wiring && { wiring: parameters.wiring }),
    ...(circuit && { readoutThreshold: circuit.output }),
    ...(plan.twin === "spike" && readoutThreshold !== null && { readoutThreshold }),
    metadata: {
      rule: rule.name,
      twin: plan.twin,
      dataset: data.name,
      seed,
      epochs: result.epochs,
      learningRate,
      testAccuracy: result.testAccuracy,
      threefactor: threefactorVersion(),
    },
  };
}

/** Trace that one input spike adds; 1 in a code without spikes. */
export function inputGain(
  {
    encoder,
    durationMs,
    tauMem,
    maxSpikes,
  }: Pick<TrainingSettings, "encoder" | "durationMs" | "tauMem" | "maxSpikes">,
  inputs: number,
): number {
  const input = { spikes: new SpikeTrain(1), gain: 1, analogue: null };
  // An empty sample draws no spike and sets the gain.
  const code = encoderOf(encoder, { inputs, durationMs, tauMem, maxSpikes, seed: 1 });
  const intensities = new Float32Array(inputs);
  code.encode(intensities, "gain", input, {
    intensities,
    recording: { times: new Float32Array(0), inputs: new Uint16Array(0) },
  });
  return input.gain;
}
