/** The element of this id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element with attributes (those that are null or false left out) and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...inside);
  return made;
}

/** A command line, which is broken between its options alone. */
export function sayCommand(at: HTMLElement, line: string): void {
  if (at.textContent === line) return;
  const parts = line.split(/ (?=--)/).flatMap(part => [" ", element("span", {}, part)]);
  at.replaceChildren(...parts.slice(1));
}

/** Sets a text if it is another: a reader's software hears of changes. */
export function say(at: HTMLElement, text: string): void {
  if (at.textContent !== text) at.textContent = text;
}

export function save(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Writes to the clipboard, where the page may, and says so on the button. */
export async function copy(text: string, button: HTMLButtonElement): Promise<void> {
  const before = button.textContent!;
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    said = "Select it and copy";
  }
  button.textContent = said;
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}
