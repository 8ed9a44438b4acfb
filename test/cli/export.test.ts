import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { exportCommand } from "../../src/cli/export.ts";
import { InputError } from "../../src/errors.ts";
import { encodeNetwork } from "../../src/io/networkFile.ts";
import { readNir } from "../../src/io/nir/file.ts";
import { rasterFormats } from "../../src/io/raster/formats.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { openRaster } from "../../src/io/raster/open.ts";
import { collect } from "../../src/io/raster/stream.ts";
import { writeShdLike } from "../io/events/shdFiles.ts";
import { trained } from "../io/nir/graphs.ts";
import { sampleRaster } from "../io/raster/rasters.ts";

afterEach(() => vi.restoreAllMocks());

/** Runs the command; what it printed, and what it said on standard error. */
async function run(...args: string[]): Promise<{ out: string; told: string }> {
  const printed = { out: "", told: "" };
  vi.spyOn(process.stdout, "write").mockImplementation(text => {
    printed.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(text => {
    printed.told += String(text);
    return true;
  });
  await exportCommand().exitOverride().parseAsync(args, { from: "user" });
  vi.restoreAllMocks();
  return printed;
}

/** A run folder with two recordings and a network. */
function runFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "export-"));
  writeFileSync(join(folder, "run.json"), "{}");
  for (const kind of ["rasters", "networks"]) mkdirSync(join(folder, kind));
  for (const name of ["bp-seed1", "dfa-seed1"])
    writeFileSync(join(folder, "rasters", `${name}.msgpack`), encodeRaster(sampleRaster()));
  writeFileSync(join(folder, "networks", "bp-spike-seed1.msgpack"), encodeNetwork(trained()));
  return folder;
}

describe("threefactor export", () => {
  test("writes one recording of a run, and it reads back equal", async () => {
    const folder = runFolder();
    const out = join(folder, "x.npz");
    const { out: printed } = await run(folder, "--to", "npz", "--select", "bp-seed1", "--out", out);
    expect(printed).toBe(`${out}\n`);
    expect(collect(await openRaster(out))).toEqual(sampleRaster());
  });
  test("writes all of a run into a folder, and says so as JSON", async () => {
    const folder = runFolder();
    const out = join(folder, "all");
    const { out: printed } = await run(folder, "--to", "csv", "--out", out, "--json");
    expect(JSON.parse(printed)).toMatchObject({
      schema: "threefactor.export/1",
      format: "csv",
      files: [
        { path: join(out, "bp-seed1.csv"), spikes: 6, warnings: [] },
        { path: join(out, "dfa-seed1.csv"), spikes: 6, warnings: [] },
      ],
    });
    expect(readdirSync(out)).toEqual(["bp-seed1.csv", "dfa-seed1.csv"]);
  });
  test("converts between any two formats", async () => {
    const folder = runFolder();
    let at = join(folder, "rasters", "bp-seed1.msgpack");
    for (const format of ["nirdata", "csv", "npz", "msgpack"]) {
      const next = join(folder, `next.${format}`);
      await run(at, "--to", format, "--out", next);
      at = next;
    }
    expect(collect(await openRaster(at))).toEqual(sampleRaster());
  });
  test("makes the same NWB ids from the same seed", async () => {
    const folder = runFolder();
    const ids = async (seed: string) => {
      const out = join(folder, `${seed}.nwb`);
      await run(join(folder, "rasters", "bp-seed1.msgpack"), "--to", "nwb", "--seed", seed, "--out", out);
      return readFileSync(out, "latin1").match(
        /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g,
      )!;
    };
    const first = await ids("1");
    expect(first.length).toBeGreaterThan(5);
    expect(await ids("1")).toEqual(first);
    expect(await ids("2")).not.toEqual(first);
  });
  test("writes a trained network as NIR only when loss is accepted, and says what was lost", async () => {
    const folder = runFolder();
    await expect(run(folder)).rejects.toThrow(/^--to: expected one of msgpack, .*, png, got none$/);
    await expect(run(folder, "--to", "nir")).rejects.toThrow(
      /^nir: cannot be written without loss: the reset/,
    );
    const out = join(folder, "x.nir");
    const { told } = await run(folder, "--to", "nir", "--lossy", "--out", out);
    expect(told).toMatch(/bp-spike-seed1\.msgpack: lost: the reset subtracts the threshold/);
    expect(Object.keys((await readNir(out)).nodes).sort()).toEqual([
      "affine_1",
      "affine_2",
      "hidden_1",
      "input",
      "output",
      "readout",
    ]);
    const again = join(folder, "again.nir");
    await run(out, "--to", "nir", "--out", again);
    expect(await readNir(again)).toEqual(await readNir(out));
  });
  test("writes a trained network as a SONATA circuit", async () => {
    const folder = runFolder();
    const out = join(folder, "circuit");
    await run(folder, "--to", "sonata", "--network", "--out", out);
    expect(readdirSync(out).sort()).toEqual([
      "circuit_config.json",
      "edge_types.csv",
      "edges.h5",
      "node_types.csv",
      "nodes.h5",
    ]);
  });
  test("leaves out traces that SONATA cannot hold only with --lossy", async () => {
    const folder = runFolder();
    const args = [folder, "--to", "sonata", "--select", "bp-seed1", "--out", join(folder, "s")];
    await expect(run(...args)).rejects.toThrow("sonata: trace v of hidden 1 1: expected evenly spaced times");
    expect((await run(...args, "--lossy")).told).toMatch(/lost: 1 recorded traces/);
  });
  test("writes statistics", async () => {
    const folder = runFolder();
    const out = join(folder, "stats.csv");
    await run(folder, "--to", "csv", "--stats", "--select", "bp-seed1", "--out", out);
    expect(readFileSync(out, "utf8")).toMatch(/^population,statistic,at_ms,value,unit\ninput,neurons,,4,1\n/);
    await expect(run(folder, "--to", "npz", "--stats")).rejects.toThrow(
      "--stats: expected --to csv, got --to npz",
    );
  });
  test("draws a picture: strokes as SVG, pixels as PNG, density above 10,000 spikes", async () => {
    const folder = runFolder();
    const svg = join(folder, "x.svg");
    await run(folder, "--to", "svg", "--select", "bp-seed1", "--out", svg);
    const text = readFileSync(svg, "utf8");
    expect(text).toMatch(/^<svg xmlns=/);
    expect(text).toContain(">hidden 1 (3 neurons)</text>");
    expect(text.match(/M[\d.]+ [\d.]+v/g)).toHaveLength(6);
    const png = join(folder, "x.png");
    await run(folder, "--to", "png", "--select", "bp-seed1", "--out", png);
    const bytes = readFileSync(png);
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    const data = bytes.indexOf("IDAT");
    const pixels = inflateSync(bytes.subarray(data + 4, data + 4 + bytes.readUInt32BE(data - 4)));
    expect(pixels.length).toBe(height * (1 + 3 * width));

    const n = 10_001;
    const many = {
      ...sampleRaster(),
      times: Float64Array.from({ length: n }, (_, k) => (20 * k) / n),
      populationIndex: new Uint16Array(n),
      neurons: new Uint32Array(n),
      traces: [],
    };
    writeFileSync(join(folder, "many.msgpack"), encodeRaster(many));
    await run(join(folder, "many.msgpack"), "--to", "svg");
    expect(readFileSync(join(folder, "many.svg"), "utf8")).toContain('href="data:image/png;base64,');
  });
  test("takes recordings of cameras and cochleas", async () => {
    const folder = runFolder();
    const bin = join(folder, "00002.bin");
    writeFileSync(bin, Uint8Array.of(1, 2, 0x80, 0, 100, 0, 0, 0, 3, 232));
    const out = join(folder, "x.csv");
    await run(bin, "--to", "csv", "--out", out);
    const camera = collect(await openRaster(out));
    expect(camera.populations).toEqual([{ name: "input", size: 12 }]);
    expect([...camera.times]).toEqual([0, 0.9]);
    // [polarity, y, x] of a sensor of 2 x 3 pixels, counted from the first event.
    expect([...camera.neurons]).toEqual([(3 + 2) * 2 + 1, 0]);
    expect(camera.metadata).toEqual({ width: 2, height: 3, firstEventMs: 0.1 });

    const spoken = join(folder, "words.h5");
    writeShdLike(spoken, "f16");
    expect((await run(spoken, "--to", "csv", "--out", out)).told).toMatch(
      /took word 0 of 3; --select takes another/,
    );
    await run(spoken, "--to", "csv", "--out", out, "--select", "2");
    const cochlea = collect(await openRaster(out));
    expect(cochlea.populations).toEqual([{ name: "cochlea", size: 700 }]);
    expect(cochlea.times).toHaveLength(1);
    expect(cochlea.metadata).toEqual({ word: 2, words: 3, label: 7 });
    await expect(run(spoken, "--to", "csv", "--select", "3")).rejects.toThrow(
      /words\.h5: expected the number of a word below 3, got 3$/,
    );
    for (const format of ["svg", "png"]) await run(spoken, "--to", format, "--out", join(folder, "picture"));
  });
  test.each([
    [["nothing-here", "--to", "npz"], "nothing-here: expected a file or folder, got nothing there"],
    [
      [".", "--to", "odt"],
      `--to: expected one of ${Object.keys(rasterFormats).join(", ")}, nir, nest, svg, png, got odt`,
    ],
    [
      ["package.json", "--to", "npz"],
      /^package\.json: expected a recording as msgpack, .* got something else$/,
    ],
  ])("refuses %j with one line", async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
    await expect(run(...args)).rejects.toBeInstanceOf(InputError);
  });
});
