/** The 8x8 handwritten digits that ship with the package; see `digitsParts.ts`. */
import { fileURLToPath } from "node:url";
import type { Dataset } from "./dataset.ts";
import { digitsOf } from "./digitsParts.ts";
import { readBytes } from "./files.ts";

/** The csv file beside this module, in the sources and in the build. */
export const digitsPath = fileURLToPath(new URL("./digits.csv.gz", import.meta.url));

/** @throws  InputError when the shipped file is damaged */
export async function loadDigits(): Promise<Dataset> {
  return digitsOf(new TextDecoder().decode(await readBytes(digitsPath)));
}
