import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { InputError } from "../errors.ts";
import { integer } from "./arguments.ts";
import { print } from "./terminal.ts";

const HOST = "127.0.0.1";
const USUAL = 8463;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** The page asks nobody for anything, compiles what the engine brings and starts the worker that it carries. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-cache",
};

/** `threefactor play`: serves the playground on this machine. */
export function playCommand(): Command {
  return new Command("play")
    .option("--port <n>", `where on ${HOST} (0: any that is free)`, String(USUAL))
    .action(async (options: { port: string }) => {
      const server = await playServer(integer("port", options.port, 0, 65_535));
      const { port } = server.address() as AddressInfo;
      print(`The playground is at http://${HOST}:${port}/`, "Ctrl+C ends it.");
    });
}

/**
 * A server of the built page, which listens when it is returned. It knows the page's files alone, by their names.
 * @param port  0 for any that is free
 * @throws InputError when the port cannot be had, or the page has not been built
 */
export async function playServer(port: number): Promise<Server> {
  const files = pageFiles();
  const server = createServer(({ url = "/", method }, response) => {
    const [path] = url.split(/[?#]/, 1);
    const name = path === "/" ? "/index.html" : path;
    const content = files.get(name);
    const known = method === "GET" || method === "HEAD";
    const status = known ? (content ? 200 : 404) : 405;
    response.writeHead(status, {
      ...headers,
      "content-type": status === 200 ? types[extname(name)] : "text/plain; charset=utf-8",
      ...(status === 405 && { allow: "GET, HEAD" }),
    });
    response.end(method === "HEAD" ? undefined : status === 200 ? content : `${status}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refused(error, port)));
    server.listen(port, HOST, resolve);
  });
  return server;
}

function refused(error: NodeJS.ErrnoException, port: number): Error {
  const why = {
    EADDRINUSE: "which another program has",
    EACCES: "which needs the rights of an administrator",
  }[error.code ?? ""];
  if (!why) return error;
  return new InputError(`--port: expected a free port of ${HOST}, or 0 for any, got ${port}, ${why}`, {
    cause: error,
  });
}

/** By their paths. */
function pageFiles(): ReadonlyMap<string, Buffer> {
  const folder = fileURLToPath(new URL("../../web/", import.meta.url));
  try {
    const names = readdirSync(folder).filter(name => Object.hasOwn(types, extname(name)));
    return new Map(names.map(name => [`/${name}`, readFileSync(`${folder}${name}`)]));
  } catch (error) {
    throw new InputError(`${folder}: expected the page there, which npm run build:web makes`, {
      cause: error,
    });
  }
}
