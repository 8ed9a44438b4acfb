import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { DatasetEntry } from "../../src/data/catalogue.ts";
import { DownloadError } from "../../src/data/download.ts";
import { fetchDataset } from "../../src/data/fetch.ts";
import { sha256 } from "../../src/data/files.ts";
import { inspectDataset } from "../../src/data/inspect.ts";
import { InputError } from "../../src/errors.ts";
import { failure, temporaryFolder, tinySet } from "./idxFiles.ts";
import { type Mirror, serve } from "./server.ts";

const raw = tinySet();
const packed = Object.fromEntries(
  Object.entries(raw).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);
const FIRST = "train-images-idx3-ubyte";

const mirrors: Mirror[] = [];
async function mirror(files: Record<string, Uint8Array | null>): Promise<Mirror> {
  const started = await serve(files);
  mirrors.push(started);
  return started;
}
afterEach(() => Promise.all(mirrors.splice(0).map(started => started.close())));

function tiny(...urls: string[]): DatasetEntry {
  const files = Object.entries(raw).map(([name, bytes]) => ({
    name,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }));
  return { name: "tiny", title: "", licence: "", source: "", classes: 3, files, mirrors: urls };
}

describe("fetching a set", () => {
  test("stores the four files in the set's own folder, and nothing else", async () => {
    const { url } = await mirror(packed);
    const dataDir = await temporaryFolder();
    const result = await fetchDataset(tiny(url), { dataDir });
    expect(result.folder).toBe(join(dataDir, "tiny"));
    expect(result.files.every(file => file.mirror === url)).toBe(true);
    expect((await readdir(result.folder)).sort()).toEqual(Object.keys(packed).sort());
    expect((await inspectDataset(tiny(url), dataDir)).state).toBe("ok");
  });

  test("keeps right files and replaces wrong ones", async () => {
    const { url, asked } = await mirror(packed);
    const dataDir = await temporaryFolder();
    await fetchDataset(tiny(url), { dataDir });
    await writeFile(join(dataDir, "tiny", FIRST), "damaged, and read before the .gz");
    expect((await inspectDataset(tiny(url), dataDir)).state).toBe("corrupt");
    asked.length = 0;
    const result = await fetchDataset(tiny(url), { dataDir });
    expect(asked).toEqual([`${FIRST}.gz`]);
    expect(result.files.map(file => file.mirror !== null)).toEqual([true, false, false, false]);
    expect((await readdir(result.folder)).sort()).toEqual(Object.keys(packed).sort());
    await fetchDataset(tiny(url), { dataDir });
    expect(asked).toEqual([`${FIRST}.gz`]);
  });

  test("accepts files that the server has unpacked, under their plain names", async () => {
    const unpacked = Object.fromEntries(Object.entries(raw).map(([name, bytes]) => [`${name}.gz`, bytes]));
    const dataDir = await temporaryFolder();
    const { folder } = await fetchDataset(tiny((await mirror(unpacked)).url), { dataDir });
    expect((await readdir(folder)).sort()).toEqual(Object.keys(raw).sort());
  });

  test("goes to the next mirror when one fails", async () => {
    const bad = await mirror({});
    const good = await mirror(packed);
    const result = await fetchDataset(tiny(bad.url, good.url), { dataDir: await temporaryFolder() });
    expect(result.files.every(file => file.mirror === good.url)).toBe(true);
  });

  test.each([
    [
      "a wrong file",
      { ...packed, [`${FIRST}.gz`]: gzipSync("other") },
      /serves a wrong file: SHA-256 \w+, expected/,
    ],
    [
      "a damaged file",
      { ...packed, [`${FIRST}.gz`]: packed[`${FIRST}.gz`].subarray(0, 30) },
      /serves a damaged/,
    ],
    ["far too much", { ...packed, [`${FIRST}.gz`]: new Uint8Array(10_000) }, /sends more than \d+ bytes/],
    ["no file", {}, /answers HTTP 404/],
    ["half a file", { [`${FIRST}.gz`]: null }, /fails \(/],
  ])("from a mirror that serves %s is one line, and leaves nothing behind", async (_, files, message) => {
    const { url } = await mirror(files);
    const dataDir = await temporaryFolder();
    const error = await failure(fetchDataset(tiny(url), { dataDir }));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(`tiny: ${FIRST}.gz could not be fetched: ${url} `);
    expect(error.message).toMatch(message);
    expect(await readdir(join(dataDir, "tiny"))).toEqual([]);
  });

  test("from a mirror that is out of reach names the reason", async () => {
    const { url, close } = await serve({});
    await close();
    const error = await failure(fetchDataset(tiny(url), { dataDir: await temporaryFolder() }));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(`${url} fails (ECONNREFUSED)`);
  });

  test("stops when it is told to, and leaves nothing behind", async () => {
    const { url } = await mirror({ [`${FIRST}.gz`]: null });
    const dataDir = await temporaryFolder();
    const stop = new AbortController();
    const ended = failure(
      fetchDataset(tiny(url), { dataDir, signal: stop.signal, onProgress: () => stop.abort() }),
    );
    expect((await ended).name).toBe("AbortError");
    expect(await readdir(join(dataDir, "tiny"))).toEqual([]);
  });

  test("does not touch another set that lies in the data folder itself", async () => {
    const { url } = await mirror(packed);
    const dataDir = await temporaryFolder({ [FIRST]: new Uint8Array([1, 2, 3]) });
    expect(await inspectDataset(tiny(url), dataDir)).toMatchObject({ folder: null, state: "missing" });
    await fetchDataset(tiny(url), { dataDir });
    expect((await readdir(dataDir)).sort()).toEqual(["tiny", FIRST]);
  });

  test("keeps a set that lies whole in the data folder itself", async () => {
    const { url, asked } = await mirror(packed);
    const dataDir = await temporaryFolder(raw);
    expect((await fetchDataset(tiny(url), { dataDir })).folder).toBe(dataDir);
    expect(asked).toEqual([]);
  });

  test("refuses a mirror that is no web address, and a folder that cannot be made", async () => {
    const dataDir = await temporaryFolder({ file: new Uint8Array(1) });
    for (const url of ["here", "file:///etc/"]) {
      const error = await failure(fetchDataset(tiny("http://127.0.0.1/"), { dataDir, mirrors: [url] }));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(`--mirror: found "${url}"`);
    }
    const error = await failure(fetchDataset(tiny("http://127.0.0.1/"), { dataDir: join(dataDir, "file") }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/cannot be made \(ENOTDIR\)/);
  });

  test("reports missing when some files are missing and the others right", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "tiny"));
    await writeFile(join(dataDir, "tiny", FIRST), raw[FIRST]);
    const status = await inspectDataset(tiny("http://127.0.0.1/"), dataDir);
    expect(status).toMatchObject({ folder: join(dataDir, "tiny"), state: "missing" });
    expect(status.files.map(file => file.state)).toEqual(["ok", "missing", "missing", "missing"]);
  });
});
