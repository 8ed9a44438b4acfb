import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heldBy } from "../../../src/cli/lock.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";
import { filesUnder, scratch, start, threefactor } from "../process.ts";
import { came } from "./came.ts";

const at = scratch();

test("a sweep whose processes are killed at random comes to what the whole one does", async () => {
  const twins = ["spike", "rate"].slice(0, sized(1, 2));
  const options = {
    dataset: "digits",
    trainSamples: 100,
    testSamples: 50,
    hidden: 8,
    rules: "dfa",
    backend: "wasm",
  };
  const declaration = {
    options: { ...options, twins, epochs: sized(20, 250), seeds: sized(1, 2) },
    ...{ grid: { learningRate: [0.02, 0.5] }, select: {} },
  };
  const file = at("killed.json");
  writeFileSync(file, JSON.stringify(declaration));
  const [whole, cut] = [at("killed-whole"), at("killed-cut")];
  expect((await threefactor("sweep", file, "--out", whole, "--workers", "2")).code).toBe(0);
  const wanted = sized(3, 20);
  let kills = 0;
  const waits = new Rng(1, "waits");
  for (let code: number | null = null; code !== 0; ) {
    const running = start("sweep", file, "--out", cut, "--workers", "2");
    const ended = running.ended.then(end => {
      code = end.code;
      if (code !== 0) expect(end.signal, end.stderr).toBe("SIGKILL");
    });
    // In turns the sweep itself, and one of its processes.
    for (let over = false; !over && kills < wanted; ) {
      // The first as soon as something is written: a fast machine may be through before long.
      const ms = kills === 0 ? 20 : waits.uniformIn(300, 1200);
      const wait = new Promise<false>(done => setTimeout(() => done(false), ms));
      over = await Promise.race([ended.then(() => true), wait]);
      const owner = ownerUnder(cut);
      if (over || owner === undefined) continue;
      if (killed(kills % 2 === 0 ? running.child.pid! : owner)) kills++;
    }
    await ended;
  }
  expect(kills).toBeGreaterThanOrEqual(sized(1, 20));
  expect(await came(cut)).toEqual(await came(whole));
  expect((await filesUnder(cut)).filter(name => /lock|tmp|checkpoint/.test(name))).toEqual([]);
});

/** A process that writes a run folder now. */
function ownerUnder(out: string): number | undefined {
  const folder = join(out, "configurations");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map(name => heldBy(join(folder, name, "run.lock"))?.pid).find(pid => pid !== undefined);
}

/** @returns whether it was there */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}
