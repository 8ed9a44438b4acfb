import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RunFolder } from "../../src/cli/runFolder.ts";
import { expectExit2 } from "./badInput.ts";
import { scratch, threefactor } from "./process.ts";

const folder = scratch()("earlier");

/** A folder as versions wrote it that had no readings, and called the form with sparse feedback `pepita`. */
beforeAll(async () => {
  const job = ["--rules", "bp,pepita", "--train-samples", "40", "--test-samples", "20", "--hidden", "16"];
  await threefactor("compare", ...job, "--epochs", "1", "--twins", "spike", "--out", folder);
  const path = join(folder, "run.json");
  const record = JSON.parse(await readFile(path, "utf8"));
  for (const name of ["reading", "readout", "replay", "modulation", "presentations", "ruleOptions"])
    delete record.options[name];
  delete record.endedAt;
  await writeFile(path, JSON.stringify(record));
});

test("its results and rasters have the names of now", async () => {
  const run = new RunFolder(folder);
  expect((await run.results()).runs.map(({ rule }) => rule)).toEqual(["bp", "pepita:sparse"]);
  expect((await run.rasters()).map(({ rule }) => rule)).toEqual(["bp", "pepita:sparse"]);
  const { stdout, code } = await threefactor("report", folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^pepita:sparse /m);
});

test("its run does not go on as another rule", async () => {
  await expectExit2(
    ["compare", "--resume", "--out", folder],
    /^--resume: .*: expected a run of this version for pepita, which is called pepita:sparse now; begin it again$/,
  );
});
