/**
 * The playground in a browser: size, first paint, frames per second while rules learn and networks run, and memory over
 * minutes of both. Needs Chromium on the PATH or at CHROME_PATH.
 *
 *     npm run build && node dist/bench/page.js [seconds]
 */
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { pageFiles, servePage } from "../src/cli/pageServer.ts";

const seconds = Number(process.argv[2] ?? 120);
const files = pageFiles();
const total = (pack: (content: Buffer) => Buffer) =>
  [...files.values()].reduce((sum, content) => sum + pack(content).length, 0);
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(
  `size: ${mb(total(content => content))}, gzip ${mb(total(c => gzipSync(c, { level: 9 })))}, brotli ${mb(total(c => brotliCompressSync(c)))}`,
);

const server = await servePage(files, 0);
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

// Each in a context of its own, so that nothing is in a cache.
const paints: number[] = [];
for (let k = 0; k < 5; k++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  const paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
  let ms: number | undefined;
  while ((ms = await page.evaluate<number | undefined>(paint)) === undefined) await wait(20);
  paints.push(ms);
  await page.close();
}
console.log(`first contentful paint: ${paints.map(ms => `${ms.toFixed(0)} ms`).join(", ")}`);

/** Frames of a second, and the longest of them, over some seconds. */
async function frames(page: Page, ms: number): Promise<string> {
  const times = await page.evaluate<number[]>(`new Promise(resolve => {
    const times = [];
    const end = performance.now() + ${ms};
    const frame = at => { times.push(at); performance.now() < end ? requestAnimationFrame(frame) : resolve(times); };
    requestAnimationFrame(frame);
  })`);
  const gaps = times
    .slice(1)
    .map((at, k) => at - times[k])
    .sort((a, b) => a - b);
  const mean = (1000 * gaps.length) / (times.at(-1)! - times[0]);
  const [median, late] = [0.5, 0.99].map(share => gaps[Math.floor(share * (gaps.length - 1))]);
  return `${mean.toFixed(0)} frames/s, a frame in ${median.toFixed(1)} ms, 1 of 100 in ${late.toFixed(0)} ms or more`;
}

const browserSession = await browser.newBrowserCDPSession();

/** Memory of the page's script, and of all processes that show pages, their workers included. */
async function memory(page: Page): Promise<{ heap: number; resident: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  const { processInfo } = await browserSession.send("SystemInfo.getProcessInfo");
  const resident = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, "utf8")))
    .reduce((sum, found) => sum + 1000 * Number(found?.[1] ?? 0), 0);
  return { heap: usedSize, resident };
}

const still = await browser.newPage();
console.log(`an empty page, for comparison: ${await frames(still, 3000)}`);
await still.close();

for (const [title, hash, begin] of [
  ["two rules learn", "#beside=pepita&epochs=50", "#play"],
  ["Brunel's network runs", "#network=brunel", null],
  ["distal reward, fastest", "#network=distal-reward", null],
] as const) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}${hash}`);
  if (begin) await page.click(begin);
  await wait(4000);
  console.log(`${title}: ${await frames(page, 5000)}`);
  const course: string[] = [];
  for (let s = 0; s <= seconds; s += seconds / 6) {
    const { heap, resident } = await memory(page);
    course.push(`${(heap / 1e6).toFixed(1)} / ${(resident / 1e6).toFixed(0)}`);
    // When all epochs are over it begins again.
    if (begin && (await page.textContent(begin)) === "Train again") await page.click(begin);
    if (s < seconds) await wait((1000 * seconds) / 6);
  }
  console.log(`  script / processes [MB] every ${seconds / 6} s: ${course.join(", ")}`);
  await page.close();
}
await browser.close();
server.close();
