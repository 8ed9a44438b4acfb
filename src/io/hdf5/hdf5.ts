import fs from "node:fs";
import type { Attribute, Dataset, Group, Reference } from "h5wasm/node";
import { InputError, shown } from "../../errors.ts";

import {
  beginReading,
  charge,
  checkSize,
  DamagedFile,
  ForeignData,
  fileRead,
  foreignData,
  lookAt,
  opened,
  pieces,
  seal,
} from "./bounds.ts";

export type { Dataset, Group } from "h5wasm/node";

let loaded: unknown = null;

/** The library is 4 MB of WebAssembly: loaded by the first HDF5 file, not by the start of the program. */
async function library(): Promise<typeof import("h5wasm/node")> {
  if (loaded !== null) return import("h5wasm/node");
  const { error } = console;
  // It keeps the console that it finds now, and would say there what the error says.
  console.error = () => {};
  try {
    const h5 = await import("h5wasm/node");
    const module = await h5.ready;
    // Filters of other libraries: none is loaded, and no folder looked through for them.
    while (module.get_plugin_search_paths().length > 0) module.remove_plugin_search_path(0);
    loaded = module;
    return h5;
  } finally {
    console.error = error;
  }
}

/**
 * Runs what uses the library and collects what it reports. It writes its reports straight to standard error, and goes
 * on with whatever was in memory; its other way, exceptions thrown through its C code, leaves it broken. So its writes
 * are taken over, and its clock, for as long as it works and nothing else can.
 */
function collecting<T>(use: () => T): {
  value: T | undefined;
  error: unknown;
  reports: string;
  /** The first write that the system refused, which the library tells in its own numbers only. */
  refused: unknown;
} {
  const { writeSync, openSync } = fs;
  const { now } = Date;
  // It writes the time of day into its objects: the same data are to be the same bytes.
  Date.now = () => 0;
  let reports = "";
  let refused: unknown;
  fs.writeSync = ((file: number, data: Uint8Array, at?: number, length?: number, position?: number) => {
    if (file !== 2) {
      try {
        return writeSync(file, data, at, length, position);
      } catch (error) {
        refused ??= error;
        throw error;
      }
    }
    const piece = Buffer.from(data.buffer, data.byteOffset + (at ?? 0), length ?? data.length);
    reports += piece.toString("latin1");
    return piece.length;
  }) as typeof fs.writeSync;
  try {
    const value = use();
    return { value, error: undefined, reports, refused };
  } catch (error) {
    return { value: undefined, error: error ?? new Error("unknown"), reports, refused };
  } finally {
    Object.assign(fs, { writeSync, openSync });
    Date.now = now;
  }
}

/**
 * Writes a new HDF5 file; when `fill` fails, no file is left. The caller renames it, see `atomic.ts`.
 * @param fill  writes all of it; where it yields, signals are let in, which end a long write
 */
export async function writeHdf5(path: string, fill: (root: Group) => Generator<void> | void): Promise<void> {
  const h5 = await library();
  let file: InstanceType<typeof h5.File> | null = null;
  const step = (work: () => unknown) => {
    const { value, error, reports, refused } = collecting(work);
    if (error === undefined && reports === "") return value;
    throw (
      refused ??
      (reports === "" || error instanceof InputError ? error : new Error(`HDF5: ${reason(reports, error)}`))
    );
  };
  // The library does not say why it may not.
  fs.closeSync(fs.openSync(path, "w"));
  try {
    const steps = step(() => {
      file = new h5.File(path, "w");
      return fill(file);
    }) as ReturnType<typeof fill>;
    if (steps) while (!step(() => steps.next().done)) await new Promise(done => setImmediate(done));
    step(() => file!.close());
  } catch (error) {
    // What is left of it is let go; what it says then is known.
    collecting(() => file?.close());
    fs.rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Reads from an HDF5 file in this thread: what others call is `readHdf5`, since the library never returns from some
 * damaged files.
 * @throws DamagedFile when it is none, or is damaged where `use` reads
 */
export async function openHdf5<T>(path: string, use: (root: Group) => T): Promise<T> {
  const h5 = await library();
  beginReading(path);
  const { value, error, reports } = collecting(() => {
    seal();
    const file = new h5.File(path, "r");
    opened();
    try {
      return use(file);
    } finally {
      file.close();
    }
  });
  if (error instanceof ForeignData) throw error;
  const foreign = foreignData();
  if (foreign) throw foreign;
  if (reports === "" && error === undefined) return value as T;
  if (reports === "" && error instanceof InputError) throw error;
  throw new DamagedFile(`${path}: expected a whole HDF5 file, got ${reason(reports, error)}`);
}

/** The innermost of the library's stack of messages, such as "file signature not found". */
function reason(reports: string, error: unknown): string {
  // The first stack is the cause of those that follow.
  const first = reports.split("HDF5-DIAG")[1] ?? "";
  const inner = [...first.matchAll(/\(\): (.*)/g)].at(-1);
  return inner?.[1] ?? String((error as Error)?.message ?? error).split("\n")[0];
}

/** Element types of this module: names of `struct` in Python, which the library uses. */
const numbers = {
  "<d": Float64Array,
  "<I": Uint32Array,
  "<Q": BigUint64Array,
  "<q": BigInt64Array,
} as const;

/** Chunk of a long dataset, in elements. */
const CHUNK = 65_536;

/** A dataset that is written slice by slice, in order, so that it need not be in memory. */
export class Column {
  readonly dataset: Dataset;
  readonly #rows: boolean;
  readonly #kind: (typeof numbers)["<d"];
  #at = 0;

  /**
   * @param length  of the whole dataset
   * @param rows    make it [1, length] instead of [length]
   */
  constructor(group: Group, name: string, dtype: keyof typeof numbers, length: number, rows = false) {
    this.#kind = numbers[dtype] as (typeof numbers)["<d"];
    this.#rows = rows;
    const shape = (n: number) => (rows ? [1, n] : [n]);
    const data = new this.#kind(0);
    if (length === 0) {
      this.dataset = group.create_dataset({ name, data, shape: shape(0), dtype });
      return;
    }
    // Small ones in one chunk of their own size; the fastest compression, since ids pack and times hardly do.
    const chunks = shape(Math.min(length, CHUNK));
    const maxshape = rows ? [1, null] : [null];
    this.dataset = group.create_dataset({
      name,
      data,
      shape: shape(0),
      dtype,
      maxshape,
      chunks,
      compression: 1,
    });
    this.dataset.resize(shape(length));
  }

  /** @param data  converted to the type of the dataset where it is another */
  write(data: Float64Array | Uint32Array | BigInt64Array | BigUint64Array): void {
    if (data.length === 0) return;
    const big = (this.#kind as unknown) === BigUint64Array || (this.#kind as unknown) === BigInt64Array;
    const slice = [this.#at, this.#at + data.length];
    const ready =
      big && !(data instanceof BigInt64Array || data instanceof BigUint64Array) ? widen(data) : data;
    this.dataset.write_slice((this.#rows ? [[0, 1], slice] : [slice]) as never, ready);
    this.#at += data.length;
  }
}

/** 32-bit integers as 64-bit ones: faster than a BigInt for each. */
function widen(data: Float64Array | Uint32Array): BigUint64Array {
  const words = new Uint32Array(2 * data.length);
  for (let k = 0; k < data.length; k++) {
    words[2 * k] = data[k];
    words[2 * k + 1] = data[k] / 2 ** 32;
  }
  return new BigUint64Array(words.buffer);
}

/** A scalar text. Variable length, UTF-8, as h5py writes them. */
export function writeText(group: Group, name: string, text: string): Dataset {
  return group.create_dataset({ name, data: text, shape: [], dtype: "S" });
}

export function writeTexts(group: Group, name: string, texts: readonly string[]): Dataset {
  return group.create_dataset({ name, data: [...texts], shape: [texts.length], dtype: "S" });
}

/** The group at a path, or an InputError that names it. */
export function groupAt(root: Group, path: string, file: string): Group {
  const found = entity(root, path);
  if (found?.type === "Group") return found as Group;
  throw new InputError(`${file}: ${path}: expected a group, got ${found?.type ?? "nothing"}`);
}

/** The dataset at a path, or an InputError that names it. */
export function datasetAt(root: Group, path: string, file: string): Dataset {
  const found = entity(root, path);
  if (found?.type === "Dataset") {
    const dataset = found as Dataset;
    const { virtual_sources: sources } = dataset.metadata;
    if (sources) throw new ForeignData(`a virtual data set of ${shown(sources[0]?.file_name)}`);
    return dataset;
  }
  throw new InputError(`${file}: ${path}: expected a dataset, got ${found?.type ?? "nothing"}`);
}

export function has(root: Group, path: string): boolean {
  return entity(root, path) !== null;
}

function entity(root: Group, path: string): { type: string } | null {
  let at: Group = root;
  const parts = path.split("/").filter(part => part !== "");
  for (const [k, part] of parts.entries()) {
    if (!at.keys().includes(part)) return null;
    lookAt(`${at.path === "/" ? "" : at.path}/${part}`);
    const next = at.get(part) as { type: string; filename?: string } | null;
    if (next?.type === "ExternalLink") throw new ForeignData(`a link to ${shown(next.filename)}`);
    if (k === parts.length - 1) return next;
    if (next?.type !== "Group") return null;
    at = next as Group;
  }
  return at;
}

/** Numbers of a dataset of any numeric type, as doubles; beyond 2^53 they are rounded. */
export function numbersAt(root: Group, path: string, file: string): Float64Array {
  return hdf5Numbers(datasetAt(root, path, file), path, file);
}

export function hdf5Numbers(dataset: Dataset, path: string, file: string): Float64Array {
  checkSize(dataset, path, file);
  if (dataset.shape?.includes(0)) return new Float64Array(0);
  const value: unknown = dataset.value;
  if (value instanceof Float64Array) return value;
  if (ArrayBuffer.isView(value)) return Float64Array.from(value as unknown as number[], Number);
  if (typeof value === "number" || typeof value === "bigint") return Float64Array.of(Number(value));
  if (Array.isArray(value) && value.every(item => typeof item === "number" || typeof item === "bigint"))
    return Float64Array.from(value, Number);
  throw new InputError(`${file}: ${path}: expected numbers, got ${dataset.dtype}`);
}

/** The texts of a dataset; one for a scalar. */
export function textsAt(root: Group, path: string, file: string): string[] {
  const dataset = datasetAt(root, path, file);
  checkSize(dataset, path, file);
  const { shape } = dataset;
  if (shape?.includes(0)) return [];
  if (shape?.slice(1).some(n => n > 16))
    throw new InputError(`${file}: ${path}: expected a list or pairs of texts, got ${shape.join(" x ")}`);
  const texts: unknown[] = [];
  for (const range of shape?.length ? pieces(0, shape[0]) : [null]) {
    const value: unknown = range === null ? dataset.value : dataset.slice([range]);
    const piece: unknown[] = Array.isArray(value) ? value : [value];
    charge(
      piece.reduce((sum: number, text) => sum + (typeof text === "string" ? text.length : 0), 0),
      path,
    );
    texts.push(...piece);
  }
  if (texts.every(text => typeof text === "string")) return texts as string[];
  throw new InputError(`${file}: ${path}: expected text, got ${String(dataset.dtype)}`);
}

export function textAt(root: Group, path: string, file: string): string {
  const [text, ...more] = textsAt(root, path, file);
  if (text !== undefined && more.length === 0) return text;
  throw new InputError(`${file}: ${path}: expected one text, got ${more.length + (text ? 1 : 0)}`);
}

/** Value of an attribute, or undefined. */
export function attribute(of: { attrs: Record<string, Attribute> }, name: string): unknown {
  const found = of.attrs[name];
  if (!found) return undefined;
  // What has no fixed length may repeat one long text without end.
  const many = found.metadata.vlen && (found.metadata.total_size ?? 1) > 1;
  if (many)
    throw new InputError(
      `${fileRead()}: attribute ${name}: expected one value, got ${found.shape?.join(" x ")}`,
    );
  const value: unknown = found.value ?? undefined;
  return ArrayBuffer.isView(value) && (value as Float64Array).length === 1
    ? (value as Float64Array)[0]
    : value;
}

/** An object reference to a dataset, as the value of an attribute. */
export function reference(dataset: Dataset): Reference {
  return dataset.create_reference();
}

/** The library's module with its memory; null before it was loaded. */
export function moduleOfLibrary(): unknown {
  return loaded;
}
