/**
 * Bad input: a file, option or field that the user can mend. The command line prints the message as one line and
 * exits with 2. The message names the thing, the value that was found and what was expected.
 */
export class InputError extends Error {
  override name = "InputError";
}

/** Puts what it is about before what is wrong with it. */
export function about<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${what}: ${error.message}`, { cause: error }) : error;
  }
}

/** Says what a part of something should have been. */
export type Expect = (ok: boolean, part: string, expected: string, got: unknown) => void;

/** @param what  named in the errors that what it gives throws, such as a file */
export function expecting(what: string): Expect {
  return (ok, part, expected, got) => {
    if (!ok) throw new InputError(`${what}: ${part}: expected ${expected}, got ${shown(got)}`);
  };
}

/** @throws InputError when the text is no JSON */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${where}: expected JSON, got ${shown(text.slice(0, 40))}`);
  }
}

/**
 * Control characters, ends of lines, halves of characters, and marks that turn the direction of what follows: what a
 * terminal or a page would obey instead of showing it.
 */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A text on one line with all its characters to be seen: others stand as JSON writes them, `\u001b`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A message of several lines as one. */
export function inOneLine(message: string): string {
  return message.replace(/\s*[\r\n]+\s*/g, " ");
}

/** A value as an error message shows it: short, on one line, and safe for whatever a file may hold. */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    // Control characters take six each.
    const most = JSON.stringify(value.slice(0, 60)).length > 120 ? 15 : 60;
    return visible(JSON.stringify(value.length > most ? `${value.slice(0, most)}…` : value));
  }
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (typeof value === "object" && value !== null) return "a map";
  return value === undefined ? "none" : String(value);
}

/** A run was asked to stop; the state of its last finished epoch has been written. The command line exits with 130. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
