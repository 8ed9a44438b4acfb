/**
 * Learning, inference and simulation in a page, with the bundle for pages, beside the same bundle in Node: milliseconds by
 * the clock, least over rounds by turns, each in a process of its own. Needs Chromium on the PATH or at CHROME_PATH.
 *
 *     npm run build && node dist/bench/pages.js [rounds]
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { pageWork } from "./pageWork.ts";
import { inOwnProcess } from "./runs.ts";

const bundle = fileURLToPath(new URL("../browser/", import.meta.url));
const rounds = Number(process.argv[2] ?? 3);

if (process.argv[2] === "--one") {
  console.log(JSON.stringify(pageWork(await import(`${bundle}threefactor.js`))));
  process.exit();
}

const server = createServer((request, response) => {
  const name = request.url!.slice(1);
  response.setHeader("content-type", name === "" ? "text/html" : "text/javascript");
  if (name === "pageWork.js") response.end(readFileSync(new URL("pageWork.js", import.meta.url)));
  else if (readdirSync(bundle).includes(name)) response.end(readFileSync(bundle + name));
  else response.end("<!doctype html><title>bench</title>");
});
await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function inPage(): Promise<Record<string, number>> {
  const executablePath = process.env.CHROME_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return await page.evaluate<Record<string, number>>(`(async () => {
      const [library, { pageWork }] = await Promise.all([import("/threefactor.js"), import("/pageWork.js")]);
      return pageWork(library);
    })()`);
  } finally {
    await browser.close();
  }
}

const all: Record<"node" | "page", Record<string, number>[]> = { node: [], page: [] };
for (let k = 0; k < rounds; k++) {
  all.node.push(inOwnProcess<Record<string, number>>(import.meta.url, ["--one"]));
  all.page.push(await inPage());
}
server.close();
const least = (where: "node" | "page", piece: string) => Math.min(...all[where].map(times => times[piece]));
console.log("| | Node [ms] | page [ms] | page / Node |\n| --- | --- | --- | --- |");
for (const piece of Object.keys(all.node[0])) {
  const [node, page] = [least("node", piece), least("page", piece)];
  console.log(`| ${piece} | ${node.toFixed(0)} | ${page.toFixed(0)} | ${(page / node).toFixed(2)} |`);
}
