import { InputError } from "../../errors.ts";
import { readRegular } from "../../files/regular.ts";
import { type RasterStream, rasterFrom, streamOf } from "../raster/stream.ts";
import { decodeAedat } from "./aedat.ts";
import { type CameraEvents, eventsToRaster } from "./events.ts";
import { decodeNmnist } from "./nmnist.ts";
import { readShd, SHD_CHANNELS } from "./shd.ts";
import { decodeEventsCsv, decodeEventsNpy, decodeEventsNpz } from "./tables.ts";

/** Recordings of event cameras and of an artificial cochlea, which are read and not written. */
export const eventFormats = [
  "nmnist",
  "aedat",
  "events npz",
  "events npy",
  "events csv",
  "events text",
  "shd",
] as const;
export type EventFormat = (typeof eventFormats)[number];

/**
 * A recording of events as spikes: of a camera, one population of [2, height, width] (see `eventsToRaster`), whose
 * metadata give the sensor's size and the time of the first event [ms]; of a cochlea, one of its channels, and the label.
 * @param word  of a file of spoken words (SHD, SSC), which one, from 0
 */
export async function openEvents(path: string, format: EventFormat, word = 0): Promise<RasterStream> {
  if (format === "shd") return spokenWord(path, word);
  const bytes = readRegular(path);
  const text = () => decodeEventsCsv(new TextDecoder().decode(bytes), path);
  const events = {
    nmnist: () => decodeNmnist(bytes, path),
    aedat: () => decodeAedat(bytes, path),
    "events npz": () => decodeEventsNpz(bytes, path),
    "events npy": () => decodeEventsNpy(bytes, path),
    "events csv": text,
    "events text": text,
  }[format]();
  const { notes = [] } = events;
  return { ...streamOf(eventsToRaster(events, facts(events), path)), notes };
}

function facts({ width, height, times }: CameraEvents): Record<string, number> {
  const first = times.reduce((least, t) => Math.min(least, t), Infinity);
  return { width, height, ...(first < Infinity && { firstEventMs: first }) };
}

async function spokenWord(path: string, word: number): Promise<RasterStream> {
  const { times, channels, labels, count } = await readShd(path, [word, word + 1]);
  if (word >= count)
    throw new InputError(`${path}: expected the number of a word below ${count}, got ${word}`);
  const own = times[0];
  const raster = {
    durationMs: own.reduce((most, t) => Math.max(most, t), 0),
    populations: [{ name: "cochlea", size: SHD_CHANNELS }],
    times: own,
    populationIndex: new Uint16Array(own.length),
    neurons: Uint32Array.from(channels[0]),
    traces: [],
    metadata: { word, words: count, label: labels[0] },
  };
  return streamOf(rasterFrom(raster, path));
}
