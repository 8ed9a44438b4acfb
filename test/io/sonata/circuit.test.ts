import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { currentPerTrace } from "../../../src/engine/network/layers.ts";
import { network } from "../../../src/engine/network/network.ts";
import { defineNeuron } from "../../../src/engine/network/neurons/index.ts";
import { LifGroup } from "../../../src/engine/network/neurons/lifGroup.ts";
import { membrane } from "../../../src/engine/network/neurons/parameters.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Column, type Group, writeHdf5 } from "../../../src/io/hdf5/hdf5.ts";
import { readSonataCircuit } from "../../../src/io/sonata/circuit.ts";
import { writeSonataNetwork } from "../../../src/io/sonata/network.ts";
import { trained } from "../nir/graphs.ts";

const folder = mkdtempSync(join(tmpdir(), "circuit-"));

test.each([20, Infinity])("a trained network comes back with every number, tau = %s ms", async tauMem => {
  const net = trained(tauMem, 1.5);
  const scale = currentPerTrace(net.neuron.tauMem, net.durationMs);
  const biases = net.biases.map(b => b.map(x => x * scale));
  const path = join(folder, `own-${tauMem}`);
  await writeSonataNetwork(net, path);
  const { spec, currents, notes } = await readSonataCircuit(path);
  const membrane = { tauMem, tauRef: 1.5, vRest: 0, reset: "subtract" };
  expect(spec.populations).toEqual({
    input: { size: 8, neuron: "input" },
    hidden_1: { size: 12, neuron: { ...membrane, vThreshold: 0.5 } },
    readout: { size: 4, neuron: { ...membrane, vThreshold: Infinity } },
  });
  expect(currents).toEqual({
    hidden_1: Float64Array.from(biases[0]),
    readout: Float64Array.from(biases[1]),
  });
  expect(notes).toEqual([]);
  const projections = Object.fromEntries(spec.projections!.map(p => [`${p.from} ${p.to}`, p]));
  [net.inputGain, 0.5].forEach((gain, l) => {
    const own = projections[["input hidden_1", "hidden_1 readout"][l]];
    expect(own.weights).toEqual(net.weights[l].map(w => Math.fround(w * gain)));
    expect([own.connect, own.delay]).toEqual([undefined, undefined]);
  });
  new Simulation(network(spec)).run(5);
});

/** Two types of NEST's neurons in one population, ids out of order, weights from the file and from the table. */
async function foreign(path: string): Promise<void> {
  mkdirSync(join(path, "parts"), { recursive: true });
  const column = (group: Group, name: string, list: number[]) => {
    const made = new Column(group, name, "<d", list.length);
    made.write(Float64Array.from(list));
    return made.dataset;
  };
  await writeHdf5(join(path, "parts", "n.h5"), root => {
    const nodes = root.create_group("nodes");
    const cells = nodes.create_group("cells");
    column(cells, "node_id", [2, 0, 1]);
    column(cells, "node_type_id", [7, 5, 7]);
    const outside = nodes.create_group("outside");
    column(outside, "node_id", [0, 1]);
    column(outside, "node_type_id", [1, 1]);
  });
  await writeHdf5(join(path, "parts", "e.h5"), root => {
    const edges = root.create_group("edges");
    const drive = edges.create_group("drive");
    column(drive, "source_node_id", [1, 0, 1]).create_attribute("node_population", "outside", [], "S");
    column(drive, "target_node_id", [2, 0, 0]).create_attribute("node_population", "cells", [], "S");
    column(drive, "edge_type_id", [3, 3, 4]);
    column(drive, "edge_group_id", [0, 0, 1]);
    column(drive, "edge_group_index", [1, 0, 0]);
    column(drive.create_group("0"), "syn_weight", [10, 500]);
    column(drive.create_group("1"), "nsyns", [3]);
  });
  writeFileSync(
    join(path, "parts", "nt.csv"),
    'node_type_id model_type model_template dynamics_params label\n1 virtual NULL NULL "from outside"\n5 point_neuron nest:iaf_psc_delta delta.json NULL\n7 point_neuron nest:iaf_psc_exp NULL NULL\n',
  );
  writeFileSync(
    join(path, "parts", "et.csv"),
    "edge_type_id model_template delay syn_weight\n3 nest:static_synapse 1.5 NULL\n4 nest:stdp_synapse 2 2.5\n",
  );
  writeFileSync(join(path, "parts", "delta.json"), '{ "V_th": -50, "tau_m": 20, "C_m": 200, "I_e": 100 }');
  const config = {
    manifest: { $BASE: ".", $NET: "$BASE/parts" },
    components: { point_neuron_models_dir: "$NET" },
    networks: {
      nodes: [{ nodes_file: "$NET/n.h5", node_types_file: "$NET/nt.csv" }],
      edges: [{ edges_file: "$NET/e.h5", edge_types_file: "$NET/et.csv" }],
    },
  };
  writeFileSync(join(path, "circuit_config.json"), JSON.stringify(config));
}

test("a circuit of another tool: types in one population, variables of the manifest, attributes in groups", async () => {
  const path = join(folder, "foreign");
  await foreign(path);
  const { spec, notes } = await readSonataCircuit(path);
  const nest = { vRest: -70, tauRef: 2, reset: "fixed", vReset: -70 };
  expect(spec.populations).toEqual({
    "cells[5]": { size: 1, neuron: { ...nest, vThreshold: -50, tauMem: 20, bias: 0.5 } },
    "cells[7]": {
      size: 2,
      neuron: { model: "lif-exp", ...nest, vThreshold: -55, tauMem: 10, bias: 0, tauExc: 2, tauInh: 2 },
    },
    outside: { size: 2, neuron: "input" },
  });
  const found = spec.projections!.map(({ to, weights, delay, connect }) => {
    const pairs = connect as unknown as { pre: Uint32Array; post: Uint32Array } | undefined;
    return {
      to,
      weights: [...(weights as Float32Array)],
      delay,
      pairs: pairs && [...pairs.pre, ...pairs.post],
    };
  });
  expect(found).toEqual([
    // From 0 with 10 mV after 1.5 ms, from 1 with three synapses of 2.5 mV after 2 ms.
    { to: "cells[5]", weights: [10, 7.5], delay: Float64Array.of(1.5, 2), pairs: undefined },
    // 500 pA onto 250 pF.
    { to: "cells[7]", weights: [2], delay: 1.5, pairs: [1, 1] },
  ]);
  expect(notes).toEqual([expect.stringMatching(/et\.csv: type 4: nest:stdp_synapse is taken as a static/)]);
  const simulation = new Simulation(network(spec));
  simulation.stimulate("outside", [1], [0]);
  simulation.runUntil(2.5);
  // 10 mV above what the constant current has reached.
  expect(simulation.potential("cells[5]", 0)).toBeCloseTo(-70 + 10 * -Math.expm1(-2.5 / 20) + 10, 9);
});

test("a neuron of any model that is known here, one that was defined too, with the parameters of its table", async () => {
  const path = join(folder, "models");
  await foreign(path);
  writeFileSync(
    join(path, "parts", "nt.csv"),
    "node_type_id model_type model_template dynamics_params reset\n1 virtual NULL NULL NULL\n5 point_neuron threefactor:alif alif.json fixed\n7 point_neuron threefactor:circuit-neuron NULL NULL\n",
  );
  writeFileSync(join(path, "parts", "alif.json"), '{ "vThreshold": 2, "tauAdapt": 50, "beta": 1 }');
  const parameters = { tau: { unit: "ms", default: 5 } } as const;
  defineNeuron({
    name: "circuit-neuron",
    parameters,
    create: (p, n) => new LifGroup(n, membrane({ vThreshold: p.tau })),
  });
  const { spec } = await readSonataCircuit(path);
  expect(spec.populations).toMatchObject({
    "cells[5]": { neuron: { model: "alif", vThreshold: 2, tauAdapt: 50, beta: 1, reset: "fixed" } },
    "cells[7]": { neuron: { model: "circuit-neuron" } },
  });
  new Simulation(network(spec)).run(1);
  writeFileSync(join(path, "parts", "alif.json"), '{ "vThreshold": "high" }');
  await expect(readSonataCircuit(path)).rejects.toThrow(
    /nt\.csv: type 5: vThreshold: expected a number, got "high"$/,
  );
});

test("NEST's neurons without an exact solution run in the grid mode, with its defaults", async () => {
  const path = join(folder, "numeric");
  await foreign(path);
  const types = (...[five, seven]: string[]) =>
    writeFileSync(
      join(path, "parts", "nt.csv"),
      `node_type_id model_type model_template dynamics_params\n1 virtual NULL NULL\n5 point_neuron nest:${five} five.json\n7 point_neuron nest:${seven} NULL\n`,
    );
  const neurons = async () => {
    const { spec } = await readSonataCircuit(path);
    const simulation = new Simulation(network(spec), { mode: "grid" });
    simulation.stimulate("outside", [1], [0]);
    simulation.run(20);
    expect(() => new Simulation(network(spec))).toThrow("expected neurons with an exact solution");
    const [five, seven] = ["cells[5]", "cells[7]"].map(name => spec.populations[name]);
    return { five, seven, weights: spec.projections!.map(({ weights }) => [...(weights as Float32Array)]) };
  };
  types("iaf_cond_exp", "aeif_psc_exp");
  writeFileSync(join(path, "parts", "five.json"), '{ "C_m": 200, "g_L": 10, "E_L": -60, "I_e": 100 }');
  expect(await neurons()).toEqual({
    five: {
      size: 1,
      neuron: {
        ...{
          model: "lif-cond-exp",
          tauMem: 20,
          gLeak: 10,
          vRest: -60,
          vThreshold: -55,
          vReset: -60,
          tauRef: 2,
        },
        ...{ bias: 0.5, eExc: 0, eInh: -85, tauExc: 0.2, tauInh: 2 },
      },
      initial: { v: -70 },
    },
    seven: {
      size: 2,
      neuron: {
        ...{ model: "adex", synapses: "current", tauMem: 281 / 30, gLeak: 30, vRest: -70.6, vReset: -60 },
        ...{ vT: -50.4, deltaT: 2, vThreshold: 0, tauRef: 0, bias: 0, a: 4, b: 80.5 / 281, tauW: 144 },
        ...{ tauExc: 0.2, tauInh: 2 },
      },
    },
    // nS as they are, and 500 pA onto 281 pF.
    weights: [[10, 7.5], [Math.fround(500 / 281)]],
  });
  types("izhikevich", "aeif_cond_exp");
  writeFileSync(join(path, "parts", "five.json"), '{ "c": -55, "d": 4 }');
  const { five, seven, weights } = await neurons();
  expect(five).toEqual({
    size: 1,
    neuron: { model: "izhikevich", a: 0.02, b: 0.2, c: -55, d: 4, vThreshold: 30, bias: 0 },
    initial: { v: -65 },
  });
  expect(seven.neuron).toMatchObject({ model: "adex", synapses: "conductance", eExc: 0, eInh: -85 });
  expect(weights).toEqual([[10, 7.5], [500]]);
});

test("what the engine has no neuron for is named", async () => {
  const path = join(folder, "unknown");
  await foreign(path);
  writeFileSync(
    join(path, "parts", "nt.csv"),
    "node_type_id model_type model_template\n1 virtual NULL\n5 biophysical nrn:cell\n7 virtual NULL\n",
  );
  await expect(readSonataCircuit(path)).rejects.toThrow(
    /nt\.csv: type 5: expected threefactor:lif, .*nest:parrot_neuron, nest:poisson_generator, nest:iaf_cond_exp, .* or virtual, got nrn:cell$/,
  );
  await expect(readSonataCircuit(join(folder, "nowhere"))).rejects.toThrow(
    /nodes\.h5: expected a file of the circuit, got nothing there$/,
  );
});
