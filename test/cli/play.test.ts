import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectExit2 } from "./badInput.ts";
import { filesUnder, type Running, scratch, start, threefactor } from "./process.ts";

const folder = scratch();
let running: Running;
let url: URL;

beforeAll(async () => {
  running = start("play", "--port", "0", "--seed", "7", "--json");
  url = await new Promise((resolve, reject) => {
    running.child.stdout!.once("data", text => resolve(new URL(JSON.parse(text).url)));
    running.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
});

afterAll(() => running.child.kill());

/** What comes back for a path as it is, which `fetch` would make another one of. */
function asked(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () =>
      socket.end(`${line} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n`),
    );
    let answer = "";
    socket.setEncoding("latin1").on("data", text => {
      answer += text;
    });
    socket.on("close", () => resolve(answer)).on("error", reject);
  });
}

test("play serves the page on this machine alone, with a policy that lets it ask nobody", async () => {
  expect(url.hostname).toBe("127.0.0.1");
  expect(url.hash).toBe("#seed=7");
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy")!;
  expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:;/);
  expect(policy).not.toContain("unsafe-inline");
  // The page says the same by itself, for servers without headers.
  const page = await response.text();
  const own = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
  expect(policy).toBe(`${own}; frame-ancestors 'none'`);
  expect(page).not.toMatch(/(src|href)="(?!\.\/|data:)/);
});

test("only the page's own files are there, by no other name", async () => {
  for (const path of [
    ...["/package.json", "/../package.json", "/..%2fpackage.json", "/../src/cli/main.js", "//etc/passwd"],
    ...["/./index.html", "/%2e%2e/src/index.js", "/__proto__", "/index.html/", "http://other/index.html"],
  ])
    expect(await asked(`GET ${path}`), path).toMatch(/^HTTP\/1.1 404 /);
  expect(await asked("GET /index.html")).toMatch(/^HTTP\/1.1 200 /);
  expect(await asked("GET /?x#y")).toMatch(/^HTTP\/1.1 200 /);
  expect(await asked("POST /index.html")).toMatch(/^HTTP\/1.1 405 [\s\S]*allow: GET, HEAD/i);
  expect(await asked("HEAD /")).toMatch(/\r\n\r\n$/);
});

test("a port that cannot be had is refused in one line", async () => {
  await expectExit2(
    ["play", "--port", url.port],
    `--port: expected one of 127.0.0.1 that is free, or 0 for any, got ${url.port}, which another program has`,
  );
  await expectExit2(["play", "--port", "70000"], "--port: expected an integer from 0 to 65535, got 70000");
});

test("the page's files are written to a folder", async () => {
  const out = folder("page");
  const { code, stdout } = await threefactor("play", "--out", out);
  expect([code, stdout]).toEqual([0, `The page is ${out}/index.html\n`]);
  expect(await filesUnder(out)).toEqual(["index.html", "playground.css", "playground.js"]);
  expect(readFileSync(`${out}/index.html`, "utf8")).toBe(await (await fetch(url)).text());
  await expectExit2(["play", "--out", out], /^--out: .*page: expected a new or empty folder, got /);
});
