import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder for all temporary files of a run of the tests and of the processes that they start, removed at its end. */
export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "threefactor-test-"));
  for (const name of ["TMPDIR", "TEMP", "TMP"]) process.env[name] = folder;
  // A browser that was ended may still be writing.
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
