import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sweepOf } from "../../../src/cli/sweep/configurations.ts";
import { SweepFolder } from "../../../src/cli/sweep/folder.ts";
import { sbatchOptions } from "../../../src/cli/sweep/slurm.ts";
import { chunkFor, placesOf, taskCounts, taskOf, workOf } from "../../../src/cli/sweep/tasks.ts";
import { expectExit2 } from "../badInput.ts";
import { type Ended, json, progressOf, scratch, startWith, threefactor, untimed } from "../process.ts";

const at = scratch();
const options = {
  ...{ dataset: "digits", trainSamples: 100, testSamples: 50, hidden: 8, epochs: 2 },
  ...{ rules: "dfa", twins: "rate", seeds: [1, 2], backend: "wasm" },
};

function declared(name: string, declaration: object): string {
  writeFileSync(at(name), JSON.stringify(declaration));
  return at(name);
}

test.each<[Record<string, string>, number]>([
  [{ SLURM_ARRAY_TASK_ID: "4" }, 4],
  [{ PBS_ARRAY_INDEX: "0" }, 0],
  // Grid Engine's arrays begin at 1, and without one it says so.
  [{ SGE_TASK_ID: "1" }, 0],
  [{ SGE_TASK_ID: "undefined", JOB_COMPLETION_INDEX: "7" }, 7],
])("the environment %j is of task %d", (env, index) => {
  expect(taskOf(null, env)).toMatchObject({ index, scheduled: true, from: Object.keys(env).at(-1) });
  expect(taskOf(3, env)).toMatchObject({ index: 3, scheduled: false });
  expect(taskOf(null, {})).toBe(null);
});

test("an environment that is none is refused", () => {
  expect(() => taskOf(null, { SGE_TASK_ID: "0" })).toThrow(
    "SGE_TASK_ID: expected an integer of 1 or more, got 0",
  );
  expect(() => taskOf(null, { SLURM_ARRAY_TASK_ID: "x" })).toThrow("expected an integer of 0 or more, got x");
});

test("tasks have every run once, stage after stage, and the last one merges", async () => {
  const grid = { learningRate: [0.1, 0.2], dropout: [0, 0.1, 0.2] };
  const folder = new SweepFolder(at("none"));
  const task = (index: number) => ({ index, from: "--index", scheduled: false, early: false });
  const plain = await sweepOf({ options, grid }, "s");
  const places = placesOf(plain, 5);
  expect(taskCounts(places)).toEqual({ select: 0, run: 3 });
  const work = await Promise.all([0, 1, 2].map(k => workOf(folder, plain, places, task(k))));
  expect(work.flat()).toEqual(plain.runs);
  expect(await workOf(folder, plain, places, task(3))).toBe("waiting");
  await expect(workOf(folder, plain, places, task(4))).rejects.toThrow(
    "--index: expected a task from 0 to 3, the last of which merges, got 4",
  );
  const chosen = await sweepOf({ options, grid, select: { over: ["dropout"] } }, "s");
  const staged = placesOf(chosen, 4);
  // 6 trials, and 2 rates from 2 seeds of what is chosen.
  expect(taskCounts(staged)).toEqual({ select: 2, run: 1 });
  expect(await workOf(folder, chosen, staged, task(1))).toHaveLength(2);
  expect(await workOf(folder, chosen, staged, task(2))).toBe("waiting");
});

test("a task is worth its start, and an array no longer than most clusters allow", () => {
  expect(chunkFor(100, 30, 1)).toBe(10);
  expect(chunkFor(100, 30, 4)).toBe(40);
  expect(chunkFor(100, 3000, 1)).toBe(1);
  expect(chunkFor(5, 0.01, 1)).toBe(5);
  expect(Math.ceil(5000 / chunkFor(5000, 3000, 1)) + 2).toBeLessThanOrEqual(1000);
});

test("options of sbatch stand one by one", async () => {
  expect(sbatchOptions(" --time=1:00 -p a,b  --mem 4G ")).toEqual(["--time=1:00", "-p a,b", "--mem 4G"]);
  expect(sbatchOptions("")).toEqual([]);
  expect(() => sbatchOptions("time")).toThrow(
    '--slurm: expected options of sbatch, such as --time=04:00:00, got "time"',
  );
  const file = declared("two.json", { options });
  await expectExit2(
    ["sweep", file, "--index", "0", "--kubernetes", "x"],
    "--kubernetes: expected --index or --kubernetes, got both",
  );
});

test("a Kubernetes Job has an index per task, and merges with the last", async () => {
  const file = declared("My_Sweep.json", { options, grid: { learningRate: [0.1, 0.2, 0.3] } });
  const out = at("kubernetes");
  const run = await threefactor("sweep", file, "--out", out, "--kubernetes", "registry/tf:1", "--chunk", "4");
  expect(run.code, run.stderr).toBe(0);
  const job = JSON.parse(readFileSync(join(out, "kubernetes.json"), "utf8"));
  expect(job).toMatchObject({
    kind: "Job",
    metadata: { name: "my-sweep" },
    spec: { completionMode: "Indexed", completions: 3, template: { spec: { restartPolicy: "Never" } } },
  });
  const [container] = job.spec.template.spec.containers;
  expect(container.image).toBe("registry/tf:1");
  expect(container.command.slice(0, 5)).toEqual([
    "threefactor",
    "sweep",
    "/sweep/sweep.json",
    "--out",
    "/sweep",
  ]);
  expect(existsSync(join(out, "sweep.json"))).toBe(true);
});

/** A scheduler that writes down what it is asked. */
const bin = at("bin");
const asked = at("asked");
const env = { PATH: `${bin}${delimiter}${process.env.PATH}` };
mkdirSync(bin);
const stub = (name: string, more: string) => {
  writeFileSync(join(bin, name), `#!/bin/bash\necho "${name} $*" >> '${asked}'\n${more}\n`);
  chmodSync(join(bin, name), 0o755);
};
stub("sbatch", `n=$(grep -c ^sbatch '${asked}'); echo "$((100 + n))"`);
stub("scontrol", "");

function script(path: string, task: number | null) {
  const variables = task === null ? {} : { SLURM_ARRAY_TASK_ID: `${task}`, SLURM_ARRAY_JOB_ID: "101" };
  // Of its own group, which a node that goes down takes with it.
  const child = spawn("bash", [path], { env: { ...process.env, ...env, ...variables }, detached: true });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", text => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", text => {
    stderr += text;
  });
  const ended = new Promise<Ended>(done =>
    child.on("close", (code, signal) => done({ code, signal, stdout, stderr })),
  );
  return { child, ended };
}

describe("Slurm", () => {
  const declaration = {
    name: "mine",
    options: { ...options, epochs: 40 },
    grid: { learningRate: [0.02, 0.5] },
    select: {},
  };
  const [out, local] = [at("slurm"), at("local")];
  const task = join(out, "slurm", "task.sh");
  let submitted: Ended;
  beforeAll(async () => {
    const file = declared("slurm.json", declaration);
    const words = ["sweep", file, "--out", out, "--slurm=--time=00:10:00 -p cpu", "--chunk", "1"];
    submitted = await startWith({ env }, ...words).ended;
    await threefactor("sweep", file, "--out", local);
  });

  test("gets an array for each stage, each after the one before, and a job that merges", () => {
    expect(submitted.code, submitted.stderr).toBe(0);
    expect(readFileSync(asked, "utf8").split("\n").slice(0, 3)).toEqual([
      `sbatch --parsable --array=0-1 ${task}`,
      `sbatch --parsable --array=2-3 --dependency=afterany:101 ${task}`,
      `sbatch --parsable --dependency=afterany:102 ${join(out, "slurm", "merge.sh")}`,
    ]);
    expect(submitted.stdout).toMatch(
      /^tasks of 1 runs\nselect: job 101, tasks 0-1\nrun: job 102, tasks 2-3\nmerge: job 103\n/,
    );
    const directives = readFileSync(task, "utf8")
      .split("\n")
      .filter(line => line.startsWith("#SBATCH"));
    expect(directives).toEqual([
      "#SBATCH --job-name=threefactor-mine",
      "#SBATCH --requeue",
      "#SBATCH --open-mode=append",
      "#SBATCH --signal=B:USR1@120",
      `#SBATCH --output=${out}/slurm/%A_%a.log`,
      "#SBATCH --cpus-per-task=1",
      "#SBATCH --time=00:10:00",
      "#SBATCH -p cpu",
    ]);
  });

  test("runs tasks that come to what one machine does, one of them killed and begun again", async () => {
    const early = await script(task, 2).ended;
    expect([early.code, early.stderr]).toEqual([
      1,
      "threefactor: SLURM_ARRAY_TASK_ID: task 2 needs runs of others that have not ended; expected them to be done\n",
    ]);
    const killed = script(task, 0);
    const folder = join(out, "configurations");
    while (!existsSync(folder) || readdirSync(folder).length === 0)
      await new Promise(done => setTimeout(done, 20));
    // All of it, as with a node that goes down.
    const [one] = readdirSync(folder);
    const lock = join(folder, one, "run.lock");
    while (!existsSync(lock) || readFileSync(lock, "utf8") === "")
      await new Promise(done => setTimeout(done, 5));
    const owner = JSON.parse(readFileSync(lock, "utf8"));
    process.kill(-killed.child.pid!, "SIGKILL");
    process.kill(owner.pid, "SIGKILL");
    await killed.ended;
    // Another machine had it.
    writeFileSync(lock, JSON.stringify({ ...owner, host: "node-that-is-down" }));
    for (const k of [0, 1, 2, 3]) {
      const { code, stderr } = await script(task, k).ended;
      expect(code, stderr).toBe(0);
    }
    const merged = await script(join(out, "slurm", "merge.sh"), null).ended;
    expect(merged.code, merged.stderr).toBe(0);
    expect(merged.stdout).toMatch(/^rule +rate %/);
    expect(await untimed(out)).toBe(await untimed(local));
    expect((await json(out)).runs).toHaveLength(2);
  });

  test("sends a signal before the time limit: checkpoints are written and the task goes back into the queue", async () => {
    const file = declared("limit.json", { options: { ...options, epochs: 100_000, seeds: 1 } });
    const long = at("limit");
    expect(
      (await startWith({ env }, "sweep", file, "--out", long, "--slurm", "--chunk", "1").ended).code,
    ).toBe(0);
    const running = script(join(long, "slurm", "task.sh"), 0);
    const folder = join(long, "configurations");
    const epochs = async () =>
      existsSync(folder) && readdirSync(folder)[0]
        ? (await progressOf(join(folder, readdirSync(folder)[0]))).epochs
        : 0;
    while ((await epochs()) === 0) await new Promise(done => setTimeout(done, 20));
    running.child.kill("SIGUSR1");
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([
      130,
      expect.stringContaining("interrupted; go on from the last finished epochs"),
    ]);
    expect(readFileSync(asked, "utf8")).toMatch(/\nscontrol requeue 101_0\n$/);
    expect(await epochs()).toBeGreaterThan(0);
    expect(existsSync(join(folder, readdirSync(folder)[0], "run.lock"))).toBe(false);
  });

  test("that is not there, or refuses, is said in a line", async () => {
    const file = declared("refused.json", { options });
    const words = ["sweep", file, "--slurm", "--chunk", "1", "--out"];
    const none = await startWith({ env: { PATH: at("empty") } }, ...words, at("refused")).ended;
    expect([none.code, none.stderr]).toEqual([
      2,
      "threefactor: --slurm: expected sbatch on the PATH, got none\n",
    ]);
    stub("sbatch", "echo 'sbatch: error: invalid partition specified: cpu' >&2; exit 1");
    const refused = await startWith({ env }, ...words, at("refused")).ended;
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "threefactor: --slurm: sbatch: sbatch: error: invalid partition specified: cpu\n",
    ]);
  });
});
