import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Counts, type Failure, limits } from "./protocol.ts";

const compiled = fileURLToPath(new URL("../../dist/test/fuzz/child.js", import.meta.url));
/** Where inputs that show a fault are kept, and how far a campaign has come. */
const results = fileURLToPath(new URL("../../dist/fuzz/", import.meta.url));
/** Inputs that are asked for at once: what is done again after an interruption. */
const CHUNK = 500;
/** [ms] Between two looks at the process that reads. */
const LOOK = 200;

/**
 * Inputs of a campaign, read in a process that is ended when one of them takes too long or too much memory, and begun anew
 * when one of them ends it.
 */
export class Campaign {
  readonly #seed: number;
  /** By kind and first number: what is done of a campaign that may be interrupted. */
  readonly #done: Record<string, Counts> = {};
  readonly #notes: string | null;
  readonly #place = join(mkdtempSync(join(tmpdir(), "campaign-")), "place");
  #child: Promise<ChildProcess> | null = null;
  #said = "";
  #kinds: readonly { readonly name: string; readonly share: number }[] = [];

  /** @param name  of a campaign that goes on where it was interrupted */
  constructor(seed: number, name: string | null = null) {
    this.#seed = seed;
    mkdirSync(results, { recursive: true });
    this.#notes = name === null ? null : join(results, `${name}-${seed}.json`);
    if (this.#notes && existsSync(this.#notes)) this.#done = JSON.parse(readFileSync(this.#notes, "utf8"));
  }

  /** Everything that there is to read. */
  async kinds(): Promise<readonly { readonly name: string; readonly share: number }[]> {
    await this.#running();
    return this.#kinds;
  }

  /** Inputs of a kind, from one number up to another. */
  async run(kind: string, first: number, end: number): Promise<Counts> {
    const all: Counts = { read: 0, refused: 0, slowest: 0, largest: 0, failures: [] };
    for (let from = first; from < end; from += CHUNK) {
      const to = Math.min(end, from + CHUNK);
      const key = `${kind} ${from}-${to}`;
      this.#done[key] ??= await this.#chunk(kind, from, to);
      add(all, this.#done[key]);
      if (this.#notes) writeFileSync(this.#notes, JSON.stringify(this.#done));
    }
    return all;
  }

  close(): Promise<void> {
    return this.#end();
  }

  /** Forgets how far it came: it is over. */
  finish(): void {
    if (this.#notes) rmSync(this.#notes, { force: true });
  }

  async #chunk(kind: string, from: number, to: number): Promise<Counts> {
    const all: Counts = { read: 0, refused: 0, slowest: 0, largest: 0, failures: [] };
    for (let at = from; at < to; ) {
      const answer = await this.#ask({ kind, seed: this.#seed, from: at, to });
      add(all, answer);
      at = answer.next;
      if (at < to || answer.failures.length > 0) await this.#end();
    }
    for (const failure of all.failures) await this.#keep(failure);
    return all;
  }

  /** What the process answers, or that it came to an end at an input. */
  async #ask(asked: {
    kind: string;
    seed: number;
    from: number;
    to: number;
  }): Promise<Counts & { next: number }> {
    const child = await this.#running();
    const pid = child.pid!;
    writeFileSync(this.#place, Buffer.from(Float64Array.of(asked.from, 0).buffer));
    const base = usage(pid);
    let [index, began, used] = [-1, performance.now(), base.seconds];
    let [look, why, memory]: [NodeJS.Timeout | undefined, string, number] = [undefined, "", 0];
    const answer = await new Promise<(Counts & { next: number }) | null>(resolve => {
      const heard = (message: Counts & { next: number }) => over(message);
      const gone = () => over(null);
      const over = (value: (Counts & { next: number }) | null) => {
        clearInterval(look);
        child.off("message", heard).off("exit", gone);
        resolve(value);
      };
      child.on("message", heard).on("exit", gone);
      look = setInterval(() => {
        const [now, { at }] = [usage(pid), this.#where()];
        if (at !== index) [index, began, used, memory] = [at, performance.now(), now.seconds, now.memory];
        if (now.seconds - used > 1.5 * limits.processor)
          why = `took more than ${limits.processor} s of processor time`;
        else if (performance.now() - began > limits.clock * 1000) why = `took more than ${limits.clock} s`;
        else if (now.memory - memory > 1.5 * limits.memory) why = `took more than ${limits.memory} MiB`;
        if (why !== "") child.kill("SIGKILL");
      }, LOOK);
      // Where it is gone already, that is heard as its exit.
      child.send(asked, () => {});
    });
    if (answer) return answer;
    this.#child = null;
    const { at, read } = this.#where();
    why ||= `ended its process (${child.signalCode ?? child.exitCode}): ${this.#said.slice(-600)}`;
    return {
      ...{ read, refused: at + 1 - asked.from - read, slowest: 0, largest: 0, next: at + 1 },
      failures: [{ kind: asked.kind, index: at, why }],
    };
  }

  /** The number of the input that is read, and how many before it were not refused. */
  #where(): { at: number; read: number } {
    const bytes = readFileSync(this.#place);
    return { at: bytes.readDoubleLE(0), read: bytes.readDoubleLE(8) };
  }

  /** The process that reads. @throws when it has come to an end after its answer, by what was not waited for */
  async #running(): Promise<ChildProcess> {
    const child = await (this.#child ??= this.#start());
    if (child.connected && child.exitCode === null && child.signalCode === null) return child;
    this.#child = null;
    throw new Error(`the process that reads ended after input ${this.#where().at}: ${this.#said}`);
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(compiled, [this.#place], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--max-old-space-size=2048"],
    });
    this.#said = "";
    child.stderr!.setEncoding("utf8").on("data", text => {
      this.#said = (this.#said + text).slice(-4000);
    });
    this.#kinds = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", code =>
        reject(new Error(`the process that reads ended with ${code}: ${this.#said}`)),
      );
    });
    return child;
  }

  async #end(): Promise<void> {
    const child = await this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(resolve => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Writes the input of a failure to a file and says how to have it again. */
  async #keep(failure: Failure): Promise<void> {
    const { kind, index } = failure;
    const name = kind.replace(/\W+/g, "-").replace(/^-/, "");
    const save = join(results, `${name}-seed${this.#seed}-${index}.bin`);
    const child = await this.#running();
    await new Promise(resolve => {
      child.once("message", resolve).once("exit", resolve);
      child.send({ kind, seed: this.#seed, from: index, save }, () => {});
    });
    Object.assign(failure, {
      why: `${kind}, input ${index}: ${failure.why}\n  again: FUZZ_SEED=${this.#seed} FUZZ_ONE="${kind}:${index}" npx vitest run test/io/fuzz.test.ts; kept as ${save}`,
    });
  }
}

function add(all: Counts, more: Counts): void {
  all.read += more.read;
  all.refused += more.refused;
  all.slowest = Math.max(all.slowest, more.slowest);
  all.largest = Math.max(all.largest, more.largest);
  all.failures.push(...more.failures);
}

/** What a process has taken so far: processor time [s] and memory [MiB]; 0 where the system does not say. */
function usage(pid: number): { seconds: number; memory: number } {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    const memory = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return {
      seconds: (Number(fields[11]) + Number(fields[12])) / 100,
      memory: Number(memory?.[1] ?? 0) / 1024,
    };
  } catch {
    return { seconds: 0, memory: 0 };
  }
}
