/** A published run, as options of `threefactor compare`. */
export interface Preset {
  readonly name: string;
  /** The table that it is of, and where its settings are from. */
  readonly source: string;
  /** Options as they are typed, by the names of run.json. */
  readonly options: Readonly<Record<string, string>>;
  /** What is not as in the paper. */
  readonly unlike?: string;
}

const pepita = "Dellaferrera & Kreiman 2022, arXiv:2201.11665, table 1; the authors' code and its README";

/** PEPITA's fully connected nets: momentum, a tenth of the step at epochs 60 and 90, a tenth of the hidden neurons out. */
const pepitaDense = {
  rules: "pepita",
  hidden: "1024",
  epochs: "100",
  batch: "64",
  optimiser: "momentum",
  schedule: "pepita",
  dropout: "0.1",
};

/** What the code of forward learning with top-down feedback does where nothing is asked for, with the feedback of its README. */
const topDown = {
  ...pepitaDense,
  rules: "pepita,pepita-hebbian,pepita-wm",
  twins: "rate",
  learningRate: "0.01",
  weightDecay: "0",
};
const topDownSource =
  "Srinivasan et al. 2024, arXiv:2302.05440; the authors' code and its README, as the paper's own settings are not at hand";
const topDownUnlike =
  "the readout begins with half of He's weights, biases are there, and feedback is mirrored after every batch where it is at all";

const bioTorch = {
  rules: "bp,fa,dfa,usf,brsf,frsf",
  model: "lenet",
  epochs: "100",
  batch: "64",
  optimiser: "momentum",
  learningRate: "0.01",
  schedule: "biotorch-mnist",
  weightDecay: "0.001",
  ruleOptions: "brsf.scale=biotorch,frsf.scale=biotorch,usf.scale=biotorch",
  trainSamples: "60000",
};

const list: readonly Preset[] = [
  {
    name: "pepita-fc-mnist",
    source: pepita,
    options: { ...pepitaDense, dataset: "mnist", learningRate: "0.1", trainSamples: "60000" },
  },
  {
    name: "pepita-fc-cifar10",
    source: `${pepita}; the learning rate is that of its tutorial`,
    options: { ...pepitaDense, dataset: "cifar10", learningRate: "0.01", trainSamples: "50000" },
  },
  {
    name: "pepita-conv-mnist",
    source: pepita,
    options: {
      rules: "pepita",
      dataset: "mnist",
      model: "pepita-conv",
      epochs: "100",
      batch: "50",
      optimiser: "momentum",
      learningRate: "0.01",
      schedule: "pepita-conv",
      trainSamples: "60000",
    },
  },
  {
    name: "f3-fc-mnist",
    source: "Flügel et al. 2023, arXiv:2304.13372; the README of its code, whose example this is",
    options: {
      rules: "f3:one-hot,drtp,bp",
      twins: "rate",
      activation: "tanh",
      loss: "binary",
      dataset: "mnist",
      hidden: "500",
      epochs: "100",
      batch: "50",
      optimiser: "adam",
      learningRate: "0.00015",
      schedule: "constant",
      augment: "standardise",
      trainSamples: "60000",
    },
    unlike: "weights begin wider than PyTorch's linear layers do, and biases at 0",
  },
  {
    name: "drtp-fc-mnist",
    source: "Frenkel, Lefebvre & Bol 2021, Front. Neurosci. 15:629892; the authors' code",
    options: {
      rules: "bp,fa,dfa,drtp",
      twins: "rate",
      activation: "tanh",
      loss: "binary",
      // 1e-4 of a mean over ten classes; hidden layers' steps are divided neither by these nor by the batch.
      learningRate: "0.00001",
      ruleOptions: "dfa.hiddenRate=1000,drtp.hiddenRate=1000",
      dataset: "mnist",
      hidden: "500",
      epochs: "100",
      batch: "100",
      optimiser: "nesterov",
      schedule: "constant",
      trainSamples: "60000",
    },
    unlike: "weights begin wider than PyTorch's linear layers do, and biases at 0",
  },
  {
    name: "top-down-mnist",
    source: topDownSource,
    options: { ...topDown, dataset: "mnist", trainSamples: "60000" },
    unlike: topDownUnlike,
  },
  {
    name: "top-down-cifar10",
    source: topDownSource,
    options: { ...topDown, dataset: "cifar10", trainSamples: "50000" },
    unlike: topDownUnlike,
  },
  {
    name: "sign-concordant-cifar10",
    source:
      "Moskovitz, Litwin-Kumar & Abbott 2018, arXiv:1812.06488, as Lance & Kieu 2026 (arXiv:2605.08564) ran it again",
    options: {
      rules: "bp,fa,usf,usf:strict,frsf,frsf:strict,brsf,brsf:strict",
      twins: "rate",
      dataset: "cifar10",
      model: "sign-concordant",
      augment: "crop:24,flip,standardise",
      epochs: "50",
      batch: "128",
      optimiser: "adam",
      learningRate: "0.001",
      schedule: "constant",
      weightDecay: "0",
    },
    unlike:
      "fixed magnitudes are on the scale of the initial weights, where theirs are normal with a deviation of 0.01 (FA) or 0.1 (uSF Init, which is frSF here); the last epoch is measured, not the best; their BP has a weight decay of 1e-4",
  },
  {
    name: "forward-forward-mnist",
    source: "Hinton 2022, arXiv:2212.13345, after public notes on it: 784-2000x4, 60 epochs",
    options: {
      rules: "ff,ff:readout",
      twins: "rate",
      dataset: "mnist",
      hidden: "2000,2000,2000,2000",
      epochs: "60",
      batch: "100",
      optimiser: "momentum",
      learningRate: "0.1",
      schedule: "ff",
      trainSamples: "60000",
    },
    unlike:
      "optimiser and rate are not known; goodness is a mean of squares, wrong labels are drawn by the readout, which sees the last hidden layer alone",
  },
  {
    name: "biotorch-mnist",
    source: "Sanfiz & Akrout 2021, arXiv:2108.13446, benchmarks of the repository",
    options: { ...bioTorch, dataset: "mnist" },
    unlike: "the learning rate is not stated there",
  },
  {
    name: "biotorch-fashion-mnist",
    source: "Sanfiz & Akrout 2021, arXiv:2108.13446, benchmarks of the repository",
    options: { ...bioTorch, dataset: "fashion-mnist" },
    unlike: "the learning rate is not stated there",
  },
];

/** Published runs that `threefactor compare --preset` knows by name. */
export const presets: ReadonlyMap<string, Preset> = new Map(list.map(preset => [preset.name, preset]));
