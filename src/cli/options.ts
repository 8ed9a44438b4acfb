import { type Command, Option } from "commander";

/** The options of a command as one table: their flags, help, defaults, readers and types follow from its rows. */

/** An option with a value. */
export interface ValueRow<T, Known, Typed extends string | readonly string[] = string> {
  /** What stands after the flag, such as `<n>`; with three dots, `<path...>`, what is typed is a list. */
  readonly takes: string;
  /** Or what it is when it is shown, where it lists what may have been defined by then. */
  readonly help: string | (() => string);
  /**
   * The value of what was typed; without it, the text itself.
   * @param option  its flag without dashes, for errors
   * @throws InputError that names the option, what it got and what it expected
   */
  read?(option: string, text: Typed): T;
  /** The value when nothing is typed, in itself or from what is known by then; null, as without it: there is none. */
  readonly otherwise?: T | ((known: Known) => T);
  /** What it was in folders that are older than the option, where that is not what it is when nothing is typed. */
  readonly before?: T;
  /** Heading in the help under which it stands; none for the first. */
  readonly group?: string;
}

/** An option without a value. */
export interface Switch {
  readonly help: string;
  /** As of options with a value. */
  readonly before?: boolean;
  readonly group?: string;
}

/** By the names that commander gives them, `learningRate` for `--learning-rate`. */
// biome-ignore lint/suspicious/noExplicitAny: each row has a type of its own
export type OptionTable = Readonly<Record<string, ValueRow<any, any, any> | Switch>>;

/** What was typed. */
export type Flags<T extends OptionTable> = {
  -readonly [K in keyof T]?: T[K] extends { read(option: string, text: infer Typed): unknown }
    ? Typed
    : T[K] extends { takes: string }
      ? string
      : boolean;
};

type Value<Row> = Row extends { read(...of: never): infer Value } ? Value : string;
type Otherwise<Row> = Row extends { otherwise: infer O }
  ? O extends (...of: never) => infer V
    ? V
    : O
  : null;

/** What it means. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { takes: string } ? Value<T[K]> | Otherwise<T[K]> : boolean;
};

// biome-ignore lint/suspicious/noExplicitAny: any text
type Known<T extends OptionTable> = T[keyof T] extends ValueRow<unknown, infer K, any> | Switch ? K : never;

/** Gives a command the options of a table, in its order. */
export function addOptions(command: Command, table: OptionTable): Command {
  for (const [key, row] of Object.entries(table)) {
    const { group } = row;
    const add = (option: Option) => command.addOption(group === undefined ? option : option.helpGroup(group));
    if (!("takes" in row)) {
      const option = new Option(`--${flagOf(key)}`, row.help);
      // `--no-reset` is a switch of this name, not the opposite of another.
      option.negate = false;
      add(option);
      continue;
    }
    const { otherwise = null } = row;
    const help = typeof row.help === "function" ? row.help() : row.help;
    const fixed = typeof otherwise !== "function" && otherwise !== null;
    const shown = /\s/.test(String(otherwise)) ? `"${otherwise}"` : String(otherwise);
    add(new Option(`--${flagOf(key)} ${row.takes}`, fixed ? `${help} (default: ${shown})` : help));
  }
  return command;
}

/** @throws InputError for the first option of the table whose value is none */
export function readOptions<T extends OptionTable>(
  table: T,
  flags: Flags<T>,
  known?: Known<T>,
): OptionValues<T> {
  const entries = Object.entries(table).map(([key, row]) => {
    const typed = flags[key];
    // As text in a run folder.
    if (!("takes" in row)) return [key, typed === true || String(typed) === "true"];
    const { read = (_, text) => text, otherwise = null } = row;
    if (typed !== undefined) return [key, read(flagOf(key), typed)];
    return [key, typeof otherwise === "function" ? otherwise(known) : otherwise];
  });
  return Object.fromEntries(entries);
}

/** `learning-rate` for `learningRate`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}
