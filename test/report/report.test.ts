import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { renderReport } from "../../src/report/report.ts";
import { rasterOf, record, resultsOf, runOf, traceOf, twoTwins } from "./fixture.ts";

const plotly = `globalThis.Plotly = { note: "</script><!-- $& $1" };`;
const raster = rasterOf([[10, 1, 7]], {
  traces: [traceOf("hidden", 7, [[0, 0]]), traceOf("output", 1, [[0, 0]])],
});

/** The page without its scripts, and the scripts by themselves. */
function parts(html: string) {
  const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(match => match[1]);
  return { markup: html.replace(/<script[^>]*>[\s\S]*?<\/script>/g, ""), scripts };
}

test("the page refers to nothing outside itself and forbids itself the network", () => {
  const { markup, scripts } = parts(renderReport({ run: record, results: twoTwins, rasters: [], plotly }));
  expect(markup).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
  expect(markup).not.toMatch(/url\(|@import/);
  expect(markup).toContain("default-src 'none'");
  expect(scripts).toHaveLength(3);
});

test("its policy allows its own two scripts by their checksums, and no other", () => {
  const windows = "globalThis.Plotly = 1;\r\nglobalThis.more = 2;\r";
  const html = renderReport({ run: record, results: twoTwins, rasters: [], plotly: windows });
  const { scripts } = parts(html);
  expect(html).not.toContain("\r");
  const sums = scripts.slice(1).map(code => `'sha256-${createHash("sha256").update(code).digest("base64")}'`);
  expect(/script-src ([^;]*);/.exec(html)![1]).toBe(sums.join(" "));
  expect(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]).toMatch(
    /^default-src 'none'; .*base-uri 'none'; form-action 'none'$/,
  );
});

test("characters that a page obeys are shown, in its text and in its figures", () => {
  const name = "bp\u202e\x1b[31m\u0085";
  const populations = [{ name, size: 1 }];
  const html = renderReport({
    run: { ...record, command: name, notes: [name] },
    results: resultsOf(runOf(name, "rate", 0.9), runOf(name, "spike", 0.8)),
    rasters: [{ name, rule: name, seed: 1, raster: rasterOf([[1, 0, 0]], { populations }) }],
    plotly,
  });
  expect(html).not.toMatch(/[^\n\P{Cc}]|\u202e/u);
  const { markup, scripts } = parts(html);
  const seen = String.raw`bp\u202e\u001b[31m\u0085`;
  expect(markup).toContain(`<span>${seen}</span>`);
  // A button and the traces that it switches know each other by the name.
  expect(markup).toContain(`data-rule="${seen}"`);
  expect(JSON.stringify(JSON.parse(scripts[0]))).toContain(JSON.stringify(seen).slice(1, -1));
});

test("plotly arrives unharmed, whatever its text holds", () => {
  const { scripts } = parts(renderReport({ run: record, results: twoTwins, rasters: [], plotly }));
  const scope: { Plotly?: { note: string } } = {};
  new Function("globalThis", scripts[1])(scope);
  expect(scope.Plotly!.note).toBe("</script><!-- $& $1");
});

test("no text of the run becomes markup", () => {
  const evil = `</script><img src=x onerror="alert(1)">`;
  const run = {
    ...record,
    command: evil,
    machine: evil,
    versions: { [evil]: evil },
    options: { [evil]: evil },
  };
  const results = resultsOf(
    runOf(evil, "rate", 0.9, { dataset: evil, architecture: evil }),
    runOf(evil, "spike", 0.8),
  );
  const metadata = { [evil]: evil, label: evil };
  const populations = [{ name: evil, size: 1 }];
  const evilRaster = rasterOf([[1, 0, 0]], { metadata, populations });
  const html = renderReport({
    run,
    results,
    rasters: [{ name: evil, rule: evil, seed: 1, raster: evilRaster }],
    plotly,
  });
  expect(html).not.toContain("<img");
  expect(html.match(/<\/script>/g)).toHaveLength(3);
  expect(() => JSON.parse(parts(html).scripts[0])).not.toThrow();
});

test("figures and frames agree: each drawn figure has a frame with a name and a description", () => {
  const rasters = ["bp", "pepita:textbook"].map(rule => ({ name: rule, rule, seed: 1, raster }));
  const { markup, scripts } = parts(renderReport({ run: record, results: twoTwins, rasters, plotly }));
  const sections = JSON.parse(scripts[0]) as { id: string; choices: { plots: unknown[] }[] }[];
  expect(sections.map(({ id }) => id)).toEqual([
    "accuracy",
    "differences",
    "learning",
    "alignment",
    "sample",
    "confusion",
  ]);
  for (const { id, choices } of sections) {
    const start = markup.indexOf(`<section id="${id}"`);
    const html = markup.slice(start, markup.indexOf("</section>", start));
    expect(html.match(/<figure>/g)).toHaveLength(choices[0].plots.length);
    expect(html).not.toContain('aria-label=""');
  }
});

test("a selector appears only where there is a choice", () => {
  const one = [{ name: "bp", rule: "bp", seed: 1, raster }];
  const results = resultsOf(runOf("bp", "spike", 0.9));
  const { markup } = parts(renderReport({ run: record, results, rasters: one, plotly }));
  expect(markup).not.toContain("<select");
  expect(markup).toContain("bp: label 1, decision 0 (wrong)");
});

test("a run of the rate twin alone leaves no trace of the other", () => {
  const results = resultsOf(runOf("bp", "rate", 0.97), runOf("frozen", "rate", 0.9));
  const { markup } = parts(renderReport({ run: record, results, rasters: [], plotly }));
  expect(markup).not.toMatch(/spik/i);
  expect(markup).not.toContain("<figure hidden>");
  expect(markup).toContain("Every rule is above the frozen control");
});

test("an empty run says so", () => {
  const { markup } = parts(renderReport({ run: record, results: resultsOf(), rasters: [], plotly }));
  expect(markup).toContain("No run has finished yet.");
  expect(markup).not.toContain("<table");
});

test("the same input gives the same page", () => {
  const input = { run: record, results: twoTwins, rasters: [], plotly };
  expect(renderReport(input)).toBe(renderReport(input));
});
