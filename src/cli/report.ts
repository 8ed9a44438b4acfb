import { join } from "node:path";
import { Command } from "commander";
import { formatTable } from "../report/table.ts";
import { RunFolder } from "./runFolder.ts";
import { print, printJson } from "./terminal.ts";
import { writable } from "./writable.ts";
import { writeReport } from "./writeReport.ts";

/** `threefactor report DIR`: writes the run folder's report.html again. */
export function reportCommand(): Command {
  return new Command("report")
    .argument("<folder>", "run folder of threefactor compare")
    .option("--json", "print the folder's results.json and nothing else")
    .option("--seed <n>", "taken by every command; nothing here is random")
    .option("--out <file>", "write the page to this file instead")
    .action(async (path: string, flags: { json?: boolean; out?: string }) => {
      const folder = new RunFolder(path);
      const results = await folder.results();
      const written = flags.out ?? join(folder.path, "report.html");
      await writable(written, "a file that can be written", () => writeReport(folder, written));
      if (flags.json) printJson(results);
      else print(...formatTable(results).split("\n"), "", `Report: ${written}`);
    });
}
