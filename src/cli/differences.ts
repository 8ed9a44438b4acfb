import { basename, resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../errors.ts";
import { type Contender, contenders, differencesOf } from "../report/differences.ts";
import { ruleGroups } from "../report/groups.ts";
import { formatDifferences } from "../report/table.ts";
import { list } from "./arguments.ts";
import { documentOptions, show } from "./document.ts";
import { addOptions, type Flags } from "./options.ts";
import { RunFolder } from "./runFolder.ts";
import { terminalWidth } from "./terminal.ts";

const settings = {
  rules: { takes: "<names>", help: "of these alone, such as dfa,pepita" },
  ...documentOptions,
} as const;

/** `threefactor differences DIR...`: the runs of one or more folders against each other, paired by seed and by sample. */
export function differencesCommand(): Command {
  const command = new Command("differences").argument(
    "<folders...>",
    "run folders of threefactor compare or sweep",
  );
  return addOptions(command, settings).action(
    async (paths: readonly string[], flags: Flags<typeof settings>) => {
      const wanted = flags.rules === undefined ? null : list("rules", flags.rules);
      const all: Contender[] = [];
      for (const path of paths) {
        const results = await new RunFolder(path).results();
        const runs = results.runs.filter(({ rule }) => wanted?.includes(rule) ?? true);
        const where = paths.length > 1 ? ` (${basename(resolve(path))})` : "";
        for (const { name, runs: own } of contenders(ruleGroups({ ...results, runs })))
          all.push({ name: `${name}${where}`, runs: own });
      }
      const missing = wanted?.find(rule => !all.some(({ runs }) => runs[0].rule === rule));
      if (missing !== undefined)
        throw new InputError(`--rules: expected rules that the folders hold, got ${missing}`);
      const differences = differencesOf(all);
      await show(
        { schema: "threefactor.differences/1", differences },
        formatDifferences(differences, terminalWidth()).split("\n"),
        flags,
      );
    },
  );
}
