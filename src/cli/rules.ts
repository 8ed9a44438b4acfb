import { Command } from "commander";
import { writeAtomic } from "../io/atomic.ts";
import { rules } from "../rules/index.ts";
import { spikingUnavailable } from "./unavailable.ts";
import { writable } from "./writable.ts";

/** `threefactor rules`: which rules there are, in which forms, and what each synapse must know. */
export function rulesCommand(): Command {
  return new Command("rules")
    .description("list the learning rules: forms, presentations, what a synapse must know, source")
    .option("--json", "print one JSON document and nothing else")
    .option("--seed <n>", "taken by every command; nothing here is random")
    .option("--out <file>", "also write the JSON document to this file")
    .action(async (flags: { json?: boolean; out?: string }) => {
      const rows = rules.map(rule => {
        const unavailable = spikingUnavailable(rule);
        return {
          name: rule.name,
          title: rule.title,
          forms: unavailable ? ["rate"] : ["rate", "spike"],
          ...(unavailable && { unavailable }),
          presentations: rule.presentations,
          synapseKnows: rule.synapseKnows,
          source: rule.source,
        };
      });
      const json = `${JSON.stringify({ schema: "threefactor.rules/1", rules: rows }, null, 2)}\n`;
      if (flags.out !== undefined) {
        await writable(flags.out, "a file that can be written", writeAtomic(flags.out, json));
      }
      if (flags.json) process.stdout.write(json);
      else {
        for (const row of rows) {
          process.stdout.write(
            `${row.name.padEnd(16)} ${row.forms.join(", ").padEnd(12)} ${row.presentations} presentation${row.presentations > 1 ? "s" : ""}\n` +
              `${"".padEnd(16)} synapse knows: ${row.synapseKnows}\n${"".padEnd(16)} ${row.source}\n`,
          );
        }
      }
    });
}
