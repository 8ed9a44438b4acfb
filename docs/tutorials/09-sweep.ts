/* md
# A sweep, here and on a cluster

Which learning rate? How many seeds? A sweep makes many runs of `compare` from one file: it tries a grid, chooses on validation
samples, and trains what it chose from several seeds, of which only these read the test part. The same file runs on a laptop, in a
job array of Slurm, or in Kubernetes, and any process may be killed at any time.
*/
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/* md
## The file

DFA in spikes on a few digits: two learning rates, tried from one seed; the better one is then trained from two. Options have the
names that `run.json` gives them.
*/
const folder = mkdtempSync(join(tmpdir(), "threefactor-"));
const sweep = {
  options: {
    dataset: "digits",
    rules: ["dfa"],
    twins: ["spike"],
    hidden: 16,
    epochs: 2,
    trainSamples: 200,
    testSamples: 100,
    seeds: [1, 2],
  },
  grid: { learningRate: [0.02, 0.5] },
  select: { seeds: [1], over: ["learningRate"] },
};
writeFileSync(join(folder, "sweep.json"), JSON.stringify(sweep, null, 2));

/* md
## On this machine

The command is `threefactor sweep sweep.json --workers 2`. From a script, it is the package's own program.
*/
const require = createRequire(join(process.cwd(), "script.js"));
const program = join(dirname(require.resolve("threefactor")), "cli", "main.js");
const threefactor = (...words: string[]) =>
  execFileSync("node", [program, ...words], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

console.log(threefactor("sweep", "sweep.json", "--workers", "2", "--out", "runs"));

/* md
The same command again has nothing left to do, and goes on where anything is missing. `status` may be asked from another machine
that sees the folder.
*/
console.log(threefactor("sweep", "status", "runs"));
console.log(readdirSync(join(folder, "runs")).sort().join(" "));

/* md
Each run's folder under `configurations` is an ordinary one of `compare`, under a hash of all that decides its numbers.

## On a cluster

With Slurm, one line submits job arrays and a job that merges:

```sh
threefactor sweep sweep.json --slurm="--time=04:00:00 --partition=cpu"
```

Each task takes `--chunk` runs; under its time limit it writes checkpoints and goes back into the queue. In Kubernetes it is an
indexed Job, which we can look at without having a cluster:
*/
console.log(
  threefactor(
    "sweep",
    "sweep.json",
    "--out",
    "cluster",
    "--kubernetes",
    "registry/threefactor:1",
    "--chunk",
    "2",
  ),
);

/* md
Any other scheduler numbers its tasks and starts `threefactor sweep sweep.json --index N --chunk 2`. The numbers are those of one
machine, whatever ran where: [sweeps](../howto/sweeps.md) says more.
*/
