/**
 * What a sweep costs beside the runs that it makes, and what a second worker brings: the same runs as `compare` makes them,
 * each in a process of its own and one after the other, as a sweep with one worker, and as a sweep with two.
 *
 *     npm run build && node dist/bench/sweep.js [EPOCHS] [ROUNDS]
 *
 * Wall time needs an idle machine with two cores or more; processor time, which a sweep's own work is part of, does not.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inEmptyFolder, median } from "./runs.ts";

const [epochs = 100, rounds = 3] = process.argv.slice(2).map(Number);
const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const rules = ["bp", "dfa"];
const seeds = [1, 2, 3, 4];
/** One thread for each process, so that two of them are two cores' work. */
const options = { dataset: "digits", twins: "rate", hidden: "512", backend: "wasm", epochs };

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** Seconds of a command and of all its processes, which a shell sums up. */
function costOf(args: readonly string[]): Cost {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", '"$@" > /dev/null || exit 1; times', "sh", process.execPath, main, ...args],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr.slice(-2000)}`);
  const wall = (performance.now() - began) / 1000;
  // The shell's own on the first line, its children's on the second: user and system.
  const spent = [...stdout.split("\n")[1].matchAll(/(\d+)m([\d.]+)s/g)];
  return { wall, processor: spent.reduce((sum, [, minutes, seconds]) => sum + 60 * +minutes + +seconds, 0) };
}

const round = () =>
  inEmptyFolder(folder => {
    const typed = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const each = rules.flatMap(rule =>
      seeds.map(seed =>
        costOf([
          ...["compare", "--rules", rule, "--seeds", `${seed}`, ...typed],
          ...["--no-report", "--out", join(folder, `${rule}-${seed}`)],
        ]),
      ),
    );
    const file = join(folder, "sweep.json");
    writeFileSync(file, JSON.stringify({ options: { ...options, rules: rules.join(","), seeds } }));
    const sweep = (workers: number) =>
      costOf(["sweep", file, "--workers", `${workers}`, "--out", join(folder, `sweep-${workers}`)]);
    const plain = {
      wall: each.reduce((sum, { wall }) => sum + wall, 0),
      processor: each.reduce((sum, { processor }) => sum + processor, 0),
    };
    return { plain, one: sweep(1), two: sweep(2) };
  });

console.log(
  `${rules.length * seeds.length} runs of ${epochs} epochs, ${cpus().length} cores of ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}`,
);
const all = Array.from({ length: rounds }, (_, k) => {
  const { plain, one, two } = round();
  const told = ({ wall, processor }: Cost) => `${wall.toFixed(1)} (${processor.toFixed(1)})`;
  console.log(
    `round ${k + 1}: seconds (of processors): plain ${told(plain)}, one worker ${told(one)}, two ${told(two)}`,
  );
  return { plain, one, two };
});
const over = (kind: keyof Cost) => 100 * (median(all.map(({ plain, one }) => one[kind] / plain[kind])) - 1);
console.log(
  `sweep over plain runs: ${over("wall").toFixed(1)} % of time, ${over("processor").toFixed(1)} % of processors`,
);
console.log(
  `two workers: ${median(all.map(({ one, two }) => one.wall / two.wall)).toFixed(2)} times as fast as one`,
);
