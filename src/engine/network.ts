import { InputError } from "../errors.ts";
import { type LifParameters, lif } from "./neurons/lif.ts";
import { DenseProjection } from "./projections/dense.ts";

/** `input`: a population without dynamics that emits the spikes it is given. */
export type NeuronSpec = "input" | (Partial<LifParameters> & { vThreshold: number });

export interface PopulationSpec {
  readonly size: number;
  readonly neuron: NeuronSpec;
  /** Time constant of the population's spike trace [ms]; without it no trace is kept. */
  readonly tauTrace?: number;
}

export interface ProjectionSpec {
  readonly from: string;
  readonly to: string;
  /** [pre, post]: the row of a presynaptic neuron is contiguous. Kept, not copied. */
  readonly weights: Float32Array;
  /** [ms], one number or [pre, post] numbers; 0 by default. Populations may not form a loop of zero delays. */
  readonly delay?: number | ArrayLike<number>;
  /** Factor on every weight at delivery; 1 by default. */
  readonly gain?: number;
}

export interface NetworkSpec {
  readonly populations: Readonly<Record<string, PopulationSpec>>;
  readonly projections?: readonly ProjectionSpec[];
}

export interface Population {
  readonly name: string;
  readonly size: number;
  readonly neuron: "input" | LifParameters;
  readonly tauTrace: number | null;
  /** Place in the order in which populations are handled at one instant: sources of zero-delay projections first. */
  readonly rank: number;
  /** Indices of the projections that leave this population. */
  readonly outgoing: readonly number[];
}

/** A checked network. It holds no state: a Simulation does. */
export interface Network {
  readonly populations: readonly Population[];
  readonly projections: readonly { synapses: DenseProjection; from: number; to: number }[];
}

/**
 * Checks a description and makes a network of it; an invalid network cannot be built.
 * @throws InputError that names the path of the field, the value and what was expected
 */
export function network(spec: NetworkSpec): Network {
  const names = Object.keys(spec.populations);
  if (names.length === 0) throw new InputError("populations: expected at least one, got none");
  const index = new Map(names.map((name, p) => [name, p]));
  const neurons = names.map(name => checkPopulation(name, spec.populations[name]!));

  const projections = (spec.projections ?? []).map((projection, q) => {
    const end = (field: "from" | "to") => {
      const p = index.get(projection[field]);
      if (p === undefined) {
        throw new InputError(
          `projections[${q}].${field}: expected one of ${names.join(", ")}, got ${projection[field]}`,
        );
      }
      return p;
    };
    const [from, to] = [end("from"), end("to")];
    if (neurons[to] === "input") {
      throw new InputError(
        `projections[${q}].to: ${projection.to} is an input population and receives nothing`,
      );
    }
    const sizes = [from, to].map(p => spec.populations[names[p]!]!.size) as [number, number];
    const synapses = within(
      `projections[${q}]`,
      () => new DenseProjection(...sizes, projection.weights, projection.delay ?? 0, projection.gain ?? 1),
    );
    return { synapses, from, to };
  });

  const ranks = rankPopulations(names, projections);
  const populations = names.map((name, p) => ({
    name,
    size: spec.populations[name]!.size,
    neuron: neurons[p]!,
    tauTrace: spec.populations[name]!.tauTrace ?? null,
    rank: ranks[p]!,
    outgoing: projections.flatMap((projection, q) => (projection.from === p ? [q] : [])),
  }));
  return { populations, projections };
}

function checkPopulation(name: string, population: PopulationSpec): "input" | LifParameters {
  const path = `populations.${name}`;
  if (!Number.isInteger(population.size) || population.size < 1) {
    throw new InputError(`${path}.size: expected an integer of 1 or more, got ${population.size}`);
  }
  const { tauTrace, neuron } = population;
  if (tauTrace !== undefined && !(tauTrace > 0)) {
    throw new InputError(`${path}.tauTrace: expected a time in ms above 0, got ${tauTrace}`);
  }
  return neuron === "input" ? neuron : within(`${path}.neuron`, () => lif(neuron));
}

function within<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}.${error.message}`);
    throw error;
  }
}

/** Topological order along zero-delay projections, by declaration where they leave it open. */
function rankPopulations(
  names: readonly string[],
  projections: readonly { synapses: DenseProjection; from: number; to: number }[],
): number[] {
  const ranks = names.map(() => -1);
  const instant = projections.filter(projection => projection.synapses.minDelay === 0);
  for (let rank = 0; rank < names.length; rank++) {
    const next = names.findIndex(
      (_, p) => ranks[p] === -1 && instant.every(({ from, to }) => to !== p || ranks[from] !== -1),
    );
    if (next === -1) {
      const loop = names.filter((_, p) => ranks[p] === -1);
      throw new InputError(
        `projections: expected a delay above 0 in every loop, got none among ${loop.join(", ")}`,
      );
    }
    ranks[next] = rank;
  }
  return ranks;
}
