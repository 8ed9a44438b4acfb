import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Command } from "commander";
import { summarise, summaryToCsv } from "../analysis/summary.ts";
import { InputError } from "../errors.ts";
import { replaceAtomic, writeAtomic } from "../files/atomic.ts";
import { entryAt, readRegular } from "../files/regular.ts";
import { eventFormats } from "../io/events/openEvents.ts";
import { type FileKind, fileKind } from "../io/fileKind.ts";
import { decodeNetwork } from "../io/networkFile.ts";
import { networkToNir } from "../io/nir/export.ts";
import { readNir, writeNir } from "../io/nir/file.ts";
import { nirToNetwork } from "../io/nir/import.ts";
import { pictureToPng } from "../io/picture/pixels.ts";
import { rasterPicture } from "../io/picture/rasterPicture.ts";
import { pictureToSvg } from "../io/picture/svg.ts";
import { type RasterFormatName, rasterFormats, writeRaster } from "../io/raster/formats.ts";
import { openRaster } from "../io/raster/open.ts";
import { collect, type RasterStream } from "../io/raster/stream.ts";
import { writeSonataNetwork } from "../io/sonata/network.ts";
import { among, integer, integerFrom, oneOf, positive } from "./arguments.ts";
import { expectModelOptions, handOver, isModel, modelOptions } from "./handOver.ts";
import { addOptions, type Flags, type OptionValues, readOptions } from "./options.ts";
import { print, printJson, tell } from "./terminal.ts";
import { writable } from "./writable.ts";

const rasterNames = Object.keys(rasterFormats) as RasterFormatName[];
const pictureNames = ["svg", "png"] as const;
const targets = [...rasterNames, "nir", "nest", ...pictureNames] as const;
type Target = (typeof targets)[number];

const settings = {
  to: {
    takes: "<format>",
    help: targets.join(", "),
    read: among(targets),
    otherwise(): Target {
      throw new InputError(`--to: expected one of ${targets.join(", ")}, got none`);
    },
  },
  out: {
    takes: "<path>",
    help: "file to write; a folder for sonata and nest, and for several recordings of a run",
  },
  select: {
    takes: "<name>",
    help: "of a run folder, only this recording or network, such as bp-seed1; of spoken words (SHD, SSC), this one, from 0",
  },
  network: {
    help: "of a run folder, the networks instead of the recordings (nir and nest always take them)",
  },
  stats: { help: "with --to csv: rates, intervals and distances instead of spikes" },
  lossy: { help: "leave out what the format cannot hold, with a warning, instead of refusing" },
  dt: {
    takes: "<ms>",
    help: "with --to nir, nest and models to sonata: time step of the tool that will run it (default: 0.1)",
    read: positive,
  },
  ...modelOptions,
  allowOutside: { help: "read files that a SONATA configuration names out of its folder" },
  seed: {
    takes: "<n>",
    help: "object ids of NWB files, and synapses and input of models, are drawn from it",
    read: integerFrom(0),
    otherwise: 1,
  },
  json: { help: "print one JSON document and nothing else" },
} as const;

type Options = OptionValues<typeof settings>;

interface Written {
  readonly source: string;
  readonly path: string;
  readonly spikes?: number;
  readonly warnings: readonly string[];
}

/** `threefactor export FILE --to FORMAT`: recordings, trained networks and models in the formats of other tools. */
export function exportCommand(): Command {
  const command = new Command("export").argument(
    "<file>",
    `recording (${[...rasterNames, ...eventFormats].join(", ")}), trained network (networks/*.msgpack, .nir) or run folder; with --to nest or sonata also a model as simulate takes it`,
  );
  return addOptions(command, settings).action(exportFile);
}

async function exportFile(source: string, flags: Flags<typeof settings>): Promise<void> {
  const options = readOptions(settings, flags);
  const { to, select, stats } = options;
  if (stats && to !== "csv") throw new InputError(`--stats: expected --to csv, got --to ${to}`);
  const hands = to === "nest" || (to === "sonata" && isModel(source));
  expectModelOptions(options, hands);
  const sources = hands && isModel(source) ? [source] : sourcesOf(source, options);
  const written: Written[] = [];
  for (const path of sources) {
    const name = stem(path);
    const file = `${name}${stats ? ".stats" : ""}${extension(to)}`;
    const several = sources.length > 1;
    const out = several && options.out ? join(options.out, file) : (options.out ?? join(dirname(path), file));
    if (hands) {
      const write = () => handOver(path, out, { ...options, to: to as "nest" });
      written.push(await writable(out, "a place that can be written", write));
      continue;
    }
    const kind = await fileKind(path);
    if (select !== null && path === source && kind !== "shd")
      throw new InputError(`--select: expected a run folder or spoken words, got ${source}`);
    const write = () =>
      networkKinds.includes(kind)
        ? exportNetwork(kind, path, out, options)
        : exportRaster(path, kind, out, options);
    written.push(await writable(out, "a place that can be written", write));
  }
  for (const { source: from, warnings } of written)
    for (const warning of warnings) tell(`threefactor: ${from}: ${warning}`);
  if (options.json) printJson({ schema: "threefactor.export/1", format: to, files: written });
  else print(...written.map(({ path }) => path));
}

/** The file itself, or what a run folder holds of the wanted kind. */
function sourcesOf(source: string, { to, network, select }: Options): string[] {
  const found = entryAt(source);
  if (!found) throw new InputError(`${source}: expected a file or folder, got nothing there`);
  if (!found.isDirectory() || !readdirSync(source).includes("run.json")) {
    return [source];
  }
  const kind = to === "nir" || to === "nest" || network ? "networks" : "rasters";
  const folder = join(source, kind);
  const names = entryAt(folder)?.isDirectory()
    ? readdirSync(folder)
        .filter(name => name.endsWith(".msgpack"))
        .sort()
    : [];
  if (names.length === 0) throw new InputError(`${source}: expected ${kind} in the run folder, got none`);
  if (select === null) return names.map(name => join(folder, name));
  const name = oneOf("select", select.replace(/\.msgpack$/, ""), names.map(stem));
  return [join(folder, `${name}.msgpack`)];
}

function stem(path: string): string {
  return basename(path).replace(/(\.nirdata\.h5|\.[a-z0-9]+)$/i, "");
}

function extension(to: Target): string {
  if (to === "sonata") return ".sonata";
  return to in rasterFormats ? rasterFormats[to as RasterFormatName].extension : `.${to}`;
}

const networkKinds: readonly FileKind[] = ["network", "nir", "circuit"];

async function exportNetwork(
  kind: FileKind,
  source: string,
  out: string,
  options: Options,
): Promise<Written> {
  const { to, lossy, dt } = options;
  const trained = kind === "network" ? decodeNetwork(readRegular(source), source) : null;
  if (to === "nir" && kind !== "circuit") {
    const { graph, warnings } = trained
      ? networkToNir(trained, { lossy, ...(dt !== null && { dtMs: dt }) })
      : { graph: await readNir(source), warnings: [] };
    await replaceAtomic(out, temporary => writeNir(graph, temporary));
    // What the engine would make of it.
    const notes = trained ? [] : runnable(graph);
    return { source, path: out, warnings: [...warnings.map(loss => `lost: ${loss}`), ...notes] };
  }
  if (to === "sonata" && trained) {
    await replaceAtomic(out, temporary => writeSonataNetwork(trained, temporary), "folder");
    return { source, path: out, warnings: [] };
  }
  if (to === "sonata" && kind === "nir") return handOver(source, out, { ...options, to });
  const possible = { network: "nir, nest or sonata", nir: "nir, nest or sonata", circuit: "nest" }[
    kind as "nir"
  ];
  throw new InputError(`--to: expected ${possible} for the network ${source}, got ${to}`);
}

/** Why the engine cannot run a graph, if so. */
function runnable(graph: Parameters<typeof nirToNetwork>[0]): readonly string[] {
  try {
    return nirToNetwork(graph).notes;
  } catch (error) {
    if (error instanceof InputError) return [error.message];
    throw error;
  }
}

async function exportRaster(
  source: string,
  kind: FileKind,
  out: string,
  { to, select, stats, lossy, seed, allowOutside }: Options,
): Promise<Written> {
  if (to === "nir" || to === "nest")
    throw new InputError(`--to ${to}: expected a network, got the recording ${source}`);
  const word = select === null || kind !== "shd" ? 0 : integer("select", select, 0);
  const stream = await openRaster(source, { word, allowOutside });
  const warnings =
    kind === "shd" && select === null
      ? [`took word 0 of ${stream.metadata.words}; --select takes another`]
      : [...(stream.notes ?? [])];
  if (to === "svg") await writeAtomic(out, pictureToSvg(rasterPicture(stream)));
  else if (to === "png") await writeAtomic(out, pictureToPng(rasterPicture(stream)));
  else if (stats) await writeAtomic(out, summaryToCsv(summarise(collect(stream))));
  else {
    const { kept, lost } = lossy && to === "sonata" ? withoutTraces(stream) : { kept: stream, lost: [] };
    await writeRaster(kept, to, out, { seed });
    warnings.push(...lost);
  }
  return { source, path: out, spikes: stream.spikeCount, warnings };
}

/** SONATA reports have one even clock; recordings that show jumps have none. */
function withoutTraces(stream: RasterStream): { kept: RasterStream; lost: string[] } {
  if (stream.traces.length === 0) return { kept: stream, lost: [] };
  return { kept: { ...stream, traces: [] }, lost: [`lost: ${stream.traces.length} recorded traces`] };
}
