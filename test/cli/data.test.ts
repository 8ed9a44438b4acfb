import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { dataCommand } from "../../src/cli/data.ts";
import { DownloadError } from "../../src/data/download.ts";
import { datasets } from "../../src/data/index.ts";
import { InputError } from "../../src/errors.ts";
import { failure, SHARED, temporaryFolder } from "../data/idxFiles.ts";
import { serve } from "../data/server.ts";
import { needs } from "../needs.ts";

const real = existsSync(join(SHARED, "mnist"));

afterEach(() => vi.restoreAllMocks());

/** Runs the command and returns what it wrote to stdout. */
async function run(...args: string[]): Promise<string> {
  let printed = "";
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation(text => {
    printed += String(text);
    return true;
  });
  try {
    await dataCommand().parseAsync(args, { from: "user" });
  } finally {
    stdout.mockRestore();
  }
  return printed;
}

describe("threefactor data list", () => {
  test("prints a row for each set: the digits ship, the others are not here", async () => {
    const lines = (await run("list", "--data-dir", await temporaryFolder())).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^name +samples +size +licence +files +where$/);
    expect(lines[1]).toMatch(/^digits +intensities +0\.3 MB +CC BY 4\.0 +ok +ships with it$/);
    expect(lines[2]).toMatch(/^mnist +intensities +55\.0 MB +CC BY-SA 3\.0 +missing +not here$/);
    expect(lines[3]).toMatch(/^fashion-mnist +intensities +55\.0 MB +MIT +missing +not here$/);
    expect(lines[4]).toMatch(/^cifar10 +intensities +- +none stated +missing +not here: bring it$/);
    expect(lines.slice(1).map(line => line.split(" ")[0])).toEqual(datasets.map(({ name }) => name));
  });

  test("of a set that cannot be fetched, it says where it lies", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "shd"));
    expect(await run("list", "--data-dir", dataDir)).toMatch(
      /shd +recordings +- +CC BY 4\.0 +unchecked +\/.*shd\n/,
    );
    const { datasets: rows } = JSON.parse(await run("list", "--json", "--data-dir", dataDir));
    const shd = rows.find((set: { name: string }) => set.name === "shd");
    expect(shd).toMatchObject({ bytes: null, state: "unchecked", folder: join(dataDir, "shd"), files: [] });
  });

  test("with --json prints one document, and --out writes the same one", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "sets.json");
    const document = JSON.parse(await run("list", "--json", "--out", out, "--data-dir", folder));
    expect(document).toMatchObject({ schema: "threefactor.datasets/1", dataDir: folder });
    expect(document.datasets.map((set: { state: string }) => set.state)).toEqual([
      "ok",
      ...Array(datasets.length - 1).fill("missing"),
    ]);
    expect(document.datasets[1].files[0]).toMatchObject({
      name: "train-images-idx3-ubyte",
      bytes: 47_040_016,
    });
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual(document);
  });

  test("says which files are corrupt", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "mnist"));
    await writeFile(join(dataDir, "mnist", "t10k-labels-idx1-ubyte"), "damaged");
    expect(await run("list", "--data-dir", dataDir)).toContain(`corrupt  ${join(dataDir, "mnist")}`);
    const [, mnist] = JSON.parse(await run("list", "--json", "--data-dir", dataDir)).datasets;
    expect(mnist.files[3].state).toBe("corrupt");
    expect(mnist.files[0].state).toBe("missing");
  });

  test("refuses an --out that cannot be written", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const error = await failure(run("list", "--data-dir", folder, "--out", join(folder, "file", "a.json")));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/^--out: .* cannot be written \((EEXIST|ENOTDIR)\); expected a file/);
  });

  test.runIf(real)(needs("MNIST", real, "shows real sets as ok with their folders"), async () => {
    const document = JSON.parse(await run("list", "--json", "--data-dir", SHARED));
    const states = document.datasets.map((set: { state: string }) => set.state);
    expect(states.slice(0, 3)).toEqual(["ok", "ok", "ok"]);
    expect(document.datasets[1].folder).toBe(join(SHARED, "mnist"));
  });
});

describe("threefactor data fetch", () => {
  test("refuses an unknown name and says what is expected", async () => {
    const error = await failure(run("fetch", "emnist"));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe('data fetch: found "emnist"; expected digits or mnist or fashion-mnist');
    const known = await failure(run("fetch", "nmnist", "--data-dir", "/sets"));
    expect(known).toBeInstanceOf(InputError);
    expect(known.message).toMatch(
      /^data fetch: nmnist cannot be fetched; unpack it in .sets.nmnist; its source: G\. Orchard/,
    );
  });

  test("has nothing to do for the digits", async () => {
    expect(await run("fetch", "digits")).toMatch(/^digits: 0 fetched, 1 already there/);
  });

  test("refuses a mirror with a wrong file in one line that names both, and leaves nothing behind", async () => {
    const dataDir = await temporaryFolder();
    const { url, close } = await serve({ "train-images-idx3-ubyte.gz": gzipSync("wrong") });
    const error = await failure(run("fetch", "mnist", "--mirror", url.slice(0, -1), "--data-dir", dataDir));
    await close();
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(
      `mnist: train-images-idx3-ubyte.gz could not be fetched: ${url} serves a wrong file`,
    );
    expect(await readdir(join(dataDir, "mnist"))).toEqual([]);
  });

  test.runIf(real)(needs("MNIST", real, "fetches the real set from a mirror, once"), async () => {
    const names = await readdir(join(SHARED, "mnist"));
    const served = await Promise.all(
      names.map(async name => [name, await readFile(join(SHARED, "mnist", name))]),
    );
    const { url, close } = await serve(Object.fromEntries(served));
    const args = ["fetch", "mnist", "--json", "--mirror", url, "--data-dir", await temporaryFolder()];
    const mirrors = (text: string) =>
      JSON.parse(text).files.map((file: { mirror: string | null }) => file.mirror);
    expect(mirrors(await run(...args))).toEqual([url, url, url, url]);
    expect(mirrors(await run(...args))).toEqual([null, null, null, null]);
    await close();
  });
});
