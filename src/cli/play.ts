import { mkdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Command } from "commander";
import { replaceAtomic } from "../files/atomic.ts";
import { integerFrom } from "./arguments.ts";
import { addOptions, type Flags, readOptions } from "./options.ts";
import { HOST, pageFiles, servePage } from "./pageServer.ts";
import { print, printJson } from "./terminal.ts";
import { writable } from "./writable.ts";

const settings = {
  port: {
    takes: "<n>",
    help: `where on ${HOST}; 0 for any that is free`,
    read: integerFrom(0, 65_535),
    otherwise: 8463,
  },
  seed: { takes: "<n>", help: "with which the page begins (default: 1)", read: integerFrom(0, 999) },
  json: { help: "print the address as one JSON document" },
  out: {
    takes: "<folder>",
    help: "write the page's files there instead, for any file server or to be opened as they are",
  },
} as const;

/** `threefactor play`: serves the playground on this machine until it is ended. */
export function playCommand(): Command {
  return addOptions(new Command("play"), settings).action(async (flags: Flags<typeof settings>) => {
    const { port, seed, json, out } = readOptions(settings, flags);
    const files = pageFiles();
    if (out !== null) {
      await writable(out, "a new or empty folder", () =>
        replaceAtomic(
          out,
          async folder => {
            await mkdir(folder);
            for (const [name, content] of files) await writeFile(join(folder, name), content);
          },
          "folder",
        ),
      );
      const file = join(out, "index.html");
      if (json) printJson({ schema: "threefactor.play/1", file });
      else print(`The page is ${file}`);
      return;
    }
    const server = await servePage(files, port);
    const words = seed === null ? "" : `#seed=${seed}`;
    const url = `http://${HOST}:${(server.address() as AddressInfo).port}/${words}`;
    if (json) printJson({ schema: "threefactor.play/1", url });
    else print(`The playground is at ${url}`, "Ctrl+C ends it.");
  });
}
