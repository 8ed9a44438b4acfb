const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;

/**
 * CRC-32 of every file of a zip archive by name, as its central directory states them (PKWARE's APPNOTE, 4.3.12 to
 * 4.3.16); of files that share a name, the last one's.
 * @throws Error when there is no such directory
 */
export function zipChecksums(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, count] = directory(view);
  const out = new Map<string, number>();
  const text = new TextDecoder();
  for (let at = first, k = 0; k < count; k++) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error(`no entry ${k} in its directory`);
    const name = view.getUint16(at + 28, true);
    out.set(text.decode(bytes.subarray(at + 46, at + 46 + name)), view.getUint32(at + 16, true));
    at += 46 + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return out;
}

/** Where the directory begins, and how many files it has. */
function directory(view: DataView): [first: number, count: number] {
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
