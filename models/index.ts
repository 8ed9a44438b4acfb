import type { ModelDescription } from "../src/description/describe.ts";
import type { LayeredModel } from "../src/description/layeredModel.ts";
import { drtpConv } from "./layered/drtpConv.ts";
import { lenet } from "./layered/lenet.ts";
import { pepitaConv } from "./layered/pepitaConv.ts";
import { signConcordant, signConcordantNormalised } from "./layered/signConcordant.ts";
import { brunel } from "./networks/brunel.ts";
import { coba } from "./networks/coba.ts";
import { cuba } from "./networks/cuba.ts";
import { distalReward } from "./networks/distalReward.ts";
import { distalRewardIzhikevich } from "./networks/distalRewardIzhikevich.ts";
import { microcircuit } from "./networks/microcircuit.ts";
import { polychronous } from "./networks/polychronous.ts";
import { song } from "./networks/song.ts";
import { synfire } from "./networks/synfire.ts";
import { cifar10 } from "./settings/cifar10.ts";
import { digits } from "./settings/digits.ts";
import { fashionMnist } from "./settings/fashionMnist.ts";
import { mnist } from "./settings/mnist.ts";
import { nmnist } from "./settings/nmnist.ts";
import type { TwinModel } from "./settings/twinModel.ts";
import { words } from "./settings/words.ts";

export type { TwinModel };

const byDataset: Readonly<Record<string, TwinModel>> = {
  digits,
  mnist,
  "fashion-mnist": fashionMnist,
  cifar10,
  cifar100: cifar10,
};

/** The constants for a data set; a folder of the user's own starts from those of MNIST. */
export function twinModel(dataset: string): TwinModel {
  return Object.hasOwn(byDataset, dataset) ? byDataset[dataset] : mnist;
}

const byRecordings: Readonly<Record<string, TwinModel>> = { nmnist, shd: words, ssc: words };

/** The constants for a data set whose recordings are shown with their times; null where it has none of its own. */
export function recordingModel(dataset: string): TwinModel | null {
  return Object.hasOwn(byRecordings, dataset) ? byRecordings[dataset] : null;
}

/** Networks that `threefactor simulate` knows by name. */
export const networkModels: Readonly<Record<string, ModelDescription>> = {
  brunel,
  coba,
  cuba,
  "distal-reward": distalReward,
  "distal-reward-izhikevich": distalRewardIzhikevich,
  microcircuit,
  polychronous,
  song,
  synfire,
};

/** Networks that `threefactor compare --model` knows by name. */
export const layeredModels: Readonly<Record<string, LayeredModel>> = Object.fromEntries(
  [pepitaConv, drtpConv, lenet, signConcordant, signConcordantNormalised].map(model => [model.name, model]),
);
