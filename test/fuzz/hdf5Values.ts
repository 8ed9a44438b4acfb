import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Group } from "h5wasm/node";
import type { Rng } from "../../src/math/rng.ts";
import { bytes, type Change, numbers, pick } from "./changes.ts";

type Library = typeof import("h5wasm/node");

/**
 * Puts other numbers into data sets of an HDF5 file, changes their lengths, and takes attributes away; the file stays a
 * whole one.
 * @param folder  where it may be while that is done
 */
export const hdf5Values =
  (folder: string): Change =>
  async (good, rng) => {
    const h5 = await import("h5wasm/node");
    await h5.ready;
    const path = join(folder, "changed.h5");
    writeFileSync(path, good);
    const file = new h5.File(path, "a");
    try {
      const found = [...entities(file, h5)];
      for (let n = 1 + rng.integer(2); n > 0; n--) change(pick(found, rng), rng);
    } catch {
      // What the library does not write stays.
    } finally {
      file.close();
    }
    const changed = new Uint8Array(readFileSync(path));
    return Buffer.compare(changed, good) === 0 ? bytes(good, rng) : changed;
  };

function* entities(group: Group, h5: Library): Generator<Group | Dataset> {
  yield group;
  for (const key of group.keys()) {
    const next = group.get(key);
    if (next instanceof h5.Group) yield* entities(next, h5);
    else if (next instanceof h5.Dataset) yield next;
  }
}

function change(entity: Group | Dataset, rng: Rng): void {
  const attributes = Object.keys(entity.attrs);
  if (attributes.length > 0 && rng.integer(4) === 0) {
    const name = pick(attributes, rng);
    entity.delete_attribute(name);
    if (rng.integer(2) === 0) entity.create_attribute(name, pick([...numbers, "", "x"], rng));
    return;
  }
  if (entity.type === "Group") {
    (entity as Group).create_group(`extra${rng.integer(100)}`);
    return;
  }
  const dataset = entity as Dataset;
  const { shape, metadata, dtype } = dataset;
  if (!shape || shape.length === 0 || shape.includes(0)) return;
  if (metadata.maxshape?.some((most, k) => most !== shape[k]) && rng.integer(4) === 0) {
    dataset.resize(shape.map(n => pick([0, 1, n - 1, n + 1, 2 * n, 1000 * n], rng)));
    return;
  }
  const place = shape.map(n => rng.integer(n));
  const ranges = place.map(k => [k, k + 1]) as [number, number][];
  const value = pick(numbers, rng);
  const whole = BigInt(Math.trunc(Math.max(0, Math.min(2 ** 63, Number.isNaN(value) ? 0 : value))));
  const wide = { "<q": BigInt64Array, "<Q": BigUint64Array }[dtype as "<q"];
  dataset.write_slice(ranges, wide ? wide.of(whole) : numeric(dtype as string, value));
}

function numeric(dtype: string, value: number): unknown {
  const arrays: Record<string, { of(x: number): unknown }> = {
    ...{ "<d": Float64Array, "<f": Float32Array, "<i": Int32Array, "<I": Uint32Array },
    ...{ "<h": Int16Array, "<H": Uint16Array, "<b": Int8Array, "<B": Uint8Array },
  };
  const kind = arrays[dtype];
  if (!kind) throw new TypeError(`expected numbers, got ${dtype}`);
  return kind.of(value);
}
