import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startNetwork } from "../../src/cli/startNetwork.ts";
import { InputError } from "../../src/errors.ts";
import { encodeNetwork } from "../../src/io/networkFile.ts";
import { writeNir } from "../../src/io/nir/file.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { writeSonataNetwork } from "../../src/io/sonata/network.ts";
import { everyNode, trained } from "../io/nir/graphs.ts";
import { bytes, type Change, either, jsonValues, packedValues, text } from "./changes.ts";
import { command } from "./command.ts";
import { written } from "./containers.ts";
import { hdf5Values } from "./hdf5Values.ts";
import type { Kind } from "./kind.ts";

/** Half a millisecond of it, in both modes. */
async function simulate(path: string, ...more: string[]): Promise<void> {
  await command("simulate", path, "--duration", "0.5", "--json", ...more);
  await command("simulate", path, "--duration", "0.5", "--json", "--mode", "grid", ...more);
}

const network: Kind = {
  name: "network",
  share: 0.5,
  start(folder) {
    const [path, input] = [join(folder, "x.msgpack"), join(folder, "input.msgpack")];
    writeFileSync(
      input,
      encodeRaster({
        durationMs: 20,
        populations: [{ name: "input", size: 8 }],
        times: Float64Array.of(0, 0.1, 0.1),
        populationIndex: new Uint16Array(3),
        neurons: Uint32Array.of(0, 1, 2),
        traces: [],
        metadata: {},
      }),
    );
    return {
      good: [encodeNetwork(trained())],
      change: either(bytes, packedValues),
      async read(bytes) {
        writeFileSync(path, bytes);
        await simulate(path, "--input", input);
        await command("export", path, "--to", "nir", "--lossy", "--out", join(folder, "out.nir"));
        // A folder that holds something is not written into.
        rmSync(join(folder, "sonata"), { recursive: true, force: true });
        await command("export", path, "--to", "sonata", "--out", join(folder, "sonata"));
      },
    };
  },
};

/** The same as `compare --model` takes it, to go on learning. */
const learning: Kind = {
  name: "network to train",
  share: 1,
  start(folder) {
    const path = join(folder, "x.msgpack");
    return {
      good: [encodeNetwork(trained())],
      change: either(bytes, packedValues),
      async read(bytes) {
        writeFileSync(path, bytes);
        const start = await startNetwork(path);
        if (!start) throw new InputError("no network");
        start.layers(20, 0.4);
      },
    };
  },
};

const nir: Kind = {
  name: "nir",
  share: 0.3,
  async start(folder) {
    const path = join(folder, "x.nir");
    const bytesOf = async (graph: ReturnType<typeof everyNode>) => {
      await writeNir(graph, path);
      return new Uint8Array(readFileSync(path));
    };
    const good = await bytesOf(everyNode());
    const graphs = written(everyNode(), bytesOf);
    return {
      good: [good],
      change: either(bytes, hdf5Values(folder), graphs, graphs),
      read(bytes) {
        writeFileSync(path, bytes);
        return simulate(path);
      },
    };
  },
};
/** A SONATA circuit of which one file is another. */
function circuit(file: string, share: number, change: (folder: string) => Change): Kind {
  return {
    name: `circuit ${file}`,
    share,
    async start(folder) {
      const path = join(folder, "circuit");
      const net = trained();
      mkdirSync(path, { recursive: true });
      await writeSonataNetwork(net, path);
      return {
        good: [new Uint8Array(readFileSync(join(path, file)))],
        change: change(folder),
        read(bytes) {
          writeFileSync(join(path, file), bytes);
          return simulate(path);
        },
      };
    },
  };
}

const hdf5 = (folder: string) => either(bytes, hdf5Values(folder), hdf5Values(folder));
const words = () => either(bytes, text, text, text);

export const networks: readonly Kind[] = [
  network,
  learning,
  nir,
  circuit("edges.h5", 0.15, hdf5),
  circuit("nodes.h5", 0.15, hdf5),
  circuit("node_types.csv", 0.3, words),
  circuit("edge_types.csv", 0.2, words),
  circuit("circuit_config.json", 0.2, () => either(text, jsonValues)),
];
