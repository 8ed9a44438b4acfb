#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { DownloadError } from "../data/download.ts";
import { InputError, Interrupted } from "../errors.ts";
import { commands } from "./commands.ts";
import { complain, endAsClosedPipe, heedClosedStreams, tell } from "./terminal.ts";
import { threefactorVersion } from "./versions.ts";

const program = new Command("threefactor")
  .description("Learning rules without backpropagation, rate-coded and spiking, side by side")
  .version(threefactorVersion())
  .option(
    "--plugin <file>",
    "a module of rules, neurons, plasticities, encoders or data sets of your own; may be given several times",
    (file: string, files: readonly string[]) => [...files, file],
    [],
  );

/**
 * Exit 0 success, 2 bad input with one line, 130 interrupted, 141 where the reader of standard output has gone, 1
 * anything else.
 */
async function main(): Promise<void> {
  silenced(program);
  // First of all, so that options, help and errors know what plugins define.
  const { operands } = program.parseOptions(process.argv.slice(2));
  for (const file of program.opts<{ plugin: readonly string[] }>().plugin)
    await (await import("./plugins.ts")).usePlugin(file);
  for (const [name, description, load] of commands) {
    // `help NAME` needs the command's options too.
    const called = operands.slice(0, 2).includes(name);
    program.addCommand((called ? await load() : new Command(name)).description(description));
  }
  for (const command of withSubcommands(program)) silenced(command);
  if (process.argv.length <= 2) {
    program.outputHelp();
    return;
  }
  await program.parseAsync();
}

/** Errors are thrown; help shows the program's options too, and goes where an answer does. */
function silenced(command: Command): void {
  const writeErr = (text: string) => process.stdout.write(text);
  command
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeErr })
    .configureHelp({ showGlobalOptions: true });
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

heedClosedStreams();

main().catch((error: Error & { code?: string }) => {
  if (error instanceof CommanderError) {
    // Help and the version come this way too.
    const isHelp = error.exitCode === 0 || error.code === "commander.help";
    if (!isHelp) complain(error.message.replace(/^error: /, ""), 2);
  } else if (error instanceof InputError) complain(error.message, 2);
  else if (error instanceof Interrupted) complain(error.message, 130);
  else if (error instanceof DownloadError) complain(error.message, 1);
  else if (error.code === "EPIPE") endAsClosedPipe();
  else if (error.code !== undefined && /^E[A-Z0-9]+$/.test(error.code))
    complain(error.message, 1); // a full disk, say
  else {
    // A fault of the program: whoever reports it needs the stack.
    for (const line of `threefactor: ${error.stack ?? String(error)}`.split("\n")) tell(line);
    process.exitCode = 1;
  }
});
