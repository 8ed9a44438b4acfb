#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { DownloadError } from "../data/download.ts";
import { InputError } from "../errors.ts";
import { Interrupted } from "../training/train.ts";
import { compareCommand } from "./compare.ts";
import { dataCommand } from "./data.ts";
import { reportCommand } from "./report.ts";
import { rulesCommand } from "./rules.ts";
import { threefactorVersion } from "./versions.ts";

const program = new Command("threefactor")
  .description("Learning rules without backpropagation, rate-coded and spiking, side by side")
  .version(threefactorVersion())
  .addCommand(compareCommand())
  .addCommand(rulesCommand())
  .addCommand(reportCommand())
  .addCommand(dataCommand());

/** Exit 0 success, 2 bad input with one line, 130 interrupted, 1 anything else. */
async function main(): Promise<void> {
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  if (process.argv.length <= 2) {
    program.outputHelp();
    return;
  }
  await program.parseAsync();
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function complain(message: string, code: number): void {
  process.stderr.write(`threefactor: ${message}\n`);
  process.exitCode = code;
}

main().catch((error: Error & { code?: string }) => {
  if (error instanceof CommanderError) {
    // Help and the version come this way too, with exit code 0.
    if (error.exitCode !== 0) complain(error.message.replace(/^error: /, "").replaceAll("\n", " "), 2);
  } else if (error instanceof InputError) complain(error.message, 2);
  else if (error instanceof Interrupted) complain(error.message, 130);
  else if (error instanceof DownloadError) complain(error.message, 1);
  else if (error.code !== undefined && /^E[A-Z]+$/.test(error.code))
    complain(error.message, 1); // a full disk, say
  else complain(error.stack ?? String(error), 1);
});
