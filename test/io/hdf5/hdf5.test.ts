import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { writeHdf5 } from "../../../src/io/hdf5/hdf5.ts";
import { temporaryFolder } from "../../data/idxFiles.ts";

afterEach(() => vi.restoreAllMocks());

test("the same data are the same bytes at another time of day, which goes on as before", async () => {
  const folder = await temporaryFolder();
  const written: Buffer[] = [];
  for (const time of [1_000_000_000_000, 1_700_000_000_000]) {
    vi.spyOn(Date, "now").mockReturnValue(time);
    const path = join(folder, `${time}.h5`);
    await writeHdf5(path, root => {
      root.create_group("a").create_dataset({ name: "x", data: Float64Array.of(1, 2, 3) });
    });
    expect(Date.now()).toBe(time);
    written.push(readFileSync(path));
  }
  expect(written[1].equals(written[0])).toBe(true);
});
