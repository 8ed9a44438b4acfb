import { spokenWords } from "./events/shd.ts";
import type { Group } from "./hdf5.ts";
import { hdf5Kind } from "./hdf5Kind.ts";
import { nirDataRaster } from "./nirData.ts";
import { nirGraph } from "./nirFile.ts";
import { nwbRaster } from "./nwbRead.ts";
import { sonataEdges, sonataNodes } from "./sonataCircuitFiles.ts";
import { sonataReport, sonataSpikes } from "./sonataRead.ts";

// biome-ignore lint/suspicious/noExplicitAny: each has arguments of its own behind the first two
export type Hdf5Reader = (root: Group, path: string, ...more: any[]) => unknown;

/** What is read from HDF5 files, by name: a function cannot be sent to the thread that reads. */
export const hdf5Readers = {
  kind: hdf5Kind,
  nwb: nwbRaster,
  nirdata: nirDataRaster,
  nir: nirGraph,
  sonataSpikes,
  sonataReport,
  sonataNodes,
  sonataEdges,
  shd: spokenWords,
} satisfies Record<string, Hdf5Reader>;
