import { InputError } from "../../errors.ts";
import { expectFields } from "../expect.ts";
import { type AlifSpec, alif } from "./alif.ts";
import { type IfSpec, integrateAndFire } from "./integrateAndFire.ts";
import type { LatticeStep } from "./lattice.ts";
import { type LiSpec, leakyIntegrator } from "./leakyIntegrator.ts";
import { lifAlpha } from "./lifAlpha.ts";
import { lifExp } from "./lifExp.ts";
import { LifGroup, membraneStep } from "./lifGroup.ts";
import { type MaxPoolSpec, maxPool } from "./maxPool.ts";
import type { NeuronGroup } from "./neuronGroup.ts";
import {
  expectOnly,
  type MembraneSpec,
  membrane,
  membraneFields,
  type SynapticParameters,
  type SynapticSpec,
} from "./parameters.ts";
import { parrot } from "./parrot.ts";

/** A neuron model with its parameters filled in and checked. */
export interface NeuronModel {
  readonly model: string;
  /** @throws InputError unless a population of this size can be of this model */
  fits?(size: number): void;
  create(size: number): NeuronGroup;
  /** One step of dt [ms], for the grid mode. */
  lattice(dt: number): LatticeStep;
  /** Parameters of neurons whose state the exact mode keeps by modes, where they fit; see `LifExpModes`. */
  readonly modes?: SynapticParameters;
}

/** What a user writes: parameters of one of the models; `lif` where no model is named. */
export type NeuronSpec =
  | ({ readonly model?: "lif" } & MembraneSpec)
  | ({ readonly model: "lif-exp" } & SynapticSpec)
  | ({ readonly model: "lif-alpha" } & SynapticSpec)
  | ({ readonly model: "alif" } & AlifSpec)
  | ({ readonly model: "if" } & IfSpec)
  | ({ readonly model: "li" } & LiSpec)
  | { readonly model: "parrot" }
  | ({ readonly model: "max-pool" } & MaxPoolSpec);

/** Every neuron model by name: checks the parameters and says how to make a population. */
const models: Readonly<Record<string, (parameters: never) => Omit<NeuronModel, "model">>> = {
  lif(parameters: MembraneSpec) {
    expectOnly(parameters, "lif", membraneFields);
    const checked = membrane(parameters);
    return { create: size => new LifGroup(size, checked), lattice: dt => membraneStep(checked, dt) };
  },
  "lif-exp": lifExp,
  "lif-alpha": lifAlpha,
  alif,
  if: integrateAndFire,
  li: leakyIntegrator,
  parrot,
  "max-pool": maxPool,
};

/** @throws InputError that names the parameter, the value and what was expected */
export function neuronModel(spec: NeuronSpec): NeuronModel {
  expectFields(spec, '"input" or a neuron model with its parameters');
  const { model = "lif", ...parameters } = spec;
  if (!Object.hasOwn(models, model)) {
    throw new InputError(`model: expected one of ${Object.keys(models).join(", ")}, got ${model}`);
  }
  return { model, ...models[model]!(parameters as never) };
}
