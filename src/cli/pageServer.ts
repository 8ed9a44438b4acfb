import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.ts";

/** This machine alone. */
export const HOST = "127.0.0.1";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** The page asks nobody for anything, compiles what the engine brings and starts the worker that it carries. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; " +
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-cache",
};

/** @throws InputError where the page has not been built */
export function pageFiles(): ReadonlyMap<string, Buffer> {
  const folder = fileURLToPath(new URL("../../web/", import.meta.url));
  try {
    const names = readdirSync(folder).filter(name => Object.hasOwn(types, extname(name)));
    return new Map(names.map(name => [name, readFileSync(`${folder}${name}`)]));
  } catch (error) {
    throw new InputError(`${folder}: expected the page there, which npm run build:web makes`, {
      cause: error,
    });
  }
}

/**
 * A server of a page's files, and of nothing else: it knows them by their names. It listens when it is returned.
 * @param port  0 for any that is free
 * @throws InputError when the port cannot be had
 */
export async function servePage(files: ReadonlyMap<string, Buffer>, port: number): Promise<Server> {
  const server = createServer(({ url = "/", method }, response) => {
    const [path] = url.split(/[?#]/, 1);
    const name = path === "/" ? "index.html" : path.slice(1);
    const content = path.startsWith("/") ? files.get(name) : undefined;
    const status = method === "GET" || method === "HEAD" ? (content ? 200 : 404) : 405;
    response.writeHead(status, {
      ...headers,
      "content-type": status === 200 ? types[extname(name)] : "text/plain; charset=utf-8",
      ...(status === 405 && { allow: "GET, HEAD" }),
    });
    if (method === "HEAD") response.end();
    else response.end(status === 200 ? content : `${status}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refused(error, port)));
    server.listen(port, HOST, resolve);
  });
  return server;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "which another program has",
  EACCES: "which is not for this user",
};

function refused(error: NodeJS.ErrnoException, port: number): Error {
  const why = reasons[error.code ?? ""];
  if (why === undefined) return error;
  const expected = `--port: expected one of ${HOST} that is free, or 0 for any`;
  return new InputError(`${expected}, got ${port}, ${why}`, { cause: error });
}
