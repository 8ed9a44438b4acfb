import { mnist } from "./mnist.ts";
import type { TwinModel } from "./twinModel.ts";

/** Fashion-MNIST. Its images are denser than MNIST's, so that the same step would be twice as long. */
export const fashionMnist: TwinModel = { ...mnist, learningRates: { default: 0.1 } };
