/**
 * Bad input: a file, option or field that the user can mend. The command line prints the message as one line and
 * exits with 2. The message names the thing, the value that was found and what was expected.
 */
export class InputError extends Error {
  override name = "InputError";
}

/** A value as an error message shows it: short, on one line, and safe for whatever a file may hold. */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    // Control characters take six each.
    const most = JSON.stringify(value.slice(0, 60)).length > 120 ? 15 : 60;
    return JSON.stringify(value.length > most ? `${value.slice(0, most)}…` : value);
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
