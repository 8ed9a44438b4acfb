import type { Rng } from "../../src/math/rng.ts";

/** Something that reads what a user hands over: a file, a folder with one file changed, an expression. */
export interface Kind {
  readonly name: string;
  /** How many inputs of a campaign are of this kind, beside those of the others: fewer where one costs more. */
  readonly share: number;
  /** @param folder  of its own, empty */
  start(folder: string): Reader | Promise<Reader>;
}

export interface Reader {
  /** Inputs that are read, and not refused; changed, they are those of the campaign. */
  readonly good: readonly Uint8Array[];
  change(good: Uint8Array, rng: Rng): Uint8Array | Promise<Uint8Array>;
  /** Reads and uses the input as the command line does. @throws InputError to refuse it */
  read(input: Uint8Array): unknown;
}

/** The input of a kind that has this number: a good one, then changed ones. Its stream of draws is its own. */
export async function inputOf(kind: Kind, reader: Reader, seed: number, index: number): Promise<Uint8Array> {
  const { good } = reader;
  if (index < good.length) return good[index];
  const { Rng } = await import("../../src/math/rng.ts");
  const rng = new Rng(seed, `fuzz, ${kind.name}, ${index}`);
  return reader.change(good[rng.integer(good.length)], rng);
}

export const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
export const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));
