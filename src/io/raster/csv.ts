import type { Raster, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError, shown } from "../../errors.ts";
import { metadataFromMap, metadataToJson } from "../metadataJson.ts";
import { type RasterStream, rasterFrom } from "./stream.ts";

const FORMAT = "threefactor.raster.csv/1";
const SPIKES = "time_ms,population,neuron";
const TIDY = `${SPIKES},quantity,value`;

/**
 * A raster as a table of spikes, `time_ms,population,neuron`, with all digits. When there are traces, each sample is
 * one more row, and two more columns tell them apart: `quantity` (`spike`, or what was recorded) and `value`. What is
 * no row stands as JSON in a comment line at the top: `pandas.read_csv(file, comment="#")` reads the table.
 */
export function* csvOfRaster(stream: RasterStream): Generator<string> {
  const { durationMs, populations, metadata, traces } = stream;
  const tidy = traces.length > 0;
  const owners = traces.map(({ population, neuron, quantity }) => ({ population, neuron, quantity }));
  const head = JSON.stringify({ format: FORMAT, durationMs, populations, traces: owners });
  yield `# ${head.slice(0, -1)},"metadata":${metadataToJson(metadata)}}\n${tidy ? TIDY : SPIKES}\n`;
  const names = populations.map(({ name }) => field(name));
  const end = tidy ? ",spike,\n" : "\n";
  for (const { times, populationIndex, neurons } of stream.spikes()) {
    const lines: string[] = new Array(times.length);
    for (let k = 0; k < times.length; k++)
      lines[k] = `${number(times[k])},${names[populationIndex[k]]},${neurons[k]}${end}`;
    yield lines.join("");
  }
  for (const { population, neuron, quantity, times, values } of traces) {
    const middle = `${field(population)},${neuron},${field(quantity)}`;
    yield Array.from(times, (t, k) => `${number(t)},${middle},${number(values[k])}\n`).join("");
  }
}

interface Head {
  readonly durationMs?: number;
  readonly populations?: Raster["populations"];
  readonly traces?: readonly Pick<RecordedTrace, "population" | "neuron" | "quantity">[];
  readonly metadata?: Record<string, unknown>;
}

/**
 * Reads such a table. Without the comment line, as other programs write them, populations are those of the rows, as large
 * as their largest neuron asks, and the recording ends with the last spike.
 * @param file  named in errors
 * @throws InputError that names the line, when the table holds no raster
 */
export function decodeRasterCsv(text: string, file: string): Raster {
  const { head, start } = readHead(text, file);
  const rows = new Rows(head, file);
  let [line, at] = [0, 0];
  let header = "";
  while (at < text.length) {
    const next = text.indexOf("\n", at);
    const end = next === -1 ? text.length : next;
    const row = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    at = end + 1;
    line++;
    if (line <= start || row === "" || row.startsWith("#")) continue;
    if (header === "") {
      header = row;
      if (row !== SPIKES && row !== TIDY)
        throw new InputError(`${file}, line ${line}: expected "${SPIKES}", got ${shown(row)}`);
    } else rows.add(row, header === TIDY, line);
  }
  if (header === "") throw new InputError(`${file}: expected "${SPIKES}", got no such line`);
  return rows.raster();
}

/** Rows in, raster out. */
class Rows {
  readonly #head: Head;
  readonly #file: string;
  readonly #populations: { name: string; size: number }[];
  readonly #index: Map<string, number>;
  readonly #times: number[] = [];
  readonly #places: number[] = [];
  readonly #neurons: number[] = [];
  readonly #traces = new Map<string, RecordedTrace & { rows: { times: number[]; values: number[] } }>();

  constructor(head: Head, file: string) {
    this.#head = head;
    this.#file = file;
    this.#populations = (head.populations ?? []).map(({ name, size }) => ({ name, size }));
    this.#index = new Map(this.#populations.map(({ name }, p) => [name, p]));
    // Those without a sample have no row.
    for (const owner of head.traces ?? []) this.#trace(owner.population, owner.neuron, owner.quantity);
  }

  add(row: string, tidy: boolean, line: number): void {
    const fields = split(row);
    const bad = (expected: string, got: unknown) =>
      new InputError(`${this.#file}, line ${line}: expected ${expected}, got ${shown(got)}`);
    const columns = tidy ? 5 : 3;
    if (fields.length !== columns) throw bad(`${columns} columns`, row);
    const t = parse(fields[0]);
    if (t === null) throw bad("a time in ms", fields[0]);
    const neuron = Number(fields[2]);
    if (!/^\d+$/.test(fields[2]) || neuron >= 2 ** 32) throw bad("a neuron, from 0", fields[2]);
    const p = this.#population(fields[1], neuron);
    if (p === undefined) throw bad("a population of the comment line", fields[1]);
    const [quantity, text] = tidy ? [fields[3], fields[4]] : ["spike", ""];
    if (quantity === "spike" && text === "") {
      this.#times.push(t);
      this.#places.push(p);
      this.#neurons.push(neuron);
      return;
    }
    const value = parse(text);
    if (value === null) throw bad("a value", text);
    const trace = this.#trace(fields[1], neuron, quantity);
    trace.rows.times.push(t);
    trace.rows.values.push(value);
  }

  raster(): Raster {
    const last = this.#times.reduce((most, t) => Math.max(most, t), 0);
    const raster: Raster = {
      durationMs: this.#head.durationMs ?? last,
      populations: this.#populations,
      times: Float64Array.from(this.#times),
      populationIndex: Uint16Array.from(this.#places),
      neurons: Uint32Array.from(this.#neurons),
      traces: [...this.#traces.values()].map(({ rows, ...trace }) => ({
        ...trace,
        times: Float64Array.from(rows.times),
        values: Float64Array.from(rows.values),
      })),
      metadata: metadataFromMap(this.#head.metadata ?? {}),
    };
    return rasterFrom(raster, this.#file);
  }

  #trace(population: string, neuron: number, quantity: string) {
    const key = JSON.stringify([population, neuron, quantity]);
    const empty = new Float64Array(0);
    const trace = this.#traces.get(key) ?? {
      ...{ population, neuron, quantity, times: empty, values: empty },
      rows: { times: [], values: [] },
    };
    this.#traces.set(key, trace);
    return trace;
  }

  #population(name: string, neuron: number): number | undefined {
    let p = this.#index.get(name);
    if (this.#head.populations) return p;
    if (p === undefined) {
      p = this.#populations.push({ name, size: 0 }) - 1;
      this.#index.set(name, p);
    }
    this.#populations[p].size = Math.max(this.#populations[p].size, neuron + 1);
    return p;
  }
}

function readHead(text: string, file: string): { head: Head; start: number } {
  if (!text.startsWith("# {")) return { head: {}, start: 0 };
  const end = text.indexOf("\n");
  try {
    const head = JSON.parse(text.slice(2, end === -1 ? undefined : end)) as Head & { format?: unknown };
    const lists = [head.populations, head.traces ?? []].every(Array.isArray);
    if (head.format === FORMAT && lists) return { head, start: 1 };
    throw new Error();
  } catch {
    throw new InputError(`${file}, line 1: expected ${FORMAT} with its populations, got ${shown(text)}`);
  }
}

/** RFC 4180, but for line breaks, which no name keeps: they are escaped. */
function field(text: string): string {
  return /[",\r\n#\\]|^$/.test(text) ? `"${escapeBreaks(text).replaceAll('"', '""')}"` : text;
}

function escapeBreaks(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("#", "\\x23");
}

function split(row: string): string[] {
  if (!row.includes('"')) return row.split(",");
  const fields: string[] = [];
  let at = 0;
  while (at <= row.length) {
    const quoted = row[at] === '"' ? /^"((?:[^"]|"")*)"(?=,|$)/.exec(row.slice(at)) : null;
    const text = quoted ? quoted[0] : row.slice(at).split(",", 1)[0];
    fields.push(quoted ? unescapeField(quoted[1]) : text);
    at += text.length + 1;
  }
  return fields;
}

function unescapeField(text: string): string {
  const letters: Record<string, string> = { "\\": "\\", n: "\n", r: "\r", x23: "#" };
  return text.replaceAll('""', '"').replace(/\\(\\|n|r|x23)/g, (_, letter: string) => letters[letter]);
}

/** The shortest text that reads back as the same number; the name of what is none as NumPy reads it. */
function number(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isNaN(value)
    ? "nan"
    : value === Infinity
      ? "inf"
      : value === -Infinity
        ? "-inf"
        : String(value);
}

function parse(text: string): number | null {
  if (text === "nan") return Number.NaN;
  if (text === "inf" || text === "-inf") return text === "inf" ? Infinity : -Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : null;
}
