import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkModels } from "../../../models/index.ts";
import { describe } from "../../../src/description/describe.ts";
import { override } from "../../../src/description/override.ts";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { nestCircuit } from "../../../src/io/nest/circuit.ts";
import { poissonInput } from "../../../src/io/sonata/generators.ts";
import { writePointCircuit } from "../../../src/io/sonata/pointCircuit.ts";
import { readSonataSimulation } from "../../../src/io/sonata/simulation.ts";
import { circuit, current, lif, spec, usual } from "../nest/networks.ts";

const scratch = mkdtempSync(join(tmpdir(), "point-"));
let count = 0;
const place = () => join(scratch, String(count++));

const grid = { mode: "grid", dt: 0.1, precision: "double" } as const;

/** Spikes of the network's neurons, and those of the circuit that it was written as. */
async function both(made: NetworkSpec, durationMs: number) {
  const [net, folder] = [network(made), place()];
  await writePointCircuit(nestCircuit(made, net, { ...usual, durationMs }), "made", folder);
  const read = await readSonataSimulation(folder);
  const spikesOf = (from: NetworkSpec, currents: Readonly<Record<string, Float64Array>>) => {
    const simulation = new Simulation(network(from), grid);
    for (const [population, list] of Object.entries(currents)) simulation.setCurrent(population, list);
    simulation.run(durationMs);
    const { times, neurons, populationIndex, populations } = simulation.raster();
    return [...times.keys()]
      .filter(k => populations[populationIndex[k]].name === "n")
      .map(k => `${times[k]} ${neurons[k]}`)
      .sort();
  };
  const back = { ...read.spec, stimuli: read.inputs };
  return { folder, read, ours: spikesOf(made, {}), theirs: spikesOf(back, read.currents) };
}

test("a model comes back with its neurons, synapses, delays and potentials", async () => {
  const { spec: cuba } = describe(override(networkModels.cuba, "parameters.scale=0.05"));
  const [net, folder] = [network(cuba), place()];
  await writePointCircuit(nestCircuit(cuba, net, usual), "cuba", folder);
  const { spec: read, durationMs, dtMs, notes } = await readSonataSimulation(folder);
  expect({ durationMs, dtMs, notes }).toEqual({ durationMs: 100, dtMs: 0.1, notes: [] });
  const back = network(read);
  const [ours, theirs] = [new Simulation(net), new Simulation(back)];
  expect(back.populations.map(({ name, size }) => [name, size])).toEqual([
    ["E", 160],
    ["I", 40],
  ]);
  back.populations.forEach(({ initial }, p) => {
    expect(initial).toEqual(net.populations[p].initial);
  });
  expect(back.projections.map(({ synapses }) => synapses.minDelay)).toEqual([0.1, 0.1, 0.1, 0.1]);
  for (const from of ["E", "I"])
    for (const to of ["E", "I"]) {
      const name = `${from}->${to}`;
      const [a, b] = [ours.connections(name), theirs.connections(name)];
      expect([b.pre, b.post]).toEqual([a.pre, a.post]);
      // The drive of 1.62 or -9 mV that a current of this slope holds.
      const slopes = theirs.weights(name);
      expect(slopes.every(w => Math.abs(w * 20 - (from === "E" ? 1.62 : -9)) < 1e-6)).toBe(true);
    }
});

test("what is the same for all stands in the tables of types, and neurons have C_m", async () => {
  const folder = place();
  await writePointCircuit(circuit({ neuron: current }), "made", folder);
  const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
  expect(read("edge_types.csv").split("\n").slice(0, 2)).toEqual([
    "edge_type_id model_template dynamics_params syn_weight delay",
    "100 static_synapse 100_static_synapse.json 512 1",
  ]);
  expect(read("node_types.csv")).toContain("101 point_neuron nest:iaf_psc_exp n 101_iaf_psc_exp.json");
  expect(JSON.parse(read("components", "101_iaf_psc_exp.json"))).toMatchObject({ C_m: 256, V_m: 0 });
  // NEST tells floats from integers.
  expect(read("components", "101_iaf_psc_exp.json")).toContain('"C_m": 256.0');
});

test("spikes into inputs and into neurons, and currents, make the same spikes when it is read", async () => {
  const train = (to: string, more: object) =>
    ({ to, kind: "spikes", times: [2, 7.3, 7.3, 20], neurons: [0, 1, 1, 0], ...more }) as const;
  const { folder, read, ours, theirs } = await both(
    spec({
      neuron: { ...lif, bias: 0.7 },
      synapses: { weights: 9, delay: [1, 2, 3, 4, 5, 6] },
      stimuli: [
        train("in", {}),
        train("n", { weight: [8, 9, 10] }),
        { to: "n", kind: "current", current: 0.4, start: 30.2, stop: 60, neurons: [1, 2] },
        { to: "n", kind: "current", current: [0.1, 0.2, 0.3] },
      ],
    }),
    100,
  );
  expect(ours.length).toBeGreaterThan(10);
  expect(theirs).toEqual(ours);
  expect(Object.keys(read.spec.populations)).toEqual(["in", "n", "stimulus_1"]);
  const { inputs } = JSON.parse(readFileSync(join(folder, "simulation_config.json"), "utf8"));
  expect(inputs.current_0).toMatchObject({ amp: 0.4 * 256, delay: 30.2, module: "IClamp" });
});

test("inputs with synapses that learn are parrots, as NEST's generators have none", async () => {
  const pair = { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.012, wMax: 1 } as const;
  const folder = place();
  const made = circuit({
    synapses: { weights: 0.5, plasticity: pair, delayKind: "dendritic" },
    stimuli: [{ to: "in", kind: "spikes", times: [5], neurons: [1] }],
  });
  await writePointCircuit(made, "made", folder);
  const types = readFileSync(join(folder, "node_types.csv"), "utf8").split("\n");
  expect(types.slice(1, 4)).toEqual([
    "100 point_neuron nest:parrot_neuron in 100_parrot_neuron.json",
    "101 point_neuron nest:iaf_psc_delta n 101_iaf_psc_delta.json",
    "102 virtual nest:spike_generator stimulus_0 NULL",
  ]);
  const { spec: read, inputs, notes } = await readSonataSimulation(folder);
  expect(read.populations.in.neuron).toEqual({ model: "parrot" });
  // A step on the way to the parrot.
  expect(inputs).toMatchObject([{ to: "stimulus_0", times: [4.9], neurons: [1] }]);
  expect(notes.join()).toContain("stdp_synapse is taken as a static synapse");
});

test("NEST's Poisson generators are nodes: one for a population, or one for each neuron", async () => {
  const folder = place();
  const made = circuit({
    stimuli: [
      { to: "n", kind: "poisson", rate: 100, weight: 2, start: 5 },
      { to: "n", kind: "poisson", rate: [10, 20], weight: 1, neurons: [0, 2] },
    ],
  });
  await writePointCircuit(made, "made", folder);
  expect(JSON.parse(readFileSync(join(folder, "components", "102_poisson_generator.json"), "utf8"))).toEqual({
    rate: 100,
    start: 5,
  });
  const { spec: read, inputs } = await readSonataSimulation(folder);
  expect(Object.keys(read.populations)).toEqual(["in", "n"]);
  expect(inputs).toEqual([
    { to: "n", kind: "poisson", rate: 100, weight: 2, start: 5, delay: 0.1 },
    {
      ...{ to: "n", kind: "poisson", rate: [10, 20], weight: 1, start: 0, delay: 0.1, neurons: [0, 2] },
    },
  ]);
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  expect(readme).toContain("- Poisson input is drawn anew");
});

test("several synapses of a generator onto a neuron are several inputs, with weights of their own", () => {
  const synapses = {
    pre: Uint32Array.of(0, 0, 0, 1),
    post: Uint32Array.of(0, 1, 1, 0),
    weights: Float64Array.of(1, 2, 3, 4),
    delays: Float64Array.of(1, 1, 1, 2),
  };
  const to = { size: 2, parts: [{ population: "n", neurons: Uint32Array.of(0, 1) }] };
  const made = { to: "n", kind: "poisson", start: 0, stop: 50 };
  expect(poissonInput(synapses, node => ({ rate: 10 + node, start: 0, stop: 50 }), to)).toEqual([
    { ...made, delay: 1, rate: 10, weight: Float64Array.of(1, 2) },
    { ...made, delay: 1, rate: 10, weight: 3, neurons: [1] },
    { ...made, delay: 2, rate: 11, weight: 4, neurons: [0] },
  ]);
});

test("names that are no names of files are refused", async () => {
  const made: NetworkSpec = { populations: { "a/b": { size: 1, neuron: lif } } };
  await expect(writePointCircuit(nestCircuit(made, network(made), usual), "made", place())).rejects.toThrow(
    'sonata: population "a/b": expected a name',
  );
});
