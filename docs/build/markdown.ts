import MarkdownIt from "markdown-it";
import { highlight } from "./highlight.ts";

/** A page's text as HTML, and what the site must know of it. */
export interface Rendered {
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

/**
 * @param text     Markdown
 * @param address  where a link or picture of this page leads in the site
 */
export function render(text: string, address: (link: string) => string): Rendered {
  const md = new MarkdownIt({ html: true, highlight });
  const headings: Heading[] = [];
  const taken = new Set<string>();
  const tokens = md.parse(text, {});
  tokens.forEach((token, at) => {
    if (token.type === "heading_open") {
      const name = plain(tokens[at + 1].content);
      const id = free(slug(name), taken);
      token.attrSet("id", id);
      headings.push({ level: Number(token.tag.slice(1)), text: name, id });
    }
    for (const inner of token.children ?? [])
      for (const attribute of ["href", "src"]) {
        const link = inner.attrGet(attribute);
        if (link !== null) inner.attrSet(attribute, address(String(link)));
      }
  });
  const { rules } = md.renderer;
  rules.table_open = () => '<div class="table"><table>\n';
  rules.table_close = () => "</table></div>\n";
  rules.heading_close = (all, at) => {
    const id = String(all[at - 2].attrGet("id"));
    return `<a class="anchor" href="#${id}" aria-label="Link to this section">#</a></${all[at].tag}>\n`;
  };
  const title = headings.find(({ level }) => level === 1)?.text ?? "threefactor";
  return { title, html: md.renderer.render(tokens, md.options, {}), headings };
}

/** Of a heading, as repositories show it. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function free(name: string, taken: Set<string>): string {
  let id = name;
  for (let n = 1; taken.has(id); n++) id = `${name}-${n}`;
  taken.add(id);
  return id;
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}
