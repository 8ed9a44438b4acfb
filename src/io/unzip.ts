import { inflateSync } from "fflate";
import { shown } from "../errors.ts";
import { crc32 } from "./crc32.ts";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const [STORED, DEFLATED] = [0, 8];
/** What stands in 32 bits for a number of 64 in the extra field. */
const IN_EXTRA = 0xffffffff;

/** A small archive can claim any size: above the first number it may unpack to no more than so many times its own. */
const [ALWAYS, TIMES] = [2 ** 26, 200];
const LARGEST = 2 ** 31 - 1;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The files of a zip archive by name, packed or not (PKWARE's APPNOTE, 4.3 and 4.5.3), with their checksums; of files
 * that share a name, the last one. Sizes are those of the directory and are added up before anything is unpacked.
 * @param wanted  by its name
 * @throws Error that says what was found instead of such an archive
 */
export function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Entry>();
  for (const entry of directory(view, bytes)) if (wanted(entry.name)) entries.set(entry.name, entry);
  const most = Math.min(LARGEST, Math.max(ALWAYS, TIMES * bytes.length));
  let total = 0;
  for (const { size } of entries.values()) total += size;
  if (!(total <= most)) throw new Error(`${total} bytes in ${bytes.length} of an archive`);
  return new Map([...entries].map(([name, entry]) => [name, contents(entry, view, bytes)]));
}

function contents(
  { name, method, encrypted, crc, packed, size, offset }: Entry,
  view: DataView,
  bytes: Uint8Array,
): Uint8Array {
  if (encrypted || (method !== STORED && method !== DEFLATED))
    throw new Error(`${shown(name)} ${encrypted ? "encrypted" : `packed by method ${method}`}`);
  if (view.getUint32(offset, true) !== LOCAL) throw new Error(`no ${shown(name)} where its directory says`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const stored = bytes.subarray(start, start + packed);
  if (stored.length !== packed || (method === STORED && packed !== size))
    throw new Error(`${stored.length} bytes of ${shown(name)}, of ${packed}`);
  // Into as much room as the directory says: more would be lost, and found by the checksum.
  const content = method === STORED ? stored : inflateSync(stored, { out: new Uint8Array(size) });
  if (content.length !== size || crc32(content) !== crc)
    throw new Error(`another checksum of ${shown(name)}`);
  return content;
}

function* directory(view: DataView, bytes: Uint8Array): Iterable<Entry> {
  const [first, count] = directoryAt(view);
  const text = new TextDecoder();
  for (let at = first, k = 0; k < count; k++) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error(`no entry ${k} in its directory`);
    const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const extra = at + 46 + nameLength;
    const name = text.decode(bytes.subarray(at + 46, extra));
    const [size, packed, offset] = sizes(view, at, extra, extra + extraLength);
    yield {
      name,
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
      size,
      packed,
      offset,
    };
    at = extra + extraLength + view.getUint16(at + 32, true);
  }
}

/** Size unpacked and packed, and place, of an entry: in 32 bits, or in its extra field of kind 1. */
function sizes(view: DataView, at: number, extra: number, end: number): [number, number, number] {
  let large = end;
  for (let field = extra; field + 4 <= end; field += 4 + view.getUint16(field + 2, true))
    if (view.getUint16(field, true) === 1) {
      large = field + 4;
      break;
    }
  return [24, 20, 42].map(place => {
    const small = view.getUint32(at + place, true);
    if (small !== IN_EXTRA || large + 8 > end) return small;
    large += 8;
    return Number(view.getBigUint64(large - 8, true));
  }) as [number, number, number];
}

/** Where the directory begins, and how many files it has. */
function directoryAt(view: DataView): [first: number, count: number] {
  // A comment of at most 65,535 bytes may follow.
  const stop = Math.max(0, view.byteLength - 22 - 65_535);
  for (let at = view.byteLength - 22; at >= stop; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR_64)
      return [view.getUint32(at + 16, true), view.getUint16(at + 10, true)];
    const large = Number(view.getBigUint64(at - 12, true));
    if (view.getUint32(large, true) !== END_64) break;
    return [Number(view.getBigUint64(large + 48, true)), Number(view.getBigUint64(large + 32, true))];
  }
  throw new Error("no directory");
}
