import { InputError, shown } from "../errors.ts";

/*
 * NumPy's array file, version 1.0 (numpy.lib.format): magic, 16-bit length of the header, a Python literal padded to
 * a multiple of 64 bytes, then the numbers, little-endian.
 */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const kinds = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "|i1": Int8Array,
  "|u1": Uint8Array,
  "|b1": Uint8Array,
  "<i2": Int16Array,
  "<u2": Uint16Array,
  "<i4": Int32Array,
  "<u4": Uint32Array,
  "<i8": BigInt64Array,
  "<u8": BigUint64Array,
} as const;
export type NpyDtype = keyof typeof kinds;
export type NpyNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A NumPy array: numbers, text (`<U`), or the fields of a structured array by name, in C order. */
export interface NpyArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: NpyNumbers | readonly string[] | ReadonlyMap<string, NpyNumbers>;
}

/** The bytes in front of the numbers. @param dtype  NumPy's name, such as `<f8` */
export function npyHeader(dtype: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const literal = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + literal.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set([...MAGIC, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  header.set(new TextEncoder().encode(literal), 10);
  header[length - 1] = 0x0a;
  return header;
}

/** A whole file of numbers. */
export function encodeNpy(data: NpyNumbers, shape: readonly number[] = [data.length]): Uint8Array {
  const entry = Object.entries(kinds).find(([, kind]) => data instanceof kind)!;
  return join(npyHeader(entry[0], shape), bytesOf(data));
}

/** A whole file of text: `<U` of the longest, as code points. */
export function encodeNpyText(
  texts: readonly string[],
  shape: readonly number[] = [texts.length],
): Uint8Array {
  const points = texts.map(text => Array.from(text, c => c.codePointAt(0)!));
  const width = Math.max(1, ...points.map(list => list.length));
  const data = new Uint32Array(texts.length * width);
  points.forEach((list, k) => {
    data.set(list, k * width);
  });
  return join(npyHeader(`<U${width}`, shape), bytesOf(data));
}

/** Little-endian bytes of numbers; a view. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Reads a file of numbers, text or a structured array of numbers, of either order of bytes. The data are copied.
 * @throws InputError when it is no NPY file of one of these types, or is not as long as its header says
 */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const bad = (expected: string, got: unknown) => new InputError(`${file}: expected ${expected}, got ${got}`);
  if (!MAGIC.every((byte, k) => bytes[k] === byte)) throw bad("an NPY file", "another beginning");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start || major < 1 || major > 3) throw bad("an NPY file of version 1 to 3", major);
  const end = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw bad(`a header of ${end} bytes`, `${bytes.length} bytes`);
  if (end > LARGEST_HEADER) throw bad(`a header of at most ${LARGEST_HEADER} bytes`, end);
  const literal = new TextDecoder().decode(bytes.subarray(start, end)).trim();
  const dtype = /'descr': *'([^']*)'/.exec(literal)?.[1];
  const fields = /'descr': *\[(.*?)\] *[,}]/.exec(literal)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(literal)?.[1];
  const tuple = /'shape': *\(([\d, ]*)\)/.exec(literal)?.[1];
  if ((dtype ?? fields) === undefined || order === undefined || tuple === undefined)
    throw bad("an array header", JSON.stringify(literal.slice(0, 80)));
  const shape = tuple
    .split(",")
    .filter(n => n.trim() !== "")
    .map(Number);
  const count = shape.reduce((product, n) => product * n, 1);
  if (order === "True" && shape.length > 1) throw bad("an array in C order", "Fortran order");
  const body = bytes.subarray(end);
  const expectBytes = (size: number, what: string) => {
    if (body.length !== count * size) throw bad(`${count * size} bytes of ${what}`, `${body.length} bytes`);
  };
  if (dtype === undefined) {
    const [layout, size] = layoutOf(fields!, bad);
    expectBytes(size, `${layout.length} fields`);
    const data = new Map(
      layout.map(({ name, dtype, at }) => [name, numbersAt(body, count, dtype, at, size, bad)]),
    );
    return { dtype: `|V${size}`, shape, data };
  }
  const width = /^[<>]U(\d{1,9})$/.exec(dtype)?.[1];
  const size = width === undefined ? kindOf(dtype, bad).BYTES_PER_ELEMENT : 4 * Number(width);
  expectBytes(size, dtype);
  if (width === undefined) return { dtype, shape, data: numbersAt(body, count, dtype, 0, size, bad) };
  const points = dtype.startsWith(">") ? swapped(body, 4) : body;
  return { dtype, shape, data: decodeText(points, count, Number(width), file) };
}

/** More than any array of named fields here needs; an array of numbers has one of 118 bytes. */
const LARGEST_HEADER = 2 ** 16;

type Refusal = (expected: string, got: unknown) => InputError;

function kindOf(dtype: string, bad: Refusal): (typeof kinds)["<f8"] {
  // The order of single bytes is none, and is written as any.
  const known = dtype.replace(/^[<>=|]/, /1$/.test(dtype) ? "|" : "<");
  if (Object.hasOwn(kinds, known)) return kinds[known as NpyDtype] as (typeof kinds)["<f8"];
  throw bad(`numbers of type ${Object.keys(kinds).join(", ")}, or text`, shown(dtype));
}

interface Field {
  readonly name: string;
  readonly dtype: string;
  /** Its first byte within a row. */
  readonly at: number;
}

/**
 * The fields of a structured array, from the list that its header has: ('name', 'type'), padding without a name.
 * @returns them and the bytes of a row
 */
function layoutOf(list: string, bad: Refusal): [fields: Field[], size: number] {
  const fields: Field[] = [];
  let [size, read] = [0, 0];
  for (const [text, name, dtype] of list.matchAll(/\('([^'\\]*)', *'([^']*)'\)[, ]*/g)) {
    read += text.length;
    const padding = name === "" ? /^\|V(\d{1,6})$/.exec(dtype)?.[1] : undefined;
    if (padding === undefined) fields.push({ name: name, dtype: dtype, at: size });
    size += padding === undefined ? kindOf(dtype, bad).BYTES_PER_ELEMENT : Number(padding);
  }
  const simple = read === list.length && new Set(fields.map(({ name }) => name)).size === fields.length;
  if (!simple || fields.length === 0) throw bad("fields of one number each", shown(list));
  return [fields, size];
}

/** Numbers that lie `stride` bytes apart. */
function numbersAt(
  body: Uint8Array,
  count: number,
  dtype: string,
  at: number,
  stride: number,
  bad: Refusal,
): NpyNumbers {
  const kind = kindOf(dtype, bad);
  const size = kind.BYTES_PER_ELEMENT;
  const own = new Uint8Array(count * size);
  if (stride === size) own.set(body);
  else
    for (let k = 0; k < count; k++)
      for (let b = 0; b < size; b++) own[k * size + b] = body[k * stride + at + b];
  return new kind((dtype.startsWith(">") ? swapped(own, size) : own).buffer as ArrayBuffer);
}

/** The bytes of numbers in the other order. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let k = 0; k < bytes.length; k++) out[k] = bytes[k - (k % size) + size - 1 - (k % size)];
  return out;
}

function decodeText(body: Uint8Array, count: number, width: number, file: string): string[] {
  const points = new Uint32Array(Uint8Array.from(body).buffer);
  if (points.some(point => point > 0x10ffff)) throw new InputError(`${file}: expected text, got other bytes`);
  return Array.from({ length: width === 0 ? Math.min(count, 65_536) : count }, (_, k) => {
    let text = "";
    for (let c = k * width; c < (k + 1) * width; c++) text += String.fromCodePoint(points[c]);
    return text.replace(/\0+$/, "");
  });
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
