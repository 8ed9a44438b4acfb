/** The public API of threefactor. */

export { type TwinModel, twinModel } from "../models/index.ts";
export * from "./browser.ts";
export { datasets, defineDataset, loadDataset, type NamedDataset } from "./data/index.ts";
export * from "./io/index.ts";
export { renderReport } from "./report/report.ts";
export { formatTable } from "./report/table.ts";
export { loadPlugin } from "./training/plugins.ts";
export { spread } from "./training/workers.ts";
