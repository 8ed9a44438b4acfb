import type { ModelDescription } from "../src/description/describe.ts";
import type { LayeredModel } from "../src/description/layeredModel.ts";
import { brunel } from "./brunel.ts";
import { cuba } from "./cuba.ts";
import { digits } from "./digits.ts";
import { distalReward } from "./distalReward.ts";
import { drtpConv } from "./drtpConv.ts";
import { fashionMnist } from "./fashionMnist.ts";
import { lenet } from "./lenet.ts";
import { microcircuit } from "./microcircuit.ts";
import { mnist } from "./mnist.ts";
import { pepitaConv } from "./pepitaConv.ts";
import { signConcordant, signConcordantNormalised } from "./signConcordant.ts";
import { song } from "./song.ts";
import { synfire } from "./synfire.ts";
import type { TwinModel } from "./twinModel.ts";

export type { TwinModel };

const byDataset: Readonly<Record<string, TwinModel>> = { digits, mnist, "fashion-mnist": fashionMnist };

/** The constants for a data set; a folder of the user's own starts from those of MNIST. */
export function twinModel(dataset: string): TwinModel {
  return byDataset[dataset] ?? mnist;
}

/** Networks that `threefactor simulate` knows by name. */
export const networkModels: Readonly<Record<string, ModelDescription>> = {
  brunel,
  cuba,
  "distal-reward": distalReward,
  microcircuit,
  song,
  synfire,
};

/** Networks that `threefactor compare --model` knows by name. */
export const layeredModels: Readonly<Record<string, LayeredModel>> = Object.fromEntries(
  [pepitaConv, drtpConv, lenet, signConcordant, signConcordantNormalised].map(model => [model.name, model]),
);
