import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Column, type Group, writeHdf5 } from "../../../src/io/hdf5/hdf5.ts";

/** What a circuit for tests has in place of the usual files; null for none. */
export interface CircuitParts {
  readonly nodeTypes?: string;
  readonly edgeTypes?: string;
  readonly cell?: string | null;
  readonly edges?: boolean;
  /** Types of the cells. */
  readonly types?: readonly number[];
  readonly circuit?: object;
  readonly simulation?: object | null;
}

export const circuitConfig = {
  manifest: { $NET: "./network" },
  components: { point_neuron_models_dir: "./models" },
  networks: {
    nodes: [{ nodes_file: "$NET/nodes.h5", node_types_file: "$NET/node_types.csv" }],
    edges: [{ edges_file: "$NET/edges.h5", edge_types_file: "$NET/edge_types.csv" }],
  },
  target_simulator: "NEST",
};
export const simulationConfig = {
  run: { tstop: 50, dt: 0.1 },
  network: "./circuit_config.json",
  inputs: { in: { input_type: "spikes", module: "h5", input_file: "./src_spikes.h5", node_set: "src" } },
  output: { output_dir: "./output", spikes_file: "spikes.h5" },
};

function column(group: Group, name: string, list: readonly number[]) {
  const made = new Column(group, name, "<d", list.length);
  made.write(Float64Array.from(list));
  return made.dataset;
}

/** Spikes at 5 ms from 0, 10 ms from 0 and 1, 30 ms from 1. */
export const spikes = { times: [5, 10, 10, 30], nodes: [0, 0, 1, 1] };

export async function writeSpikes(
  path: string,
  { group = "src", ids = "node_ids", units = "ms" as string | null, perMs = 1, nodes = spikes.nodes } = {},
): Promise<void> {
  await writeHdf5(path, root => {
    const all = root.create_group("spikes");
    const own = group === "" ? all : all.create_group(group);
    const stamps = column(
      own,
      "timestamps",
      spikes.times.map(t => t * perMs),
    );
    if (units !== null) stamps.create_attribute("units", units, [], "S");
    column(own, ids, nodes);
  });
}

/** Two virtual nodes onto three cells, synapses of 8 and 8 mV onto the first, 20 onto the second, 9 onto the third. */
export async function writeCircuit(path: string, parts: CircuitParts = {}): Promise<void> {
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  const { simulation = simulationConfig, circuit = circuitConfig, types = [20, 20, 20] } = parts;
  put("circuit_config.json", JSON.stringify(circuit));
  if (simulation) put("simulation_config.json", JSON.stringify(simulation));
  put(
    "network/node_types.csv",
    parts.nodeTypes ??
      "node_type_id model_type model_template dynamics_params ei\n10 virtual NULL NULL e\n20 point_neuron nest:iaf_psc_delta cell.json e\n",
  );
  put(
    "network/edge_types.csv",
    parts.edgeTypes ?? "edge_type_id model_template delay\n30 static_synapse 1.5\n",
  );
  const cell =
    '{"E_L": -70.0, "V_th": -55.0, "V_reset": -70.0, "tau_m": 20.0, "C_m": 200.0, "t_ref": 2.0, "I_e": 0.0}';
  if (parts.cell !== null) put("models/cell.json", parts.cell ?? cell);
  await writeHdf5(join(path, "network/nodes.h5"), root => {
    const nodes = root.create_group("nodes");
    column(nodes.create_group("src"), "node_type_id", [10, 10]);
    column(nodes.create_group("cells"), "node_type_id", types);
  });
  if (parts.edges !== false)
    await writeHdf5(join(path, "network/edges.h5"), root => {
      const edges = root.create_group("edges").create_group("src_to_cells");
      column(edges, "source_node_id", [0, 1, 0, 1]).create_attribute("node_population", "src", [], "S");
      column(edges, "target_node_id", [0, 0, 1, 2]).create_attribute("node_population", "cells", [], "S");
      column(edges, "edge_type_id", [30, 30, 30, 30]);
      column(edges.create_group("0"), "syn_weight", [8, 8, 20, 9]);
    });
  await writeSpikes(join(path, "src_spikes.h5"));
}
