import { InputError } from "../../errors.ts";
import { type EventFormat, eventFormats, openEvents } from "../events/openEvents.ts";
import { fileKind } from "../fileKind.ts";
import { readSonata } from "../sonata/read.ts";
import { type RasterFormatName, rasterFormats } from "./formats.ts";
import { type RasterStream, streamOf } from "./stream.ts";

/**
 * Opens a recording in any of the formats that are read, which its content tells.
 * @param options  `word`: of a file of spoken words (SHD, SSC), which one, from 0; `allowOutside`: of a SONATA
 *                 configuration, whether it may name files out of its folder
 * @throws InputError when there is none
 */
export async function openRaster(
  path: string,
  { word = 0, allowOutside = false } = {},
): Promise<RasterStream> {
  const kind = await fileKind(path);
  if (kind === "sonata") return streamOf(await readSonata(path, { allowOutside }));
  if ((eventFormats as readonly string[]).includes(kind)) return openEvents(path, kind as EventFormat, word);
  if (Object.hasOwn(rasterFormats, kind)) {
    const { read }: { read(path: string): Promise<RasterStream> | RasterStream } =
      rasterFormats[kind as RasterFormatName];
    return read(path);
  }
  throw new InputError(`${path}: expected a recording, got a network`);
}
