import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contents, HOME, placeOf } from "../../docs/build/contents.ts";
import { highlight } from "../../docs/build/highlight.ts";
import { render, slug } from "../../docs/build/markdown.ts";
import { fieldTables } from "../../docs/build/modelPages.ts";
import { ruleCards, ruleTable, seenTable } from "../../docs/build/rulePages.ts";
import { rules } from "../../src/rules/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [HOME, ...contents.flatMap(section => section.pages)];
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

test("every source of a page stands in the contents, once, and each has its own place", () => {
  const sources = ["docs", "docs/tutorials", "docs/howto", "docs/reference", "docs/explanation"].flatMap(
    folder =>
      readdirSync(`${root}${folder}`).flatMap(name =>
        /\.(?:md|ts)$/.test(name) ? [`${folder}/${name}`] : [],
      ),
  );
  expect(pages.filter(page => page.startsWith("docs/")).sort()).toEqual(sources.sort());
  expect(new Set(pages.map(placeOf)).size).toBe(pages.length);
});

test("links between texts lead to files, and to headings that are there", () => {
  const texts = ["README.md", ...pages.filter(page => page.endsWith(".md"))];
  const headings = new Map(
    texts.map(page => [page, new Set(render(read(page), link => link).headings.map(({ id }) => id))]),
  );
  for (const page of texts) {
    render(read(page), link => {
      if (/^[a-z]+:/i.test(link) || link.endsWith(".html")) return link;
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : posix.normalize(posix.join(posix.dirname(page), path));
      const known = readdirSync(`${root}${posix.dirname(target)}`).includes(posix.basename(target));
      expect(known, `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(headings.get(target), `${page}: ${link}`).toContain(anchor);
      return link;
    });
  }
});

test("every field that a model file may have says what it is", () => {
  for (const [heading, fields] of fieldTables())
    for (const [name, { doc = "" }] of Object.entries(fields))
      expect(doc, `${heading}: ${name}`).toMatch(/\w{2}/);
});

test("the tables of rules have every rule of the list", () => {
  const [list, cards, seen] = [ruleTable(), ruleCards(), seenTable()];
  for (const { name, title } of rules) {
    const id = slug(`${title}: ${name}`);
    expect(list, name).toContain(`| [\`${name}\`](#${id}) | ${title} |`);
    expect(cards, name).toContain(`\n### ${title}: ${name}\n`);
    if (!["frozen", "shallow", "chance"].includes(name)) expect(seen, name).toContain(`\`${name}\``);
  }
});

test("a page shows what it says, and not what a reader of HTML would make of it", () => {
  const { html, title, headings } = render(
    "# A `b` & c\n\n## Twice\n\n## Twice\n\n`<i>` [x](y.md#z)",
    link => `to/${link}`,
  );
  expect(title).toBe("A b & c");
  expect(headings.map(({ id }) => id)).toEqual(["a-b--c", "twice", "twice-1"]);
  expect(html).toContain("<code>&lt;i&gt;</code>");
  expect(html).toContain('href="to/y.md#z"');
  expect(highlight('const a = "<b>"; // <c>', "ts")).toBe(
    '<span class="k">const</span> a = <span class="s">&quot;&lt;b&gt;&quot;</span>; <span class="c">// &lt;c&gt;</span>',
  );
  expect(highlight("<d>", "text")).toBe("&lt;d&gt;");
});
