/** Small IDX data sets for tests. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const SHARED = "../shared/data";

export function idxImages(
  count: number,
  height: number,
  width: number,
  pixel = (k: number) => k % 256,
): Uint8Array {
  const bytes = new Uint8Array(16 + count * height * width);
  const view = new DataView(bytes.buffer);
  [0x803, count, height, width].forEach((word, k) => {
    view.setUint32(4 * k, word);
  });
  for (let k = 16; k < bytes.length; k++) bytes[k] = pixel(k - 16);
  return bytes;
}

export function idxLabels(labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 + labels.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x801);
  view.setUint32(4, labels.length);
  bytes.set(labels, 8);
  return bytes;
}

/** 24 training and 6 test samples of 2 x 3 pixels in three classes. */
export function tinySet(): Record<string, Uint8Array> {
  const labels = (count: number) => idxLabels(Array.from({ length: count }, (_, k) => k % 3));
  return {
    "train-images-idx3-ubyte": idxImages(24, 2, 3),
    "train-labels-idx1-ubyte": labels(24),
    "t10k-images-idx3-ubyte": idxImages(6, 2, 3, () => 255),
    "t10k-labels-idx1-ubyte": labels(6),
  };
}

/** A folder with these files, for one test. */
export async function temporaryFolder(files: Record<string, Uint8Array> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "data-"));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}

/** The error that a promise ends in, which must be there. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("expected an error");
  if (error.message.includes("\n")) throw new Error(`expected one line, found: ${error.message}`);
  return error;
}
