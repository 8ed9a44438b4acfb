import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/**
 * Links within a folder of pages that lead nowhere: to a file that is not there, or to a part that the page has not.
 * @param folder  of the site
 * @returns       as `page: link`
 */
export function brokenLinks(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map(name => name.replaceAll("\\", "/"))
    .filter(name => name.endsWith(".html"));
  const parts = new Map(
    pages.map(page => {
      const html = readFileSync(`${folder}/${page}`, "utf8");
      const ids = new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => plain(id)));
      const links = [...html.matchAll(/<(?:a|img|link|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)];
      return [page, { ids, links: links.map(([, link]) => plain(link)) }] as const;
    }),
  );
  return pages.flatMap(page =>
    parts.get(page)!.links.flatMap(link => {
      if (/^[a-z]+:/i.test(link)) return [];
      const [path, anchor] = link.split("#");
      const target =
        path === "" ? page : posix.normalize(posix.join(posix.dirname(page), decodeURIComponent(path)));
      const known = parts.get(target);
      if (!known)
        return existsSync(`${folder}/${target}`) && !target.startsWith("..") ? [] : [`${page}: ${link}`];
      const there = anchor === undefined || anchor === "" || known.ids.has(decodeURIComponent(anchor));
      return there ? [] : [`${page}: ${link}`];
    }),
  );
}

function plain(text: string): string {
  return text
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}
