import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Network } from "../engine/network/network.ts";
import { InputError, inOneLine, shown } from "../errors.ts";
import { hold, release } from "../files/temporary.ts";
import { writeNest } from "../io/nest/script.ts";
import { readNestRun, removeSpikes } from "../io/nest/spikes.ts";
import { integerFrom } from "./arguments.ts";
import type { Outcome } from "./engines.ts";
import { recordedInput } from "./importedModel.ts";
import { connectOption, nestNetwork } from "./nestNetwork.ts";
import type { NetworkModel } from "./networkModel.ts";
import type { OptionValues } from "./options.ts";
import { endAtOnce, heedingSignals } from "./signals.ts";

/** What the command line says of NEST. */
export const nestOptions = {
  threads: { takes: "<n>", help: "with --engine nest: its threads (default: 1)", read: integerFrom(1) },
  python: {
    takes: "<path>",
    help: "with --engine nest: a Python with NEST 3, pip install nest-simulator (default: python3)",
  },
  mpi: {
    takes: "<launcher>",
    help: 'with --engine nest: what starts its ranks, such as "srun --mpi=pmix -n 64"',
  },
  connect: connectOption,
  keep: {
    takes: "<folder>",
    help: "with --engine nest: where network.py, its lists and the spikes of each rank are left (default: nowhere)",
  },
} as const;

interface Asked extends OptionValues<typeof nestOptions> {
  readonly mode: "exact" | "grid";
  readonly dt: number | null;
  readonly duration: number | null;
  readonly seed: number;
  readonly input: string | null;
  readonly allowOutside: boolean;
}

/**
 * Hands a network to NEST, runs it there, and reads the spikes back.
 * @param name  as it was typed
 * @throws InputError when there is no NEST, or it has no partner for something
 */
export async function runInNest(found: NetworkModel, name: string, asked: Asked): Promise<Outcome> {
  const { imported } = found;
  const { seed, mode, threads, input } = asked;
  await expectNest(asked);
  const began = performance.now();
  const precise = mode === "exact";
  const dtMs = asked.dt ?? found.dt ?? imported?.dtMs ?? 0.1;
  const optionsFor = async (net: Network) => {
    const recorded = input === null ? null : await recordedInput(input, net, asked.allowOutside);
    const durationMs = asked.duration ?? imported?.durationMs ?? (recorded?.durationMs || 1000);
    return { options: { precise, dtMs, durationMs, seed }, stimuli: recorded?.stimuli };
  };
  const { net, circuit, synapses } = await nestNetwork(found, name, asked.connect, optionsFor, {
    seed,
    precise,
  });
  const { keep, python, mpi } = asked;
  // From before it is made: the folder is to go at an interrupt, whenever that comes.
  return await heedingSignals(async () => {
    const folder = keep === null ? temporary(mpi !== null) : resolve(keep);
    try {
      makeFolder(folder);
      removeSpikes(folder);
      await writeNest(circuit, found.name, folder);
      const built = (performance.now() - began) / 1000;
      const command = [
        ...words(mpi ?? ""),
        python ?? "python3",
        join(folder, "network.py"),
        String(threads ?? 1),
      ];
      await run(command, folder, mpi !== null);
      const lattice = precise ? null : dtMs;
      const metadata = { model: found.name, seed };
      const left = readNestRun(folder, circuit.populations, circuit.durationMs, lattice, metadata);
      const { raster, version, ranks, buildSeconds, runSeconds } = left;
      return {
        ...{ net, synapses, raster, runSeconds, buildSeconds: built + buildSeconds },
        ...{ synapticEvents: null, bytesPerSynapse: null },
        how: { engine: `NEST ${version}`, mode, dt: dtMs, threads: threads ?? 1, ranks },
        notes: circuit.notes,
      };
    } finally {
      if (keep === null) {
        rmSync(folder, { recursive: true, force: true });
        release(folder);
      }
    }
  });
}

/** Ranks on other machines see the folder that one works in, hardly /tmp. */
function temporary(shared: boolean): string {
  const folder = mkdtempSync(join(shared ? process.cwd() : tmpdir(), "threefactor-nest-"));
  hold(folder);
  return folder;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`--keep: expected a folder that can be written, got ${shown(path)} (${code})`);
  }
}

/** The parts of a command, between spaces or in quotes. */
function words(command: string): string[] {
  return Array.from(command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, a, b, c]) => a ?? b ?? c);
}

/** @throws InputError when the Python is not there, or has no NEST, or one that cannot be shared by ranks */
async function expectNest({ python, mpi }: Asked): Promise<void> {
  const name = python ?? "python3";
  const fail = (got: string) =>
    new InputError(
      `--engine nest: expected a Python with NEST 3 (pip install nest-simulator; --python names another), got ${got}`,
    );
  // Without MPI, to be there is enough: it takes a second to begin.
  const test =
    mpi === null
      ? "import importlib.util as u; print('found', u.find_spec('nest') is not None)"
      : "import nest; print('found', nest.build_info['have_mpi'])";
  const { code, said } = await ended(spawn(name, ["-c", test], { stdio: ["ignore", "pipe", "pipe"] })).catch(
    (error: NodeJS.ErrnoException) => {
      throw fail(`${shown(name)}, which cannot be started (${error.code})`);
    },
  );
  const answer = /found (True|False)/.exec(said)?.[1];
  if (code === 0 && answer === "True") return;
  if (mpi !== null && answer === "False")
    throw new InputError(
      "--mpi: expected a NEST that was built with MPI (conda install -c conda-forge nest-simulator=*=mpi*), got one without",
    );
  throw fail(`${shown(name)} without it`);
}

/** Runs NEST; all that it says goes to nest.log. @throws Error with its last line when it fails */
async function run(command: readonly string[], folder: string, launched: boolean): Promise<void> {
  const [program, ...args] = command;
  let child: ChildProcess | undefined;
  const start = () => {
    child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    return ended(child);
  };
  const stop = (signal: NodeJS.Signals) => {
    // At an interrupt NEST would finish what it is at.
    child?.kill("SIGTERM");
    endAtOnce(signal);
  };
  // It may be interrupted as soon as it is there.
  const { code, signal, said } = await heedingSignals(start, stop).catch((error: NodeJS.ErrnoException) => {
    const option = launched ? "--mpi" : "--python";
    throw new InputError(`${option}: expected a program, got ${shown(program)} (${error.code})`);
  });
  await writeFile(join(folder, "nest.log"), said);
  if (code === 0) return;
  const last = said.trim().split("\n").at(-1) ?? "";
  const why = inOneLine(last).slice(0, 300) || "it said nothing";
  // Told in one line, as failures of the system are: the stack would be ours.
  throw Object.assign(new Error(`NEST ended with ${signal ?? code}: ${why}`), { code: "ENEST" });
}

/** The end of what a program says, and how it ended. */
function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null; said: string }> {
  let said = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-100_000);
    });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ code, signal, said }));
  });
}
