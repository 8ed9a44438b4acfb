import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { removeTemporary, replaceAtomic, writeAtomic } from "../../src/io/atomic.ts";
import { failure, temporaryFolder } from "../data/idxFiles.ts";

describe("writeAtomic", () => {
  test("makes the folders on the way and leaves nothing beside the file", async () => {
    const folder = await temporaryFolder();
    await writeAtomic(join(folder, "a", "b", "c.txt"), "text");
    await writeAtomic(join(folder, "a", "b", "c.txt"), Uint8Array.of(110, 101, 119));
    expect(await readFile(join(folder, "a", "b", "c.txt"), "utf8")).toBe("new");
    expect(await readdir(join(folder, "a", "b"))).toEqual(["c.txt"]);
  });

  test("leaves no temporary file when it fails, and what was there before", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "taken"));
    await writeFile(join(folder, "taken", "kept"), "kept");
    const error = await failure(writeAtomic(join(folder, "taken"), "text"));
    expect(error).toMatchObject({ code: expect.stringMatching(/^E/) });
    expect(await readdir(folder)).toEqual(["taken"]);
    expect(await readdir(join(folder, "taken"))).toEqual(["kept"]);
  });
});

test("replaceAtomic keeps the old file when the new one is not finished", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "x");
  await writeFile(path, "old");
  const fill = async (temporary: string) => {
    await writeFile(temporary, "half");
    throw new Error("stopped");
  };
  expect((await failure(replaceAtomic(path, fill))).message).toBe("stopped");
  expect(await readdir(folder)).toEqual(["x"]);
  expect(await readFile(path, "utf8")).toBe("old");
});

test("removeTemporary removes what killed writes have left, and nothing else", async () => {
  const folder = await temporaryFolder();
  for (const name of ["run.json", "run.json.123.tmp", "notes.tmp"]) await writeFile(join(folder, name), "");
  await mkdir(join(folder, "raster.77.tmp"));
  await writeFile(join(folder, "raster.77.tmp", "part"), "");
  await removeTemporary(folder);
  expect((await readdir(folder)).sort()).toEqual(["notes.tmp", "run.json"]);
  await removeTemporary(join(folder, "none"));
});
