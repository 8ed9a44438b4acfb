import type { Network, NetworkSpec } from "../../engine/network/network.ts";
import { edges } from "../../engine/network/plasticity/edges.ts";
import { type StimulusSpec, stimulus } from "../../engine/network/stimuli/stimulus.ts";
import { InputError, shown } from "../../errors.ts";
import { CAPACITANCE, type NeuronPartner, neuronPartner, type Partner, synapsePartner } from "./partners.ts";

/** How a network is to run in NEST. */
export interface NestOptions {
  /** Whether spikes lie anywhere in time, as in the exact mode; else on the lattice. */
  readonly precise: boolean;
  /** Step of the lattice [ms]: of its spikes, and of every delay. */
  readonly dtMs: number;
  /** [ms] How far events at given times are handed over. */
  readonly durationMs: number;
  readonly seed: number;
}

export interface NestPopulation extends Partner {
  readonly name: string;
  readonly size: number;
  /** Potentials at the start [mV]. */
  readonly initial: Float64Array | null;
}

/** A list of synapses, one entry each; `model` is the synapse's. */
export interface NestProjection extends Partner {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** [pA], or mV onto `iaf_psc_delta`: one each, or one for all. */
  readonly weights: Float64Array | number;
  /** [ms], multiples of the step. */
  readonly delays: Float64Array | number;
}

/** Inputs from outside. */
export type NestInput = { readonly to: string; readonly neurons: Uint32Array | null } & (
  | {
      readonly kind: "poisson";
      /** [Hz] */
      readonly rate: number;
      readonly weight: number;
      /** [ms] */
      readonly start: number;
      readonly stop: number;
    }
  /** Times [ms], ascending, one neuron each in `of`. */
  | {
      readonly kind: "spikes";
      readonly times: Float64Array;
      readonly of: Uint32Array;
      readonly weight: number;
    }
  /** [pA, ms] */
  | {
      readonly kind: "current";
      readonly amplitude: number;
      readonly start: number;
      readonly stop: number;
    }
);

/** A network in NEST's models and units. */
export interface NestCircuit extends NestOptions {
  readonly populations: readonly NestPopulation[];
  readonly projections: readonly NestProjection[];
  readonly inputs: readonly NestInput[];
  /** What is not as in the engine, in sentences. */
  readonly notes: readonly string[];
}

/**
 * A network as NEST would have it: each synapse with its weight and delay, potentials at the start, and inputs. Poisson
 * input is handed over by its rate, and drawn anew; spikes at given times as they are.
 * @param spec  what the network was made of
 * @throws InputError that names the field for what NEST has no partner
 */
export function nestCircuit(spec: NetworkSpec, net: Network, options: NestOptions): NestCircuit {
  const { precise, dtMs } = options;
  const notes = new Set<string>();
  const partners = net.populations.map(population => neuronPartner(population, precise));
  const kept = partners.map(({ parameters }) => ({ ...parameters }));
  const projections = net.projections.map(({ name, place, synapses, plasticity, from, to }) => {
    const path = `projections[${place}]`;
    if (synapses.shared)
      throw new InputError(
        `${path}.connect.kind: expected a weight per synapse, got those of a shared kernel`,
      );
    const { pre, post, delays } = edges(synapses);
    const { perWeight } = partners[to];
    const scaled = (w: number) => weightOf(w * synapses.gain, perWeight);
    const weights =
      synapses.uniformWeight !== null
        ? scaled(synapses.uniformWeight)
        : Float64Array.from(synapses.heldWeights, scaled);
    const steps = (delay: number) => {
      const n = Math.round(delay / dtMs);
      if (n < 1)
        throw new InputError(`${path}.delay: expected ${dtMs} ms, NEST's step, or more, got ${delay}`);
      if (Math.abs(n * dtMs - delay) > 1e-6 * dtMs) notes.add(`delays are rounded to ${dtMs} ms`);
      return timeOf(n, dtMs);
    };
    const rule = plasticity
      ? synapsePartner(plasticity, weightOf(synapses.gain, perWeight), path)
      : { model: "static_synapse", parameters: {}, postsynaptic: {} };
    if (plasticity && precise)
      throw new InputError(
        `${path}.plasticity: expected the grid mode, as NEST's synapses learn from times of the lattice, got exact`,
      );
    for (const [key, value] of Object.entries(rule.postsynaptic)) {
      if (Object.keys(partners[to].parameters).length === 0)
        throw new InputError(`${path}.to: expected neurons that keep traces in NEST, got parrots`);
      if (kept[to][key] !== undefined && kept[to][key] !== value)
        throw new InputError(
          `${path}.plasticity: expected one ${key} for all rules onto a population in NEST, got ${kept[to][key]} and ${value}`,
        );
      kept[to][key] = value;
    }
    return {
      ...{ name, from: net.populations[from].name, to: net.populations[to].name, pre, post, weights },
      ...{ model: rule.model, parameters: rule.parameters },
      delays: delays
        ? Float64Array.from(delays, steps)
        : synapses.synapses > 0
          ? steps(synapses.minDelay)
          : dtMs,
    };
  });
  for (const { model } of net.populations)
    if (!precise && model?.model === "lif" && (model.parameters.tauRef as number) > 0)
      notes.add("input that reaches iaf_psc_delta at the very end of a refractory time is lost");
  const inputs = (spec.stimuli ?? []).flatMap((one, s) => {
    const p = net.populations.findIndex(({ name }) => name === one.to);
    const { size, model } = net.populations[p];
    return input(one, `stimuli[${s}]`, p, size, model === null, partners[p], options, notes);
  });
  const populations = net.populations.map(({ name, size, initial }, p) => ({
    ...{ name, size, model: partners[p].model, parameters: kept[p] },
    // At rest, where nothing else is said: NEST would begin at its own default.
    initial:
      initial ??
      (partners[p].parameters.E_L === undefined
        ? null
        : new Float64Array(size).fill(partners[p].parameters.E_L)),
  }));
  return { ...options, populations, projections, inputs, notes: [...notes] };
}

function weightOf(amount: number, [excitatory, inhibitory]: NeuronPartner["perWeight"]): number {
  return amount * (amount > 0 ? excitatory : inhibitory);
}

/** The time of a point of the lattice, free of the rounding of dt where a ms has a whole number of steps. */
function timeOf(step: number, dt: number): number {
  const perMs = Math.round(1 / dt);
  return Math.abs(perMs * dt - 1) < 1e-9 ? step / perMs : step * dt;
}

function input(
  one: StimulusSpec,
  path: string,
  population: number,
  size: number,
  isInput: boolean,
  { perWeight }: NeuronPartner,
  { dtMs, durationMs, seed, precise }: NestOptions,
  notes: Set<string>,
): NestInput[] {
  const base = { to: one.to, neurons: one.neurons ? Uint32Array.from(one.neurons) : null };
  const no = (field: string, expected: string, value: unknown) =>
    new InputError(`${path}.${field}: expected ${expected} for NEST, got ${shown(value)}`);
  if (one.kind === "current") {
    const { current, start = 0, stop = Infinity } = one;
    if (current !== undefined && typeof current !== "number") throw no("current", "one number", current);
    const [times, values] =
      typeof current === "number"
        ? [[start], [current]]
        : [one.times!, one.currents!].map(x => Array.from(x));
    return times.map((from, k) => {
      if (from < dtMs) throw no("start", `${dtMs} ms or later`, from);
      const to = times[k + 1] ?? stop;
      return { ...base, kind: "current", amplitude: values[k] * CAPACITANCE, start: from, stop: to };
    });
  }
  const { weight = 1 } = one;
  if (!isInput && typeof weight !== "number") throw no("weight", "one number", weight);
  const amount = isInput ? 1 : weightOf(weight as number, perWeight);
  if (one.kind === "poisson") {
    const { rate, start = 0, stop = Infinity, delay = 0 } = one;
    if (typeof rate !== "number") throw no("rate", "one number", rate);
    notes.add("Poisson input is drawn anew, by NEST's own generator");
    const [from, to] = [start + delay, stop + delay];
    return [{ ...base, kind: "poisson", rate, weight: amount, start: from, stop: to }];
  }
  const timing = stimulus(one, population, size, isInput, seed, path);
  const events: [time: number, neuron: number][] = [];
  timing.first().forEach((first, entry) => {
    for (let t = first; t <= durationMs; t = timing.next(entry, t)) {
      const neuron = timing.neuron(entry, t);
      if (neuron >= 0) events.push([t, neuron]);
    }
  });
  // A generator is one step away, and has no spike at 0.
  const placed = events.map(([t, neuron]) => {
    const at = precise ? t : timeOf(Math.round(t / dtMs), dtMs);
    if (at < 2 * dtMs)
      throw new InputError(`${path}.times: expected ${2 * dtMs} ms, NEST's first, or later, got ${t}`);
    if (Math.abs(at - t) > 1e-6 * dtMs) notes.add(`spikes that are given are rounded to ${dtMs} ms`);
    return [precise ? t - dtMs : timeOf(Math.round(t / dtMs) - 1, dtMs), neuron] as const;
  });
  placed.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return [
    {
      ...{ to: one.to, neurons: null, kind: "spikes", weight: amount },
      times: Float64Array.from(placed, ([t]) => t),
      of: Uint32Array.from(placed, ([, n]) => n),
    },
  ];
}
