import type { Network, NetworkSpec } from "../../engine/network/network.ts";
import type { CurrentSpec } from "../../engine/network/stimuli/current.ts";
import type { PoissonSpec } from "../../engine/network/stimuli/poisson.ts";
import { type StimulusSpec, stimulus } from "../../engine/network/stimuli/stimulus.ts";
import { named } from "../../engine/network/streams.ts";
import { InputError, shown } from "../../errors.ts";
import type { NestOptions } from "./options.ts";
import { CAPACITANCE, type NeuronPartner, weightOf } from "./partners.ts";
import { timeOf } from "./steps.ts";

/** One number for all neurons, or one each. */
export type PerTarget = number | Float64Array;

interface To {
  readonly to: string;
  /** Which neurons, or all. */
  readonly neurons: Uint32Array | null;
}

/** Poisson spikes that NEST draws, each neuron its own. */
export interface NestPoisson extends To {
  readonly kind: "poisson";
  /** [Hz] */
  readonly rate: PerTarget;
  /** [pA], mV onto `iaf_psc_delta`, or nS. */
  readonly weight: PerTarget;
  /** [ms] */
  readonly start: number;
  readonly stop: number;
}

/** Spikes at times that are known: of an input population, or as input to neurons. */
export interface NestSpikes {
  readonly kind: "spikes";
  readonly to: string;
  /** [ms] When they act, or are an input's own, ascending; `of` says of which neuron each is. */
  readonly times: Float64Array;
  readonly of: Uint32Array;
  /** Of each neuron of the population, or of all; 1 for input populations. */
  readonly weight: PerTarget;
}

/** A current that lasts from one time to another. */
export interface NestCurrent extends To {
  readonly kind: "current";
  /** [pA] */
  readonly amplitude: PerTarget;
  /** [ms] */
  readonly start: number;
  readonly stop: number;
}

export type NestInput = NestPoisson | NestSpikes | NestCurrent;

/** What all stimuli are in NEST. */
export interface Inputs {
  readonly inputs: readonly NestInput[];
  /** [populations] Currents that are on from the beginning [pA], each neuron's; null for none. */
  readonly currents: readonly (Float64Array | null)[];
}

/** Spikes of one stimulus that are handed over one by one. */
const MOST_SPIKES = 2 ** 24;

/**
 * The stimuli of a network. Poisson input to neurons is drawn anew by NEST, unless its rate changes with time; all other
 * spikes are handed over as the engine has them. Currents from the beginning on are constants of their neurons.
 * @param notes  gets a sentence for what is not as in the engine
 * @throws InputError that names the field for what cannot be handed over
 */
export function inputsOf(
  spec: NetworkSpec,
  { populations }: Network,
  partners: readonly NeuronPartner[],
  options: NestOptions,
  notes: Set<string>,
): Inputs {
  const given = spec.stimuli ?? [];
  const streams = named(given, ({ to, kind }) => ["stimulus", to, kind]);
  const currents: (Float64Array | null)[] = populations.map(() => null);
  const inputs = given.flatMap((one, s): NestInput[] => {
    const path = `stimuli[${s}]`;
    const p = populations.findIndex(({ name }) => name === one.to);
    const { size, model } = populations[p];
    if (one.kind === "noise")
      throw new InputError(
        `${path}.kind: expected poisson, regular, spikes or current, as NEST has, got noise`,
      );
    if (one.kind === "current") {
      if (partners[p].parameters.I_e === undefined)
        throw new InputError(`${path}.to: expected neurons with a membrane, got ${shown(one.to)}`);
      const [base, steps] = currentOf(one, path, options);
      if (base) {
        currents[p] ??= new Float64Array(size);
        const which = base.neurons ?? currents[p].keys();
        let k = 0;
        for (const i of which) currents[p][i] += at(base.amplitude, k++);
      }
      return steps;
    }
    if (model && one.kind === "poisson" && typeof one.rate !== "function") {
      notes.add("Poisson input is drawn anew, by NEST's own generator");
      return [poissonOf(one, one.rate, path, partners[p])];
    }
    const timing = stimulus(one, p, size, model === null, options.seed, streams[s].stream);
    const weights = timing.weights ?? timing.weight;
    const scaled = (w: number) => weightOf(w, partners[p].perWeight);
    const weight = !model ? 1 : typeof weights === "number" ? scaled(weights) : weights.map(scaled);
    return [{ kind: "spikes", to: one.to, weight, ...eventsOf(timing, one, path, options, notes) }];
  });
  return { inputs, currents };
}

const at = (values: PerTarget, k: number) => (typeof values === "number" ? values : values[k]);

function poissonOf(
  { to, neurons, weight = 1, start = 0, stop = Infinity, delay = 0 }: PoissonSpec,
  rate: number | ArrayLike<number>,
  path: string,
  { perWeight }: NeuronPartner,
): NestPoisson {
  if (typeof weight === "function")
    throw new InputError(`${path}.weight: expected numbers for NEST, got a draw for each neuron`);
  const which = neurons ? Uint32Array.from(neurons) : null;
  const scaled = (w: number) => weightOf(w, perWeight);
  return {
    ...{ to, kind: "poisson", neurons: which },
    rate: typeof rate === "number" ? rate : Float64Array.from(rate),
    weight:
      typeof weight === "number"
        ? scaled(weight)
        : which
          ? Float64Array.from(which, i => scaled(weight[i]))
          : Float64Array.from(weight, scaled),
    start: start + delay,
    stop: stop + delay,
  };
}

/** What is on from the beginning, and what changes later. */
function currentOf(
  { to, neurons, current, start = 0, stop = Infinity, times, currents }: CurrentSpec,
  path: string,
  { dtMs }: NestOptions,
): [base: NestCurrent | null, steps: NestCurrent[]] {
  const own = { to, kind: "current", neurons: neurons ? Uint32Array.from(neurons) : null } as const;
  const scaled = (by: number): PerTarget =>
    typeof current === "object"
      ? Float64Array.from(current, i => i * by * CAPACITANCE)
      : (current ?? 1) * by * CAPACITANCE;
  // Factors on the current, or the currents themselves, from these times on.
  const changes: [from: number, level: number][] = times
    ? Array.from(times, (t, k) => [t, currents![k]])
    : [[start, 1], ...(stop < Infinity ? [[stop, 0] as [number, number]] : [])];
  const first = changes.filter(([t]) => t <= 0).at(-1)?.[1] ?? 0;
  const later = changes.filter(([t]) => t > 0);
  const steps = later.flatMap(([from, level], k): NestCurrent[] => {
    if (from < dtMs)
      throw new InputError(
        `${path}.${times ? "times" : "start"}: expected 0 or ${dtMs} ms, NEST's step, or later, got ${from}`,
      );
    if (level === first) return [];
    return [{ ...own, amplitude: scaled(level - first), start: from, stop: later[k + 1]?.[0] ?? Infinity }];
  });
  const base = { ...own, amplitude: scaled(first), start: 0, stop: Infinity };
  return [first === 0 ? null : base, steps];
}

/** The spikes of a stimulus up to the end, on the lattice where that is asked for, as the engine puts them there. */
function eventsOf(
  timing: ReturnType<typeof stimulus>,
  one: StimulusSpec,
  path: string,
  { precise, dtMs, durationMs }: NestOptions,
  notes: Set<string>,
): Pick<NestSpikes, "times" | "of"> {
  const field = one.kind === "poisson" ? "rate" : one.kind === "regular" ? "interval" : "times";
  const tooMany = (count: number) =>
    new InputError(
      `${path}.${field}: expected at most ${MOST_SPIKES} spikes in ${durationMs} ms to hand over, got about ${Math.round(count)}`,
    );
  const expected = timing.expected?.(0, durationMs) ?? 0;
  if (expected > MOST_SPIKES) throw tooMany(expected);
  const [times, of]: [number[], number[]] = [[], []];
  let early = 0;
  const late = timing.drawn ? dtMs / 2 : 0;
  timing.first().forEach((first, entry) => {
    for (let t = first; t <= durationMs; t = timing.next(entry, t)) {
      const neuron = timing.neuron(entry, t);
      if (neuron < 0) continue;
      const on = precise ? t : timeOf(Math.round((t + late) / dtMs), dtMs);
      // A generator is one step away, and has no spike at 0.
      const first = precise ? dtMs * (1 + 1e-9) : 2 * dtMs * (1 - 1e-9);
      if (on < first && !timing.drawn)
        throw new InputError(
          `${path}.${field}: expected ${precise ? `more than ${dtMs} ms` : `${2 * dtMs} ms or more`}, NEST's first, got ${t}`,
        );
      if (on < first) early++;
      else {
        if (Math.abs(on - t) > 1e-6 * dtMs) notes.add(`spikes that are given are rounded to ${dtMs} ms`);
        times.push(on);
        of.push(neuron);
        if (times.length > MOST_SPIKES) throw tooMany((times.length * durationMs) / t);
      }
    }
  });
  if (early > 0) notes.add(`${path}: left out ${early} spikes before NEST's first step`);
  const order = Uint32Array.from(times.keys()).sort((a, b) => times[a] - times[b] || of[a] - of[b]);
  return { times: Float64Array.from(order, k => times[k]), of: Uint32Array.from(order, k => of[k]) };
}
