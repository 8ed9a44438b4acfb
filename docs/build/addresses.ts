import { existsSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { contents, HOME, placeOf } from "./contents.ts";
import { escaped, highlight } from "./highlight.ts";

/** Files of the project that pages lead to, and where they are in the site: pictures as they are, text as a page. */
export class Addresses {
  readonly broken: string[] = [];
  /** Text or bytes of further files of the site, by place. */
  readonly files = new Map<string, string | Buffer>();
  readonly #pages = new Set([HOME, ...contents.flatMap(({ pages }) => pages)]);

  /** Of a link of a page, from there; what leads nowhere is remembered as broken. */
  of(page: string, link: string): string {
    if (/^(?:[a-z]+:|#)/i.test(link)) return link;
    const [path, anchor] = link.split("#");
    const target = posix.normalize(posix.join(posix.dirname(page), path));
    const place = this.#placeOf(target.replace(/\/$/, ""));
    if (place === null) {
      this.broken.push(`${page}: ${link}`);
      return "#";
    }
    const from = posix.dirname(placeOf(page));
    return posix.relative(from, place) + (anchor === undefined ? "" : `#${anchor}`);
  }

  #placeOf(target: string): string | null {
    if (target === "README.md") return placeOf(HOME);
    if (/^docs\/(?:api|tutorials\/.*\.ipynb$)/.test(target)) return target.replace(/^docs\//, "");
    if (!existsSync(target)) return null;
    if (statSync(target).isDirectory()) {
      const readme = `${target}/README.md`;
      return this.#pages.has(readme) ? placeOf(readme) : null;
    }
    if (this.#pages.has(target)) return placeOf(target);
    if (/\.(?:png|svg)$/.test(target)) {
      this.files.set(`files/${target}`, readFileSync(target));
      return `files/${target}`;
    }
    return this.source(target);
  }

  /** The place of a file of text as it is. */
  source(path: string): string {
    const place = `files/${path}.html`;
    if (!this.files.has(place)) this.files.set(place, sourcePage(path, place));
    return place;
  }
}

/** A file of text as it is. */
function sourcePage(path: string, place: string): string {
  const root = "../".repeat(place.split("/").length - 1);
  const text = readFileSync(path, "utf8");
  const language = /\.(\w+)$/.exec(path)?.[1] ?? "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(path)} · threefactor</title>
<link rel="stylesheet" href="${root}style.css"><link rel="icon" href="data:,"></head>
<body><header><a class="brand" href="${root}index.html">threefactor</a></header>
<main class="source"><h1>${escaped(path)}</h1><pre><code>${highlight(text, language)}</code></pre></main></body></html>
`;
}
