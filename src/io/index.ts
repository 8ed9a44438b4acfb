// Recordings of events

export { decodeAedat } from "./events/aedat.ts";
export { type CameraEvents, eventsToRaster } from "./events/events.ts";
export { decodeNmnist } from "./events/nmnist.ts";
export { readShd, type SpokenWords } from "./events/shd.ts";
export { decodeEventsCsv, decodeEventsNpy, decodeEventsNpz } from "./events/tables.ts";
export type { RowRange } from "./hdf5/ragged.ts";

// Networks

export { decodeNetwork, encodeNetwork, type TrainedNetwork } from "./networkFile.ts";
export { type NirExportOptions, networkToNir } from "./nir/export.ts";
export { readNir, writeNir } from "./nir/file.ts";
export type { NirGraph, NirNode, NirTensor, NirValue } from "./nir/graph.ts";
export { type ImportedNetwork, type NirImportOptions, nirToNetwork } from "./nir/import.ts";
export type { LayerPart } from "./nir/layerParts.ts";
export { readSonataCircuit, type SonataCircuit } from "./sonata/circuit.ts";
export type { SonataOptions } from "./sonata/config.ts";
export { writeSonataNetwork } from "./sonata/network.ts";
export { readSonataSimulation, type SonataSimulation } from "./sonata/simulation.ts";

// Recordings and pictures

export { pictureToPng } from "./picture/pixels.ts";
export {
  type RasterFormatName,
  type RasterWriteOptions,
  rasterFormats,
  writeRaster,
} from "./raster/formats.ts";
export { RasterWriter } from "./raster/logFile.ts";
export { openRaster } from "./raster/open.ts";
export { collect, type RasterStream, type SpikeBlock, streamOf } from "./raster/stream.ts";
