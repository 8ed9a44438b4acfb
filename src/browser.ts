/**
 * What a page can use, and gives the same spikes there as in Node: networks and their simulation, learning rules and
 * their training, spike trains and the native raster format. Nothing here reads a file, and no tensor library is loaded
 * before `selectBackend` or `train` asks for it.
 */

// Networks, and what runs them

export { networkModels } from "../models/index.ts";
export { describe, type ModelDescription } from "./description/describe.ts";
export { override } from "./description/override.ts";
export { Inference, type InferenceOptions, type Inferred } from "./engine/lattice/batch/inference.ts";
export type { InputSpikes } from "./engine/lattice/batch/inputSpikes.ts";
export {
  type Network,
  type NetworkSpec,
  network,
  type PerNeuron,
  type Population,
  type PopulationSpec,
  type ProjectionSpec,
} from "./engine/network/network.ts";
export type { CurrentSpec } from "./engine/network/stimuli/current.ts";
export type { NoiseSpec } from "./engine/network/stimuli/noise.ts";
export type { PoissonSpec } from "./engine/network/stimuli/poisson.ts";
export type { RegularSpec } from "./engine/network/stimuli/regular.ts";
export type { SpikesSpec } from "./engine/network/stimuli/spikes.ts";
export type { StimulusSpec } from "./engine/network/stimuli/stimulus.ts";
export type { Stimulus } from "./engine/network/stimuli/timing.ts";
export type { Connectivity } from "./engine/network/synapses/connect.ts";
export type { ConvolutionSpec } from "./engine/network/synapses/convolution.ts";
export type { PerSynapse, SynapsesSpec } from "./engine/network/synapses/drawn.ts";
export type { Projection } from "./engine/network/synapses/projection.ts";
export type { ProbeRecording } from "./engine/record/probe.ts";
export type { SpikeRecording } from "./engine/record/recorder.ts";
export { type Precision, Simulation, type SimulationOptions } from "./engine/simulation.ts";
export type { SpikeBudget } from "./engine/spikeBudget.ts";

// Neurons

export type { NeuronModel, NeuronSpec } from "./engine/network/neurons/index.ts";
export type { LatticeStep, NumericStep } from "./engine/network/neurons/lattice.ts";
export { type LifParameters, lif, relax, timeToThreshold } from "./engine/network/neurons/lif.ts";
export type { MaxPoolSpec } from "./engine/network/neurons/maxPool.ts";
export type { NeuronGroup } from "./engine/network/neurons/neuronGroup.ts";
export type { MembraneSpec, SynapticParameters, SynapticSpec } from "./engine/network/neurons/parameters.ts";

// Plasticity

export type { ModulatorSpec } from "./engine/network/modulators.ts";
export type { HomeostasisSpec } from "./engine/network/plasticity/homeostasis.ts";
export type { PlasticitySpec } from "./engine/network/plasticity/index.ts";
export type { Modulator } from "./engine/network/plasticity/modulator.ts";
export type {
  PairParameters,
  PlasticityModel,
  Site,
  SynapseRule,
} from "./engine/network/plasticity/plasticity.ts";
export type { Plasticity } from "./engine/network/plasticity/plasticSynapses.ts";
export type { ShortTermSpec } from "./engine/network/plasticity/shortTerm.ts";
export type { StdpDerivativeSpec } from "./engine/network/plasticity/stdpDerivative.ts";
export type { StdpInhibitorySpec } from "./engine/network/plasticity/stdpInhibitory.ts";
export type { StdpPairSpec } from "./engine/network/plasticity/stdpPair.ts";
export type { StdpRewardSpec } from "./engine/network/plasticity/stdpReward.ts";
export { pfisterGerstner2006, type StdpTripletSpec } from "./engine/network/plasticity/stdpTriplet.ts";
export type { Eligibility, ThreeFactorSpec } from "./engine/network/plasticity/threeFactor.ts";
export { Trace } from "./engine/network/plasticity/trace.ts";

// Recordings

export * from "./analysis/index.ts";
export type { Raster, RasterPopulation, RecordedTrace } from "./engine/record/raster.ts";
export { SpikeTrain } from "./engine/record/spikeTrain.ts";
export { type Curve, type Curves, curvesPicture } from "./io/picture/curvesPicture.ts";
export type { Drawing, Mark } from "./io/picture/draw.ts";
export { rasterPicture } from "./io/picture/rasterPicture.ts";
export { pictureToSvg } from "./io/picture/svg.ts";
export { decodeRaster, encodeRaster } from "./io/raster/native.ts";

// Data, and numbers as spikes

export type { Dataset, Recording, Sample, Samples } from "./data/dataset.ts";
export type { Encoder, EncoderSettings } from "./encoding/encoder.ts";
export { type EncoderName, encoders } from "./encoding/index.ts";
export type { ShownAs } from "./encoding/shown.ts";

// Networks in layers, which rules train

export { FeedForwardNetwork } from "./engine/exact/feedForward.ts";
export type {
  Dropout,
  Presentation,
  PresentationOptions,
  PresentedInput,
  Reading,
} from "./engine/exact/presentation.ts";
export { ThreeFactorSynapses } from "./engine/exact/threeFactorSynapses.ts";
export {
  type Architecture,
  type Convolution,
  convLayer,
  dense,
  denseLayer,
  type Layer,
  type Maps,
  type Pool,
} from "./engine/network/architecture.ts";
export { type LayeredNetwork, layeredSpec, type Wiring } from "./engine/network/layers.ts";
export { layersOf } from "./engine/network/layersOf.ts";
export { type BackendName, backendTitle, selectBackend } from "./rate/backend.ts";
export { type Forward, type RateDropout, RateNetwork } from "./rate/network.ts";
export type { Tensor2D, Variable2D } from "./rate/tensors.ts";

// Learning rules and their training

export type { Factors, Told } from "./rules/equation.ts";
export { ruleNamed, rules } from "./rules/index.ts";
export type { Chosen, RuleOption, RuleOptions } from "./rules/options.ts";
export type {
  Forms,
  RateBatch,
  RateLearner,
  Remembers,
  Rule,
  SpikingLearner,
  SpikingSample,
  Steps,
} from "./rules/rule.ts";
export { alignmentDegrees } from "./training/alignment.ts";
export { initialParameters, type Parameters } from "./training/initialise.ts";
export type { OptimiserName } from "./training/optimiser.ts";
export { recordSample } from "./training/record.ts";
export type { CurvePoint, Results, RunRecord, RunResult, Twin } from "./training/results.ts";
export type { RunState } from "./training/runState.ts";
export { createTrainer, type RunPlan, type Trained, type TrainHooks, train } from "./training/train.ts";
export type { Cost, Evaluation, Pieces, Trainer, TrainingSettings } from "./training/trainer.ts";

// Numbers and errors

export { InputError } from "./errors.ts";
export * as elementary from "./math/elementary.ts";
export { angleDegrees } from "./math/matrix.ts";
export { Rng } from "./math/rng.ts";

// Definitions of one's own, and what they are made of

export { type DatasetArrays, datasetOf, type SampleArrays } from "./data/arrays.ts";
export { type EncoderDefinition, tracePerSpike } from "./encoding/encoder.ts";
export { defineEncoder, encoderOf } from "./encoding/index.ts";
export { type DefinedNeuron, defineNeuron, type NeuronDefinition } from "./engine/network/neurons/index.ts";
export { LifGroup, membraneStep } from "./engine/network/neurons/lifGroup.ts";
export { MembraneGroup } from "./engine/network/neurons/membraneGroup.ts";
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
} from "./engine/network/plasticity/index.ts";
export { directFeedback, layeredFeedback } from "./feedback/draw.ts";
export { multiply } from "./math/matrix.ts";
export { outputError } from "./math/softmax.ts";
export { matMulTransposed } from "./rate/ops.ts";
export { tf } from "./rate/tensors.ts";
export { gated } from "./rules/gate.ts";
export { defineRule } from "./rules/index.ts";
