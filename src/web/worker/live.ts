import { networkModels } from "../../../models/index.ts";
import { describe } from "../../description/describe.ts";
import { override } from "../../description/override.ts";
import { type Network, network } from "../../engine/network/network.ts";
import { Simulation } from "../../engine/simulation.ts";
import { Rng } from "../../math/rng.ts";
import { liveModel, type NetworkSetting } from "../networks/catalogue.ts";
import { type Live, SpikeNews } from "./spikeNews.ts";
import { stdpWindow } from "./stdpWindow.ts";

/** @throws InputError for values that no network can have */
export function live(setting: NetworkSetting): Live {
  if (setting.network === "stdp") return stdpWindow(setting);
  const { dt, sets } = liveModel(setting.network)!;
  let model: unknown = networkModels[setting.network];
  for (const set of sets(setting.values)!) model = override(model, set);
  const net = network(describe(model).spec, { seed: setting.seed });
  const heard = new SpikeNews(net.populations);
  const rewarded = setting.network === "distal-reward" ? reward(net, setting) : null;
  const simulation: Simulation = new Simulation(net, {
    ...(dt !== null && { mode: "grid", dt }),
    record: { spikes: false },
    onSpike(population, neuron, t) {
      heard.spike(population, neuron, t);
      rewarded?.hear(simulation, population, neuron, t);
    },
  });
  return {
    populations: heard.populations,
    run: ms => simulation.run(ms),
    ...(rewarded && { reward: () => simulation.reward(Number(setting.values.amount)) }),
    take: () => ({
      ...heard.take(simulation.time),
      weights: rewarded && weightsOf(simulation, rewarded.synapse),
      points: null,
    }),
  };
}

const LEARNS = "E->E";

/** The synapse that is rewarded [mV], and the mean of all others. */
function weightsOf(simulation: Simulation, synapse: number): readonly [number, number] {
  const weights = simulation.weights(LEARNS);
  let sum = -weights[synapse];
  for (const weight of weights) sum += weight;
  return [weights[synapse], sum / (weights.length - 1)];
}

/**
 * Rewards what `experiments/distal-reward` rewards: that one neuron fires soon after another, which reaches it; the synapse
 * between them begins with nothing.
 */
function reward(net: Network, { values, seed }: NetworkSetting) {
  const [amount, within, most] = [values.amount, values.within, 1000 * Number(values.delay)].map(Number);
  const rng = new Rng(seed, "rewards");
  const { synapses } = net.projections.find(({ name }) => name === LEARNS)!;
  let [synapse, partner, last] = [-1, -1, -Infinity];
  synapses.deliver(0, 0, (target, _, s) => {
    if (synapse < 0) [synapse, partner] = [s, target];
  });
  synapses.weights[synapse] = 0;
  return {
    synapse,
    hear(simulation: Simulation, population: string, neuron: number, t: number) {
      if (population !== "E") return;
      if (neuron === 0) last = t;
      if (neuron === partner && t - last < within && amount > 0)
        simulation.reward(amount, t + rng.uniformIn(most / 3, most));
    },
  };
}
