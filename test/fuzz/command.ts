import { type Command, CommanderError } from "commander";
import { InputError } from "../../src/errors.ts";

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  compare: async () => (await import("../../src/cli/compare.ts")).compareCommand(),
  export: async () => (await import("../../src/cli/export.ts")).exportCommand(),
  report: async () => (await import("../../src/cli/report.ts")).reportCommand(),
  simulate: async () => (await import("../../src/cli/simulate.ts")).simulateCommand(),
};

/**
 * A command of threefactor in this process; what it prints is not looked at.
 * @throws what the command ends with
 */
export async function command(name: string, ...args: string[]): Promise<void> {
  const silent = (await commands[name]()).exitOverride().configureOutput({ outputError() {} });
  try {
    await silent.parseAsync(args, { from: "user" });
  } catch (error) {
    // What commander refuses is one line as well.
    if (error instanceof CommanderError) throw new InputError(error.message);
    throw error;
  }
}
