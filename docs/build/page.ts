import { contents, HOME, placeOf } from "./contents.ts";
import { escaped } from "./highlight.ts";
import type { Rendered } from "./markdown.ts";

/** What stands around the text of every page. No script: the menu of a narrow page is a `details`. */
export function wholePage(
  page: string,
  { title, html, headings }: Rendered,
  titles: ReadonlyMap<string, string>,
): string {
  const place = placeOf(page);
  const root = "../".repeat(place.split("/").length - 1);
  const parts = headings.filter(({ level }) => level === 2);
  const menu = navigation(page, titles, root);
  const name = page === HOME ? "threefactor" : `${title} · threefactor`;
  const onPage =
    parts.length < 2
      ? ""
      : `<aside class="on-page" aria-label="On this page"><p>On this page</p><ul>${parts
          .map(({ id, text }) => `<li><a href="#${id}">${escaped(text)}</a></li>`)
          .join("")}</ul></aside>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:">
<title>${escaped(name)}</title>
<link rel="stylesheet" href="${root}style.css">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header><a class="brand" href="${root}index.html">threefactor</a>
<details class="menu"><summary>Menu</summary><nav aria-label="All pages">${menu}</nav></details></header>
<div class="columns">
<nav class="side" aria-label="Pages">${menu}</nav>
<main id="text">
${html}
${neighbours(page, titles, root)}
</main>
${onPage}
</div>
</body>
</html>
`;
}

function navigation(page: string, titles: ReadonlyMap<string, string>, root: string): string {
  return contents
    .map(({ title, pages }) => {
      const links = pages.map(other => {
        const here = other === page ? ' aria-current="page"' : "";
        return `<li><a href="${root}${placeOf(other)}"${here}>${escaped(titles.get(other) ?? other)}</a></li>`;
      });
      const open =
        pages.includes(page) || ["Tutorials", "How-to", "Reference", "Explanation"].includes(title);
      return `<details${open ? " open" : ""}><summary>${title}</summary><ul>${links.join("")}</ul></details>`;
    })
    .join("\n");
}

/** The pages before and after this one, of the same section. */
function neighbours(page: string, titles: ReadonlyMap<string, string>, root: string): string {
  const pages = contents.find(section => section.pages.includes(page))?.pages ?? [];
  const at = pages.indexOf(page);
  const link = (other: string | undefined, words: string) =>
    other === undefined
      ? "<span></span>"
      : `<a href="${root}${placeOf(other)}"><small>${words}</small>${escaped(titles.get(other) ?? other)}</a>`;
  if (at < 0 || pages.length < 2) return "";
  return `<nav class="around" aria-label="Before and after">${link(pages[at - 1], "Before")}${link(pages[at + 1], "Next")}</nav>`;
}
