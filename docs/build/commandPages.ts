import type { Command } from "commander";
import { commands } from "../../src/cli/commands.ts";

/** Every command with all its options, as the program's help has them. */
export async function commandReference(): Promise<string> {
  const parts: string[] = [];
  for (const [name, description, load] of commands) {
    const command = (await load()).description(description);
    parts.push(...told(command, `threefactor ${name}`, 2));
  }
  return parts.join("\n");
}

function told(command: Command, name: string, level: number): string[] {
  const takes = command.registeredArguments.map(({ name: own, required, variadic }) => {
    const dots = variadic ? "..." : "";
    return required ? `<${own}${dots}>` : `[${own}${dots}]`;
  });
  const usage = [name, ...takes, ...(command.options.length > 0 ? ["[options]"] : [])].join(" ");
  const rows = command.registeredArguments.map(argument => [`\`${argument.name()}\``, argument.description]);
  const groups = new Map<string, string[][]>();
  for (const option of command.options) {
    if (option.hidden) continue;
    const heading = option.helpGroupHeading ?? "";
    groups.set(heading, [...(groups.get(heading) ?? []), [`\`${option.flags}\``, option.description]]);
  }
  return [
    "",
    `${"#".repeat(level)} ${name}`,
    "",
    sentence(command.description()),
    "",
    "```sh",
    usage,
    "```",
    "",
    ...(rows.length > 0 ? table(["argument", ""], rows) : []),
    ...[...groups].flatMap(([heading, options]) => [
      ...(heading === "" ? [] : [`**${heading.replace(/:$/, "")}**`, ""]),
      ...table(["option", ""], options),
    ]),
    ...command.commands.flatMap(inner => told(inner, `${name} ${inner.name()}`, level + 1)),
  ];
}

/** Lines of a table in Markdown, and an empty one after it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

function sentence(text: string): string {
  return text === "" ? "" : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
