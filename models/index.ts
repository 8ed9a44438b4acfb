import type { ModelDescription } from "../src/description/describe.ts";
import { brunel } from "./brunel.ts";
import { cuba } from "./cuba.ts";
import { digits } from "./digits.ts";
import { distalReward } from "./distalReward.ts";
import { fashionMnist } from "./fashionMnist.ts";
import { microcircuit } from "./microcircuit.ts";
import { mnist } from "./mnist.ts";
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
