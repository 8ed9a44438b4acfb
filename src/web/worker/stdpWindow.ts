import { network } from "../../engine/network/network.ts";
import type { PlasticitySpec } from "../../engine/network/plasticity/index.ts";
import { pfisterGerstner2006 } from "../../engine/network/plasticity/stdpTriplet.ts";
import { Simulation } from "../../engine/simulation.ts";
import { Rng } from "../../math/rng.ts";
import type { NetworkSetting } from "../networks/catalogue.ts";
import { type Live, SpikeNews } from "./spikeNews.ts";

/** Pairs at a time, one for each synapse. */
const PAIRS = 81;
/** Widest interval of a pair, to either side [ms]. */
const WIDEST = 80;
/** What weights begin each pair with, half of what they may be. */
const WEIGHT = 1;

/**
 * Synapses that meet pairs of spikes, round after round, at intervals that are drawn; after each round every weight is
 * what it was. `points` are the interval [ms] of each pair and what it did, in percent of the largest weight.
 */
export function stdpWindow({ values, seed }: NetworkSetting): Live {
  const { rule, aPlus, aMinus, tauPlus, tauMinus } = values as Record<string, number>;
  const plasticity: PlasticitySpec =
    String(rule) === "triplets"
      ? { kind: "stdp-triplet", ...pfisterGerstner2006.visualCortex.all.full, wMax: 2 * WEIGHT }
      : { kind: "stdp-pair", aPlus, aMinus, tauPlus, tauMinus, wMax: 2 * WEIGHT };
  const simulation = new Simulation(
    network({
      populations: {
        pre: { size: PAIRS, neuron: "input" },
        teacher: { size: PAIRS, neuron: "input" },
        // Fires with its teacher, whatever else reaches it.
        post: { size: PAIRS, neuron: { tauMem: 1, vThreshold: 1000, reset: "fixed" } },
      },
      projections: [
        {
          name: "plastic",
          from: "pre",
          to: "post",
          connect: { kind: "oneToOne" },
          weights: WEIGHT,
          plasticity,
        },
        { from: "teacher", to: "post", connect: { kind: "oneToOne" }, weights: 2000 },
      ],
    }),
    { record: { spikes: false }, onSpike: (population, neuron, t) => heard.spike(population, neuron, t) },
  );
  const heard = new SpikeNews([
    { name: "pre", size: PAIRS },
    { name: "post", size: PAIRS },
  ]);
  const weights = simulation.network.projections.find(({ name }) => name === "plastic")!.synapses.weights;
  const rng = new Rng(seed, "intervals");
  const round = 1000 / Number(values.frequency);
  const widest = Math.min(WIDEST, 0.9 * round);
  const intervals = new Float64Array(PAIRS);
  const neurons = Uint32Array.from(intervals.keys());
  const half = round / 2;
  let points: number[] = [];

  const begin = () => {
    const start = simulation.time;
    // In order, so that they are seen as what they are.
    for (let n = 0; n < PAIRS; n++) intervals[n] = rng.uniformIn(-widest, widest);
    intervals.sort();
    simulation.stimulate(
      "pre",
      intervals.map(dt => start + half - dt / 2),
      neurons,
    );
    simulation.stimulate(
      "teacher",
      intervals.map(dt => start + half + dt / 2),
      neurons,
    );
  };
  const end = () => {
    for (let n = 0; n < PAIRS; n++) points.push(intervals[n], (100 * (weights[n] - WEIGHT)) / (2 * WEIGHT));
    weights.fill(WEIGHT);
  };
  let next = round;
  begin();
  return {
    populations: heard.populations,
    run(ms) {
      const to = simulation.time + ms;
      while (next <= to) {
        simulation.runUntil(next);
        end();
        begin();
        next += round;
      }
      simulation.runUntil(to);
    },
    take() {
      const news = { ...heard.take(simulation.time), weights: null, points: Float32Array.from(points) };
      points = [];
      return news;
    },
  };
}
