import { InputError, shown } from "../../errors.ts";
import { instant } from "../instant.ts";
import { type LayeredNetwork, layeredSpec, populationNames, type Wiring } from "../network/layers.ts";
import { type Network, type NetworkSpec, network, type ProjectionSpec } from "../network/network.ts";
import { plasticity } from "../network/plasticity/index.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { SpikeTrain } from "../record/spikeTrain.ts";
import { Simulation } from "../simulation.ts";
import type { OnlineLearning } from "./presentation.ts";

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
  readonly #given: readonly ProjectionSpec[];
  readonly #names: readonly string[];
  readonly #durationMs: number;
  readonly #tauMem: number;
  /** From the inputs' twins of opposite sign, where inputs drive the first layer and nothing else. */
  readonly #twins: Projection | null;
  /** Changes of a synapse by learning while presentations run. */
  updates = 0;

  /** @throws InputError for wiring that cannot be */
  constructor(net: Omit<LayeredNetwork, "inputGain" | "biases">, { seed = 1, ...given }: Wiring) {
    const { sizes, layers } = net.architecture;
    const { delays = [], projections = [] } = given;
    // Lists of weights would be learned in place: these belong to whoever gave them.
    const own = projections.map(({ weights, ...rest }) => ({
      ...rest,
      weights: weights instanceof Float32Array ? weights.slice() : weights,
    }));
    const wiring = { delays, projections: own };
    const none = layers.map(() => new Float32Array(0));
    const layered = layeredSpec({ ...net, biases: none, inputGain: 1, wiring });
    // Those of the twins would be drawn anew.
    const [delay = 0] = delays;
    const drawn = typeof delay !== "number" && !Array.isArray(delay) && !ArrayBuffer.isView(delay);
    const paired = layers[0].pool === null && !drawn && projections.every(({ from }) => from !== "input");
    const spec = paired ? withTwins(layered, layers.length) : layered;
    this.#names = populationNames(layers.length);
    projections.forEach((projection, q) => {
      for (const [end, among] of [
        ["from", this.#names.slice(0, -1)],
        ["to", this.#names.slice(1)],
      ] as const) {
        if (among.includes(projection[end])) continue;
        throw new InputError(
          `projections[${q}].${end}: expected one of ${among.join(", ")}, got ${shown(projection[end])}`,
        );
      }
    });
    this.#network = network(spec, { seed });
    this.#given = projections;
    this.#durationMs = net.durationMs;
    this.#tauMem = net.neuron.tauMem;
    this.populations = sizes.map(size => ({ spikes: new SpikeTrain(), v: new Float64Array(size) }));
    const placed = this.#network.projections.toSorted((a, b) => a.place - b.place);
    this.layers = placed.slice(-layers.length).map(({ synapses }) => synapses);
    this.#twins = paired ? placed[placed.length - layers.length - 1].synapses : null;
    this.laterals = projections.map(({ from, to }, q) => ({
      from: this.#names.indexOf(from),
      to: this.#names.indexOf(to),
      synapses: placed[q].synapses,
    }));
    this.wired = projections.length > 0 || delays.some(delay => delay !== undefined && delay !== 0);
  }

  get paired(): boolean {
    return this.#twins !== null;
  }

  /** The wiring as it was drawn and has learned, in numbers. */
  get wiring(): Wiring {
    return {
      delays: this.layers.map(synapses => writtenOut(synapses).delay),
      projections: this.laterals.map(({ synapses }, q) => {
        const { from, to, name, connect } = this.#given[q];
        const { pre, post, ...rest } = writtenOut(synapses, connect !== undefined);
        const listed = connect && (synapses.shared ? connect : ({ kind: "pairs", pre, post } as const));
        return { ...(name !== undefined && { name }), from, to, ...(listed && { connect: listed }), ...rest };
      }),
    };
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
    if (this.#twins) this.#twins.gain = -layers[0];
    for (const { synapses, from } of this.laterals) synapses.gain = laterals[from];
    for (const { spikes } of this.populations) spikes.clear();
    const places = new Map(names.map((name, p) => [name, p]));
    const learning = this.#learning(online);
    const simulation = new Simulation(learning, {
      record: { spikes: false },
      onSpike: (name, i, t) => this.populations[places.get(name) ?? -1]?.spikes.push(t, i),
    });
    this.#stimulate(simulation, input);
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

  #stimulate(simulation: Simulation, { times, neurons, length }: SpikeTrain): void {
    const inputs = this.populations[0].v.length;
    const own = neurons.subarray(0, length);
    if (own.every(i => i < inputs)) {
      simulation.stimulate("input", times.subarray(0, length), own);
      return;
    }
    if (!this.#twins)
      throw new InputError(
        "modulation: expected spikes or current where inputs are pooled, drive more than the first layer or have drawn delays, got a pair",
      );
    for (const [name, first] of [["input", 0] as const, [TWINS, inputs] as const]) {
      const ours = (k: number) => own[k] >= first && own[k] < first + inputs;
      simulation.stimulate(
        name,
        times.subarray(0, length).filter((_, k) => ours(k)),
        own.filter(i => i >= first && i < first + inputs).map(i => i - first),
      );
    }
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

const TWINS = "twins of the input";

/** Adds the inputs' twins of opposite sign, on the same weights. */
function withTwins({ populations, projections, ...rest }: NetworkSpec, layers: number): NetworkSpec {
  const all = projections!;
  const first = all[all.length - layers];
  return {
    ...rest,
    populations: { ...populations, [TWINS]: populations.input },
    projections: [...all.slice(0, -layers), { ...first, from: TWINS }, ...all.slice(-layers)],
  };
}

/**
 * Ends of synapses, their weights and their delays, one for all where it is the same.
 * @param listed  in the order of their weights, which is also that of a kernel; else as a matrix
 */
function writtenOut(synapses: Projection, listed = false) {
  const inOrder = listed || synapses.shared;
  const { length } = synapses.weights;
  const [pre, post] = [new Uint32Array(length), new Uint32Array(length)];
  const [weights, delays] = [new Float32Array(length), new Float64Array(length)];
  for (let row = 0; row < synapses.pre; row++) {
    for (let cursor = 0; cursor < synapses.rowLength(row); ) {
      const delay = synapses.delayAt(row, cursor);
      cursor = synapses.deliver(row, cursor, (target, weight, s) => {
        const place = inOrder ? s : row * synapses.post + target;
        pre[place] = row;
        post[place] = target;
        weights[place] = weight;
        delays[place] = delay;
      });
    }
  }
  const same = delays.every(delay => delay === synapses.minDelay);
  return { pre, post, weights, delay: same ? synapses.minDelay : delays };
}
