import type { Raster } from "../../engine/record/raster.ts";
import { rasterPicture } from "../../io/picture/rasterPicture.ts";
import { pictureToSvg } from "../../io/picture/svg.ts";
import { csvOfRaster } from "../../io/raster/csv.ts";
import { encodeRaster } from "../../io/raster/native.ts";
import { streamOf } from "../../io/raster/stream.ts";
import { ruleNamed } from "../../rules/index.ts";
import type { Twin } from "../../training/results.ts";
import { element, save, say } from "../dom.ts";
import type { Answer, Picture } from "../messages.ts";
import { answerPlot, outputCounts } from "../plots/answer.ts";
import { describe, Plot, theme } from "../plots/canvas.ts";
import { pictures } from "../plots/pictures.ts";
import { membranes, populationColors, rasterPlot } from "../plots/raster.ts";

const twinWords: Readonly<Record<Twin, string>> = { rate: "rates", spike: "spikes", circuit: "circuit" };
/** How long the spikes of a sample take to be seen [ms]; of those who want no motion, no time. */
const SLOW = 1400;
const still = matchMedia("(prefers-reduced-motion: reduce)");

function figure(title: string, label: string, kind: string) {
  const canvas = element("canvas", { role: "img", "aria-label": label, class: kind });
  return { canvas, figure: element("figure", {}, element("figcaption", {}, title), canvas) };
}

/** What one rule's networks make of the sample that is shown: answer, raster, membranes; and what they have learned. */
export class Lane {
  readonly root: HTMLElement;
  readonly #says = element("p", { class: "says" });
  readonly #answer;
  readonly #raster;
  readonly #membranes;
  readonly #weights;
  readonly #plots: Readonly<Record<"answer" | "raster" | "membranes" | "weights", Plot>>;
  readonly #files: HTMLElement;
  readonly #rule: string;
  #shown: Answer | null = null;
  #label: number | null = null;
  /** When the spikes that are seen now began to come; null when all have. */
  #began: number | null = null;

  constructor(rule: string, lane: number) {
    this.#rule = rule;
    const { title, rateOnly } = ruleNamed(rule);
    this.#answer = figure("Answer in output spikes", "No answer yet", "answer");
    this.#raster = figure("Raster", "No spikes yet", "raster");
    this.#membranes = figure("Membranes and threshold", "No potentials yet", "membranes");
    this.#weights = figure("First-layer weights", "Weights", "weights");
    const button = (format: "msgpack" | "csv" | "svg") => {
      const made = element(
        "button",
        { type: "button", class: "quiet", "aria-label": `Download raster of ${title} as ${format}` },
        format,
      );
      made.addEventListener("click", () => this.#save(format));
      return made;
    };
    this.#files = element(
      "p",
      { class: "files" },
      "Raster as ",
      button("msgpack"),
      button("csv"),
      button("svg"),
    );
    const why = rateOnly === undefined ? [] : [element("p", { class: "hint" }, `No spikes: ${rateOnly}.`)];
    this.root = element(
      "section",
      { class: `lane lane-${lane}`, "aria-label": title },
      element("h2", {}, title),
      this.#says,
      ...why,
      ...[this.#answer, this.#raster].map(({ figure }) => figure),
      this.#files,
      ...[this.#membranes, this.#weights].map(({ figure }) => figure),
    );
    this.#files.hidden = true;
    this.#plots = {
      answer: new Plot(this.#answer.canvas),
      raster: new Plot(this.#raster.canvas),
      membranes: new Plot(this.#membranes.canvas),
      weights: new Plot(this.#weights.canvas),
    };
  }

  get decisions(): Answer["decisions"] {
    return this.#shown?.decisions ?? {};
  }

  /** @param slowly  whether the spikes come one after the other */
  show(answer: Answer, label: number | null, slowly: boolean): void {
    [this.#shown, this.#label] = [answer, label];
    if (slowly && answer.raster && !still.matches) this.#began = performance.now();
    const { raster } = answer;
    this.#files.hidden = raster === null;
    for (const { figure } of [this.#answer, this.#raster, this.#membranes]) figure.hidden = raster === null;
    this.#membranes.figure.hidden ||= !raster?.traces.some(({ population }) => population !== "output");
    this.#frame();
    if (raster) this.#describe(raster, answer.vThreshold);
  }

  #describe(raster: Raster, vThreshold: number): void {
    const of = (name: string) => `${name} of ${ruleNamed(this.#rule).title}`;
    const counts = outputCounts(raster, Infinity);
    describe(this.#answer.canvas, `${of("Output spikes")}: ${counts.map((n, k) => `${k}: ${n}`).join(", ")}`);
    const spikes = raster.populations.map(
      ({ name }, p) => `${name} ${raster.populationIndex.reduce((n, q) => n + (q === p ? 1 : 0), 0)}`,
    );
    describe(this.#raster.canvas, `${of("Spikes")} in ${raster.durationMs} ms: ${spikes.join(", ")}`);
    const neurons = raster.traces.filter(({ population }) => population !== "output").slice(0, 3);
    const names = neurons.map(({ neuron }) => neuron).join(", ");
    describe(this.#membranes.canvas, `Potentials of hidden neurons ${names}, threshold ${vThreshold}`);
  }

  picture({ weights, columns }: Picture): void {
    this.#plots.weights.draw(plot => pictures(plot, weights, columns));
    describe(
      this.#weights.canvas,
      `First layer of ${ruleNamed(this.#rule).title}: ${columns} pictures of 8 by 8 weights`,
    );
  }

  #frame(): void {
    const { raster, vThreshold, decisions } = this.#shown!;
    if (!raster) {
      this.#speak();
      return;
    }
    const past = this.#began === null ? 1 : Math.min(1, (performance.now() - this.#began) / SLOW);
    const until = past * raster.durationMs;
    if (past === 1) this.#began = null;
    const whole = outputCounts(raster, Infinity);
    const most = Math.max(...whole);
    const counts = past === 1 ? whole : outputCounts(raster, until);
    const decision =
      raster.metadata.form === "circuit" ? decisions.circuit : (decisions.spike ?? decisions.circuit);
    this.#plots.answer.draw(plot => answerPlot(plot, counts, most, past === 1 ? (decision ?? null) : null));
    this.#plots.raster.draw(plot => rasterPlot(plot, raster, until));
    this.#plots.membranes.draw(plot =>
      membranes(plot, raster, until, vThreshold, populationColors(raster.populations)[1] ?? theme().ink),
    );
    this.#speak();
    if (past < 1) requestAnimationFrame(() => this.#frame());
  }

  #speak(): void {
    const { decisions } = this.#shown!;
    const said = (["spike", "rate", "circuit"] as const)
      .filter(twin => decisions[twin] !== undefined)
      .map(twin => `${twinWords[twin]} say ${decisions[twin]}`.replace("circuit say", "circuit says"));
    const label = this.#label === null ? "" : `; it is a ${this.#label}`;
    if (this.#began !== null) say(this.#says, "…");
    else say(this.#says, said.length > 0 ? `${said.join(", ")}${label}` : "");
  }

  #save(format: "msgpack" | "csv" | "svg"): void {
    const raster: Raster | null = this.#shown?.raster ?? null;
    if (!raster) return;
    const name = `${this.#rule.replaceAll(":", "-")}.${format}`;
    if (format === "msgpack")
      save(name, encodeRaster(raster) as Uint8Array<ArrayBuffer>, "application/vnd.msgpack");
    else if (format === "csv") save(name, [...csvOfRaster(streamOf(raster))].join(""), "text/csv");
    else save(name, pictureToSvg(rasterPicture(raster)), "image/svg+xml");
  }

  dispose(): void {
    for (const plot of Object.values(this.#plots)) plot.dispose();
  }
}
