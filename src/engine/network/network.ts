import { InputError, shown } from "../../errors.ts";
import { Rng } from "../../math/rng.ts";
import {
  expectFields,
  expectFinite,
  expectInteger,
  expectList,
  expectName,
  expectNumber,
  expectNumbers,
  expectOnly,
  within,
} from "./expect.ts";
import {
  expectModulated,
  type ModulatorSpec,
  modulatorFields,
  type TimeConstants,
  targetOf,
  timeConstants,
} from "./modulators.ts";
import { type NeuronModel, type NeuronSpec, neuronFields, neuronModel } from "./neurons/index.ts";
import { table } from "./parameters.ts";
import { expectLearning, type PlasticitySpec, plasticity, plasticityFields } from "./plasticity/index.ts";
import type { Plasticity } from "./plasticity/plasticSynapses.ts";
import { inMemory, Room } from "./room.ts";
import { type StimulusSpec, stimulus } from "./stimuli/stimulus.ts";
import type { Stimulus } from "./stimuli/timing.ts";
import { type Stream, type StreamSpec, streamOf } from "./stream.ts";
import { named } from "./streams.ts";
import { connectFields } from "./synapses/connect.ts";
import { convolutionFields } from "./synapses/convolution.ts";
import { connected, type SynapsesSpec } from "./synapses/drawn.ts";
import type { Projection } from "./synapses/projection.ts";

/** A population as it is described: how many neurons, and of which kind. */
export interface PopulationSpec {
  readonly size: number;
  /** `input`: no dynamics; the population emits the spikes that it is given. */
  readonly neuron: "input" | NeuronSpec;
  /** Time constant of the population's spike trace [ms]; without it no trace is kept. */
  readonly tauTrace?: number;
  /** Third factors of its neurons' synapses that arrive as spikes, by name: `target` of projections. */
  readonly modulators?: Readonly<Record<string, ModulatorSpec>>;
  /** Potentials at the start: one for all, one each, or drawn for each neuron; vRest by default. */
  readonly initial?: { readonly v: PerNeuron };
}

/** A quantity of neurons: one number for all, one each, or a function that draws it for each. */
export type PerNeuron = number | ArrayLike<number> | ((rng: Rng, neuron: number) => number);

export interface ProjectionSpec extends SynapsesSpec {
  /** By which to find it again, `FROM->TO` by default; it also tells its random numbers from those of its twins. */
  readonly name?: string;
  readonly from: string;
  readonly to: string;
  /** What its spikes reach: the neurons' `membrane`, by default, or one of their modulators, by name. */
  readonly target?: string;
  /** How the synapses learn: one rule, or several that act one after the other. */
  readonly plasticity?: PlasticitySpec | readonly PlasticitySpec[];
  /** Where the delay lies for a rule, `axonal` by default; see `SynapseRule`. */
  readonly delayKind?: "axonal" | "dendritic";
}

export const populationFields = table({
  size: { unit: "1", own: true, doc: "number of neurons" },
  neuron: {
    own: true,
    fields: neuronFields,
    doc: "a neuron model with its parameters, or `input`: emits what it is given",
  },
  tauTrace: { unit: "ms", own: true, doc: "time constant of the spike trace; none is kept by default" },
  modulators: {
    ...{ own: true, fields: modulatorFields },
    doc: "third factors that arrive as spikes, by name, each with its time constant `tau`",
  },
  initial: {
    ...{ own: true, doc: "`v`: potentials at the start; vRest by default" },
    fields: () => ({ v: { unit: "mV", own: true, varies: "neuron" } }),
  },
});

export const projectionFields = table({
  name: { doc: "by which to find it again; FROM->TO by default" },
  from: { doc: "population whose spikes it carries" },
  to: { doc: "population that they reach" },
  target: { doc: "what they reach there: `membrane`, by default, or a modulator, by name" },
  connect: {
    own: true,
    doc: "which neurons are connected; all to all by default",
    fields: ({ kind }) => (kind === "convolution" ? convolutionFields : connectFields[kind as "all"]),
  },
  weights: {
    ...{ unit: "mV", own: true, varies: "synapse" },
    doc: "of all synapses, of each, or drawn for each; nS onto neurons with conductances, a number onto modulators",
  },
  delay: { unit: "ms", own: true, varies: "synapse", doc: "likewise; 0 by default" },
  gain: { unit: "1", own: true, doc: "factor on every weight at delivery; 1 by default" },
  plasticity: {
    own: true,
    fields: plasticityFields,
    doc: "how its synapses learn: one rule, or several in a list",
  },
  delayKind: {
    words: ["axonal", "dendritic"],
    doc: "on which side of the synapse the delay lies for a rule; axonal by default",
  },
});

/** Neurons are numbered in 31 bits; most populations end earlier, with the memory. */
const MOST_NEURONS = 2 ** 31 - 1;

/** What a simulation keeps of a neuron and of an input at least [bytes]. */
const NEURON = 64;
const INPUT = 16;

/**
 * A network as it is described: populations by name, the projections between them, and what reaches them
 * from outside.
 */
export interface NetworkSpec {
  readonly populations: Readonly<Record<string, PopulationSpec>>;
  readonly projections?: readonly ProjectionSpec[];
  readonly stimuli?: readonly StimulusSpec[];
  /** Samples that it is shown, one after the other. */
  readonly stream?: StreamSpec;
}

/** A checked population of a network. */
export interface Population {
  readonly name: string;
  readonly size: number;
  /** null for an input population. */
  readonly model: NeuronModel | null;
  readonly tauTrace: number | null;
  readonly modulators: TimeConstants;
  /** Potentials at the start, or null for vRest. */
  readonly initial: Float64Array | null;
  /** Place in the order in which populations are handled at one instant: sources of zero-delay projections first. */
  readonly rank: number;
  /** Indices of the projections that leave this population. */
  readonly outgoing: readonly number[];
  /** Whether it is a parrot whose spikes come back to it over parrots alone: then each goes round for ever. */
  readonly echoes: boolean;
}

/** A checked network. It holds no state: a Simulation does. */
export interface Network {
  readonly populations: readonly Population[];
  /** In an order that does not depend on that of the description, in which events of one instant are handled. */
  readonly projections: readonly {
    readonly name: string;
    /** In the description's list. */
    readonly place: number;
    readonly synapses: Projection;
    readonly from: number;
    readonly to: number;
    /** The modulator that it reaches, or null for the membrane. */
    readonly target: string | null;
    readonly plasticity: Plasticity | null;
  }[];
  /** Each makes a stimulus at its beginning: stimuli have a state, and a simulation its own of each. */
  readonly stimuli: readonly (() => Stimulus)[];
  /** null where it is shown no samples. */
  readonly stream: Stream | null;
}

/**
 * Checks a description and makes a network of it; an invalid network cannot be built.
 * @param options  `seed` (1 by default) draws connectivity, weights, delays and stimuli, each from a stream of its own;
 *                 see `named`
 * @throws InputError that names the path of the field, the value and what was expected
 */
export function network(spec: NetworkSpec, options: { readonly seed?: number } = {}): Network {
  return inMemory("network", () => build(spec, options));
}

/**
 * Where a projection is among those of the network.
 * @param projection  its name, or its place in the description's list
 */
export function placeOf({ projections }: Network, projection: string | number): number {
  const placed = projections.findIndex(({ place }) => place === projection);
  if (placed >= 0) return placed;
  const named = [...projections.keys()].filter(q => projections[q].name === projection);
  if (named.length === 1) return named[0];
  const names = projections.map(({ name }) => name).join(", ");
  const expected =
    named.length > 1 ? "a name that only one has" : `0 to ${projections.length - 1}, or ${names}`;
  throw new InputError(`projection: expected ${expected}, got ${projection}`);
}

function build(spec: NetworkSpec, options: { readonly seed?: number }): Network {
  within("options", () => expectOnly(options, "the options", ["seed"]));
  const { seed = 1 } = options;
  expectOnly(spec, "a network", ["populations", "projections", "stimuli", "stream"]);
  within("populations", () => expectFields(spec.populations, "populations by name"));
  expectList("projections", spec.projections, "projections");
  expectList("stimuli", spec.stimuli, "stimuli");
  expectInteger("seed", seed, 0);
  const names = Object.keys(spec.populations);
  if (names.length === 0) throw new InputError("populations: expected at least one, got none");
  const index = new Map(names.map((name, p) => [name, p]));
  const room = new Room();
  const models = names.map(name => checkPopulation(name, spec.populations[name], room));
  const modulators = names.map(name => {
    const { modulators: given, neuron } = spec.populations[name];
    return within(`populations.${name}`, () => timeConstants(given, neuron));
  });

  const declared = spec.projections ?? [];
  declared.forEach((projection, q) => {
    within(`projections[${q}]`, () => {
      expectOnly(projection, "a projection", Object.keys(projectionFields));
      expectName(projection.name);
    });
  });
  const streams = named(declared, ({ from, to }) => ["projection", from, to]);
  const built = declared.map((projection, q) => {
    const end = (field: "from" | "to") => {
      const p = index.get(projection[field]);
      if (p === undefined) {
        throw new InputError(
          `projections[${q}].${field}: expected one of ${names.join(", ")}, got ${wrongName(projection[field])}`,
        );
      }
      return p;
    };
    const [from, to] = [end("from"), end("to")];
    if (models[to] === null) {
      throw new InputError(
        `projections[${q}].to: ${projection.to} is an input population and receives nothing`,
      );
    }
    const sizes = [from, to].map(p => spec.populations[names[p]].size) as [number, number];
    const [target, learns, synapses] = within(`projections[${q}]`, () => {
      const reached = targetOf(projection, modulators[to]);
      // Before millions of synapses are drawn for nothing.
      const rules = plasticity(projection);
      const rng = new Rng(seed, streams[q].stream);
      const drawn = connected(projection, ...sizes, from === to, rng, room);
      if (rules) expectLearning(rules, drawn);
      return [reached, rules, drawn] as const;
    });
    const name = projection.name ?? `${projection.from}->${projection.to}`;
    return { name, place: q, synapses, from, to, target, plasticity: learns };
  });
  expectModulated(built, p => names[p]);
  // Of one instant, spikes onto membranes before those that modulate what they leave.
  const projections = built.sort(
    (a, b) =>
      Number(a.target !== null) - Number(b.target !== null) || streams[a.place].rank - streams[b.place].rank,
  );

  const ranks = rankPopulations(names, projections);
  const populations = names.map((name, p) => ({
    name,
    size: spec.populations[name].size,
    model: models[p],
    tauTrace: spec.populations[name].tauTrace ?? null,
    modulators: modulators[p],
    initial: initialPotentials(name, spec.populations[name], models[p], new Rng(seed, `initial ${name}`)),
    rank: ranks[p],
    echoes: echoes(p, models, projections),
    outgoing: projections.flatMap((projection, q) => (projection.from === p ? [q] : [])),
  }));
  const stream = spec.stream === undefined ? null : within("stream", () => streamOf(spec.stream!, seed));
  const given = spec.stimuli ?? [];
  given.forEach((one, s) => {
    within(`stimuli[${s}]`, () => {
      expectFields(one, "a stimulus");
      expectName(one.name);
    });
  });
  const own = named(given, ({ to, kind }) => ["stimulus", to, kind]);
  const makers = given.map((stimulusSpec, s) => {
    const p = index.get(stimulusSpec.to);
    if (p === undefined) {
      throw new InputError(
        `stimuli[${s}].to: expected one of ${names.join(", ")}, got ${wrongName(stimulusSpec.to)}`,
      );
    }
    const make = () =>
      stimulus(stimulusSpec, p, populations[p].size, models[p] === null, seed, own[s].stream, stream);
    within(`stimuli[${s}]`, make);
    return make;
  });
  const stimuli = makers
    .map((make, s) => ({ make, rank: own[s].rank }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ make }) => make);
  return { populations, projections, stimuli, stream };
}

/** A name that is none of the network's, as an error shows it: short, whatever a file holds. */
function wrongName(name: unknown): string {
  return typeof name === "string" && name.length <= 60 ? name : shown(name);
}

function initialPotentials(
  name: string,
  { size, initial }: PopulationSpec,
  model: NeuronModel | null,
  rng: Rng,
): Float64Array | null {
  if (initial === undefined) return null;
  within(`populations.${name}.initial`, () => expectOnly(initial, "the initial state", ["v"]));
  const path = `populations.${name}.initial.v`;
  if (!model) throw new InputError(`${path}: an input population has no potential`);
  const { v } = initial;
  if (typeof v !== "number" && typeof v !== "function") {
    expectNumbers(path, v, `${size} potentials, or one for all`);
    if (v.length !== size) throw new InputError(`${path}: expected one number or ${size}, got ${v.length}`);
  }
  return Float64Array.from({ length: size }, (_, i) => {
    const value = typeof v === "number" ? v : typeof v === "function" ? v(rng, i) : v[i];
    expectFinite(path, value);
    return value;
  });
}

function checkPopulation(name: string, population: PopulationSpec, room: Room): NeuronModel | null {
  const path = `populations.${name}`;
  within(path, () => expectOnly(population, "a population", Object.keys(populationFields)));
  const { size, tauTrace, neuron } = population;
  expectInteger(`${path}.size`, size, 1, MOST_NEURONS);
  if (tauTrace !== undefined)
    expectNumber(`${path}.tauTrace`, tauTrace, tauTrace > 0, "a time in ms above 0");
  room.take(`${path}.size`, size, "neurons", neuron === "input" ? INPUT : NEURON);
  if (neuron === "input") return null;
  return within(`${path}.neuron`, () => {
    const model = neuronModel(neuron);
    model.fits?.(size);
    return model;
  });
}

function echoes(
  p: number,
  models: readonly (NeuronModel | null)[],
  projections: readonly { synapses: Projection; from: number; to: number }[],
): boolean {
  if (models[p]?.model !== "parrot") return false;
  const reached = new Set<number>();
  for (const next = [p]; next.length > 0; ) {
    const here = next.pop();
    for (const { synapses, from, to } of projections) {
      if (from !== here || reached.has(to) || synapses.synapses === 0) continue;
      if (models[to]?.model !== "parrot") continue;
      reached.add(to);
      next.push(to);
    }
  }
  return reached.has(p);
}

/** Topological order along zero-delay projections, by declaration where they leave it open. */
function rankPopulations(
  names: readonly string[],
  projections: readonly { synapses: Projection; from: number; to: number }[],
): number[] {
  const ranks = names.map(() => -1);
  const instant = projections.filter(({ synapses }) => synapses.synapses > 0 && synapses.minDelay === 0);
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
