import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeAtomic } from "../files/atomic.ts";
import { renderReport } from "../report/report.ts";
import type { RunFolder } from "./runFolder.ts";

/**
 * Writes the folder's report.html from what the folder holds.
 * @param out  another file to write instead
 */
export async function writeReport(folder: RunFolder, out = join(folder.path, "report.html")): Promise<void> {
  const [run, results] = [await folder.record(), await folder.results()];
  const [rasters, circuits] = [await folder.rasters(), await folder.circuits()];
  const plotlyPath = createRequire(import.meta.url).resolve("plotly.js-dist-min/plotly.min.js");
  const plotly = await readFile(plotlyPath, "utf8");
  await writeAtomic(out, renderReport({ run, results, rasters, circuits, plotly }));
}
