import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { renderReport } from "../../src/report/report.ts";
import { chromium, visit } from "../browser/chromium.ts";
import { needs } from "../needs.ts";
import { rasterOf, record, traceOf, twoTwins } from "./fixture.ts";

const require = createRequire(import.meta.url);
const plotly = () => readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"), "utf8");

/**
 * The report in a frame of the same origin, which a browser holds to the policy of its own; the page around it has none
 * and may tell what became of the figures.
 */
const around = `<!doctype html><iframe src="/report" width="900" height="2000"></iframe><script type="module">
const frame = document.querySelector("iframe");
const refused = [];
try {
  await new Promise(done => frame.addEventListener("load", done));
  const inside = frame.contentDocument;
  inside.addEventListener("securitypolicyviolation", event => refused.push(event.violatedDirective));
  const wait = ms => new Promise(done => setTimeout(done, ms));
  for (let n = 0; n < 100 && !inside.querySelector(".js-plotly-plot .main-svg"); n++) await wait(50);
  // What a name might bring in, had it become markup.
  const foreign = inside.createElement("script");
  foreign.textContent = "document.title = 'obeyed'";
  inside.body.append(foreign);
  const image = inside.createElement("img");
  image.setAttribute("onerror", "document.title = 'obeyed'");
  image.src = "data:image/png;base64,none";
  inside.body.append(image);
  const plots = [...inside.querySelectorAll("figure:not([hidden]) .plot")];
  const button = inside.querySelector("[data-rule]");
  button.click();
  const circuits = inside.querySelector("#circuits");
  const drawn = () => [...circuits.querySelectorAll("h3, text")].map(text => text.textContent).slice(0, 2);
  const before = drawn();
  const choice = circuits.querySelector("select");
  choice.selectedIndex = 1;
  choice.dispatchEvent(new Event("change"));
  await wait(300);
  const told = {
    title: inside.title,
    plots: plots.length,
    drawn: plots.filter(plot => plot.querySelector(".main-svg")).length,
    pressed: button.getAttribute("aria-pressed"),
    refused,
    circuits: [before, drawn()],
  };
  await fetch("/done", { method: "POST", body: JSON.stringify(told) });
} catch (error) {
  await fetch("/failed", { method: "POST", body: String(error.stack) });
}
</script>`;

test.runIf(chromium !== null)(
  needs(
    "Chromium",
    chromium !== null,
    "a browser draws every figure under the page's policy, and runs no other script",
  ),
  async () => {
    const raster = rasterOf([[10, 1, 7]], {
      traces: [traceOf("hidden", 7, [[0, 0]]), traceOf("output", 1, [[0, 0]])],
    });
    const rasters = [{ name: "bp", rule: "bp", seed: 1, raster }];
    const circuits = ["dfa", "fa"].map((rule, k) => ({
      rule,
      populations: [{ name: `of ${rule}`, size: k + 2 }],
      ...{ projections: [], periodMs: 60, phases: {} },
    }));
    const report = renderReport({ run: record, results: twoTwins, rasters, circuits, plotly: plotly() });
    const sent = await visit({ "/": around, "/report": report });
    const told = JSON.parse(Buffer.from(sent.get("done")!).toString());
    const { title, plots, drawn, pressed, refused } = told;
    expect(title).toMatch(/^Learning rules on digits/);
    expect(plots).toBeGreaterThan(5);
    expect([drawn, pressed]).toEqual([plots, "false"]);
    expect(refused).toEqual(["script-src-elem", "script-src-attr"]);
    expect(told.circuits).toEqual([
      ["The circuit of dfa", "of dfa"],
      ["The circuit of fa", "of fa"],
    ]);
  },
);
