import { join } from "node:path";
import { Command } from "commander";
import { formatTable } from "../report/table.ts";
import { documentOptions } from "./document.ts";
import { addOptions, type Flags } from "./options.ts";
import { RunFolder } from "./runFolder.ts";
import { print, printJson, terminalWidth } from "./terminal.ts";
import { writable } from "./writable.ts";
import { writeReport } from "./writeReport.ts";

const settings = {
  ...documentOptions,
  json: { help: "print the folder's results.json and nothing else" },
  out: { takes: "<file>", help: "write the page to this file instead" },
} as const;

/** `threefactor report DIR`: writes the run folder's report.html again. */
export function reportCommand(): Command {
  const command = new Command("report").argument("<folder>", "run folder of threefactor compare");
  return addOptions(command, settings).action(async (path: string, flags: Flags<typeof settings>) => {
    const folder = new RunFolder(path);
    const results = await folder.results();
    const written = flags.out ?? join(folder.path, "report.html");
    await writable(written, "a file that can be written", () => writeReport(folder, written));
    if (flags.json) printJson(results);
    else print(...formatTable(results, terminalWidth()).split("\n"), "", `Report: ${written}`);
  });
}
