/** Runs in the browser: draws the figures, answers the selectors and the legends, and fits the figures to paper. */
export const clientScript = `"use strict";
const sections = JSON.parse(document.getElementById("figures").textContent);
const touch = !matchMedia("(hover: hover) and (pointer: fine)").matches;
const config = {
  responsive: true,
  displaylogo: false,
  displayModeBar: touch ? false : "hover", // without a pointer it would always cover a corner
  modeBarButtons: [["toImage", "resetScale2d"]],
  toImageButtonOptions: { format: "svg" },
};
const paperWidth = 670; // A4 or US letter less its margins

for (const section of sections) {
  const root = document.getElementById(section.id);
  const select = root.querySelector("select");
  const facts = root.querySelector(".facts");
  const frames = [...root.querySelectorAll(".plots figure")];
  const drawn = root.querySelector(".drawing");
  const off = new Set();

  const draw = () => {
    const choice = section.choices[select ? select.selectedIndex : 0];
    if (select) facts.textContent = choice.facts ? choice.name + ": " + choice.facts : choice.name;
    if (drawn) {
      const { title, label, caption, svg } = choice.drawing;
      const [heading, place, below] = drawn.children;
      heading.textContent = title;
      place.setAttribute("aria-label", label);
      place.innerHTML = svg; // texts in it are escaped where it is made
      below.textContent = caption;
    }
    frames.forEach((frame, i) => {
      const plot = choice.plots[i];
      frame.hidden = !plot;
      if (!plot) return;
      const place = frame.querySelector(".plot");
      frame.querySelector("h3").textContent = plot.title;
      frame.querySelector("figcaption").textContent = plot.caption || "";
      place.setAttribute("aria-label", plot.label);
      place.style.minHeight = plot.figure.layout.height + "px";
      const { data, layout } = structuredClone(plot.figure); // Plotly writes into what it is given
      for (const trace of data) if (off.has(trace.legendgroup)) trace.visible = false;
      if (touch) layout.dragmode = false; // a finger scrolls the page
      Plotly.react(place, data, layout, config);
    });
  };

  if (select) select.addEventListener("change", draw);
  for (const button of root.querySelectorAll("[data-rule]"))
    button.addEventListener("click", () => {
      const rule = button.dataset.rule;
      if (!off.delete(rule)) off.add(rule);
      button.setAttribute("aria-pressed", String(!off.has(rule)));
      draw();
    });
  draw();
}

const fit = size => {
  for (const place of document.querySelectorAll(".plot.js-plotly-plot"))
    if (!place.closest("[hidden]")) Plotly.relayout(place, size);
};
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  fit({ autosize: false, width: paperWidth });
});
addEventListener("afterprint", () => fit({ autosize: true, width: null }));

document.getElementById("copy").addEventListener("click", async event => {
  const command = document.getElementById("command");
  try {
    await navigator.clipboard.writeText(command.textContent);
    event.target.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(command); // not allowed on this page: left to the reader's keyboard
  }
});
`;
