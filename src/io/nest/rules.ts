import { within } from "../../engine/network/expect.ts";
import type { Network, NetworkSpec, ProjectionSpec } from "../../engine/network/network.ts";
import { plasticity } from "../../engine/network/plasticity/index.ts";
import { asked, type Connectivity } from "../../engine/network/synapses/connect.ts";
import type { Distribution, PerSynapse } from "../../engine/network/synapses/drawn.ts";
import { InputError, shown } from "../../errors.ts";
import type { NestOptions } from "./options.ts";
import {
  expectMembrane,
  type NeuronPartner,
  type Partner,
  type SynapsePartner,
  synapsePartner,
  weightOf,
} from "./partners.ts";
import { stepsOf } from "./steps.ts";

/** A number for all synapses, or one that NEST draws for each: a Distribution times a factor, from a least value on. */
export type NestDraw =
  | number
  | { readonly of: Distribution; readonly factor: number; readonly least: number };

/** Synapses that NEST draws by a rule of its own. */
export interface NestRule extends Partner {
  readonly from: string;
  readonly to: string;
  readonly connect: Readonly<Record<string, string | number | boolean>>;
  /** [pA], or mV onto `iaf_psc_delta` */
  readonly weights: NestDraw;
  /** [ms] */
  readonly delays: NestDraw;
}

/** How many synapses a network asks for, as far as that can be told before any is drawn. */
export function synapsesAsked({ populations, projections = [] }: NetworkSpec): number {
  const size = (name: string) => populations[name]?.size ?? 0;
  return projections.reduce(
    (sum, { connect, from, to }) =>
      sum + asked((connect ?? { kind: "all" }) as Connectivity, size(from), size(to)),
    0,
  );
}

/**
 * The projections of a network as connection rules of NEST's: the same numbers of synapses and distributions of weights
 * and delays, each synapse another one. So networks go over whose synapses no list could hold.
 * @param net  the populations
 * @param add  is told what rules have the neurons behind them keep
 * @throws InputError that names the field for what is no rule of NEST's
 */
export function rulesOf(
  spec: NetworkSpec,
  { populations }: Network,
  partners: readonly NeuronPartner[],
  options: NestOptions,
  notes: Set<string>,
  add: (to: number, rule: SynapsePartner, path: string) => void,
): NestRule[] {
  const place = (name: string, path: string) => {
    const p = populations.findIndex(population => population.name === name);
    if (p >= 0) return p;
    const names = populations.map(population => population.name).join(", ");
    throw new InputError(`${path}: expected one of ${names}, got ${shown(name)}`);
  };
  const given = spec.projections ?? [];
  if (given.length > 0) notes.add("synapses are drawn anew, by NEST's own rules");
  return given.map((projection, q): NestRule => {
    const path = `projections[${q}]`;
    const { from, to, gain = 1, weights, delay = 0 } = projection;
    expectMembrane(projection.target, path);
    place(from, `${path}.from`);
    const target = place(to, `${path}.to`);
    const { perWeight } = partners[target];
    const learns = within(path, () => plasticity(projection));
    const partner = learns && synapsePartner(learns, weightOf(gain, perWeight), path);
    if (partner) add(target, partner, path);
    const { model, parameters } = partner ?? { model: "static_synapse", parameters: {} };
    const drawn = draw(weights, `${path}.weights`);
    const factor = weightOf(Math.sign(meanOf(drawn)) * gain, perWeight) * Math.sign(meanOf(drawn));
    const steps = (ms: number) => stepsOf(ms, `${path}.delay`, options, notes);
    const lag = draw(delay, `${path}.delay`);
    return {
      ...{ from, to, model, parameters, connect: ruleOf(projection, `${path}.connect`) },
      weights:
        typeof drawn === "number" ? drawn * factor : { of: drawn, factor, least: Number.NEGATIVE_INFINITY },
      delays: typeof lag === "number" ? steps(lag) : { of: lag, factor: 1, least: options.dtMs },
    };
  });
}

function draw(value: PerSynapse, path: string): number | Distribution {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "function" && value.distribution) return value.distribution;
  throw new InputError(
    `${path}: expected one number, or one draw such as "normal(1, 0.1)", for NEST's rules, got ${shown(value)}`,
  );
}

/** The side of 0 that it is on; never 0. */
export function meanOf(value: number | Distribution): number {
  if (typeof value === "number") return value || 1;
  const [a, b] = value.args;
  return value.name === "lognormal" ? 1 : (value.name === "uniform" ? (a + b) / 2 : a) || 1;
}

function ruleOf({ connect = { kind: "all" }, from, to }: ProjectionSpec, path: string): NestRule["connect"] {
  const autapses =
    from === to && "autapses" in connect && connect.autapses === false ? { allow_autapses: false } : {};
  switch (connect.kind) {
    case "all":
      return { rule: "all_to_all", ...autapses };
    case "oneToOne":
      return { rule: "one_to_one" };
    case "inDegree":
      return { rule: "fixed_indegree", indegree: connect.n, ...autapses };
    case "outDegree":
      return { rule: "fixed_outdegree", outdegree: connect.n, ...autapses };
    case "total":
      return { rule: "fixed_total_number", N: connect.n, ...autapses };
    case "probability":
      if (typeof connect.p === "number") return { rule: "pairwise_bernoulli", p: connect.p, ...autapses };
  }
  const known = "all, oneToOne, inDegree, outDegree, total, or probability with one p";
  throw new InputError(`${path}.kind: expected ${known}, for NEST's rules, got ${shown(connect.kind)}`);
}
