/**
 * Kills `compare`, `export` and `data fetch` at random moments, has them go on, and checks that they end with what an
 * uninterrupted one ends with, and with nothing else in their folders.
 *
 *     npm run build && KILLS=200 SEED=1 node dist/bench/kills.js [folder of data sets with mnist]
 *
 * Half of the kills meet `compare`, by turns with one worker and two; without a folder the downloads are left out. A
 * moment is drawn by seed; where in the work it falls is the machine's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { rasterFormats, writeRaster } from "../src/io/raster/formats.ts";
import { openRaster } from "../src/io/raster/open.ts";
import { collect } from "../src/io/raster/stream.ts";
import { Rng } from "../src/math/rng.ts";

const kills = Number(process.env.KILLS ?? 200);
const seed = Number(process.env.SEED ?? 1);
const dataDir = process.argv[2];
const rng = new Rng(seed, "kills");
const root = mkdtempSync(join(tmpdir(), "kills-"));
const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const faults: string[] = [];

interface Ended {
  readonly code: number | null;
  readonly killed: boolean;
  readonly ms: number;
  readonly stderr: string;
}

/** Runs a command; a moment [ms] after its start it is killed, if it is still there. */
function run(args: readonly string[], moment = Infinity): Promise<Ended> {
  const began = performance.now();
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", text => {
    stderr += text;
  });
  const clock = Number.isFinite(moment) ? setTimeout(() => child.kill("SIGKILL"), moment) : undefined;
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(clock);
      resolve({ code, killed: signal === "SIGKILL", ms: performance.now() - began, stderr });
    });
  });
}

/** Runs a command that must end well. */
async function whole(...args: readonly string[]): Promise<number> {
  const { code, ms, stderr } = await run(args);
  if (code !== 0) throw new Error(`${args.join(" ")}: ended with ${code}: ${stderr}`);
  return ms;
}

/**
 * Has a job killed until it ends by itself, or enough kills are done.
 * @param ms     what it takes uninterrupted: moments are drawn from a little more
 * @param args   of the next start
 * @param check  after every end
 * @returns number of kills
 */
async function campaign(
  what: string,
  most: number,
  ms: number,
  args: () => readonly string[],
  check: (ended: boolean) => Promise<string | null>,
): Promise<number> {
  let done = 0;
  for (;;) {
    const { code, killed, stderr } = await run(args(), done < most ? 1.1 * ms * rng.uniform() : Infinity);
    if (killed) done++;
    else if (code !== 0) faults.push(`${what}: ended with ${code} after ${done} kills: ${stderr.trim()}`);
    const fault = await check(!killed);
    if (fault) faults.push(`${what}, ${done} kills: ${fault}`);
    if (!killed) return done;
  }
}

/** Every file under a folder by its path, with its bytes; without what the clock decides. */
function contents(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter(name => statSync(join(folder, name)).isFile());
  return new Map(
    files.map(name => {
      const text = readFileSync(join(folder, name), "latin1");
      return [name, text.replace(/"(trainSamplesPerSecond|wallSeconds)": [^,\n]+/g, "")];
    }),
  );
}

/** Names and bytes that differ; times and report, which shows them, are not compared. */
function difference(found: Map<string, string>, expected: Map<string, string>): string | null {
  const names = [[...found.keys()], [...expected.keys()]].map(list => list.join(" "));
  if (names[0] !== names[1]) return `expected the files ${names[1]}, got ${names[0]}`;
  const timed = ["run.json", "report.html"];
  const other = [...found].find(([name, text]) => !timed.includes(name) && text !== expected.get(name));
  return other ? `${other[0]} differs` : null;
}

async function compares(most: number): Promise<number> {
  const job = [
    ...["--dataset", "digits", "--train-samples", "200", "--test-samples", "50", "--hidden", "12"],
    ...["--rules", "f3,wm,pepita", "--epochs", "8", "--batch", "20"],
  ];
  const reference = join(root, "reference");
  const ms = await whole("compare", ...job, "--out", reference);
  const expected = contents(reference);
  let done = 0;
  for (let n = 0; done < most; n++) {
    const out = join(root, `run${n}`);
    const workers = ["--workers", String(1 + (n % 2))];
    const args = () =>
      existsSync(join(out, "run.json"))
        ? ["compare", "--resume", "--out", out, ...workers]
        : ["compare", ...job, "--out", out, ...workers];
    done += await campaign(
      `compare ${n}, ${1 + (n % 2)} workers`,
      Math.min(6, most - done),
      ms,
      args,
      async ended => (ended ? difference(contents(out), expected) : null),
    );
    rmSync(out, { recursive: true, force: true });
  }
  return done;
}

async function exportsOf(most: number): Promise<number> {
  const n = 300_000;
  const source = join(root, "in.msgpack");
  await writeRaster(
    {
      durationMs: n,
      populations: [{ name: "E", size: 1000 }],
      times: Float64Array.from({ length: n }, (_, k) => k),
      populationIndex: new Uint16Array(n),
      neurons: Uint32Array.from({ length: n }, () => rng.integer(1000)),
      traces: [],
      metadata: { seed },
    },
    "msgpack",
    source,
  );
  const expected = collect(await openRaster(source));
  const formats = [...Object.keys(rasterFormats), "svg", "png"];
  const pictures = new Map<string, Buffer>();
  const durations = new Map<string, number>();
  let done = 0;
  for (let k = 0; done < most; k++) {
    const format = formats[k % formats.length];
    const folder = join(root, `export${k}`);
    const out = join(folder, "out");
    const args = ["export", source, "--to", format, "--out", out];
    const sound = async () => {
      if (!pictures.has(format)) return isDeepStrictEqual(collect(await openRaster(out)), expected);
      return readFileSync(out).equals(pictures.get(format)!);
    };
    if (!durations.has(format)) {
      durations.set(format, await whole(...args));
      if (!(format in rasterFormats)) pictures.set(format, readFileSync(out));
      rmSync(folder, { recursive: true });
    }
    const check = async (ended: boolean) => {
      const there = existsSync(out);
      if (there && !(await sound())) return "what stands there is not whole";
      const names = existsSync(folder) ? readdirSync(folder).join(" ") : "";
      if (ended) return names === "out" ? null : `expected only the file, got ${names}`;
      // A folder is not replaced by another.
      if (there) rmSync(out, { recursive: true });
      return null;
    };
    done += await campaign(
      `export ${k} as ${format}`,
      Math.min(4, most - done),
      durations.get(format)!,
      () => args,
      check,
    );
    rmSync(folder, { recursive: true });
  }
  return done;
}

async function fetches(most: number, from: string): Promise<number> {
  const server = createServer((request, response) => {
    const path = join(from, "mnist", request.url!);
    if (existsSync(path)) createReadStream(path).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>(started => server.listen(0, "127.0.0.1", started));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const folder = join(root, "data");
  const args = ["data", "fetch", "mnist", "--mirror", url, "--data-dir", folder];
  const ms = await whole(...args);
  const expected = contents(join(folder, "mnist"));
  let done = 0;
  for (let n = 0; done < most; n++) {
    rmSync(folder, { recursive: true });
    done += await campaign(
      `data fetch ${n}`,
      Math.min(4, most - done),
      ms,
      () => args,
      async ended => (ended ? difference(contents(join(folder, "mnist")), expected) : null),
    );
  }
  server.close();
  return done;
}

try {
  const half = Math.ceil(kills / 2);
  const third = dataDir === undefined ? 0 : Math.floor(kills / 5);
  const done = {
    compare: await compares(half),
    export: await exportsOf(kills - half - third),
    "data fetch": dataDir === undefined ? 0 : await fetches(third, dataDir),
  };
  const parts = Object.entries(done).map(([what, n]) => `${n} of ${what}`);
  console.log(`seed ${seed}: ${parts.join(", ")} killed; ${faults.length} faults`);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
