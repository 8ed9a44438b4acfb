import { visible } from "../errors.ts";

/**
 * Progress on standard error: one line that is rewritten on a terminal, plain lines at the end of each step elsewhere
 * (cluster logs, CI).
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #drawn = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** The state of the work now; shown on terminals only. */
  update(text: string): void {
    if (!this.#stream.isTTY) return;
    const width = this.#stream.columns || 80;
    const line = visible(text);
    const shown = line.length < width ? line : `${line.slice(0, width - 2)}…`;
    this.#stream.write(`\r${shown.padEnd(this.#drawn)}`);
    this.#drawn = shown.length;
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.#stream.write(`${visible(text)}\n`);
  }

  /** Takes the rewritten line away, so that an error begins on a line of its own. */
  clear(): void {
    if (this.#drawn > 0) this.#stream.write(`\r${" ".repeat(this.#drawn)}\r`);
    this.#drawn = 0;
  }
}

export function bar(share: number): string {
  const width = 20;
  const full = Math.round(share * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)}`;
}
