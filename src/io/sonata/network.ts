import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { currentPerTrace } from "../../engine/network/layers.ts";
import { InputError } from "../../errors.ts";
import { writeAtomic } from "../../files/atomic.ts";
import { Column, writeHdf5 } from "../hdf5/hdf5.ts";
import type { TrainedNetwork } from "../networkFile.ts";
import { sonataHeader, writeEdges, writeNodeIds } from "./columns.ts";
import { checkSonataName, circuitConfig } from "./write.ts";

/**
 * A trained network as a SONATA circuit: populations `input`, `hidden_1`, …, `readout` with neuron parameters in the
 * node type table, and one edge population per layer. The table of types names no template of a simulator that has
 * these neurons with a subtractive reset; biases stand as the node attribute `bias_current` [1/ms].
 */
export async function writeSonataNetwork(network: TrainedNetwork, folder: string): Promise<void> {
  const { sizes, neuron, weights, biases, inputGain } = network;
  if (network.wiring)
    throw new InputError("sonata: expected layers without delays, got delays or further synapses");
  if (network.layers)
    throw new InputError("sonata: expected a fully connected network, got shared kernels or pools");
  const depth = sizes.length - 1;
  const scale = currentPerTrace(neuron.tauMem, network.durationMs);
  const names = sizes.map((_, l) => (l === 0 ? "input" : l === depth ? "readout" : `hidden_${l}`));
  names.forEach(checkSonataName);
  const edges = weights.reduce((sum, list) => sum + list.length, 0);
  if (edges > 2 ** 28) throw new InputError(`sonata: expected at most ${2 ** 28} edges, got ${edges}`);
  mkdirSync(folder, { recursive: true });
  await writeHdf5(join(folder, "nodes.h5"), root => {
    sonataHeader(root);
    const nodes = root.create_group("nodes");
    names.forEach((name, l) => {
      const own = writeNodeIds(nodes, name, sizes[l], 100 + l);
      if (l > 0)
        new Column(own, "bias_current", "<d", sizes[l]).write(
          Float64Array.from(biases[l - 1], bias => Math.fround(bias * scale)),
        );
    });
  });
  await writeHdf5(join(folder, "edges.h5"), function* (root) {
    sonataHeader(root);
    const all = root.create_group("edges");
    for (let l = 0; l < depth; l++) {
      const [pre, post] = [sizes[l], sizes[l + 1]];
      const gain = l === 0 ? inputGain : neuron.vThreshold;
      yield* writeEdges(all, {
        ...{ name: `${names[l]}_to_${names[l + 1]}`, from: names[l], to: names[l + 1] },
        ...{ type: 100 + l, count: pre * post },
        source: k => Math.floor(k / post),
        target: k => k % post,
        attributes: { syn_weight: k => weights[l][k] * gain, delay: () => 0 },
      });
    }
  });
  const parameters = `${neuron.tauMem} ${neuron.tauRef} 0 subtract`;
  const rows = names.map((name, l) =>
    l === 0
      ? `100 virtual NULL ${name} NULL NULL NULL NULL NULL`
      : `${100 + l} point_neuron threefactor:lif ${name} ${l === depth ? (network.readoutThreshold ?? "inf") : neuron.vThreshold} ${parameters}`,
  );
  const header = "node_type_id model_type model_template pop_name v_threshold tau_m t_ref v_rest reset";
  await writeAtomic(join(folder, "node_types.csv"), `${header}\n${rows.join("\n")}\n`);
  const types = weights.map((_, l) => `${100 + l} threefactor:delta`);
  await writeAtomic(join(folder, "edge_types.csv"), `edge_type_id model_template\n${types.join("\n")}\n`);
  await writeAtomic(join(folder, "circuit_config.json"), circuitConfig(true));
}
