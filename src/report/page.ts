import { createHash } from "node:crypto";
import { visible } from "../errors.ts";
import { clientScript } from "./client.ts";
import { escapeHtml, scriptCode, scriptJson } from "./html.ts";
import { swatch } from "./palette.ts";
import type { Section } from "./sections.ts";
import { style } from "./style.ts";

/** Everything on the page; `table` is HTML, all else is plain text. */
export interface Page {
  readonly title: string;
  readonly command: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly table: string;
  readonly sentences: readonly string[];
  readonly sections: readonly Section[];
  readonly plotly: string;
}

/**
 * The page forbids itself the network, so that a mistake in a figure cannot send a request either, and all scripts but
 * its own, which it knows by their checksums. Plotly sets styles where it draws.
 */
function policy(scripts: readonly string[]): string {
  const own = scripts.map(code => `'sha256-${createHash("sha256").update(code).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src ${own.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

export function pageHtml({
  title,
  command,
  facts,
  options,
  table,
  sentences,
  sections,
  plotly,
}: Page): string {
  const scripts = [scriptCode(plotly), scriptCode(clientScript)];
  const drawn = sections.map(({ id, choices }) => ({ id, choices }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="brand">threefactor report</p>
<h1>${wordsHtml(title)}</h1>
<div class="command"><pre id="command" tabindex="0" aria-label="Command">${wordsHtml(command)}</pre><button type="button" id="copy">Copy</button></div>
<dl>${facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join("\n")}</dl>
${optionsHtml(options)}
</header>
<section aria-labelledby="comparison-heading">
<h2 id="comparison-heading">Comparison</h2>
${table && `<div class="scroll" role="region" aria-label="Comparison table" tabindex="0">\n${table}\n</div>`}
${sentences.map(sentence => `<p class="verdict">${escapeHtml(sentence)}</p>`).join("\n")}
</section>
<noscript><p class="verdict">The figures below need JavaScript; the table does not.</p></noscript>
${sections.map(sectionHtml).join("\n")}
</main>
<script type="application/json" id="figures">${scriptJson(drawn)}</script>
${scripts.map(code => `<script>${code}</script>`).join("\n")}
</body>
</html>
`;
}

/** Lines break between words, not at the hyphens inside them; copied text stays as it was. */
function wordsHtml(text: string): string {
  return visible(text).replace(/\S+|\s+/g, part => (part.trim() ? `<span>${escapeHtml(part)}</span>` : part));
}

function optionsHtml(options: Page["options"]): string {
  const entries = Object.entries(options);
  if (entries.length === 0) return "";
  const items = entries.map(([name, value]) => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    return `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`;
  });
  return `<details><summary>All options</summary><dl>${items.join("\n")}</dl></details>`;
}

/** A frame for each figure that any choice needs; the script fills them and hides those that a choice leaves empty. */
function sectionHtml(section: Section): string {
  const { id, title, intro, choices } = section;
  const frames = Math.max(...choices.map(({ plots }) => plots.length));
  const figures = Array.from({ length: frames }, (_, i) => {
    const plot = choices[0].plots[i];
    return `<figure${plot ? "" : " hidden"}><h3>${escapeHtml(plot?.title ?? "")}</h3>
<div class="plot" role="img" aria-label="${escapeHtml(plot?.label ?? "")}"${plot ? ` style="min-height:${plot.figure.layout.height}px"` : ""}></div>
<figcaption>${escapeHtml(plot?.caption ?? "")}</figcaption></figure>`;
  });
  return `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${escapeHtml(title)}</h2>
<p>${escapeHtml(intro)}</p>
${legendHtml(section)}${selectorHtml(section)}
${drawingHtml(section)}<div class="plots">
${figures.join("\n")}
</div>
</section>`;
}

/** The first choice's, there without the script too. */
function drawingHtml({ choices: [{ drawing }] }: Section): string {
  if (!drawing) return "";
  const { title, label, caption, svg } = drawing;
  return `<figure class="drawing"><h3>${escapeHtml(title)}</h3>
<div role="img" aria-label="${escapeHtml(label)}">${svg}</div>
<figcaption>${escapeHtml(caption)}</figcaption></figure>
`;
}

function legendHtml({ rules = [], twins: shownTwins = [] }: Section): string {
  const buttons = rules.map(
    ({ name, style }) =>
      `<button type="button" aria-pressed="true" data-rule="${escapeHtml(name)}">${swatch(style, "spike")} ${escapeHtml(name)}</button>`,
  );
  const ink = { color: "#222222", symbol: "circle" } as const;
  const names = { rate: "rate twin", spike: "spiking twin", circuit: "circuit" } as const;
  const key = shownTwins.map(twin => `<span>${swatch(ink, twin)} ${names[twin]}</span>`);
  const items = [...buttons, ...key];
  return items.length > 0 ? `<p class="legend">${items.join("\n")}</p>` : "";
}

function selectorHtml({ of = "Shown", choices }: Section): string {
  const [first] = choices;
  const facts = first.facts ? `${first.name}: ${first.facts}` : first.name;
  // Paper has no selectors: there the line names what is shown even where it says nothing more.
  const shown = `<p class="facts${first.facts ? "" : " print"}" aria-live="polite">${escapeHtml(facts)}</p>`;
  if (choices.length === 1) return first.facts ? shown : "";
  const options = choices.map(({ name }) => `<option>${escapeHtml(name)}</option>`).join("");
  return `<p class="selector"><label>${of} <select>${options}</select></label></p>${shown}`;
}
