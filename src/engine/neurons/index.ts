import { InputError } from "../../errors.ts";
import { type LifParameters, lif } from "./lif.ts";
import { LifGroup } from "./lifGroup.ts";
import type { NeuronGroup } from "./neuronGroup.ts";

/** A neuron model with its parameters filled in and checked. */
export interface NeuronModel {
  readonly model: string;
  create(size: number): NeuronGroup;
}

/** What a user writes: parameters of one of the models; `lif` where no model is named. */
export type NeuronSpec = { readonly model?: "lif" } & Partial<LifParameters> & {
    readonly vThreshold: number;
  };

/** Every neuron model by name: checks the parameters and says how to make a population. */
const models: Readonly<Record<string, (parameters: never) => Omit<NeuronModel, "model">>> = {
  lif(parameters: Partial<LifParameters> & { vThreshold: number }) {
    const checked = lif(parameters);
    return { create: size => new LifGroup(size, checked) };
  },
};

/** @throws InputError that names the parameter, the value and what was expected */
export function neuronModel(spec: NeuronSpec): NeuronModel {
  const { model = "lif", ...parameters } = spec;
  if (!Object.hasOwn(models, model)) {
    throw new InputError(`model: expected one of ${Object.keys(models).join(", ")}, got ${model}`);
  }
  return { model, ...models[model]!(parameters as never) };
}
