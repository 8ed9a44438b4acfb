import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { filesUnder, untimed } from "../process.ts";

/** What a sweep has come to, but for times. */
export async function came(folder: string) {
  const packed = (await filesUnder(folder)).filter(file => /\b(networks|rasters)\b/.test(file));
  const bytes = await Promise.all(packed.map(file => readFile(join(folder, file), "hex")));
  const selected = existsSync(join(folder, "selected.json"));
  return {
    results: await untimed(folder),
    selected: selected && readFileSync(join(folder, "selected.json"), "utf8"),
    files: Object.fromEntries(packed.map((file, k) => [file, bytes[k]])),
  };
}
