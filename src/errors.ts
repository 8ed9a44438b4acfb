/**
 * Bad input: a file, option or field that the user can mend. The command line prints the message as one line and
 * exits with 2. The message names the thing, the value that was found and what was expected.
 */
export class InputError extends Error {
  override name = "InputError";
}

/** A value as an error message shows it: short, on one line, and safe for whatever a file may hold. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (typeof value === "object" && value !== null) return "a map";
  return value === undefined ? "none" : String(value);
}

/** Longest message that is printed, and how much of a longer one's beginning, which names the file, and end is kept. */
const [LONGEST, BEGINNING, END] = [480, 300, 170];

/** A message as it is printed: one line of at most 480 characters, whatever it quotes. */
export function oneLine(message: string): string {
  const cut = message.length > LONGEST ? `${message.slice(0, BEGINNING)} … ${message.slice(-END)}` : message;
  return cut.replace(/\s*[\r\n]+\s*/g, " ");
}

/** A run was asked to stop; the state of its last finished epoch has been written. The command line exits with 130. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
