import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { Column, type Group, writeHdf5 } from "../hdf5/hdf5.ts";
import type { NestCircuit, NestPopulation, NestProjection } from "../nest/circuit.ts";
import type { NestCurrent, NestInput, NestPoisson, NestSpikes } from "../nest/inputs.ts";
import { CAPACITANCE } from "../nest/partners.ts";
import { json } from "../nest/python.ts";
import { timeOf } from "../nest/steps.ts";
import { sonataHeader, writeEdges, writeNodeIds } from "./columns.ts";
import { checkSonataName } from "./write.ts";

const MOST_EDGES = 2 ** 28;

type Nodes = Omit<NestPopulation, "input"> & { readonly virtual: boolean };

/** Spikes of virtual nodes, by the name of their population. */
type Trains = Map<string, Pick<NestSpikes, "times" | "of">[]>;

/**
 * A circuit of NEST's models as a SONATA simulation (Dai et al. 2020, PLoS Comput Biol 16:e1007696) that BMTK's PointNet
 * runs: `simulation_config.json` with its circuit, and `run_pointnet.py`. Parameters in which neurons differ, such as their
 * potentials at the start, are in nodes.h5 (`dynamics_params`), where BMTK does not look and the program does. NEST's own generators are populations of nodes of
 * their own, `stimulus_0` and on, as are the sources of spikes that neurons get at given times.
 * @param name  of the model
 * @throws InputError for names and numbers that the format cannot hold
 */
export async function writePointCircuit(circuit: NestCircuit, name: string, folder: string): Promise<void> {
  const { projections, dtMs, durationMs } = circuit;
  const { nodes, edges, trains, clamps } = layout(circuit);
  for (const { name } of nodes) checkSonataName(name);
  const count = edges.reduce((sum, { pre }) => sum + pre.length, 0);
  if (count > MOST_EDGES) throw new InputError(`sonata: expected at most ${MOST_EDGES} edges, got ${count}`);
  mkdirSync(join(folder, "components"), { recursive: true });
  await writeHdf5(join(folder, "nodes.h5"), root => {
    sonataHeader(root);
    const all = root.create_group("nodes");
    nodes.forEach((population, p) => {
      writeNodes(all, population, p);
    });
  });
  const names = edgeNames(edges);
  await writeHdf5(join(folder, "edges.h5"), function* (root) {
    sonataHeader(root);
    const all = root.create_group("edges");
    for (const [q, edge] of edges.entries()) yield* writeProjection(all, edge, names[q], q);
  });
  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  for (const [p, { model, parameters, virtual }] of nodes.entries())
    if (!virtual) await write(join("components", `${100 + p}_${model}.json`), json(parameters));
  for (const [q, { model, parameters }] of edges.entries())
    await write(join("components", `${100 + q}_${model}.json`), json(parameters));
  await write(
    "node_types.csv",
    table(
      "node_type_id model_type model_template pop_name dynamics_params",
      nodes.map(({ name, model, virtual }, p) =>
        virtual
          ? [100 + p, "virtual", "nest:spike_generator", name, "NULL"]
          : [100 + p, "point_neuron", `nest:${model}`, name, `${100 + p}_${model}.json`],
      ),
    ),
  );
  await write(
    "edge_types.csv",
    table(
      "edge_type_id model_template dynamics_params syn_weight delay",
      edges.map(({ model, weights, delays }, q) => [
        ...[100 + q, model, `${100 + q}_${model}.json`],
        ...[weights, delays].map(value => (typeof value === "number" ? value : "NULL")),
      ]),
    ),
  );
  const inputs: Record<string, object> = {};
  for (const [population, lists] of trains) {
    const file = `spikes_${Object.keys(inputs).length}.h5`;
    await writeHdf5(join(folder, file), root => {
      writeTrains(root, population, lists);
    });
    inputs[population] = {
      ...{ input_type: "spikes", module: "sonata", input_file: `$DIR/${file}` },
      node_set: { population },
    };
  }
  clamps.forEach((clamp, k) => {
    inputs[`current_${k}`] = clamp;
  });
  await write("circuit_config.json", pretty(circuitConfig()));
  await write("simulation_config.json", pretty(simulationConfig(dtMs, durationMs, inputs)));
  await write("run_pointnet.py", RUN);
  await write("README.md", readme(name, circuit, projections));
}

/** All nodes and edges: the circuit's, and those of its inputs. */
function layout(circuit: NestCircuit): {
  nodes: Nodes[];
  edges: NestProjection[];
  trains: Trains;
  clamps: object[];
} {
  const { populations, projections, inputs, dtMs } = circuit;
  // NEST's generators have no synapses that learn: where an input has some, it is parrots that hear one.
  const heard = new Set(projections.flatMap(({ from, model }) => (model === "static_synapse" ? [] : [from])));
  const isVirtual = ({ input, name }: NestPopulation) => input && !heard.has(name);
  const nodes: Nodes[] = populations.map(({ input: _, ...own }, p) => ({
    ...own,
    virtual: isVirtual(populations[p]),
  }));
  const edges = [...projections];
  const trains: Trains = new Map();
  const clamps: object[] = [];
  const taken = new Set(populations.map(({ name }) => name));
  const add = (name: string, spikes: Trains extends Map<string, infer T> ? T : never) =>
    trains.set(name, [...(trains.get(name) ?? []), ...spikes]);
  inputs.forEach((input, k) => {
    const target = populations.find(({ name }) => name === input.to)!;
    if (input.kind === "current") {
      clamps.push(...clampsOf(input, target));
      return;
    }
    if (isVirtual(target) && input.kind === "spikes") {
      add(input.to, [input]);
      return;
    }
    let name = `stimulus_${k}`;
    while (taken.has(name)) name += "_";
    taken.add(name);
    const source = input.kind === "spikes" ? virtualOf(target) : generatorOf(input, target);
    nodes.push({ ...source, name });
    edges.push({ ...edgesOf(input, source.size, target.size), name, from: name, delays: dtMs });
    // Its spikes are one step away.
    const sent = (t: number) => timeOf(Math.round(t / dtMs) - 1, dtMs);
    if (input.kind === "spikes") add(name, [{ times: input.times.map(sent), of: input.of }]);
  });
  return { nodes, edges, trains, clamps };
}

function virtualOf({ size }: NestPopulation): Omit<Nodes, "name"> {
  return { size, model: "", parameters: {}, each: {}, virtual: true };
}

/** One generator, whose targets all have spikes of their own, or one for each where rates differ. */
function generatorOf(
  { rate, neurons, start, stop }: NestPoisson,
  { size }: NestPopulation,
): Omit<Nodes, "name"> {
  const span = { start, ...(stop < Infinity && { stop }) };
  const one = typeof rate === "number";
  return {
    ...{ size: one ? 1 : (neurons?.length ?? size), model: "poisson_generator", virtual: false },
    ...{ parameters: one ? { rate, ...span } : span, each: one ? {} : { rate } },
  };
}

function edgesOf(
  input: NestPoisson | NestSpikes,
  sources: number,
  size: number,
): Omit<NestProjection, "name" | "from" | "delays"> {
  const neurons = input.kind === "poisson" ? input.neurons : null;
  const post = neurons ?? Uint32Array.from({ length: size }, (_, i) => i);
  const pre = sources === 1 ? new Uint32Array(post.length) : Uint32Array.from(post.keys());
  return { to: input.to, pre, post, weights: input.weight, model: "static_synapse", parameters: {} };
}

/** Constant currents [pA], those of neurons with different ones one by one. */
function clampsOf({ to, neurons, amplitude, start, stop }: NestCurrent, { size }: NestPopulation): object[] {
  const clamp = (amp: number, node_id: number[] | null) => ({
    ...{ input_type: "current_clamp", module: "IClamp", amp, delay: start },
    duration: stop < Infinity ? stop - start : 1e9,
    node_set: { population: to, ...(node_id && { node_id }) },
  });
  const all = neurons && Array.from(neurons);
  if (typeof amplitude === "number") return [clamp(amplitude, all)];
  return Array.from(amplitude, (amp, k) => clamp(amp, [all ? all[k] : k % size]));
}

function writeNodes(all: Group, { name, size, each }: Nodes, p: number): void {
  const own = writeNodeIds(all, name, size, 100 + p);
  if (Object.keys(each).length === 0) return;
  const dynamics = own.create_group("dynamics_params");
  for (const [key, values] of Object.entries(each)) new Column(dynamics, key, "<d", size).write(values);
}

function writeProjection(all: Group, edge: NestProjection, name: string, q: number): Generator<void> {
  const { from, to, pre, post, weights, delays } = edge;
  return writeEdges(all, {
    ...{ name, from, to, type: 100 + q, count: pre.length },
    source: k => pre[k],
    target: k => post[k],
    attributes: {
      ...(typeof weights !== "number" && { syn_weight: k => weights[k] }),
      ...(typeof delays !== "number" && { delay: k => delays[k] }),
    },
  });
}

/** `FROM_to_TO`, numbered where there are several. */
function edgeNames(edges: readonly NestProjection[]): string[] {
  const seen = new Map<string, number>();
  return edges.map(({ from, to }) => {
    const name = `${from}_to_${to}`;
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name}_${n}`;
  });
}

function writeTrains(
  root: Group,
  population: string,
  lists: readonly Pick<NestSpikes, "times" | "of">[],
): void {
  sonataHeader(root);
  const group = root.create_group("spikes").create_group(population);
  group.create_attribute("sorting", "by_time", [], "S");
  const all = lists.flatMap(({ times, of }) => Array.from(times, (t, k) => [t, of[k]] as const));
  all.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const times = new Column(group, "timestamps", "<d", all.length);
  times.dataset.create_attribute("units", "ms", [], "S");
  times.write(Float64Array.from(all, ([t]) => t));
  new Column(group, "node_ids", "<Q", all.length).write(Uint32Array.from(all, ([, neuron]) => neuron));
}

function table(header: string, rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    typeof value === "string" && /[\s"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
  return `${[header, ...rows.map(row => row.map(cell).join(" "))].join("\n")}\n`;
}

const pretty = (config: object) => `${JSON.stringify(config, null, 2)}\n`;

function circuitConfig(): object {
  return {
    manifest: { $DIR: "." },
    target_simulator: "NEST",
    components: { point_neuron_models_dir: "$DIR/components", synaptic_models_dir: "$DIR/components" },
    networks: {
      nodes: [{ nodes_file: "$DIR/nodes.h5", node_types_file: "$DIR/node_types.csv" }],
      edges: [{ edges_file: "$DIR/edges.h5", edge_types_file: "$DIR/edge_types.csv" }],
    },
  };
}

function simulationConfig(dt: number, tstop: number, inputs: object): object {
  return {
    manifest: { $DIR: "." },
    target_simulator: "NEST",
    network: "$DIR/circuit_config.json",
    run: { tstop, dt },
    inputs,
    output: {
      ...{ output_dir: "$DIR/output", log_file: "log.txt", spikes_file: "spikes.h5" },
      ...{ spikes_sort_order: "by_time", overwrite_output_dir: true },
    },
  };
}

const RUN = `"""Runs the circuit beside it in BMTK's PointNet (pip install bmtk nest-simulator): output/spikes.h5."""

import os
from pathlib import Path

import h5py
import nest
import numpy as np
from bmtk.simulator import pointnet

os.chdir(Path(__file__).resolve().parent)
config = pointnet.Config.from_json("simulation_config.json")
config.build_env()
network = pointnet.PointNetwork.from_config(config)
simulator = pointnet.PointSimulator.from_config(config, network)
# What neurons have of their own, such as potentials at the start, which BMTK leaves in the file.
with h5py.File("nodes.h5") as file:
    for population, group in file["nodes"].items():
        for name, values in group["0"].get("dynamics_params", {}).items():
            nodes = network.gid_map.get_nestids(population, np.arange(len(values)))
            nest.NodeCollection([int(node) for node in nodes]).set({name: values[:]})
simulator.run()
`;

function readme(
  name: string,
  { notes, inputs }: NestCircuit,
  projections: readonly NestProjection[],
): string {
  const more = [
    ...notes,
    ...(inputs.some(({ kind }: NestInput) => kind === "current")
      ? ["BMTK lets currents begin one step late"]
      : []),
    ...(projections.some(({ model }) => model !== "static_synapse")
      ? ["threefactor reads synapses that learn as static ones"]
      : []),
  ];
  return `# ${JSON.stringify(name).slice(1, -1)}

Written by threefactor for BMTK's PointNet: \`python run_pointnet.py\`. C_m is ${CAPACITANCE} pF; weights are in pA, those onto
iaf_psc_delta in mV, conductances in nS.
${more.map(note => `\n- ${note}`).join("")}
`;
}
