import { InputError } from "../../errors.ts";
import { instant } from "../instant.ts";
import { type LayeredNetwork, layeredSpec, populationNames } from "../network/layers.ts";
import { type Network, network, type ProjectionSpec } from "../network/network.ts";
import { plasticity } from "../network/plasticity/index.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { SpikeTrain } from "../record/spikeTrain.ts";
import { Simulation } from "../simulation.ts";
import type { OnlineLearning } from "./lifLayer.ts";

/** What a layered network may have besides its layers. */
export interface Wiring {
  /** Delays of the synapses of each layer, one number or one each [ms]; 0 where there is none. */
  readonly delays?: readonly ProjectionSpec["delay"][];
  /** Synapses between its populations (see `populationNames`), such as recurrent ones, which learn with their targets. */
  readonly projections?: readonly ProjectionSpec[];
  /** Draws connectivity, weights and delays of these; 1 by default. */
  readonly seed?: number;
}

/** What a population did in a presentation. */
export interface Presented {
  readonly spikes: SpikeTrain;
  /** Potentials at the end. */
  readonly v: Float64Array;
}

/** Synapses that are no layer: those of `Wiring.projections`. Populations by number, the input first. */
export interface Lateral {
  readonly from: number;
  readonly to: number;
  readonly synapses: Projection;
}

/**
 * Presentations of a layered network through the event queue, each from rest: for networks with delays or loops, which
 * no sweep from layer to layer can run, and the same spikes, to the bit, for those that one can.
 */
export class QueuedPresentation {
  /** What the last presentation left, by population; the input has no potentials. */
  readonly populations: readonly Presented[];
  /** The synapses of each layer. */
  readonly layers: readonly Projection[];
  readonly laterals: readonly Lateral[];
  /** Whether there is more than layers without delays. */
  readonly wired: boolean;
  readonly #network: Network;
  readonly #names: readonly string[];
  readonly #durationMs: number;
  readonly #tauMem: number;
  /** Changes of a synapse by learning while presentations run. */
  updates = 0;

  /** @throws InputError for wiring that cannot be */
  constructor(net: Omit<LayeredNetwork, "inputGain" | "biases">, wiring: Wiring) {
    const { sizes, layers } = net.architecture;
    const spec = layeredSpec({ ...net, biases: layers.map(() => new Float32Array(0)), inputGain: 1 });
    const { delays = [], projections = [], seed = 1 } = wiring;
    const pools = spec.projections!.length - layers.length;
    const own = spec.projections!.map((projection, q) => {
      const delay = delays[q - pools];
      return delay === undefined ? projection : { ...projection, delay };
    });
    this.#network = network({ ...spec, projections: [...own, ...projections] }, { seed });
    this.#names = populationNames(layers.length);
    this.#durationMs = net.durationMs;
    this.#tauMem = net.neuron.tauMem;
    this.populations = sizes.map(size => ({ spikes: new SpikeTrain(), v: new Float64Array(size) }));
    const placed = this.#network.projections.toSorted((a, b) => a.place - b.place);
    this.layers = placed.slice(pools, own.length).map(({ synapses }) => synapses);
    this.laterals = placed.slice(own.length).map(({ from, to, synapses, name }) => {
      const ends = [from, to].map(p => this.#names.indexOf(this.#network.populations[p].name));
      if (ends.includes(-1))
        throw new InputError(`projections: ${name}: expected ends among ${this.#names.join(", ")}`);
      return { from: ends[0], to: ends[1], synapses };
    });
    this.wired = projections.length > 0 || delays.some(delay => delay !== undefined && delay !== 0);
  }

  /**
   * @param input     spikes of the input
   * @param currents  of the populations above it [1/ms]
   * @param layers    what a spike stands for at each layer: factor on its weights
   * @param laterals  the same by the population that lateral synapses come from
   * @param silent    by population, 1 for neurons that stay silent
   * @param online    by population: how the synapses that reach it learn while it runs
   */
  present(
    input: SpikeTrain,
    currents: readonly Float64Array[],
    layers: readonly number[],
    laterals: readonly number[],
    silent: readonly (Uint8Array | null)[],
    online: readonly (OnlineLearning | null)[],
  ): void {
    const names = this.#names;
    this.layers.forEach((synapses, l) => {
      synapses.gain = layers[l];
    });
    for (const { synapses, from } of this.laterals) synapses.gain = laterals[from];
    for (const { spikes } of this.populations) spikes.clear();
    const places = new Map(names.map((name, p) => [name, p]));
    const learning = this.#learning(online);
    const simulation = new Simulation(learning, {
      record: { spikes: false },
      onSpike: (name, i, t) => this.populations[places.get(name) ?? -1]?.spikes.push(t, i),
    });
    const { times, neurons, length } = input;
    simulation.stimulate("input", times.subarray(0, length), neurons.subarray(0, length));
    names.slice(1).forEach((name, k) => {
      simulation.setCurrent(name, currents[k]);
      const mask = silent[k + 1];
      if (mask)
        simulation.silence(
          name,
          Uint32Array.from(mask.keys()).filter(i => mask[i] === 1),
        );
    });
    for (const { plasticity, to, place } of learning.projections) {
      if (!plasticity) continue;
      const p = places.get(learning.populations[to].name)!;
      simulation.modulate(
        place,
        online[p]!.modulator.map((m, j) => (silent[p]?.[j] ? 0 : m)),
      );
    }
    simulation.run(this.#durationMs);
    this.updates += simulation.synapseUpdates;
    names.forEach((name, p) => {
      const { spikes, v } = this.populations[p];
      spikes.sort(this.#durationMs);
      if (p > 0) for (let i = 0; i < v.length; i++) v[i] = simulation.potential(name, i);
    });
  }

  /** The network, with plasticity of the synapses that learn while it runs. */
  #learning(online: readonly (OnlineLearning | null)[]): Network {
    const { populations, projections } = this.#network;
    return {
      ...this.#network,
      projections: projections.map(projection => {
        const learns = online[this.#names.indexOf(populations[projection.to].name)];
        if (!learns) return projection;
        const rule = { kind: "three-factor", eligibility: "online", eta: -learns.rate } as const;
        const left = {
          height: projection.synapses.gain,
          tauPlus: this.#tauMem,
          end: instant(this.#durationMs),
        };
        return { ...projection, plasticity: plasticity({ plasticity: { ...rule, ...left } }) };
      }),
    };
  }
}
