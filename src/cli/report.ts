import { Command } from "commander";
import { formatTable } from "../report/table.ts";
import { writeReport } from "./compare.ts";
import { RunFolder } from "./runFolder.ts";

/** `threefactor report DIR`: writes the run folder's report.html again. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write a run folder's report.html (again)")
    .argument("<folder>", "run folder of threefactor compare")
    .option("--json", "print the folder's results.json and nothing else")
    .option("--seed <n>", "taken by every command; nothing here is random")
    .option("--out <file>", "write the page to this file instead")
    .action(async (path: string, flags: { json?: boolean; out?: string }) => {
      const folder = new RunFolder(path);
      const results = await folder.results();
      const written = await writeReport(folder, flags.out);
      if (flags.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      else process.stdout.write(`${formatTable(results)}\n\nReport: ${written}\n`);
    });
}
