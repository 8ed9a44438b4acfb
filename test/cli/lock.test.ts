import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Busy, lock } from "../../src/cli/lock.ts";
import { self } from "../../src/files/owner.ts";
import { temporaryFolder } from "../data/idxFiles.ts";
import { filesUnder, json, scratch, start, startWith, threefactor, untimed } from "./process.ts";

/** Beyond the largest number of a process. */
const nobody = 2 ** 22 + 1;
const since = "2026-01-02T03:04:05.678Z";

describe("a lock", () => {
  const at = async () => join(await temporaryFolder(), "run.lock");
  const owned = (owner: object) => JSON.stringify({ ...self(), since, ...owner });

  test("says whose it is, is refused to another, and can be had again once it is given back", async () => {
    const path = await at();
    const unlock = lock(path, "runs/x");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject(self());
    const line = new RegExp(
      `^runs/x is written by process ${process.pid} on ${hostname()} since \\S+; expected it to have ended; where it has, remove ".*run\\.lock"$`,
    );
    expect(() => lock(path, "runs/x")).toThrow(line);
    expect(() => lock(path, "runs/x")).toThrow(Busy);
    unlock();
    expect(existsSync(path)).toBe(false);
    lock(path, "runs/x")();
  });

  test.each<[string, object]>([
    ["whose process is gone", { pid: nobody }],
    ...(self().began
      ? [["whose number another process has now", { began: "before-1" }] as [string, object]]
      : []),
  ])("%s is taken over", async (_, owner) => {
    const path = await at();
    writeFileSync(path, owned(owner));
    const unlock = lock(path, "runs/x");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject(self());
    unlock();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  test("of another machine is left, as nobody here can ask for its process", async () => {
    const path = await at();
    writeFileSync(path, owned({ pid: nobody, host: "elsewhere" }));
    expect(() => lock(path, "runs/x")).toThrow(`process ${nobody} on elsewhere since ${since}`);
  });

  test("that was never written whole is taken over, also by one that died in taking it over", async () => {
    const path = await at();
    writeFileSync(path, "");
    lock(path, "runs/x")();
    writeFileSync(path, owned({ pid: nobody }));
    writeFileSync(`${path}.next`, owned({ pid: nobody }));
    lock(path, "runs/x")();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });
});

describe("two runs and one folder", () => {
  const folder = scratch();
  const small = [
    ...["--dataset", "digits", "--train-samples", "100", "--test-samples", "50", "--hidden", "8"],
    ...["--rules", "frozen,chance", "--twins", "rate", "--epochs", "3"],
  ];

  test("end as one result and one clear refusal when they are started at once", async () => {
    const out = folder("both");
    const ends = await Promise.all([1, 2].map(() => threefactor("compare", ...small, "--out", out)));
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 2]);
    const refused = ends.find(({ code }) => code === 2)!;
    expect(refused.stderr).toMatch(
      /^threefactor: (\S* ?\S+both is written by process \d+ on .*|--out: .*both holds a run already; .*)\n$/,
    );
    expect(refused.stdout).toBe("");
    expect(await filesUnder(out)).toEqual([
      ...["chance", "frozen"].map(rule => join("networks", `${rule}-rate-seed1.msgpack`)),
      ...["report.html", "results.json", "run.json"],
    ]);
    const alone = folder("alone");
    await threefactor("compare", ...small, "--out", alone);
    expect(await untimed(out)).toBe(await untimed(alone));
  });

  test("end in folders of their own when none is named", async () => {
    const cwd = await temporaryFolder();
    const ends = await Promise.all([1, 2, 3].map(() => startWith({ cwd }, "compare", ...small).ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    const made = await readdir(join(cwd, "runs"));
    expect(made).toHaveLength(3);
    for (const name of made) expect((await json(join(cwd, "runs", name))).runs).toHaveLength(2);
  });

  test("cannot be resumed while one runs, and the one that runs is not disturbed", async () => {
    const out = folder("running");
    const running = start("compare", ...small, "--epochs", "100000", "--out", out);
    while (!existsSync(join(out, "results.json")) && !existsSync(join(out, "checkpoint.msgpack")))
      await new Promise(done => setTimeout(done, 20));
    const { code, stderr } = await threefactor("compare", "--resume", "--out", out);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        new RegExp(
          `^threefactor: .*running is written by process ${running.child.pid} on ${hostname()} since `,
        ),
      ),
    ]);
    const again = await threefactor("compare", ...small, "--out", out);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("holds a run already")]);
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect((await filesUnder(out)).filter(name => /lock|tmp/.test(name))).toEqual([]);
  });

  test("a folder may be a link, also to one that is not there yet", async () => {
    const [link, target] = [folder("link"), folder("target")];
    await symlink("target", link);
    const { code, stderr } = await threefactor("compare", ...small, "--out", link);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`writing ${link}`)]);
    expect((await json(target)).runs).toHaveLength(2);
    await mkdir(folder("pipes"));
    const device = await threefactor("compare", ...small, "--out", "/dev/null");
    expect([device.code, device.stderr]).toEqual([
      2,
      "threefactor: --out: /dev/null: expected a folder, got a device or pipe\n",
    ]);
  });
});
