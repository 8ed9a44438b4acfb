import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Chromium or Chrome of this machine: CHROME_PATH, else the first of the usual names on the PATH; null for none. */
export const chromium = findChromium();

function findChromium(): string | null {
  const given = process.env.CHROME_PATH;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = given ? [given] : names.flatMap(name => folders.map(folder => join(folder, name)));
  return candidates.find(runs) ?? null;
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Files of a page by their path, with what is in them; the page itself is `/`. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * Shows a page in a browser without a window, until it has sent all it has to say.
 *
 * @param files    what a server on this machine answers with; the page sends its results there with `POST /NAME`, then
 *                 `POST /done`, or its error with `POST /failed`
 * @param limitMs  after which the browser is ended
 * @returns        what was sent, by name
 * @throws Error that carries the page's error, or what the browser said when it ended early or ran out of time
 */
export async function visit(files: Files, limitMs: number): Promise<Map<string, Uint8Array>> {
  const sent = new Map<string, Uint8Array>();
  const home = mkdtempSync(join(tmpdir(), "page-"));
  const server = createServer();
  let [end, said] = [() => {}, ""];
  try {
    await new Promise<void>((resolve, reject) => {
      server.on("request", (request, response) => {
        const path = request.url!;
        if (request.method !== "POST") {
          const type = types[path.slice(path.lastIndexOf("."))] ?? "text/html; charset=utf-8";
          const content = files[path];
          response.writeHead(content === undefined ? 404 : 200, { "content-type": type });
          response.end(content);
          return;
        }
        body(request).then(bytes => {
          response.end();
          if (path === "/failed") reject(new Error(`the page failed: ${Buffer.from(bytes)}`));
          sent.set(path.slice(1), bytes);
          if (path === "/done") resolve();
        }, reject);
      });
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        // In a group of its own, so that all of its processes can be ended at once.
        const browser = spawn(
          chromium!,
          [
            ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
            ...["--disable-extensions", "--disable-background-networking", `--user-data-dir=${home}`],
            `http://127.0.0.1:${port}/`,
          ],
          { detached: true, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: home } },
        );
        const timer = setTimeout(() => fail(`said nothing for ${limitMs / 1000} s`), limitMs);
        const fail = (what: string) => reject(new Error(`${chromium} ${what}: ${said.slice(-2000)}`));
        browser.stderr.on("data", (chunk: Buffer) => {
          said += chunk;
        });
        browser.on("error", error => fail(error.message));
        browser.on("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
        end = () => {
          clearTimeout(timer);
          try {
            process.kill(-browser.pid!, "SIGKILL");
          } catch {
            // It has ended by itself.
          }
        };
      });
    });
  } finally {
    end();
    server.closeAllConnections();
    server.close();
  }
  return sent;
}

async function body(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
