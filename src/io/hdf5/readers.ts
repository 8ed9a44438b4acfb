import { spokenWords } from "../events/shd.ts";
import { nirDataRaster } from "../nir/data.ts";
import { nirGraph } from "../nir/file.ts";
import { nwbRaster } from "../nwb/read.ts";
import { sonataEdges, sonataNodes } from "../sonata/circuitFiles.ts";
import { sonataReport, sonataSpikes } from "../sonata/read.ts";
import type { Group } from "./hdf5.ts";
import { hdf5Kind } from "./kind.ts";

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
