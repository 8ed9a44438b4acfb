import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endedPath, keepEnded, restoreEnded } from "../../experiments/endedRuns.ts";
import { scratch, threefactor } from "../cli/process.ts";

const at = scratch();
const sweep = (file: string, epochs: number) => {
  const options = { dataset: "digits", trainSamples: 50, testSamples: 20, hidden: 4, rules: "bp" };
  writeFileSync(file, JSON.stringify({ options: { ...options, epochs, backend: "wasm", seeds: [1] } }));
};

test("runs that are kept are not made again where their folder is not", async () => {
  const file = at("sweep.json");
  const kept = endedPath(file);
  expect(kept).toBe(at("sweep.ended.jsonl"));
  sweep(file, 25);
  expect((await threefactor("sweep", file, "--out", at("first"))).code).toBe(0);
  await keepEnded(at("first"), kept);
  await restoreEnded(kept, at("second"));
  const again = await threefactor("sweep", file, "--out", at("second"));
  expect(again.code, again.stderr).toBe(0);
  // A run that is made leaves its network.
  const made = (folder: string, hash: string) =>
    existsSync(join(at(folder), "configurations", hash, "networks"));
  const lines = readFileSync(kept, "utf8").trim().split("\n");
  const hashes = lines.map(line => JSON.parse(line).hash);
  expect(hashes.map(hash => [made("first", hash), made("second", hash)])).toEqual([
    [true, false],
    [true, false],
  ]);
  const runs = (folder: string) => JSON.parse(readFileSync(join(at(folder), "results.json"), "utf8")).runs;
  const withoutCurve = (all: { curve: unknown }[]) => all.map(({ curve, ...rest }) => rest);
  expect(withoutCurve(runs("second"))).toEqual(withoutCurve(runs("first")));
  const epochs = runs("second").map(({ curve }: { curve: { epoch: number }[] }) => curve.map(p => p.epoch));
  expect(epochs).toEqual(Array(2).fill([1, 3, 6, 9, 12, 15, 18, 21, 24, 25]));

  // Others are added, and those that are there stay as they are.
  sweep(file, 1);
  expect((await threefactor("sweep", file, "--out", at("third"))).code).toBe(0);
  await keepEnded(at("third"), kept);
  const more = readFileSync(kept, "utf8").trim().split("\n");
  expect(more).toEqual(expect.arrayContaining(lines));
  expect(more).toHaveLength(4);
});

test("a line that is no run is an error that names it", async () => {
  const kept = at("broken.ended.jsonl");
  writeFileSync(kept, '\n{"hash":"a"}\n');
  await expect(restoreEnded(kept, at("nothing"))).rejects.toThrow(
    `${kept}:2: expected hash, record and results, got {"hash":"a"}`,
  );
  appendFileSync(kept, "{");
  await expect(keepEnded(at("nothing"), at("broken.ended.jsonl"))).rejects.toThrow(`${kept}:2`);
});
