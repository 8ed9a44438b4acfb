/** Text as HTML shows it, safe between tags and inside double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON that may stand inside a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/**
 * JavaScript that may stand inside a script element. An HTML parser looks for the end tag inside string literals
 * too, and `<!--` changes how it looks; both can only occur in literals, where these escapes mean the same.
 */
export function scriptCode(code: string): string {
  return code.replace(/<\/(?=script)/gi, () => "<\\/").replace(/<(?=!--)/g, () => "\\x3C");
}
