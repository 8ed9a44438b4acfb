import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as page from "../src/browser.ts";
import * as library from "../src/index.ts";

/** What the package exports, by the groups of its faces: whoever adds or takes away a name says so here. */
const exported: Readonly<Record<string, readonly string[]>> = {
  "browser: Networks, and what runs them": [
    "networkModels describe ModelDescription override Inference InferenceOptions Inferred",
    "InputSpikes Network NetworkSpec network PerNeuron Population PopulationSpec ProjectionSpec",
    "CurrentSpec NoiseSpec PoissonSpec RegularSpec SpikesSpec Stimulus StimulusSpec Connectivity",
    "ConvolutionSpec PerSynapse SynapsesSpec Projection ProbeRecording SpikeRecording Simulation",
    "SimulationOptions Precision SpikeBudget",
  ],
  "browser: Neurons": [
    "NeuronModel NeuronSpec LatticeStep NumericStep LifParameters lif relax timeToThreshold MaxPoolSpec",
    "NeuronGroup MembraneSpec SynapticParameters SynapticSpec",
  ],
  "browser: Plasticity": [
    "HomeostasisSpec Modulator ModulatorSpec PlasticitySpec PlasticityModel Site SynapseRule Plasticity ShortTermSpec",
    "StdpDerivativeSpec StdpInhibitorySpec PairParameters StdpPairSpec StdpRewardSpec pfisterGerstner2006",
    "StdpTripletSpec Eligibility ThreeFactorSpec Trace",
  ],
  "browser: Recordings": [
    "Raster RasterPopulation RecordedTrace SpikeTrain Drawing Mark Curve Curves curvesPicture rasterPicture pictureToSvg",
    "decodeRaster encodeRaster",
  ],
  "browser: Data, and numbers as spikes": [
    "Dataset Recording Sample Samples Encoder EncoderSettings EncoderName encoders ShownAs",
  ],
  "browser: Networks in layers, which rules train": [
    "ThreeFactorSynapses",
    "Dropout FeedForwardNetwork Presentation PresentationOptions PresentedInput Reading Architecture",
    "Convolution convLayer dense denseLayer Layer Maps Pool LayeredNetwork layeredSpec Wiring",
    "layersOf BackendName backendTitle selectBackend Forward RateDropout RateNetwork Tensor2D",
    "Variable2D",
  ],
  "browser: Learning rules and their training": [
    "ruleNamed rules Chosen RuleOption RuleOptions Forms RateBatch RateLearner Remembers Rule",
    "SpikingLearner SpikingSample Steps alignmentDegrees initialParameters Parameters OptimiserName",
    "Factors Told recordSample CurvePoint Results RunRecord RunResult Twin RunState createTrainer RunPlan Trained",
    "TrainHooks train Cost Evaluation Pieces Trainer TrainingSettings",
  ],
  "browser: Definitions of one's own, and what they are made of": [
    "DatasetArrays DefinedNeuron DefinedPlasticity EncoderDefinition Given LifGroup MembraneGroup",
    "MembraneParameters NeuronDefinition Parameter PlasticityDefinition SampleArrays Table",
    "Unit Values datasetOf decay defineEncoder defineNeuron definePlasticity",
    "defineRule directFeedback duration encoderOf gated layeredFeedback matMulTransposed",
    "membraneParameters membraneStep multiply outputError table tf time tracePerSpike",
  ],
  "browser: Numbers and errors": ["InputError angleDegrees Rng"],
  "index: Data sets and the settings that suit them": [
    "TwinModel twinModel recordingModel loadNmnist loadShd loadSsc catalogue DatasetEntry DatasetFile datasets",
    "LoadOptions loadDataset NamedDataset defineDataset",
  ],
  "index: Training in threads, and modules of definitions": ["spread loadPlugin"],
  "index: Reports of runs": ["ReportInput renderReport formatTable bootstrapInterval Interval mcNemar"],
  "io/index: Recordings of events": [
    "decodeAedat CameraEvents eventsToRaster decodeNmnist readShd SpokenWords decodeEventsCsv",
    "decodeEventsNpy decodeEventsNpz RowRange",
  ],
  "io/index: Networks": [
    "decodeNetwork encodeNetwork TrainedNetwork NirExportOptions networkToNir readNir writeNir",
    "NirGraph NirNode NirTensor NirValue ImportedNetwork NirImportOptions nirToNetwork LayerPart",
    "readSonataCircuit SonataCircuit SonataOptions writeSonataNetwork readSonataSimulation",
    "SonataSimulation",
  ],
  "io/index: Recordings and pictures": [
    "pictureToPng RasterFormatName RasterWriteOptions rasterFormats writeRaster RasterWriter",
    "openRaster collect RasterStream SpikeBlock streamOf",
  ],
};

/** Names that a face exports under each of its headings. */
function groupsOf(face: string): [group: string, names: string[]][] {
  const source = readFileSync(new URL(`../src/${face}.ts`, import.meta.url), "utf8");
  const parts = source.split(/^\/\/ (.*)$/m).slice(1);
  const names = (text: string) =>
    [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
      list.split(",").flatMap(item => item.trim().replace(/^type /, "") || []),
    );
  const groups = parts.flatMap((heading, k): [string, string[]][] =>
    k % 2 === 0 ? [[`${face}: ${heading}`, names(parts[k + 1])]] : [],
  );
  return groups.filter(([, own]) => own.length > 0);
}

test("the public names are these, in these groups", () => {
  const found = ["browser", "index", "io/index"].flatMap(groupsOf);
  const sorted = (names: readonly string[]) => names.join(" ").split(" ").sort();
  expect(Object.fromEntries(found.map(([group, names]) => [group, sorted(names)]))).toEqual(
    Object.fromEntries(Object.entries(exported).map(([group, names]) => [group, sorted(names)])),
  );
});

test("all that is there at run time has a group, or is one of the statistics", async () => {
  const statistics = Object.keys(await import("../src/analysis/index.ts"));
  // `elementary` is a module of its own.
  const known = ["elementary", ...Object.values(exported).flat().join(" ").split(" "), ...statistics];
  expect(Object.keys(library).filter(name => !known.includes(name))).toEqual([]);
  expect(Object.keys(library)).toEqual(expect.arrayContaining(Object.keys(page)));
});
