import { InputError } from "../../errors.ts";
import { expectChoice, expectFields, within } from "../expect.ts";
import type { Projection } from "../projections/projection.ts";
import { type HomeostasisSpec, homeostasis } from "./homeostasis.ts";
import type { PlasticityModel } from "./plasticity.ts";
import type { Plasticity } from "./plasticSynapses.ts";
import { type ShortTermSpec, shortTerm } from "./shortTerm.ts";
import { type StdpInhibitorySpec, stdpInhibitory } from "./stdpInhibitory.ts";
import { type StdpPairSpec, stdpPair } from "./stdpPair.ts";
import { type StdpRewardSpec, stdpReward } from "./stdpReward.ts";
import { type StdpTripletSpec, stdpTriplet } from "./stdpTriplet.ts";
import { type ThreeFactorSpec, threeFactorSynapse } from "./threeFactorSynapse.ts";

/** What a user writes in a projection's `plasticity`. */
export type PlasticitySpec =
  | StdpPairSpec
  | StdpTripletSpec
  | StdpInhibitorySpec
  | StdpRewardSpec
  | ShortTermSpec
  | HomeostasisSpec
  | ThreeFactorSpec;

/** Every rule by name: checks its description and says how to put it on synapses. */
const models: Readonly<Record<PlasticitySpec["kind"], (spec: never) => PlasticityModel>> = {
  "stdp-pair": stdpPair,
  "stdp-triplet": stdpTriplet,
  "stdp-inhibitory": stdpInhibitory,
  "stdp-reward": stdpReward,
  "short-term": shortTerm,
  homeostasis,
  "three-factor": threeFactorSynapse,
};

/**
 * Checks the plasticity of a projection.
 * @param synapses  with the weights that it begins with
 * @throws InputError that names the field, its value and what was expected
 */
export function plasticity(
  projection: {
    readonly plasticity?: PlasticitySpec | readonly PlasticitySpec[];
    readonly delayKind?: "axonal" | "dendritic";
  },
  synapses: Pick<Projection, "heldWeights" | "shared">,
): Plasticity | null {
  const { plasticity: given, delayKind = "axonal" } = projection;
  expectChoice("delayKind", delayKind, ["axonal", "dendritic"]);
  if (given === undefined) return null;
  if (synapses.shared)
    throw new InputError("plasticity: expected a weight per synapse, got those of a shared kernel");
  const several = Array.isArray(given);
  const specs: readonly PlasticitySpec[] = several ? given : [given as PlasticitySpec];
  const checked = specs.map((spec, k) =>
    within(several ? `plasticity[${k}]` : "plasticity", () => {
      expectFields(spec, "a plasticity rule");
      expectChoice("kind", spec.kind, Object.keys(models));
      return models[spec.kind](spec as never);
    }),
  );
  checked.forEach((model, k) => {
    if (delayKind === "dendritic" && !model.dendritic) {
      throw new InputError(`delayKind: expected axonal with ${specs[k]!.kind}, got dendritic`);
    }
    model.check(synapses.heldWeights);
  });
  return { models: checked, delayKind };
}
