import { parentPort } from "node:worker_threads";
import { InputError } from "../../errors.ts";
import { DamagedFile } from "./bounds.ts";
import { openHdf5 } from "./hdf5.ts";
import { hdf5Readers } from "./readers.ts";
import type { Answer, Request } from "./thread.ts";

/*
 * The thread in which HDF5 files are read; `thread.ts` starts it, and ends it when a file keeps it for too long.
 */

async function answer({ reader, path, more }: Request): Promise<Answer> {
  try {
    const read = hdf5Readers.get(reader)!;
    return { value: await openHdf5(path, root => read(root, path, ...more)) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message, spoilt: error instanceof DamagedFile };
    return { failed: String((error as Error)?.stack ?? error) };
  }
}

parentPort!.on("message", async (request: Request) => {
  parentPort!.postMessage(await answer(request));
});
parentPort!.postMessage("ready");
