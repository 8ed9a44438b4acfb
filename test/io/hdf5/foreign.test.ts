import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readShd } from "../../../src/io/events/shd.ts";
import { type Group, writeHdf5, writeText } from "../../../src/io/hdf5/hdf5.ts";
import { readHdf5 } from "../../../src/io/hdf5/thread.ts";
import { readNirData } from "../../../src/io/nir/data.ts";
import { readNir, writeNir } from "../../../src/io/nir/file.ts";
import { readNwb } from "../../../src/io/nwb/read.ts";
import { openRaster } from "../../../src/io/raster/open.ts";
import { sonataEdges, sonataNodes } from "../../../src/io/sonata/circuitFiles.ts";
import { everyNode } from "../nir/graphs.ts";

/*
 * Data of a file that lie in another one. The secrets are there and can be read: what is refused would have been taken.
 * The fixtures were made with h5py 3.16, since the library that is used here cannot write them.
 */

const folder = mkdtempSync(join(tmpdir(), "foreign-"));
const fixture = (name: string) => {
  const path = join(folder, name);
  copyFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), path);
  return path;
};
const secret = Float64Array.of(1, 2);
writeFileSync(join(folder, "secret.bin"), new Uint8Array(secret.buffer));
await writeHdf5(join(folder, "secret.h5"), root => {
  for (const group of [root, root.create_group("inner")])
    for (const name of ["w", "timestamps", "spike_times", "labels", "idx", "weight"])
      group.create_dataset({ name, data: secret, shape: [2], dtype: "<d" });
  writeText(root, "type", "NIRGraph");
});

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    found => found,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message.length).toBeLessThan(500);
  return error.message;
}

test("external storage and virtual data sets are refused by the name of the data set", async () => {
  expect(await refusal(openRaster(fixture("externalStorage.h5")))).toMatch(
    /externalStorage\.h5: \/spikes\/p\/timestamps: expected data within the file, got data of ".*secret\.bin"$/,
  );
  expect(await refusal(openRaster(fixture("virtual.h5")))).toMatch(
    /virtual\.h5: \/spikes\/p\/timestamps: expected data within the file, got a virtual data set of "secret\.h5"$/,
  );
});

const link = (group: Group, name: string, target = "/w", file = "secret.h5") =>
  group.create_external_link(file, target, name);
const numbers = (group: Group, name: string) =>
  group.create_dataset({ name, data: Uint32Array.of(0, 1), shape: [2], dtype: "<I" });

const linked: [name: string, (root: Group) => void, (path: string) => Promise<unknown>, place: string][] = [
  [
    "SONATA spikes",
    root => {
      const group = root.create_group("spikes").create_group("p");
      numbers(group, "node_ids");
      link(group, "timestamps");
    },
    openRaster,
    "/spikes/p/timestamps",
  ],
  ["a population", root => link(root.create_group("spikes"), "p", "/"), openRaster, "/spikes/p"],
  ["a whole kind of file", root => link(root, "spikes", "/"), openRaster, "/spikes"],
  [
    "NWB",
    root => {
      const units = root.create_group("units");
      numbers(units, "spike_times_index");
      link(units, "spike_times");
    },
    readNwb,
    "/units/spike_times",
  ],
  [
    "NIRData",
    root => {
      root.create_attribute("__type__", "NIRGraphData", [], "S");
      link(root.create_group("nodes").create_group("a"), "observables", "/inner");
    },
    readNirData,
    "/nodes/a/observables",
  ],
  ["NIR", root => link(root.create_group("node"), "type", "/type"), readNir, "/node/type"],
  [
    "SHD",
    root => {
      numbers(root.create_group("spikes"), "units");
      link(root, "labels");
    },
    path => readShd(path),
    "/labels",
  ],
  [
    "nodes of a circuit",
    root => link(root.create_group("nodes").create_group("p"), "node_type_id"),
    path => readHdf5(sonataNodes, path),
    "/nodes/p/node_type_id",
  ],
  [
    "edges of a circuit",
    root => link(root.create_group("edges").create_group("p"), "source_node_id"),
    path => readHdf5(sonataEdges, path),
    "/edges/p/source_node_id",
  ],
];

test.each(linked)("a link out of a file is refused by its name: %s", async (name, fill, read, place) => {
  const path = join(folder, `${name}.h5`);
  await writeHdf5(path, fill);
  expect(await refusal(read(path))).toBe(
    `${path}: ${place}: expected data within the file, got a link to "secret.h5"`,
  );
});

test("a link within a file that leads to one out of it leads nowhere", async () => {
  const path = join(folder, "soft.h5");
  await writeHdf5(path, root => {
    const group = root.create_group("spikes").create_group("p");
    numbers(group, "node_ids");
    link(root, "far", "/inner");
    group.create_soft_link("/far/timestamps", "timestamps");
  });
  expect(await refusal(openRaster(path))).toMatch(
    /soft\.h5: \/spikes\/p\/timestamps: expected data within the file, got data of ".*secret\.h5"$/,
  );
});

test("a link to the file itself is one out of it, and one to nowhere no other; what is not read may be anywhere", async () => {
  const path = join(folder, "self.nir");
  for (const target of ["self.nir", "nowhere.h5", "/dev/zero"]) {
    await writeHdf5(path, root => {
      root.create_dataset({ name: "w", data: secret, shape: [2], dtype: "<d" });
      link(root.create_group("node"), "type", "/w", target);
    });
    expect(await refusal(readNir(path))).toContain(`got a link to "${target}"`);
  }
  await writeHdf5(path, root => {
    link(root, "pictures");
    const group = root.create_group("spikes").create_group("p");
    numbers(group, "node_ids");
    numbers(group, "timestamps");
  });
  expect((await openRaster(path)).spikeCount).toBe(2);
});

test("after a refused file others are read", async () => {
  const path = join(folder, "good.nir");
  await writeNir(everyNode(), path);
  expect(await readNir(path)).toEqual(everyNode());
});

test("kilobytes that stand for gigabytes are refused before they are unpacked", async () => {
  const path = join(folder, "zeros.h5");
  await writeHdf5(path, root => {
    const group = root.create_group("spikes").create_group("p");
    const empty = { data: new Float64Array(0), shape: [0], dtype: "<d", maxshape: [null], chunks: [1000] };
    group.create_dataset({ name: "timestamps", ...empty }).resize([60_000_000]);
    numbers(group, "node_ids");
  });
  expect(await refusal(openRaster(path))).toMatch(
    /timestamps: expected at most \d+ bytes in a file of \d+, got 480000000$/,
  );
  expect(await refusal(openRaster(fixture("repeatedTexts.h5")))).toMatch(
    /population: expected at most \d+ bytes/,
  );
  expect(await refusal(readShd(fixture("repeatedRows.h5")))).toMatch(
    /spikes\/times: expected at most \d+ bytes/,
  );
  // A part of it is a part.
  expect((await readShd(fixture("repeatedRows.h5"), [3, 5])).times.map(list => list.length)).toEqual([
    1500, 1500,
  ]);
});
