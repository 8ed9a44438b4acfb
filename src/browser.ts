/**
 * What a page can use, and gives the same spikes there as in Node: networks and their simulation, learning rules and
 * their training, spike trains and the native raster format. Nothing here reads a file, and no tensor library is loaded
 * before `selectBackend` or `train` asks for it.
 */

export { networkModels } from "../models/index.ts";
export * from "./analysis/index.ts";
export { type DatasetArrays, datasetOf, type SampleArrays } from "./data/arrays.ts";
export type { Dataset, Samples } from "./data/dataset.ts";
export { describe, type ModelDescription } from "./description/describe.ts";
export { override } from "./description/override.ts";
export {
  type Encoder,
  type EncoderDefinition,
  type EncoderSettings,
  tracePerSpike,
} from "./encoding/encoder.ts";
export { defineEncoder, type EncoderName, encoderOf, encoders } from "./encoding/index.ts";
export { FeedForwardNetwork, type Presentation, type PresentedInput } from "./engine/exact/feedForward.ts";
export { LifLayer } from "./engine/exact/lifLayer.ts";
export { ThreeFactorSynapses } from "./engine/exact/threeFactorSynapses.ts";
export { Inference, type InferenceOptions, type Inferred } from "./engine/lattice/batch/inference.ts";
export type { InputSpikes } from "./engine/lattice/batch/inputSpikes.ts";
export {
  type Architecture,
  convLayer,
  dense,
  denseLayer,
  type Layer,
} from "./engine/network/architecture.ts";
export {
  type Network,
  type NetworkSpec,
  network,
  type PopulationSpec,
  type ProjectionSpec,
} from "./engine/network/network.ts";
export {
  type DefinedNeuron,
  defineNeuron,
  type NeuronDefinition,
  type NeuronModel,
  type NeuronSpec,
} from "./engine/network/neurons/index.ts";
export type { LatticeStep } from "./engine/network/neurons/lattice.ts";
export { type LifParameters, lif, relax, timeToThreshold } from "./engine/network/neurons/lif.ts";
export { LifGroup, membraneStep } from "./engine/network/neurons/lifGroup.ts";
export { MembraneGroup } from "./engine/network/neurons/membraneGroup.ts";
export type { NeuronGroup } from "./engine/network/neurons/neuronGroup.ts";
export { type MembraneParameters, membraneParameters } from "./engine/network/neurons/parameters.ts";
export {
  decay,
  duration,
  type Given,
  type Parameter,
  type Table,
  table,
  time,
  type Unit,
  type Values,
} from "./engine/network/parameters.ts";
export {
  type DefinedPlasticity,
  definePlasticity,
  type PlasticityDefinition,
  type PlasticitySpec,
} from "./engine/network/plasticity/index.ts";
export type { PlasticityModel, Site, SynapseRule } from "./engine/network/plasticity/plasticity.ts";
export { pfisterGerstner2006 } from "./engine/network/plasticity/stdpTriplet.ts";
export type { Eligibility } from "./engine/network/plasticity/threeFactor.ts";
export { Trace } from "./engine/network/plasticity/trace.ts";
export type { StimulusSpec } from "./engine/network/stimuli/stimulus.ts";
export type { PerSynapse } from "./engine/network/synapses/drawn.ts";
export type { Raster, RasterPopulation, RecordedTrace } from "./engine/record/raster.ts";
export { SpikeTrain } from "./engine/record/spikeTrain.ts";
export { Simulation, type SimulationOptions } from "./engine/simulation.ts";
export { InputError } from "./errors.ts";
export { directFeedback, layeredFeedback } from "./feedback/draw.ts";
export { rasterPicture } from "./io/picture/rasterPicture.ts";
export { pictureToSvg } from "./io/picture/svg.ts";
export { decodeRaster, encodeRaster } from "./io/raster/native.ts";
export * as elementary from "./math/elementary.ts";
export { angleDegrees, multiply } from "./math/matrix.ts";
export { Rng, threefry2x32 } from "./math/rng.ts";
export { outputError } from "./math/softmax.ts";
export { type BackendName, backendTitle, selectBackend } from "./rate/backend.ts";
export { RateNetwork } from "./rate/network.ts";
export { matMulTransposed } from "./rate/ops.ts";
export { type Tensor2D, tf } from "./rate/tensors.ts";
export { gated } from "./rules/gate.ts";
export { defineRule, ruleNamed, rules } from "./rules/index.ts";
export type { Forms, RateLearner, Rule, SpikingLearner } from "./rules/rule.ts";
export { alignmentDegrees } from "./training/alignment.ts";
export { initialParameters, type Parameters } from "./training/initialise.ts";
export { recordSample } from "./training/record.ts";
export type { CurvePoint, Results, RunRecord, RunResult, Twin } from "./training/results.ts";
export type { RunState } from "./training/runState.ts";
export { createTrainer, type RunPlan, type Trained, train } from "./training/train.ts";
export type { Trainer, TrainingSettings } from "./training/trainer.ts";
