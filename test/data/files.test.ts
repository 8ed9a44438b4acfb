import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readBytes, sha256 } from "../../src/data/files.ts";
import { InputError } from "../../src/errors.ts";
import { failure, temporaryFolder } from "./idxFiles.ts";

describe("data files", () => {
  const content = new TextEncoder().encode("abc");

  test("the bytes decide whether a file is gzipped, not its name", async () => {
    const folder = await temporaryFolder({ plain: gzipSync(content), "raw.gz": content });
    expect(Array.from(await readBytes(join(folder, "plain")))).toEqual(Array.from(content));
    expect(Array.from(await readBytes(join(folder, "raw.gz")))).toEqual(Array.from(content));
  });

  test("a cut or damaged gzip file is refused by name", async () => {
    const packed = gzipSync(new Uint8Array(1000).map((_, k) => k * k));
    const damaged = packed.slice();
    damaged[packed.length - 6] ^= 1;
    const folder = await temporaryFolder({ "cut.gz": packed.subarray(0, 40), "damaged.gz": damaged });
    for (const name of ["cut.gz", "damaged.gz"]) {
      const error = await failure(readBytes(join(folder, name)));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(`${name}: found damaged gzip data`);
    }
  });

  test("a file that is not there, and a folder, are refused by name", async () => {
    const folder = await temporaryFolder();
    expect((await failure(readBytes(join(folder, "none")))).message).toContain(
      "none: expected a file, got nothing there",
    );
    expect(await failure(readBytes(folder))).toBeInstanceOf(InputError);
  });

  test("a gzip file that unpacks to more than its reader expects is refused, whatever it packs", async () => {
    const folder = await temporaryFolder({ bomb: gzipSync(new Uint8Array(1e6)), plain: new Uint8Array(11) });
    for (const name of ["bomb", "plain"]) {
      expect((await failure(readBytes(join(folder, name), 10))).message).toContain(
        `${name}: expected at most 10 bytes of data, got more`,
      );
    }
  });

  test("SHA-256 agrees with the published example", () => {
    expect(sha256(content)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
