import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { hdf5Limits } from "../../../src/io/hdf5/thread.ts";
import { readNir, writeNir } from "../../../src/io/nir/file.ts";
import { readSonata } from "../../../src/io/sonata/read.ts";
import { endlessFile } from "../endlessFile.ts";
import { everyNode } from "../nir/graphs.ts";

const folder = mkdtempSync(join(tmpdir(), "hdf5-"));
const [good, endless, cut] = ["good.nir", "endless.h5", "cut.h5"].map(name => join(folder, name));
const usual = hdf5Limits.seconds;
afterEach(() => {
  hdf5Limits.seconds = usual;
});

test("a file from which the library never returns is refused, and others are read after it", async () => {
  await writeNir(everyNode(), good);
  writeFileSync(endless, endlessFile());
  hdf5Limits.seconds = 0.5;
  const refused = readSonata(endless).catch(error => error);
  // A short limit makes the endless file no less endless; what comes after it has the usual one.
  const read = refused.then(() => {
    hdf5Limits.seconds = usual;
    return readNir(good);
  });
  expect(await refused).toBeInstanceOf(InputError);
  expect((await refused).message).toMatch(
    /endless\.h5: expected a whole HDF5 file, got one without an end in/,
  );
  expect(await read).toEqual(everyNode());
});

test("files that are asked for at once are read one after the other, whatever becomes of each", async () => {
  await writeNir(everyNode(), good);
  writeFileSync(cut, endlessFile().subarray(0, 4000));
  const found = await Promise.allSettled([good, cut, join(folder, "missing"), good].map(readNir));
  expect(found.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  for (const result of found)
    if (result.status === "rejected") expect(result.reason).toBeInstanceOf(InputError);
});
