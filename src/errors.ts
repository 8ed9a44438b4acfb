/**
 * Bad input: a file, option or field that the user can mend. The command line prints the message as one line and
 * exits with 2. The message names the thing, the value that was found and what was expected.
 */
export class InputError extends Error {
  override name = "InputError";
}
