import { readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { entryAt, readRegular } from "../../files/regular.ts";
import { decodeNmnist, NMNIST_SIDE } from "../../io/events/nmnist.ts";
import type { Dataset } from "../dataset.ts";
import { collector, folderWith, heldOut } from "./collect.ts";

/**
 * N-MNIST from the folders Train and Test, one input per polarity and pixel; see `collect.ts`.
 * @throws InputError when files are missing or damaged
 */
export function loadNmnist(dataDir?: string): Dataset {
  const folder = folderWith("nmnist", ["Train", "Test"], dataDir);
  const inputs = 2 * NMNIST_SIDE * NMNIST_SIDE;
  const size = { width: NMNIST_SIDE, height: NMNIST_SIDE };
  const part = (name: string) => {
    const files = Array.from({ length: 10 }, (_, label) => {
      const own = join(folder, name, String(label));
      if (!entryAt(own)?.isDirectory())
        throw new InputError(`${own}: expected the folder of a digit, got nothing there`);
      return readdirSync(own)
        .filter(file => file.endsWith(".bin"))
        .sort()
        .map(file => ({ path: join(own, file), label }));
    }).flat();
    const collect = collector(files.length, inputs, join(folder, name));
    files.forEach(({ path, label }, k) => {
      const { times, x, y, polarity } = decodeNmnist(readRegular(path), path, size);
      const at = x.map((_, e) => (polarity[e] * NMNIST_SIDE + y[e]) * NMNIST_SIDE + x[e]);
      collect.add(k, label, { times: Float32Array.from(times), inputs: at }, path);
    });
    return collect.samples;
  };
  const shape = [2 * NMNIST_SIDE, NMNIST_SIDE];
  return {
    name: "nmnist",
    inputs,
    classes: 10,
    shape,
    ...heldOut(part("Train"), inputs),
    test: part("Test"),
  };
}
