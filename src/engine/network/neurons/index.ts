import { InputError } from "../../../errors.ts";
import { expectMethods, Registry } from "../../../registry.ts";
import { expectFields } from "../expect.ts";
import {
  type AnyTable,
  filledOnly,
  type Given,
  type Table,
  table,
  tableFault,
  type Unit,
} from "../parameters.ts";
import { adex } from "./adex.ts";
import { alif } from "./alif.ts";
import { integrateAndFire } from "./integrateAndFire.ts";
import { izhikevich } from "./izhikevich.ts";
import { leakyIntegrator } from "./leakyIntegrator.ts";
import { lifAlpha } from "./lifAlpha.ts";
import { lifCondExp } from "./lifCondExp.ts";
import { lifExp } from "./lifExp.ts";
import { LifGroup, membraneStep } from "./lifGroup.ts";
import { type MaxPoolSpec, maxPool } from "./maxPool.ts";
import type { NeuronGroup } from "./neuronGroup.ts";
import type { NeuronDefinition, NeuronModel } from "./neuronModel.ts";
import { type MembraneSpec, membraneParameters } from "./parameters.ts";
import { parrot } from "./parrot.ts";

export type { NeuronDefinition, NeuronModel };

const lif: NeuronDefinition<typeof membraneParameters, "lif"> = {
  name: "lif",
  parameters: membraneParameters,
  create: (p, size) => new LifGroup(size, p),
  lattice: membraneStep,
  jumps: p => p,
};

const own = [
  ...[lif, lifExp, lifAlpha, alif, integrateAndFire, leakyIntegrator, parrot, maxPool],
  ...[lifCondExp, izhikevich, adex],
] as const;

type SpecOf<Own> =
  Own extends NeuronDefinition<AnyTable, infer Name>
    ? { readonly model: Name } & Given<Own["parameters"]>
    : never;

/** What a user writes: parameters of one of the models; `lif` where no model is named. */
export type NeuronSpec =
  | SpecOf<(typeof own)[number]>
  | ({ readonly model?: "lif" } & MembraneSpec)
  | ({ readonly model: "max-pool" } & MaxPoolSpec);

/** Every neuron model by name. */
export const neurons = new Registry<NeuronDefinition<AnyTable>>(
  "neuron",
  {
    ...{ parameters: "object", create: "function", fits: "function?", lattice: "function?" },
    ...{ modes: "function?", jumps: "function?", numeric: "function?", weightUnit: "function?" },
  },
  own,
  ({ parameters }) => tableFault(parameters, "model"),
);

/** A definition, and a way to write a neuron of it with its own parameters. */
export type DefinedNeuron<T extends Table> = NeuronDefinition<T> & {
  /** A neuron of this model. */
  spec(parameters: Given<T>): NeuronSpec;
};

/**
 * Adds a neuron model, which populations name as `model`. Its numbers are those of a description: times in ms.
 * @throws InputError when the definition lacks something, or its name is taken
 */
export function defineNeuron<const T extends Table>(definition: NeuronDefinition<T>): DefinedNeuron<T> {
  neurons.add(definition);
  const spec = (parameters: Given<T>) => ({ model: definition.name, ...parameters }) as unknown as NeuronSpec;
  return Object.assign(definition, { spec });
}

/** Of a `NeuronGroup`, the others may be absent. */
const METHODS = ["receive", "setCurrent", "potential", "settleCrossing", "fire", "nextSpike"] as const;

/** @throws InputError that names the parameter, the value and what was expected */
export function neuronModel(spec: NeuronSpec): NeuronModel {
  expectFields(spec, '"input" or a neuron model with its parameters');
  const { model = "lif", ...given } = spec;
  const definition = neurons.named(model, "model");
  const p = filledOnly(given, definition.parameters, model);
  return {
    model,
    parameters: p,
    fits: size => definition.fits?.(p, size),
    create: size =>
      expectMethods<NeuronGroup>(definition.create(p, size), `neuron ${model}: create`, METHODS),
    lattice(dt) {
      if (definition.lattice) return definition.lattice(p, dt);
      throw new InputError(
        definition.numeric
          ? `model: expected neurons with an exact step, which ${model} has not; use Simulation in the grid mode`
          : `model: expected neurons for the grid mode, got ${model}; use the exact mode`,
      );
    },
    step(dt, double) {
      if (double && definition.numeric)
        throw new InputError(
          `model: expected neurons with an exact step for precision "double", which ${model} has not`,
        );
      return definition.numeric?.(p, dt) ?? this.lattice(dt);
    },
    modes: definition.modes?.(p) ?? null,
    jumps: definition.jumps?.(p) ?? null,
  };
}

/** The parameters of a neuron that a description holds; undefined where its model is unknown. */
export function neuronFields({ model = "lif" }: { readonly model?: unknown }): Table | undefined {
  const definition = neurons.find(model);
  return definition && { ...table({ model: {} }), ...definition.parameters };
}

/** What weights of synapses onto a neuron count, as a description holds it; mV where its model is unknown. */
export function weightUnit(neuron: unknown): Unit {
  const { model = "lif", ...given } = (neuron ?? {}) as { readonly model?: unknown };
  return neurons.find(model)?.weightUnit?.(given) ?? "mV";
}
