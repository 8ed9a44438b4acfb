import { visible } from "../errors.ts";

/** Text as HTML shows it, all its characters, safe between tags and inside double-quoted attributes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON that may stand inside a script element: nothing in it can end the element. Its texts are as shown. */
export function scriptJson(value: unknown): string {
  const asShown = (_: string, part: unknown) => (typeof part === "string" ? visible(part) : part);
  return JSON.stringify(value, asShown).replaceAll("<", "\\u003c");
}

/**
 * JavaScript that may stand inside a script element. An HTML parser looks for the end tag inside string literals
 * too, and `<!--` changes how it looks; both can only occur in literals, where these escapes mean the same.
 */
export function scriptCode(code: string): string {
  // A parser reads every line's end as this one, and a checksum is of what it reads.
  const lines = code.replace(/\r\n?/g, "\n");
  return lines.replace(/<\/(?=script)/gi, () => "<\\/").replace(/<(?=!--)/g, () => "\\x3C");
}
