import { InputError } from "../../errors.ts";
import { charge, pieces } from "./bounds.ts";
import { type Dataset, datasetAt, type Group, moduleOfLibrary } from "./hdf5.ts";

/** [rows] From which row on, and up to which. */
export type RowRange = readonly [from: number, to: number];

/**
 * Rows of a dataset whose rows differ in length. Numbers of 16 bits, which the library does not decode, are read from
 * its memory.
 */
export function raggedAt(root: Group, path: string, file: string, [from, to]: RowRange): Float64Array[] {
  const dataset = datasetAt(root, path, file);
  const { metadata, shape } = dataset;
  const type = metadata.vlen_type;
  if (!type || shape?.length !== 1)
    throw new InputError(`${file}: ${path}: expected rows of different lengths, got ${dataset.dtype}`);
  const range: RowRange = [Math.min(from, shape[0]), Math.min(to, shape[0])];
  if (range[0] >= range[1]) return [];
  const isHalf = type.type === FLOAT && type.size === 2;
  return pieces(...range).flatMap(piece => {
    const rows = isHalf
      ? halfRows(dataset, piece, `${file}: ${path}`)
      : fullRows(dataset, piece, `${file}: ${path}`);
    charge(8 * rows.reduce((sum, { length }) => sum + length, 0), path);
    return rows;
  });
}

function fullRows(dataset: Dataset, range: RowRange, where: string): Float64Array[] {
  const value: unknown = dataset.slice([[...range]]);
  if (!Array.isArray(value)) throw new InputError(`${where}: expected rows of numbers`);
  return value.map(row => Float64Array.from(row as Iterable<number>, Number));
}

/** HDF5's class of floating-point types. */
const FLOAT = 1;

/** What the module of the library has and its types do not tell. */
interface Memory {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[],
    offset: bigint[],
    strides: bigint[],
    to: bigint,
  ): void;
  reclaim_vlen_memory_count(file: bigint, path: string, attribute: string, at: bigint, count: bigint[]): void;
}

function halfRows({ metadata, file_id, path }: Dataset, [from, to]: RowRange, where: string): Float64Array[] {
  const memory = moduleOfLibrary() as Memory;
  const rows = to - from;
  const count = [BigInt(rows)];
  const at = memory._malloc(rows * metadata.size);
  if (at === 0) throw new InputError(`${where}: expected rows that fit into memory, got ${rows}`);
  try {
    memory.get_dataset_data(file_id, path, count, [BigInt(from)], [1n], BigInt(at));
    const view = new DataView(memory.HEAPU8.buffer);
    return Array.from({ length: rows }, (_, row) => {
      // Each row is its length and where it lies.
      const [length, start] = [0, 4].map(k => view.getUint32(at + row * metadata.size + k, true)) as [
        number,
        number,
      ];
      if (start + 2 * length > view.byteLength)
        throw new InputError(`${where}: row ${from + row}: expected a length, got ${length}`);
      return Float64Array.from({ length }, (_, k) => half(view.getUint16(start + 2 * k, true)));
    });
  } finally {
    memory.reclaim_vlen_memory_count(file_id, path, "", BigInt(at), count);
    memory._free(at);
  }
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
