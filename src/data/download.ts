/** One HTTP download into a file. */
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../errors.ts";

/** [ms] A server that sends nothing for this long is given up. */
const PATIENCE = 30_000;

/** A server that is out of reach, or that serves something else. The message is one line. */
export class DownloadError extends Error {
  override name = "DownloadError";
}

/**
 * Streams a URL into a new file. On failure the file may be there in part: the caller removes it.
 * @param limit  [bytes] a longer answer is refused
 * @throws       DownloadError when the server fails, stalls or sends too much; InputError when the file cannot be made
 */
export async function download(
  url: string,
  path: string,
  limit: number,
  signal?: AbortSignal,
): Promise<void> {
  const file = await open(path, "w").catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `${dirname(path)}: cannot be written (${error.code}); choose another folder with --data-dir`,
    );
  });
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new DownloadError(`sent nothing for ${PATIENCE / 1000} seconds`)),
    PATIENCE,
  );
  try {
    const stop = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
    const response = await fetch(url, { signal: stop });
    if (!response.ok || response.body === null) throw new DownloadError(`answers HTTP ${response.status}`);
    let length = 0;
    for await (const chunk of response.body) {
      timer.refresh();
      length += chunk.length;
      if (length > limit) throw new DownloadError(`sends more than ${limit} bytes; expected the data file`);
      await file.appendFile(chunk);
    }
  } catch (error) {
    throw error instanceof DownloadError ? error : new DownloadError(`fails (${reason(error)})`);
  } finally {
    clearTimeout(timer);
    await file.close();
  }
}

/** `fetch` hides what happened in the cause of a general error. */
function reason(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = inner as NodeJS.ErrnoException;
  return (code ?? message ?? String(inner)).split("\n")[0];
}
