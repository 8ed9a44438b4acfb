import { inOneLine, visible } from "../errors.ts";

/*
 * All that a user reads goes through here. Names come from files that may be anybody's: none of their characters moves
 * the cursor, sets a colour or begins a line.
 */

/** What standard output could not take, and with which code the program then ends. */
const CLOSED_PIPE = 141;
const OTHER = 1;
/** Characters of an error: what was expected stands at its end. */
const LONGEST = 470;

let toError = false;

/** Characters of a line on standard output; 80 where it is no terminal. */
export function terminalWidth(): number {
  return process.stdout.columns || 80;
}

/** Prints lines of the answer on standard output. */
export function print(...lines: readonly string[]): void {
  const stream = toError ? process.stderr : process.stdout;
  stream.write(`${lines.map(visible).join("\n")}\n`);
}

/** Prints the answer as a JSON document. */
export function printJson(document: object): void {
  (toError ? process.stderr : process.stdout).write(jsonText(document));
}

/** A line on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

/** From now on standard output belongs to a file that is written into it; lines for a reader go to standard error. */
export function leaveStandardOutput(): void {
  toError = true;
}

/** A document as it is printed and written: characters that a terminal obeys stand as JSON can write them. */
export function jsonText(document: object): string {
  // Line ends stand between values only; within texts they are escaped already.
  const lines = JSON.stringify(document, null, 2).split("\n");
  return `${lines.map(visible).join("\n")}\n`;
}

/** An error in one line, and the program's code for it. */
export function complain(message: string, code: number): void {
  const line = visible(inOneLine(message));
  const half = LONGEST / 2;
  tell(`threefactor: ${line.length > LONGEST ? `${line.slice(0, half)} … ${line.slice(-half)}` : line}`);
  process.exitCode = code;
}

/** Whoever reads may close early, as `head` does, and then the program ends as quietly as others do. */
export function heedClosedStreams(): void {
  let heard = false;
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (heard) return;
    heard = true;
    if (code === "EPIPE") process.exitCode = CLOSED_PIPE;
    else complain(`standard output cannot take the answer: ${message}`, OTHER);
  });
  // Nothing is left to say it with.
  process.stderr.on("error", () => {});
}

/** The reader of a pipe that was named by --out has gone. */
export function endAsClosedPipe(): void {
  process.exitCode = CLOSED_PIPE;
}
