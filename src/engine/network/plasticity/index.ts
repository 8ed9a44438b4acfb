import { InputError } from "../../../errors.ts";
import { expectMethods, Registry } from "../../../registry.ts";
import { expectChoice, expectFields, within } from "../expect.ts";
import { type AnyTable, filledOnly, type Given, type Table, tableFault } from "../parameters.ts";
import type { Projection } from "../synapses/projection.ts";
import { homeostasis } from "./homeostasis.ts";
import type { PlasticityDefinition, PlasticityModel } from "./plasticity.ts";
import type { Plasticity } from "./plasticSynapses.ts";
import { shortTerm } from "./shortTerm.ts";
import { stdpDerivative } from "./stdpDerivative.ts";
import { stdpInhibitory } from "./stdpInhibitory.ts";
import { stdpPair } from "./stdpPair.ts";
import { type StdpRewardSpec, stdpReward } from "./stdpReward.ts";
import { stdpTriplet } from "./stdpTriplet.ts";
import { threeFactor } from "./threeFactor.ts";

export type { PlasticityDefinition };

const own = [
  ...[stdpPair, stdpTriplet, stdpInhibitory, stdpReward, stdpDerivative, shortTerm, homeostasis, threeFactor],
] as const;

type SpecOf<Own> =
  Own extends PlasticityDefinition<AnyTable, infer Name>
    ? { readonly kind: Name } & Given<Own["parameters"]>
    : never;

/** What a user writes in a projection's `plasticity`. */
export type PlasticitySpec = SpecOf<(typeof own)[number]> | StdpRewardSpec;

/** Every rule by name. */
export const plasticities = new Registry<PlasticityDefinition<AnyTable>>(
  "plasticity",
  { parameters: "object", create: "function" },
  own,
  ({ parameters }) => tableFault(parameters, "kind"),
);

/** A definition, and a way to write a plasticity of it with its own parameters. */
export type DefinedPlasticity<T extends Table> = PlasticityDefinition<T> & {
  /** A plasticity of this kind. */
  spec(parameters: Given<T>): PlasticitySpec;
};

/**
 * Adds a plasticity rule of synapses, which projections name as `kind`.
 * @throws InputError when the definition lacks something, or its name is taken
 */
export function definePlasticity<const T extends Table>(
  definition: PlasticityDefinition<T>,
): DefinedPlasticity<T> {
  plasticities.add(definition);
  const spec = (parameters: Given<T>) =>
    ({ kind: definition.name, ...parameters }) as unknown as PlasticitySpec;
  return Object.assign(definition, { spec });
}

/** The fields of a plasticity that a description holds; undefined where its kind is unknown. */
export function plasticityFields({ kind }: { readonly kind?: unknown }): Table | undefined {
  const definition = plasticities.find(kind);
  return definition && { kind: {}, ...definition.parameters };
}

/**
 * Checks the plasticity of a projection; of its synapses nothing is known yet, see `expectLearning`.
 * @throws InputError that names the field, its value and what was expected
 */
export function plasticity(projection: {
  readonly plasticity?: PlasticitySpec | readonly PlasticitySpec[];
  readonly delayKind?: "axonal" | "dendritic";
}): Plasticity | null {
  const { plasticity: given, delayKind = "axonal" } = projection;
  expectChoice("delayKind", delayKind, ["axonal", "dendritic"]);
  if (given === undefined) return null;
  const several = Array.isArray(given);
  const specs: readonly PlasticitySpec[] = several ? given : [given as PlasticitySpec];
  const rules = specs.map((spec, k) =>
    within(several ? `plasticity[${k}]` : "plasticity", () => {
      expectFields(spec, "a plasticity rule");
      const { kind, ...given } = spec;
      const definition = plasticities.named(kind, "kind");
      const parameters = filledOnly(given, definition.parameters, kind);
      const model: PlasticityModel = definition.create(parameters);
      return { model: expectMethods(model, `plasticity ${kind}: create`, ["check", "create"]), parameters };
    }),
  );
  const models = rules.map(({ model }) => model);
  const parameters = rules.map(({ parameters }) => parameters);
  const kinds = specs.map(({ kind }) => kind);
  models.forEach((model, k) => {
    if (delayKind === "dendritic" && !model.dendritic) {
      throw new InputError(`delayKind: expected axonal with ${kinds[k]}, got dendritic`);
    }
  });
  return { models, kinds, parameters, delayKind };
}

/**
 * @param synapses  with the weights that they begin with
 * @throws InputError unless these synapses can learn so
 */
export function expectLearning(
  { models, kinds }: Plasticity,
  synapses: Pick<Projection, "heldWeights" | "shared">,
): void {
  models.forEach((model, k) => {
    if (synapses.shared && !model.shares)
      throw new InputError(
        `plasticity: expected a weight per synapse with ${kinds[k]}, got those of a shared kernel`,
      );
    model.check(synapses.heldWeights);
  });
}
