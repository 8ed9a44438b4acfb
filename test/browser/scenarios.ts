import type { NetworkSpec, Raster, Rng, SimulationOptions } from "../../src/browser.ts";

type Library = typeof import("../../src/browser.ts");

export interface Outcome {
  /** The raster's file, whose traces hold weights after learning or what a network read out. */
  readonly file: Uint8Array;
  readonly synapticEvents: number;
}

/** Excitation and inhibition that Poisson input drives; the synapses among E learn. */
const learning: NetworkSpec = {
  populations: {
    E: { size: 200, neuron: { tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2 } },
    I: { size: 50, neuron: { tauMem: 10, vThreshold: 12, tauRef: 1 } },
  },
  projections: [
    {
      ...{ from: "E", to: "E", connect: { kind: "probability", p: 0.1 }, delay: 1.5 },
      weights: (rng: Rng) => rng.uniformIn(0, 1.2),
      plasticity: { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.0105, wMax: 2 },
    },
    { from: "E", to: "I", connect: { kind: "outDegree", n: 10 }, weights: 1, delay: 1 },
    { from: "I", to: "E", weights: (rng: Rng) => -rng.uniformIn(0, 1), delay: 0.8 },
  ],
  stimuli: [
    { to: "E", kind: "poisson", rate: 5000, weight: 0.4 },
    { to: "I", kind: "poisson", rate: 2500, weight: 0.5 },
  ],
};

/**
 * What a page and Node both compute.
 * @param library  of the bundle, or of the sources
 */
export function scenarios(library: Library): Readonly<Record<string, () => Outcome>> {
  const { describe, encodeRaster, FeedForwardNetwork, network, networkModels, Rng, Simulation } = library;
  const trace = (population: string, quantity: string, values: ArrayLike<number>) => ({
    ...{ population, neuron: 0, quantity },
    times: new Float64Array(values.length),
    values: Float64Array.from(values),
  });
  const outcome = (raster: Raster, synapticEvents: number): Outcome => ({
    file: encodeRaster(raster),
    synapticEvents,
  });
  const simulate = (spec: NetworkSpec, ms: number, options: SimulationOptions) => {
    const simulation = new Simulation(network(spec, { seed: 7 }), options);
    simulation.run(ms);
    const raster = simulation.raster();
    const traces = spec === learning ? [trace("E", "weights", simulation.weights("E->E"))] : [];
    simulation.close();
    return outcome({ ...raster, traces }, simulation.synapticEvents);
  };
  const cuba = describe(networkModels.cuba).spec;
  return {
    "CUBA, exact": () => simulate(cuba, 300, {}),
    "CUBA, grid": () => simulate(cuba, 1000, { mode: "grid" }),
    "learning, exact": () => simulate(learning, 300, {}),
    "learning, grid": () => simulate(learning, 300, { mode: "grid" }),
    "learning, grid, two workers": () => simulate(learning, 300, { mode: "grid", workers: 2 }),
    "feed-forward": () => {
      const rng = new Rng(7, "a page");
      const sizes = [40, 64, 10];
      const draw = (n: number, low: number) =>
        Float32Array.from({ length: n }, () => rng.uniformIn(low, 0.4));
      const net = new FeedForwardNetwork(
        sizes,
        [draw(40 * 64, -0.2), draw(64 * 10, -0.2)],
        [draw(64, 0), draw(10, 0)],
        { tauMem: 20, vThreshold: 0.1, tauRef: 0 },
        50,
      );
      for (let n = 0; n < 300; n++) net.input.spikes.push(rng.uniformIn(0, 50), rng.integer(40));
      net.input.spikes.sort(50);
      const shown = net.present(net.presentation());
      const trains = shown.spikes.slice(0, 2);
      const spikes = trains.flatMap(({ times, neurons, length }, p) =>
        Array.from({ length }, (_, k) => ({ t: times[k], p, i: neurons[k] })),
      );
      spikes.sort((a, b) => a.t - b.t || a.p - b.p || a.i - b.i);
      return outcome(
        {
          durationMs: 50,
          populations: sizes.slice(0, 2).map((size, p) => ({ name: p === 0 ? "input" : "hidden", size })),
          times: Float64Array.from(spikes, ({ t }) => t),
          populationIndex: Uint16Array.from(spikes, ({ p }) => p),
          neurons: Uint32Array.from(spikes, ({ i }) => i),
          traces: [...shown.trace, shown.logits].map(values => trace("hidden", "read out", values)),
          metadata: {},
        },
        net.synapticEvents,
      );
    },
  };
}
