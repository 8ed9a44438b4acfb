import { InputError, shown } from "../../errors.ts";
import { Clock, resetNotes } from "./clock.ts";
import { type CameraEvents, EventList } from "./events.ts";

/**
 * AEDAT recordings of event cameras, version 2.0 (big-endian address and time) or 3.1 (packets); other kinds of events
 * than those of pixels are passed over, as are those marked invalid.
 * @throws InputError when the bytes are neither, come from another chip, or end within an event
 */
export function decodeAedat(bytes: Uint8Array, file: string): CameraEvents {
  const version = /^#!AER-DAT(\d\.\d)/.exec(latin1(bytes.subarray(0, 32)))?.[1];
  if (version === "2.0") return decodeAedat2(bytes, file);
  if (version === "3.1") return decodeAedat3(bytes, file);
  throw new InputError(`${file}: expected #!AER-DAT2.0 or #!AER-DAT3.1, got ${version ?? "no such line"}`);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** How a chip writes a pixel into the 32 bits of an address; null for what is no event of one. */
interface Chip {
  readonly width: number;
  readonly height: number;
  pixel(address: number): readonly [x: number, y: number, polarity: number] | null;
}

/** Bit 0 is the polarity (0: brighter), bits 1 to 7 are x, 8 to 14 y, bit 15 marks external events. */
const dvs128: Chip = {
  width: 128,
  height: 128,
  pixel: address =>
    address & 0x8000 ? null : [(address >> 1) & 0x7f, (address >> 8) & 0x7f, 1 - (address & 1)],
};

/**
 * Bit 31 marks samples of pictures and of the accelerometer, bit 10 external events; bit 11 is the polarity (1:
 * brighter), bits 12 to 21 are x, 22 to 30 y.
 */
function davis(width: number, height: number): Chip {
  return {
    width,
    height,
    pixel: address =>
      address & 0x80000400
        ? null
        : [(address >>> 12) & 0x3ff, (address >>> 22) & 0x1ff, (address >>> 11) & 1],
  };
}

/** By what the line `# AEChip:` ends with, without the letters of a chip's edition. */
const chips: Readonly<Record<string, Chip>> = {
  DVS128: dvs128,
  DAVIS128: davis(128, 128),
  DAVIS208: davis(208, 192),
  DAVIS240: davis(240, 180),
  DAVIS346: davis(346, 260),
};

/** [us] Events of one packet change places by less. */
const DISORDER = 1e6;

/** Version 2.0: the chip counts x from the right; times are of 32 bits, and run over after 71 minutes. */
function decodeAedat2(bytes: Uint8Array, file: string): CameraEvents {
  const start = afterComments(bytes);
  const chip = chipOf(latin1(bytes.subarray(0, Math.min(start, 2 ** 20))), file);
  if ((bytes.length - start) % 8 !== 0)
    throw new InputError(`${file}: expected events of 8 bytes, got ${bytes.length - start} bytes of them`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events = new EventList();
  const clock = new Clock(32, DISORDER);
  for (let k = start; k < bytes.length; k += 8) {
    const address = view.getUint32(k);
    if (chip === dvs128 && address > 0xffff)
      throw new InputError(
        `${file}: event ${(k - start) / 8}: expected an address of a DVS128, got ${address}`,
      );
    const pixel = chip.pixel(address);
    if (pixel === null) continue;
    const [x, y, polarity] = pixel;
    if (x >= chip.width || y >= chip.height)
      throw new InputError(
        `${file}: event ${(k - start) / 8}: expected a pixel of ${chip.width} x ${chip.height}, got ${x}, ${y}`,
      );
    events.push(clock.at(view.getUint32(k + 4)) / 1000, chip.width - 1 - x, y, polarity);
  }
  return events.events(chip, resetNotes(clock.resets));
}

/** The chip that the comments name; a DVS128 where none does. */
function chipOf(comments: string, file: string): Chip {
  const name = /^# *AEChip: *(?:[\w.]+\.)?(\w+)/m.exec(comments)?.[1];
  if (name === undefined) return dvs128;
  const chip = chips[/^[A-Z]+\d+/i.exec(name)?.[0].toUpperCase() ?? ""];
  if (chip) return chip;
  throw new InputError(
    `${file}: AEChip: expected ${Object.keys(chips).join(", ")}, whose addresses are known, got ${shown(name)}`,
  );
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
const [SPECIAL, POLARITY] = [0, 1];
/** Of an event of either kind: what it is and its time, 32 bits each. */
const EVENT = 8;
/** Kind of a special event: the clock of the camera was set to 0. */
const RESET = 1;

/** Version 3.1: packets of one type; the time of an event has 31 bits, and the packet says how often it ran over. */
function decodeAedat3(bytes: Uint8Array, file: string): CameraEvents {
  const head = latin1(bytes.subarray(0, 65_536));
  const found = head.indexOf(END);
  if (found === -1) throw new InputError(`${file}: expected #!END-HEADER, got none in the first 64 KB`);
  const format = /^#Format: *(.*?)\r?$/m.exec(head.slice(0, found))?.[1] ?? "RAW";
  if (format !== "RAW")
    throw new InputError(`${file}: #Format: expected RAW, not packed, got ${shown(format)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events = new EventList();
  const clock = new Clock(62);
  let camera: number | null = null;
  for (let at = found + END.length; at < bytes.length; ) {
    if (at + HEADER > bytes.length)
      throw new InputError(`${file}: expected a packet at byte ${at}, got the end of the file`);
    const [type, source, size, overflow, capacity, count] = [
      view.getUint16(at, true),
      view.getUint16(at + 2, true),
      view.getUint32(at + 4, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
      view.getUint32(at + 20, true),
    ];
    const end = at + HEADER + size * capacity;
    if (size < EVENT || count > capacity || end > bytes.length) {
      throw new InputError(
        `${file}: packet at byte ${at}: expected at most ${bytes.length - at - HEADER} bytes of events, got ${count} of ${capacity} times ${size}`,
      );
    }
    const known = type === POLARITY || type === SPECIAL;
    if (known && (size !== EVENT || overflow >= 2 ** 31)) {
      throw new InputError(
        `${file}: packet at byte ${at}: expected events of ${EVENT} bytes whose time ran over less than 2^31 times, got ${size} and ${overflow}`,
      );
    }
    if (type === POLARITY && count > 0 && (camera ??= source) !== source)
      throw new InputError(
        `${file}: packet at byte ${at}: expected events of one camera, ${camera}, got ${source}`,
      );
    for (let k = 0; known && k < count; k++) {
      const event = at + HEADER + k * size;
      const data = view.getUint32(event, true);
      if ((data & 1) === 0) continue;
      if (type === SPECIAL) {
        if (((data >> 1) & 0x7f) === RESET && (camera ?? source) === source) clock.restart();
        continue;
      }
      const [x, y] = [(data >>> 17) & 0x7fff, (data >>> 2) & 0x7fff];
      const micros = overflow * 2 ** 31 + view.getUint32(event + 4, true);
      events.push(clock.at(micros) / 1000, x, y, (data >> 1) & 1);
    }
    at = end;
  }
  return events.events(undefined, resetNotes(clock.resets));
}
