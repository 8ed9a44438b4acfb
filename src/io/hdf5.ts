import { rmSync } from "node:fs";
import type { Attribute, Dataset, File, Group, Reference } from "h5wasm/node";
import { InputError } from "../errors.ts";

export type { Dataset, Group } from "h5wasm/node";

/** [bytes] A dataset that claims more is not read: a damaged file can claim any size. */
const LARGEST = 2 ** 29;

/** The library is 4 MB of WebAssembly: loaded by the first HDF5 file, not by the start of the program. */
async function library(): Promise<typeof import("h5wasm/node")> {
  const h5 = await import("h5wasm/node");
  const module = await h5.ready;
  // Otherwise problems are printed, and met later where they can no longer be explained.
  module.activate_throwing_error_handler();
  return h5;
}

/** Writes a new HDF5 file; when `fill` fails, no file is left. The caller renames it, see `atomic.ts`. */
export async function writeHdf5(path: string, fill: (root: Group) => void): Promise<void> {
  const h5 = await library();
  const file = new h5.File(path, "w");
  try {
    fill(file);
  } catch (error) {
    file.close();
    rmSync(path, { force: true });
    throw error;
  }
  file.close();
}

/**
 * Reads from an HDF5 file.
 * @throws InputError when it is none, or is damaged where `use` reads
 */
export async function readHdf5<T>(path: string, use: (root: Group) => T): Promise<T> {
  const h5 = await library();
  let file: File | null = null;
  try {
    file = new h5.File(path, "r");
    return use(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: expected a whole HDF5 file, got ${reason(error)}`);
  } finally {
    try {
      file?.close();
    } catch {
      // A damaged file may fail once more here; what was wrong with it has been said.
    }
  }
}

/** The innermost of the library's stack of messages. */
function reason(error: unknown): string {
  const text = String((error as Error)?.message ?? error);
  return [...text.matchAll(/\(\): (.*)/g)].at(-1)?.[1] ?? text.split("\n")[0]!;
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
    words[2 * k] = data[k]!;
    words[2 * k + 1] = data[k]! / 2 ** 32;
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
  if (found?.type === "Dataset") return found as Dataset;
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
    const next = at.get(part) as { type: string } | null;
    if (k === parts.length - 1) return next;
    if (next?.type !== "Group") return null;
    at = next as Group;
  }
  return at;
}

/** Numbers of a dataset of any numeric type, as doubles; beyond 2^53 they are rounded. */
export function numbersAt(root: Group, path: string, file: string): Float64Array {
  return numbersOf(datasetAt(root, path, file), path, file);
}

export function numbersOf(dataset: Dataset, path: string, file: string): Float64Array {
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
  if (dataset.shape?.includes(0)) return [];
  const value: unknown = dataset.value;
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every(item => typeof item === "string")) return value as string[];
  throw new InputError(`${file}: ${path}: expected text, got ${String(dataset.dtype)}`);
}

export function textAt(root: Group, path: string, file: string): string {
  const [text, ...more] = textsAt(root, path, file);
  if (text !== undefined && more.length === 0) return text;
  throw new InputError(`${file}: ${path}: expected one text, got ${more.length + (text ? 1 : 0)}`);
}

/** Value of an attribute, or undefined. */
export function attribute(of: { attrs: Record<string, Attribute> }, name: string): unknown {
  const value: unknown = of.attrs[name]?.value ?? undefined;
  return ArrayBuffer.isView(value) && (value as Float64Array).length === 1
    ? (value as Float64Array)[0]
    : value;
}

/** An object reference to a dataset, as the value of an attribute. */
export function reference(dataset: Dataset): Reference {
  return dataset.create_reference();
}

function checkSize({ shape, metadata }: Dataset, path: string, file: string): void {
  const bytes = (shape ?? []).reduce((product, n) => product * n, 1) * (metadata?.size ?? 1);
  if (!(bytes <= LARGEST)) {
    throw new InputError(`${file}: ${path}: expected at most ${LARGEST} bytes, got ${bytes}`);
  }
}
