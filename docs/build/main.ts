import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Addresses } from "./addresses.ts";
import { commandReference } from "./commandPages.ts";
import { contents, HOME, placeOf } from "./contents.ts";
import { brokenLinks } from "./links.ts";
import { type Rendered, render } from "./markdown.ts";
import { fieldReference, networkReference, presetReference } from "./modelPages.ts";
import { nameReference } from "./namePages.ts";
import { wholePage } from "./page.ts";
import { ruleCards, ruleNotation, ruleTable, seenTable } from "./rulePages.ts";
import { cellsOf, runTutorial, tutorialNotebook, tutorialPage } from "./tutorials.ts";

/** Makes the site of the documentation, `docs/site`, from the built package: npm run docs. */

const SITE = "docs/site";
const NOTEBOOKS = "notebooks/tutorials";

/** What stands in for a comment such as `<!-- generated: commands -->`. */
const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  commands: commandReference,
  "rule table": ruleTable,
  "rules seen": seenTable,
  "rule cards": ruleCards,
  "rule notation": ruleNotation,
  populations: () => fieldReference("A population") + fieldReference("A modulator"),
  projections: () => fieldReference("A projection") + fieldReference("Connectivity"),
  neurons: () => fieldReference("Neuron"),
  plasticities: () => fieldReference("Plasticity"),
  stimuli: () => fieldReference("Stimulus") + fieldReference("The stream"),
  networks: networkReference,
  presets: presetReference,
  names: () => nameReference(`${SITE}/api`),
};

async function filledIn(text: string, page: string): Promise<string> {
  let whole = text;
  for (const [comment, name] of text.matchAll(/<!-- generated: ([\w ]+) -->/g)) {
    if (!Object.hasOwn(generated, name)) throw new Error(`${page}: ${comment}: nothing makes that`);
    const made = await generated[name]();
    whole = whole.replace(comment, () => made);
  }
  return whole;
}

async function textOf(page: string): Promise<string> {
  const text = readFileSync(page, "utf8");
  if (page.endsWith(".md")) return filledIn(text, page);
  const cells = cellsOf(text);
  const notebook = `${JSON.stringify(tutorialNotebook(cells), null, 1)}\n`;
  write(`${NOTEBOOKS}/${basename(page, ".ts")}.ipynb`, notebook);
  write(`${SITE}/tutorials/${basename(page, ".ts")}.ipynb`, notebook);
  return tutorialPage(page, cells, await runTutorial(page, `${SITE}/tutorials`));
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function main(): Promise<void> {
  process.chdir(fileURLToPath(new URL("../../..", import.meta.url)));
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(`${SITE}/tutorials`, { recursive: true });
  await exportedNames();
  const pages = [HOME, ...contents.flatMap(section => section.pages)];
  const texts = await inTurn(pages, textOf);
  const addresses = new Addresses();
  const rendered = new Map<string, Rendered>(
    pages.map((page, n) => [page, render(texts[n], link => addresses.of(page, link))]),
  );
  const titles = new Map([...rendered].map(([page, { title }]) => [page, title]));
  for (const [page, one] of rendered) write(`${SITE}/${placeOf(page)}`, wholePage(page, one, titles));
  for (const page of pages.filter(path => path.endsWith(".ts"))) addresses.source(page);
  for (const [place, content] of addresses.files) write(`${SITE}/${place}`, content);
  cpSync("docs/style.css", `${SITE}/style.css`);
  if (existsSync("docs/pictures")) cpSync("docs/pictures", `${SITE}/pictures`, { recursive: true });
  const broken = [...addresses.broken, ...brokenLinks(SITE)];
  if (broken.length > 0)
    throw new Error(`${broken.length} links lead nowhere, such as:\n${broken.slice(0, 30).join("\n")}`);
  console.log(`${SITE}/index.html: ${pages.length} pages and those of exported names, no broken link`);
}

/** The pages of TypeDoc, which leads back to ours. @throws Error when a name has no docstring */
async function exportedNames(): Promise<void> {
  const words = ["node_modules/typedoc/bin/typedoc", "--options", "docs/typedoc.json", "--logLevel", "Warn"];
  await promisify(execFile)(process.execPath, words).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`typedoc:\n${error.stdout}${error.stderr}`);
  });
  for (const page of readdirSync(`${SITE}/api`, { recursive: true, encoding: "utf8" })) {
    if (!page.endsWith(".html")) continue;
    const path = `${SITE}/api/${page}`;
    const up = "../".repeat(page.split(/[\\/]/).length);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll('href="HOME"', `href="${up}index.html"`));
  }
}

/** As many at a time as there are processors, results in order. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const n = next++;
      results[n] = await work(items[n]);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return results;
}

main().catch((error: Error) => {
  console.error(`docs: ${error.message}`);
  process.exitCode = 1;
});
