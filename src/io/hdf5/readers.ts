import { spokenWords } from "../events/shd.ts";
import { nirDataRaster } from "../nir/data.ts";
import { nirGraph } from "../nir/file.ts";
import { nwbRaster } from "../nwb/read.ts";
import { sonataEdges, sonataNodes } from "../sonata/circuitFiles.ts";
import { sonataReport, sonataSpikes } from "../sonata/read.ts";
import { hdf5Kind } from "./kind.ts";
import type { Hdf5Reader } from "./thread.ts";

/** What reads from HDF5 files, by name: a function cannot be sent to the thread that reads. */
export const hdf5Readers: ReadonlyMap<string, Hdf5Reader> = new Map(
  [
    ...[hdf5Kind, nwbRaster, nirDataRaster, nirGraph],
    ...[sonataSpikes, sonataReport, sonataNodes, sonataEdges, spokenWords],
  ].map((reader: Hdf5Reader) => [reader.name, reader]),
);
