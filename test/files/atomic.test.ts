import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { replaceAtomic, writeAtomic } from "../../src/files/atomic.ts";
import { isGone, self } from "../../src/files/owner.ts";
import {
  claim,
  release,
  removeAbandoned,
  removeTemporary,
  removeUnfinished,
} from "../../src/files/temporary.ts";
import { rasterFormats, writeRaster } from "../../src/io/raster/formats.ts";
import { failure, temporaryFolder } from "../data/idxFiles.ts";
import { sampleRaster } from "../io/raster/rasters.ts";

const unix = process.platform !== "win32";

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
    await writeFile(join(folder, "file"), "kept");
    const path = join(folder, "file", "below");
    const error = await failure(writeAtomic(path, "text"));
    expect(error).toMatchObject({ code: expect.stringMatching(/^E/), path });
    expect(error.message).toMatch(/below: cannot be written: .* \((EEXIST|ENOTDIR)\)$/);
    expect(await readdir(folder)).toEqual(["file"]);
    expect(await readFile(join(folder, "file"), "utf8")).toBe("kept");
  });

  test("leaves permissions as they were", async () => {
    const path = join(await temporaryFolder(), "private");
    await writeFile(path, "old", { mode: 0o600 });
    await writeAtomic(path, "new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
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

describe.runIf(unix)("output goes where it was told", () => {
  test("a link stays, and what it leads to is written: a file, one that is not there yet, and below linked folders", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "real"));
    await writeFile(join(folder, "real", "old"), "old");
    const links: [name: string, to: string, target: string][] = [
      ["file", "real/old", "real/old"],
      ["twice", "file", "real/old"],
      ["new", "real/new", "real/new"],
      ["deep", "nowhere/yet", "nowhere/yet"],
    ];
    for (const [name, to, target] of links) {
      await symlink(to, join(folder, name));
      await writeAtomic(join(folder, name), name);
      expect(await readlink(join(folder, name))).toBe(to);
      expect(await readFile(join(folder, target), "utf8")).toBe(name);
    }
    await symlink("real", join(folder, "linked"));
    await symlink("later", join(folder, "unmade"));
    await writeAtomic(join(folder, "linked", "a"), "a");
    await writeAtomic(join(folder, "unmade", "b"), "b");
    expect(await readFile(join(folder, "real", "a"), "utf8")).toBe("a");
    expect(await readFile(join(folder, "later", "b"), "utf8")).toBe("b");
    expect((await readdir(join(folder, "real"))).sort()).toEqual(["a", "new", "old"]);
  });

  test("links in a circle are refused", async () => {
    const folder = await temporaryFolder();
    await symlink("b", join(folder, "a"));
    await symlink("a", join(folder, "b"));
    const path = join(folder, "a");
    const error = await failure(writeAtomic(path, "text"));
    expect(error.message).toBe(`${path}: cannot be written: too many links (ELOOP)`);
  });

  test("a device stays one", async () => {
    await writeAtomic("/dev/null", "text");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    const folder = await temporaryFolder();
    await symlink("/dev/null", join(folder, "nothing"));
    await writeAtomic(join(folder, "nothing"), "text");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    expect(await readdir(folder)).toEqual(["nothing"]);
  });

  test("a pipe gets all of it, of every format", async () => {
    const folder = await temporaryFolder();
    const fifo = join(folder, "pipe");
    await once(spawn("mkfifo", [fifo]), "exit");
    for (const [name, { extension }] of Object.entries(rasterFormats)) {
      const format = name as keyof typeof rasterFormats;
      const raster = { ...sampleRaster(), traces: [] };
      const options = { startedAt: new Date(0) };
      if (extension === "") {
        expect(await failure(writeRaster(raster, format, fifo))).toBeInstanceOf(InputError);
        continue;
      }
      const plain = join(folder, "plain");
      await writeRaster(raster, format, plain, options);
      const [got] = await Promise.all([readFile(fifo), writeRaster(raster, format, fifo, options)]);
      expect(got.length, name).toBe((await stat(plain)).size);
      if (!/nwb|nir/.test(name)) expect(got.equals(await readFile(plain)), name).toBe(true);
    }
    expect((await stat(fifo)).isFIFO()).toBe(true);
  });

  test("a folder, a socket and the name of a folder are refused for a file; all but an empty folder for one", async () => {
    const folder = await temporaryFolder({ file: Uint8Array.of(1) });
    const server = createServer().listen(join(folder, "socket"));
    await once(server, "listening");
    const fill = async (temporary: string) => {
      await mkdir(temporary);
      await writeFile(join(temporary, "in"), "");
    };
    const file = async (path: string) => (await failure(writeAtomic(path, "text"))).message;
    expect(await file(folder)).toBe(`${folder}: expected a file that can be written, got a folder`);
    expect(await file(join(folder, "socket"))).toMatch(/socket: expected a file .* got a socket$/);
    expect(await file(`${folder}/none/`)).toMatch(/none\/: expected a file .* got the name of a folder$/);
    const whole = async (path: string) => (await failure(replaceAtomic(path, fill, "folder"))).message;
    expect(await whole(join(folder, "file"))).toMatch(/file: expected a new or empty folder, got a file$/);
    expect(await whole(folder)).toMatch(/expected a new or empty folder, got one that is not empty$/);
    expect(await whole("/dev/null")).toMatch(/got a device or pipe$/);
    server.close();
    const empty = join(folder, "empty");
    await mkdir(empty);
    await replaceAtomic(empty, fill, "folder");
    expect(await readdir(empty)).toEqual(["in"]);
  });

  test("a full device is one line with its name and the system's code", async () => {
    for (const format of ["csv", "npz", "msgpack", "nwb", "nirdata"] as const) {
      const error = await failure(writeRaster(sampleRaster(), format, "/dev/full"));
      expect(error.message).toBe("/dev/full: cannot be written: no space left on device (ENOSPC)");
      expect(error).toMatchObject({ code: "ENOSPC" });
    }
  });
});

describe("what a write has left half-finished", () => {
  const name = (pid: number, began: string, host = hostname()) =>
    `.threefactor-${pid}_${began}_0.0_${host}.tmp`;
  const { pid, began } = self();
  // Beyond the largest number of a process.
  const nobody = 2 ** 22 + 1;

  test("is removed from a folder by the next write, where its process is gone", async () => {
    const folder = await temporaryFolder();
    const kept = [name(pid, began ?? ""), name(nobody, "", "elsewhere"), "run.json.77.tmp", "notes.tmp"];
    const gone = [name(nobody, ""), name(nobody, "abc-1"), ...(began ? [name(pid, "abc-1")] : [])];
    for (const file of [...kept, ...gone]) await writeFile(join(folder, file), "");
    await writeAtomic(join(folder, "new"), "");
    expect((await readdir(folder)).sort()).toEqual(["new", ...kept].sort());
  });

  test("is removed wholly from a folder that nobody else writes to", async () => {
    const folder = await temporaryFolder();
    for (const file of [name(nobody, ""), name(nobody, "", "elsewhere"), "notes.tmp"])
      await mkdir(join(folder, file));
    await removeTemporary(folder);
    expect(await readdir(folder)).toEqual(["notes.tmp"]);
    await removeTemporary(join(folder, "none"));
    await removeAbandoned(join(folder, "none"));
  });

  test("is removed by this process when it is interrupted", async () => {
    const folder = await temporaryFolder();
    const [one, two] = [claim(folder), claim(folder)];
    expect(one).not.toBe(two);
    await writeFile(one, "half");
    await mkdir(join(two, "below"), { recursive: true });
    removeUnfinished();
    expect(await readdir(folder)).toEqual([]);
    release(one);
  });
});

test("a process is gone when its number is unused or another's, and may be there on another machine", () => {
  const own = self();
  expect(isGone(own)).toBe(false);
  expect(isGone({ ...own, pid: 2 ** 22 + 1 })).toBe(true);
  expect(isGone({ ...own, began: null })).toBe(false);
  if (own.began) expect(isGone({ ...own, began: `${own.began}0` })).toBe(true);
  expect(isGone({ ...own, pid: 2 ** 22 + 1, host: "elsewhere" })).toBe(false);
});
