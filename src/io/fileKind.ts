import { InputError } from "../errors.ts";
import { firstBytes } from "../files/firstBytes.ts";
import { entryAt } from "../files/regular.ts";
import { type EventFormat, eventFormats } from "./events/openEvents.ts";
import { isEvent, namesEvents } from "./events/tables.ts";
import { hdf5Kind } from "./hdf5/kind.ts";
import { readHdf5 } from "./hdf5/thread.ts";
import { type RasterFormatName, rasterFormats } from "./raster/formats.ts";
import { isSonataConfig } from "./sonata/config.ts";
import { sonataKind } from "./sonata/read.ts";
import { isSonataText } from "./sonata/text.ts";

/** What stands at a path: a recording, or a network (trained here, as NIR, or as a SONATA circuit). */
export type FileKind = RasterFormatName | EventFormat | "network" | "nir" | "circuit";

/**
 * The kind of a file or folder, by content; only N-MNIST's `.bin`, which has no mark, goes by its name.
 * @throws InputError when nothing is there, or nothing known
 */
export async function fileKind(path: string): Promise<FileKind> {
  const found = entryAt(path);
  if (!found) throw new InputError(`${path}: expected a file, got nothing there`);
  if (found.isDirectory() || isSonataConfig(path)) return sonataKind(path);
  const start = firstBytes(path, 512);
  const begins = (...magic: number[]) => magic.every((byte, k) => start[k] === byte);
  if (begins(0x89, 0x48, 0x44, 0x46)) return readHdf5(hdf5Kind, path);
  const text = new TextDecoder("latin1").decode(start);
  for (const [name, format] of Object.entries(rasterFormats))
    if ("is" in format && format.is(start, text)) return name as RasterFormatName;
  if (begins(0x50, 0x4b)) return "events npz";
  if (begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return "events npy";
  if (/^#!AER-DAT/.test(text)) return "aedat";
  if (isSonataText(text)) return "sonata";
  const lines = text.split(/\r?\n/);
  const row = lines.find(line => line !== "" && !line.startsWith("#")) ?? "";
  // Before them, the width and height of a sensor.
  const plain = start.every(byte => byte >= 9);
  const events = [lines[0], row, lines[1] ?? ""].some(line => namesEvents(line) || isEvent(line));
  if (plain && events) return row.includes(",") ? "events csv" : "events text";
  if (/\.bin$/i.test(path)) return "nmnist";
  if (text.slice(0, 64).includes("threefactor.network/")) return "network";
  if (start[0] >= 0x80) return "msgpack";
  throw new InputError(
    `${path}: expected a recording as ${[...Object.keys(rasterFormats), ...eventFormats].join(", ")}, or a network, got ${
      start.length === 0 ? "an empty file" : "something else"
    }`,
  );
}
