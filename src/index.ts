/** The public API of threefactor: what a page can use, and what reads and writes files or has threads of its own. */

// All that a page can use

export * from "./browser.ts";

// Files of networks and recordings

export * from "./io/index.ts";

// Data sets and the settings that suit them

export { recordingModel, type TwinModel, twinModel } from "../models/index.ts";
export { loadNmnist } from "./data/events/nmnist.ts";
export { loadShd, loadSsc } from "./data/events/words.ts";
export {
  catalogue,
  type DatasetEntry,
  type DatasetFile,
  datasets,
  defineDataset,
  type LoadOptions,
  loadDataset,
  type NamedDataset,
} from "./data/index.ts";

// Training in threads, and modules of definitions

export { loadPlugin } from "./training/plugins.ts";
export { spread } from "./training/workers.ts";

// Reports of runs

export { bootstrapInterval, type Interval, mcNemar } from "./math/statistics.ts";
export { type ReportInput, renderReport } from "./report/report.ts";
export { formatTable } from "./report/table.ts";
