import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { entryAt, expectRegular, openRegular, readRegular, readText } from "../../src/files/regular.ts";

const folder = mkdtempSync(join(tmpdir(), "regular-"));
const at = (name: string) => join(folder, name);
const refused = (path: string, message: string | RegExp) => {
  for (const read of [openRegular, expectRegular, readRegular, readText]) {
    expect(() => read(path)).toThrow(InputError);
    expect(() => read(path)).toThrow(message);
  }
};

test("a regular file is read, also through a link", () => {
  writeFileSync(at("plain"), "\ufeffabc");
  symlinkSync("plain", at("link"));
  expect([...readRegular(at("link"))]).toEqual([0xef, 0xbb, 0xbf, 0x61, 0x62, 0x63]);
  expect(readText(at("plain"))).toBe("abc");
  expect(expectRegular(at("link"))).toBe(6);
  writeFileSync(at("empty"), "");
  expect(readRegular(at("empty"))).toHaveLength(0);
});

test("what is no regular file is refused at once, by its kind", () => {
  refused(at("none"), `${at("none")}: expected a file, got nothing there`);
  refused(folder, `${folder}: expected a file, got a folder`);
  refused(join(at("plain"), "x"), /expected a file, got (nothing there|a file where a folder should be)$/);
  refused("a\0b", '"a\\u0000b": expected a file, got no name of one');
  refused(at("x".repeat(300)), /expected a file, got a name that is too long$/);
});

test("links in a circle are refused", () => {
  symlinkSync("b", at("a"));
  symlinkSync("a", at("b"));
  refused(at("a"), `${at("a")}: expected a file, got links in a circle`);
  expect(() => entryAt(at("a"))).toThrow(InputError);
  expect(entryAt(at("none"))).toBeNull();
});

test.skipIf(process.platform === "win32")("a pipe is not waited for, and a device not read", () => {
  execFileSync("mkfifo", [at("pipe")]);
  refused(at("pipe"), `${at("pipe")}: expected a file, got a pipe`);
  refused("/dev/zero", "/dev/zero: expected a file, got a device");
});

test.skipIf(!existsSync("/proc/self/mem"))(
  "files of the system that know no size are read, or refused",
  () => {
    expect(readText("/proc/self/status")).toMatch(/^Name:/);
    expect(() => readRegular("/proc/self/mem")).toThrow("/proc/self/mem: expected a file, got EIO");
    expect(() => readRegular("/proc/self/status", 100)).toThrow(
      /expected a file of at most 100 bytes, got \d+$/,
    );
  },
);

test("a file larger than its reader takes is refused before it is read", () => {
  writeFileSync(at("large"), new Uint8Array(5000));
  expect(() => readRegular(at("large"), 4999)).toThrow(
    `${at("large")}: expected a file of at most 4999 bytes, got 5000`,
  );
  expect(readRegular(at("large"), 5000)).toHaveLength(5000);
});
