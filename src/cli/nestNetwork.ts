import { type Network, type NetworkSpec, network } from "../engine/network/network.ts";
import { about, InputError } from "../errors.ts";
import { expectPartners, type NestCircuit, nestCircuit } from "../io/nest/circuit.ts";
import type { NestOptions } from "../io/nest/options.ts";
import { synapsesAsked } from "../io/nest/rules.ts";
import { among } from "./arguments.ts";
import { type NetworkModel, networkOf } from "./networkModel.ts";

/** Networks with more synapses go over as rules: as lists they would take gigabytes. */
const MOST_SYNAPSES = 2 ** 27;
/** An archive of NumPy's ends at 4 GiB. */
const MOST_LISTED = 2 ** 28;

export const connectOption = {
  takes: "<how>",
  help: `for NEST: drawn, each synapse as it is drawn here, or rules, by which NEST draws as many anew (default: rules from ${MOST_SYNAPSES} synapses on)`,
  read: among(["drawn", "rules"]),
} as const;

/** A model's network, and what it is in NEST. */
export interface NestNetwork {
  /** Without synapses where NEST draws them. */
  readonly net: Network;
  readonly circuit: NestCircuit;
  /** As many as there are, or about. */
  readonly synapses: number;
}

interface Asked {
  readonly options: NestOptions;
  /** Beside the model's. */
  readonly stimuli?: NetworkSpec["stimuli"] | undefined;
}

/**
 * @param name        as it was typed
 * @param optionsFor  what is asked for, once the populations are known
 * @throws InputError that names the field for what NEST has no partner
 */
export async function nestNetwork(
  { spec, imported, ...model }: NetworkModel,
  name: string,
  connect: "drawn" | "rules" | null,
  optionsFor: (net: Network) => Promise<Asked>,
  { seed, precise }: Pick<NestOptions, "seed" | "precise">,
): Promise<NestNetwork> {
  const asked = synapsesAsked(spec);
  if (connect === "drawn" && asked > MOST_LISTED)
    throw new InputError(
      `--connect: expected rules for more than ${MOST_LISTED} synapses, got drawn for ${Math.round(asked)}`,
    );
  const rules = connect === "rules" || (connect === null && asked > MOST_SYNAPSES);
  const bare = about(name, () => network({ ...spec, projections: [] }, { seed }));
  about(name, () => expectPartners(spec, bare, precise));
  const net = rules ? bare : networkOf({ ...model, spec, imported }, name, seed);
  const { options, stimuli = [] } = await optionsFor(net);
  const whole = { ...spec, stimuli: [...(spec.stimuli ?? []), ...stimuli] };
  const given = { ...options, rules, ...(imported && { currents: imported.currents }) };
  const circuit = about(name, () => nestCircuit(whole, net, given));
  const drawn = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  return { net, circuit, synapses: rules ? Math.round(asked) : drawn };
}
