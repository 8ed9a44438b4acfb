import { execFileSync } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { fileKind } from "../../../src/io/fileKind.ts";
import { writeHdf5 } from "../../../src/io/hdf5/hdf5.ts";
import { readNir } from "../../../src/io/nir/file.ts";
import { openRaster } from "../../../src/io/raster/open.ts";
import { collect } from "../../../src/io/raster/stream.ts";
import { isSonataConfig } from "../../../src/io/sonata/config.ts";
import { millisecondsOf } from "../../../src/io/timeUnits.ts";
import { spikes, writeSpikes } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "spikes-"));
const read = async (path: string) => {
  const { populations, times, neurons, metadata } = collect(await openRaster(path));
  return { names: populations.map(({ name }) => name), times: [...times], nodes: [...neurons], metadata };
};

test.each<[string, Parameters<typeof writeSpikes>[1], string, object]>([
  ["ms", {}, "src", {}],
  ["milliseconds", { units: "milliseconds" }, "src", {}],
  ["seconds", { units: "seconds", perMs: 0.001 }, "src", {}],
  ["microseconds", { units: "us", perMs: 1000 }, "src", {}],
  ["no unit", { units: null }, "src", { timeUnit: "ms" }],
  ["the first layout", { group: "", ids: "gids" }, "spikes", {}],
  ["the first layout without a unit", { group: "", ids: "gids", units: null }, "spikes", { timeUnit: "ms" }],
  ["the first layout with new names", { group: "" }, "spikes", {}],
  ["populations with old names", { ids: "gids" }, "src", {}],
  ["a population with a column's name", { group: "gids" }, "gids", {}],
])("spikes in HDF5: %s", async (name, how, population, metadata) => {
  const path = join(folder, `${name}.h5`);
  await writeSpikes(path, how);
  expect(await fileKind(path)).toBe("sonata");
  const found = await read(path);
  expect(found).toEqual({
    ...{ names: [population], nodes: spikes.nodes, metadata },
    times: found.times.map((_, k) => expect.closeTo(spikes.times[k], 9)),
  });
});

test.each([
  ["spaces", "timestamps population node_ids\n5.0 src 0\n10.0 src 0\n10.0 src 1\n30.0 src 1\n"],
  ["commas", "timestamps,population,node_ids\n5.0,src,0\n10.0,src,0\n10.0,src,1\n30.0,src,1"],
  [
    "another order, tabs, line ends",
    "node_ids\tpopulation\ttimestamps\r\n1\tsrc\t30\r\n0\tsrc\t5\r\n0\tsrc\t10\r\n1\tsrc\t10\r\n",
  ],
  [
    "commas and spaces, quotes, blank lines",
    '"timestamps", "population", "gids"\n\n5, "src", 0\n10, "src", 0\n10, "src", 1\n30, "src", 1\n\n',
  ],
])("spikes as text: %s", async (name, text) => {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, text);
  expect(await fileKind(path)).toBe("sonata");
  expect(await read(path)).toEqual({
    names: ["src"],
    times: spikes.times,
    nodes: spikes.nodes,
    metadata: {},
  });
});

test("spikes as text of several populations, or of none that is named", async () => {
  const path = join(folder, "two.csv");
  writeFileSync(path, "timestamps population node_ids\n5 a 3\n6 b 0\n");
  expect(collect(await openRaster(path)).populations).toEqual([
    { name: "a", size: 4 },
    { name: "b", size: 1 },
  ]);
  writeFileSync(path, "node_ids timestamps\n3 5\n");
  expect(await read(path)).toMatchObject({ names: ["spikes"], times: [5], nodes: [3] });
});

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    found => found,
  );
  expect(error).toBeInstanceOf(InputError);
  return error.message;
}

test("what is wrong with spikes is told by its line or its field", async () => {
  const path = join(folder, "bad.csv");
  for (const [row, message] of [
    ["5 src", /bad\.csv, line 2: expected 3 columns, got "5 src"$/],
    ["x src 0", /line 2: expected a time in ms, got "x"$/],
    ["-5 src 0", /line 2: expected a time in ms, got "-5"$/],
    ["5 src 0.5", /line 2: expected a node, from 0, got "0\.5"$/],
  ] as const) {
    writeFileSync(path, `timestamps population node_ids\n${row}\n`);
    expect(await refusal(openRaster(path))).toMatch(message);
  }
  const file = join(folder, "bad.h5");
  await writeSpikes(file, { units: "fortnights" });
  expect(await refusal(openRaster(file))).toMatch(
    /src\/timestamps: expected units ms or s, got "fortnights"$/,
  );
  await writeHdf5(file, root => {
    root.create_group("spikes").create_group("p").create_group("whens");
  });
  expect(await refusal(openRaster(file))).toMatch(/p: expected timestamps and node_ids, got "whens"$/);
});

test("a unit of time is known by any of its names", () => {
  for (const name of ["ms", "MS", "msec", " milliseconds ", "millisecond"])
    expect(millisecondsOf(name)).toBe(1);
  for (const name of ["s", "sec", "second", "Seconds"]) expect(millisecondsOf(name)).toBe(1000);
  for (const name of ["us", "µs", "μs", "microseconds"]) expect(millisecondsOf(name)).toBe(1e-3);
  expect(millisecondsOf("ns")).toBe(1e-6);
  for (const name of ["", "m", "minutes", undefined, 1]) expect(millisecondsOf(name)).toBeUndefined();
});

test("pipes, devices and loops of links are refused before they are opened", async () => {
  const [pipe, loop] = ["pipe.json", "loop.h5"].map(name => join(folder, name)) as [string, string];
  execFileSync("mkfifo", [pipe]);
  symlinkSync(loop, loop);
  for (const [path, what] of [
    [pipe, "a pipe"],
    ["/dev/zero", "a device"],
    [loop, "links in a circle"],
  ] as const)
    for (const reading of [openRaster, readNir])
      expect(await refusal(reading(path))).toBe(`${path}: expected a file, got ${what}`);
  expect(isSonataConfig(pipe)).toBe(false);
});
