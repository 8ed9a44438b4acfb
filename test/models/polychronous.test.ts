import { expect, test } from "vitest";
import { networkModels } from "../../models/index.ts";
import { describe } from "../../src/description/describe.ts";
import { override } from "../../src/description/override.ts";
import { type NetworkSpec, network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";
import { longTest } from "../long.ts";
import { spnet } from "./spnet.ts";

const grid = { mode: "grid", dt: 1 } as const;

/** Changes of weights that come often, so that a short run sees several. */
const PERIOD = 100;

/** The model with one neuron kicked in each ms, and the same in the published program's own loop. */
function both(sets: readonly string[], ms: number, period = 1000) {
  const { spec } = describe(sets.reduce(override, networkModels.polychronous as unknown));
  const [nE, nI] = [spec.populations.E.size, spec.populations.I.size];
  const rng = new Rng(7, "kicks");
  const kicks = Array.from({ length: ms }, () => rng.integer(nE + nI));
  // What the program does to v(t + 1) arrives here at t + 1.
  const stimuli = (["E", "I"] as const).map(to => {
    const own = [...kicks.keys()].filter(t => kicks[t] < nE === (to === "E"));
    return {
      ...{ to, kind: "spikes" as const, weight: 20, times: own.map(t => t + 1) },
      neurons: own.map(t => (to === "E" ? kicks[t] : kicks[t] - nE)),
    };
  });
  const projections = spec.projections!.map(projection =>
    projection.plasticity ? { ...projection, plasticity: { ...projection.plasticity, period } } : projection,
  );
  const net = network({ ...spec, projections, stimuli } as NetworkSpec);
  const first = { E: 0, I: nE };
  const lists = {
    pre: [] as number[],
    post: [] as number[],
    delays: [] as number[],
    weights: [] as number[],
  };
  for (const [from, to] of [
    ["E", "E"],
    ["E", "I"],
    ["I", "E"],
  ] as const) {
    const { synapses } = net.projections.find(({ name }) => name === `${from}->${to}`)!;
    for (let row = 0; row < synapses.pre; row++) {
      for (let cursor = 0; cursor < synapses.rowLength(row); ) {
        const delay = synapses.delayAt(row, cursor);
        cursor = synapses.deliver(row, cursor, (target, weight) => {
          lists.pre.push(row + first[from]);
          lists.post.push(target + first[to]);
          lists.delays.push(Math.round(delay));
          lists.weights.push(weight);
        });
      }
    }
  }
  const wMax = Number(/wMax=(\d+)/.exec(sets.join())?.[1] ?? 10);
  const published = spnet(nE + nI, nE, lists, kicks, wMax, period);
  const simulation = new Simulation(net, grid);
  // The program's last state is that of the beginning of the ms after.
  simulation.run(ms - 1);
  const { times, neurons, populationIndex } = simulation.raster();
  const spikes = Array.from(times, (t, k) => `${t}:${neurons[k] + (populationIndex[k] === 0 ? 0 : nE)}`);
  return { published, spikes, simulation, wMax };
}

test("polychronous: spike for spike and weight for weight as the published program", () => {
  // The program counts in double precision: over more than these 2 s a neuron comes to its peak so closely that they part.
  // A fifth of the neurons and partners, of which fewer make a spike.
  const sets = ["parameters.scale=0.2", "parameters.wE=14", "parameters.wI=-12", "parameters.wMax=20"];
  const { published, spikes, simulation, wMax } = both(sets, 2050, PERIOD);
  expect(spikes.length).toBeGreaterThan(1000);
  expect(spikes).toEqual(published.spikes);
  const weights = [...simulation.weights("E->E"), ...simulation.weights("E->I")];
  const moved = weights.filter(w => Math.abs(w - 14) > 0.2 && w > 0 && w < wMax).length;
  expect(moved).toBeGreaterThan(200);
  weights.forEach((w, k) => {
    expect(Math.abs(w - published.weights[k])).toBeLessThan(1e-4);
  });
});

longTest("polychronous: the rates of the published program at full size", () => {
  const { published, spikes } = both([], 5000);
  expect(Math.abs(spikes.length / published.spikes.length - 1)).toBeLessThan(0.05);
});
