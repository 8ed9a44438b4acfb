import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDigits } from "../../src/data/digits.ts";
import { decodeRasterCsv } from "../../src/io/raster/csv.ts";
import { decodeRaster } from "../../src/io/raster/native.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { train } from "../../src/training/train.ts";
import { plansOf } from "../../src/web/plans.ts";
import { usual } from "../../src/web/setting.ts";
import { chromium } from "../browser/chromium.ts";
import { type Running, start } from "../cli/process.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that keeps somebody from using the page: rule and element of each. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    ).axe.run();
    interface Violation {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  });
}

/** Controls that are seen, and those that the Tab key comes to, each by a name of its own. */
async function controls(page: Page): Promise<{ seen: string[]; reached: string[] }> {
  const seen = await page.evaluate(() => {
    const names: string[] = [];
    for (const control of document.querySelectorAll<HTMLElement>(
      "button, select, input, summary, a[href], [tabindex]",
    )) {
      if (!control.checkVisibility() || (control as HTMLButtonElement).disabled) continue;
      control.dataset.control = `${names.length} ${control.id || control.textContent?.trim()}`;
      names.push(control.dataset.control);
    }
    (document.activeElement as HTMLElement | null)?.blur();
    return names;
  });
  const reached = new Set<string>();
  for (let k = 0; k < seen.length + 20; k++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => (document.activeElement as HTMLElement)?.dataset.control);
    if (name !== undefined) reached.add(name);
  }
  return { seen, reached: [...reached] };
}

describe.skipIf(!chromium)(
  `the playground in ${chromium ?? "Chromium, of which there is none on the PATH or at CHROME_PATH"}`,
  () => {
    let running: Running;
    let browser: Browser;
    let page: Page;
    let url = "";
    const complaints: string[] = [];
    const requests: string[] = [];

    beforeAll(async () => {
      running = start("play", "--port", "0", "--json");
      url = await new Promise((resolve, reject) => {
        running.child.stdout!.once("data", text => resolve(JSON.parse(text).url));
        running.ended.then(({ stderr }) => reject(new Error(stderr)));
      });
      browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      // A machine may be slow or busy.
      page.setDefaultTimeout(300_000);
      page.on("console", message => complaints.push(message.text()));
      page.on("pageerror", error => complaints.push(String(error)));
      page.on("request", request => requests.push(request.url()));
    });

    afterAll(async () => {
      await browser?.close();
      running?.child.kill();
      expect(complaints).toEqual([]);
      expect(
        requests.filter(request => !request.startsWith(url) && !request.startsWith(`blob:${url}`)),
      ).toEqual([]);
    });

    test("DFA learns the digits in it as it does in Node, in spikes bit for bit", async () => {
      await page.goto(`${url}#epochs=3`);
      await page.click("#play");
      await page.waitForSelector('#learning[data-done="true"]');
      const shown = await page.textContent("#score-0-spike");
      const accuracy = Number(await page.getAttribute("#score-0-spike", "data-accuracy"));
      expect(Number.parseFloat(shown!)).toBeGreaterThanOrEqual(93);
      expect(shown).toBe(`${(100 * accuracy).toFixed(1)} %`);
      await selectBackend("wasm");
      const data = await loadDigits();
      for (const plan of plansOf({ ...usual, epochs: 3 })) {
        const { result } = await train(plan, data);
        const read = await page.getAttribute(`#score-0-${plan.twin}`, "data-accuracy");
        expect(Number(read), plan.twin).toBe(result.testAccuracy);
      }
      expect(await page.textContent("#command")).toBe(
        "threefactor compare --rules dfa --twins rate,spike --hidden 64 --epochs 3 --seeds 1 --v-threshold 0.08 --encoder rate",
      );
      expect(await page.getAttribute("#accuracy", "aria-label")).toContain("DFA, spikes 9");
      // The page, its script, its style and its worker.
      expect(requests).toHaveLength(4);
    });

    test("a 3 that is drawn with the mouse is read in spikes", async () => {
      const { x, y, width } = (await page.locator("#pad").boundingBox())!;
      const at = (u: number, v: number) => [x + u * width, y + v * width] as const;
      const three = [
        ...[at(0.3, 0.2), at(0.42, 0.12), at(0.58, 0.12), at(0.68, 0.22), at(0.66, 0.36), at(0.5, 0.46)],
        ...[at(0.66, 0.54), at(0.72, 0.68), at(0.64, 0.82), at(0.48, 0.88), at(0.3, 0.8)],
      ];
      await page.mouse.move(...three[0]);
      await page.mouse.down();
      for (const point of three) await page.mouse.move(...point, { steps: 3 });
      await page.mouse.up();
      await page.waitForFunction(() =>
        /^spikes say 3\b/.test(document.querySelector(".says")?.textContent ?? ""),
      );
      const download = page.waitForEvent("download");
      await page.click("text=msgpack");
      const raster = decodeRaster(readFileSync(await (await download).path()), "download");
      expect(raster.metadata).toMatchObject({ rule: "dfa", decision: 3, dataset: "digits" });
      expect(raster.populations.map(({ name }) => name)).toEqual(["input", "hidden", "output"]);
      const text = async (format: string) => {
        const download = page.waitForEvent("download");
        await page.click(`.files >> text=${format}`);
        return readFileSync(await (await download).path(), "utf8");
      };
      expect(decodeRasterCsv(await text("csv"), "download")).toEqual(raster);
      expect(await text("svg")).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    });

    test("a digit is drawn with the keyboard, too", async () => {
      await page.click("#clear");
      await page.focus("#pad");
      for (const key of ["ArrowUp", " ", "ArrowDown", " ", "ArrowDown", " "]) await page.keyboard.press(key);
      await page.waitForFunction(
        () => document.querySelector("#pad-says")?.textContent === "Row 6, column 4, inked.",
      );
    });

    test("two rules stand side by side, and what no network can learn is said", async () => {
      await page.selectOption("#beside", "drtp");
      await page.fill("#seed", "2");
      await page.press("#seed", "Tab");
      expect(page.url()).toBe(`${url}#beside=drtp&seed=2&epochs=3`);
      await page.waitForFunction(() => document.querySelectorAll("#scores li").length === 4);
      await page.click("#step");
      await page.waitForFunction(
        () => document.querySelector("#where")?.textContent === "epoch 1 of 3, 1 sample",
      );
      await page.evaluate(() => {
        location.hash = "twins=spike&learningRate=10&epochs=3&beside=drtp";
      });
      await page.waitForFunction(() => document.querySelectorAll("#scores li").length === 2);
      await page.click("#play");
      await page.waitForSelector("#notice:visible");
      expect(await page.textContent("#notice")).toMatch(/diverged|runs away/);
      expect(await page.textContent("#play")).toBe("Train again");
    });

    test("every control is reached by the Tab key, and nothing bars anybody", async () => {
      const { seen, reached } = await controls(page);
      expect(seen.length).toBeGreaterThan(20);
      expect(seen.some(name => name.endsWith(" pad"))).toBe(true);
      expect(reached.sort()).toEqual(seen.sort());
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await barriers(page), colorScheme).toEqual([]);
      }
    });

    test("networks run in the other tab, which bars nobody either", async () => {
      await page.click("#tab-networks");
      const time = () => page.getAttribute("#networks", "data-time").then(Number);
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLElement>("#networks")!.dataset.time) > 20,
      );
      expect(await page.textContent("#network-now")).toMatch(/^E \d+\.\d Hz, I \d+\.\d Hz$/);
      await page.click("text=slow oscillation");
      expect(page.url()).toBe(`${url}#network=brunel&g=4.5&eta=0.9`);
      expect(await page.getAttribute("text=slow oscillation", "aria-pressed")).toBe("true");
      await page.selectOption("#network", "stdp");
      await page.waitForFunction(() =>
        /, [1-9]\d* pairs$/.test(document.querySelector("#live-beside")!.ariaLabel!),
      );
      await page.click("#run");
      const { seen, reached } = await controls(page);
      expect(seen.length).toBeGreaterThan(10);
      expect(reached.sort()).toEqual(seen.sort());
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await barriers(page), colorScheme).toEqual([]);
      }
      expect(await time()).toBeGreaterThan(0);
    });

    test("it learns without any server, too, opened as a file", async () => {
      const alone = await browser.newPage();
      alone.setDefaultTimeout(300_000);
      alone.on("console", message => complaints.push(message.text()));
      const file = new URL("../../dist/web/index.html", import.meta.url);
      await alone.goto(`${file}#epochs=1&twins=spike&hidden=16`);
      await alone.click("#play");
      await alone.waitForSelector('#learning[data-done="true"]');
      expect(Number(await alone.getAttribute("#score-0-spike", "data-accuracy"))).toBeGreaterThan(0.6);
      await alone.close();
    });
  },
);
