import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { temporaryFolder } from "../data/idxFiles.ts";
import { sampleRaster } from "../io/raster/rasters.ts";
import { sized } from "../long.ts";
import { type Running, start, threefactor } from "./process.ts";

const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;

/** Waits until a process has something half-written in a folder. */
async function halfWritten(folder: string, { child }: Running): Promise<void> {
  while (!existsSync(folder) || !readdirSync(folder).some(name => name.endsWith(".tmp"))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it has ended already");
    await new Promise(done => setTimeout(done, 2));
  }
}

/** What a signal may leave: only what cannot be heard leaves anything, and the next call removes that. */
const left = (signal: string) => (signal === "SIGKILL" ? 1 : 0);

describe.runIf(process.platform !== "win32")("a stopped export", () => {
  // Long enough for every format to be met half-way.
  const n = 2_000_000;
  const long = {
    ...sampleRaster(),
    durationMs: n,
    times: Float64Array.from({ length: n }, (_, k) => k),
    populationIndex: new Uint16Array(n),
    neurons: new Uint32Array(n),
    traces: [],
  };

  // A file piece by piece, one of HDF5, and a folder.
  const formats = ["csv", "nwb", "sonata", "npz", "nirdata"].slice(0, sized(3, 5));
  test.each(formats)("leaves nothing of %s", async format => {
    const folder = await temporaryFolder({
      "in.msgpack": encodeRaster(long),
      "small.msgpack": encodeRaster({ ...sampleRaster(), traces: [] }),
    });
    const out = join(folder, "out");
    for (const signal of signals) {
      const running = start("export", join(folder, "in.msgpack"), "--to", format, "--out", join(out, "x"));
      await halfWritten(out, running);
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: null, signal, stdout: "", stderr: "" });
      expect(await readdir(out)).toHaveLength(left(signal));
    }
    const again = await threefactor(
      "export",
      join(folder, "small.msgpack"),
      "--to",
      format,
      "--out",
      join(out, "y"),
    );
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(await readdir(out)).toEqual(["y"]);
  });
});

describe.runIf(process.platform === "linux")("a file that finds no room", () => {
  const n = 100_000;
  const raster = {
    ...sampleRaster(),
    durationMs: n,
    times: Float64Array.from({ length: n }, (_, k) => k),
    populationIndex: new Uint16Array(n),
    neurons: Uint32Array.from({ length: n }, (_, k) => (k * 7) % 4),
    traces: [],
  };

  // A limit on the size of files is met where a full disk would be: in the middle of a write.
  test.each(["csv", "npz", "msgpack", "nwb", "sonata", "nirdata"])(
    "is one line for %s, and leaves nothing",
    async format => {
      const folder = await temporaryFolder({ "in.msgpack": encodeRaster(raster) });
      const out = join(folder, "out", "x");
      const limited = `trap '' XFSZ; ulimit -f 32; exec "$0" "$@"`;
      const args = [
        "dist/src/cli/main.js",
        "export",
        join(folder, "in.msgpack"),
        "--to",
        format,
        "--out",
        out,
      ];
      const { status, stdout, stderr } = spawnSync("bash", ["-c", limited, process.execPath, ...args], {
        encoding: "utf8",
      });
      expect([status, stdout, stderr]).toEqual([
        1,
        "",
        `threefactor: ${out}: cannot be written: file too large (EFBIG)\n`,
      ]);
      expect(await readdir(join(folder, "out"))).toEqual([]);
    },
  );
});

describe.runIf(process.platform !== "win32")("a stopped download", () => {
  test("leaves nothing, and the next one removes what one that was killed has left", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "mnist"));
    await writeFile(join(dataDir, "mnist", "notes"), "");
    const server = createServer((_, response) => {
      response.writeHead(200).write("half"); // and never more
    });
    await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (const signal of signals) {
      const running = start("data", "fetch", "mnist", "--mirror", url, "--data-dir", dataDir);
      await halfWritten(join(dataDir, "mnist"), running);
      running.child.kill(signal);
      const { code, stderr } = await running.ended;
      expect(code).toBe(signal === "SIGKILL" ? null : 130);
      if (code !== null)
        expect(stderr.trimEnd().split("\n").at(-1)).toBe(
          "threefactor: mnist: interrupted; the files fetched so far are whole, fetch again for the rest",
        );
      expect(await readdir(join(dataDir, "mnist"))).toHaveLength(1 + left(signal));
    }
    server.closeAllConnections();
    server.close();
    const refused = await threefactor("data", "fetch", "mnist", "--mirror", url, "--data-dir", dataDir);
    expect(refused.code).toBe(1);
    expect(await readdir(join(dataDir, "mnist"))).toEqual(["notes"]);
  });
});
