import { expect, vi } from "vitest";
import { compareCommand } from "../../src/cli/compare.ts";
import { InputError } from "../../src/errors.ts";
import { failure } from "../data/idxFiles.ts";
import { threefactor } from "./process.ts";

/** Runs a command as a process and expects exit code 2, an empty stdout, and nothing but this line on stderr. */
export async function expectExit2(args: readonly string[], line: RegExp | string): Promise<void> {
  const { code, stdout, stderr } = await threefactor(...args);
  expect(stderr).toMatch(/^threefactor: .+\n$/);
  expectLine(stderr.slice("threefactor: ".length, -1), line);
  expect([code, stdout]).toEqual([2, ""]);
}

/**
 * The same for `threefactor compare` without a process of its own, which takes a second: main.ts turns an InputError
 * into that line and exit code.
 */
export async function expectInputError(args: readonly string[], line: RegExp | string): Promise<void> {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const error = await failure(compareCommand().parseAsync(args, { from: "user" }));
  const printed = stdout.mock.calls.length;
  vi.restoreAllMocks();
  expectLine(error.message, line);
  expect(error).toBeInstanceOf(InputError);
  expect(printed).toBe(0);
}

function expectLine(message: string, line: RegExp | string): void {
  if (typeof line === "string") expect(message).toBe(line);
  else expect(message).toMatch(line);
}
