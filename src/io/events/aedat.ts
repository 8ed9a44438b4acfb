import { InputError } from "../../errors.ts";
import { type CameraEvents, EventList } from "./events.ts";

const LARGEST_SENSOR = 2 ** 15;

/**
 * AEDAT recordings of event cameras, version 2.0 (big-endian address and time) or 3.1 (packets); other kinds of events
 * than those of pixels are passed over, as are those marked invalid.
 * @throws InputError when the bytes are neither, or end within an event
 */
export function decodeAedat(bytes: Uint8Array, file: string): CameraEvents {
  const version = /^#!AER-DAT(\d\.\d)/.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 32)))?.[1];
  if (version === "2.0") return decodeAedat2(bytes, file);
  if (version === "3.1") return decodeAedat3(bytes, file);
  throw new InputError(`${file}: expected #!AER-DAT2.0 or #!AER-DAT3.1, got ${version ?? "no such line"}`);
}

/**
 * Version 2.0 of a DVS128: address bit 0 is the polarity (0: brighter), bits 1 to 7 are x counted from the right, bits
 * 8 to 14 y, bit 15 marks external events. Other chips use other bits.
 */
function decodeAedat2(bytes: Uint8Array, file: string): CameraEvents {
  const start = afterComments(bytes);
  if ((bytes.length - start) % 8 !== 0)
    throw new InputError(`${file}: expected events of 8 bytes, got ${bytes.length - start} bytes of them`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events = new EventList();
  for (let k = start; k < bytes.length; k += 8) {
    const address = view.getUint32(k);
    if (address & 0x8000) continue;
    if (address > 0xffff)
      throw new InputError(
        `${file}: event ${(k - start) / 8}: expected an address of a DVS128, got ${address}`,
      );
    const x = 127 - ((address >> 1) & 0x7f);
    events.push(view.getUint32(k + 4) / 1000, x, (address >> 8) & 0x7f, 1 - (address & 1));
  }
  return events.events({ width: 128, height: 128 });
}

/** Lines that begin with #, at the start. */
function afterComments(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 0x23) {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) return bytes.length;
    at = end + 1;
  }
  return at;
}

const END = "#!END-HEADER\r\n";
const HEADER = 28;
const POLARITY = 1;

/** Version 3.1: packets of one type; the time of an event has 31 bits, and the packet says how often it ran over. */
function decodeAedat3(bytes: Uint8Array, file: string): CameraEvents {
  const found = new TextDecoder("latin1").decode(bytes.subarray(0, 65_536)).indexOf(END);
  if (found === -1) throw new InputError(`${file}: expected #!END-HEADER, got none in the first 64 KB`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events = new EventList();
  let most = 0;
  for (let at = found + END.length; at < bytes.length; ) {
    if (at + HEADER > bytes.length)
      throw new InputError(`${file}: expected a packet at byte ${at}, got the end of the file`);
    const [type, size, overflow, capacity, count] = [
      view.getUint16(at, true),
      view.getUint32(at + 4, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
      view.getUint32(at + 20, true),
    ];
    const end = at + HEADER + size * capacity;
    if (size < 8 || count > capacity || end > bytes.length) {
      throw new InputError(
        `${file}: packet at byte ${at}: expected at most ${bytes.length - at - HEADER} bytes of events, got ${count} of ${capacity} times ${size}`,
      );
    }
    for (let k = 0; type === POLARITY && k < count; k++) {
      const event = at + HEADER + k * size;
      const data = view.getUint32(event, true);
      if ((data & 1) === 0) continue;
      const [x, y] = [(data >>> 17) & 0x7fff, (data >>> 2) & 0x7fff];
      const micros = overflow * 2 ** 31 + view.getUint32(event + 4, true);
      most = Math.max(most, x, y);
      events.push(micros / 1000, x, y, (data >> 1) & 1);
    }
    at = end;
  }
  if (most >= LARGEST_SENSOR) throw new InputError(`${file}: expected pixels below ${LARGEST_SENSOR}`);
  return events.events();
}
