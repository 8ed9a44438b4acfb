/** `threefactor data`: which data sets there are, where they lie, and how to get them. */
import { Command } from "commander";
import { type DatasetEntry, datasetNames, findDataset } from "../data/catalogue.ts";
import { fetchDataset } from "../data/fetch.ts";
import { datasets, type NamedDataset } from "../data/index.ts";
import { inspectDataset } from "../data/inspect.ts";
import { candidateFolders, dataFolder } from "../data/locate.ts";
import { InputError, Interrupted } from "../errors.ts";
import { entryAt } from "../files/regular.ts";
import { aligned, documentOptions, show } from "./document.ts";
import { addOptions, type Flags } from "./options.ts";
import { heedingSignals } from "./signals.ts";
import { tell } from "./terminal.ts";

const settings = {
  dataDir: {
    takes: "<folder>",
    help: "folder of data sets (default: $THREEFACTOR_DATA, else the user's cache)",
  },
  ...documentOptions,
} as const;
const fetchSettings = {
  mirror: { takes: "<url>", help: "folder URL to fetch from, instead of the public mirrors" },
  ...settings,
} as const;

/** The command with its two subcommands. Their actions throw InputError for bad input. */
export function dataCommand(): Command {
  const data = new Command("data");
  const list = data
    .command("list")
    .description("sizes, licences, where each set is, and whether its checksums are right");
  addOptions(list, settings).action(runList);
  const fetch = data
    .command("fetch")
    .description("download a data set and check it; files that are right already are kept")
    .argument("<name>", `data set: ${datasetNames.join(", ")}`);
  addOptions(fetch, fetchSettings).action(runFetch);
  return data;
}

async function runList(options: Flags<typeof settings>): Promise<void> {
  const rows = await Promise.all(datasets.map(set => listed(set, options.dataDir)));
  const document = {
    schema: "threefactor.datasets/1",
    dataDir: dataFolder(options.dataDir),
    datasets: rows,
  };
  const table = rows.map(({ name, recordings, bytes, licence, state, folder }) => [
    name,
    recordings ? "recordings" : "intensities",
    bytes === null ? "-" : `${(bytes / 1e6).toFixed(1)} MB`,
    licence ?? "none stated",
    state,
    bytes !== null && findDataset(name)!.mirrors.length === 0
      ? "ships with it"
      : (folder ?? (bytes === null ? "not here: bring it" : "not here")),
  ]);
  await show(
    document,
    aligned([["name", "samples", "size", "licence", "files", "where"], ...table]),
    options,
  );
}

/** What is known of a set: files and checksums of those that ship or can be fetched, of others whether they are here. */
async function listed({ name, title, licence, source, recordings = false }: NamedDataset, dataDir?: string) {
  const known = { name, title, recordings };
  const entry = findDataset(name);
  if (!entry) {
    const [folder] = candidateFolders(name, dataDir);
    const here = entryAt(folder)?.isDirectory() === true;
    const status = { folder: here ? folder : null, state: here ? "unchecked" : "missing" };
    return { ...known, bytes: null, licence, source, ...status, files: [] };
  }
  const { folder, state, files } = await inspectDataset(entry, dataDir);
  const sums = entry.files.map((file, k) => ({ ...files[k], bytes: file.bytes, sha256: file.sha256 }));
  return { ...known, bytes: totalBytes(entry), licence, source, folder, state, files: sums };
}

async function runFetch(name: string, options: Flags<typeof fetchSettings>): Promise<void> {
  const entry = findDataset(name);
  const known = datasets.find(set => set.name === name);
  if (!entry && known)
    throw new InputError(
      `data fetch: ${name} cannot be fetched; unpack it in ${candidateFolders(name, options.dataDir)[0]}; its source: ${known.source}`,
    );
  if (!entry) throw new InputError(`data fetch: found "${name}"; expected ${datasetNames.join(" or ")}`);
  const interrupt = new AbortController();
  const fetch = () =>
    fetchDataset(entry, {
      dataDir: options.dataDir,
      mirrors: options.mirror === undefined ? undefined : [options.mirror],
      onProgress: tell,
      signal: interrupt.signal,
    });
  try {
    const result = await heedingSignals(fetch, () => interrupt.abort(new Error("interrupted")));
    const fetched = result.files.filter(file => file.mirror !== null).length;
    const text = `${name}: ${fetched} fetched, ${result.files.length - fetched} already there, all checksums right: ${result.folder}`;
    await show({ schema: "threefactor.fetch/1", ...result }, [text], options);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    throw new Interrupted(
      `${name}: interrupted; the files fetched so far are whole, fetch again for the rest`,
    );
  }
}

/** Size of all files when unpacked. */
function totalBytes(entry: DatasetEntry): number {
  return entry.files.reduce((sum, file) => sum + file.bytes, 0);
}
