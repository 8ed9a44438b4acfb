import { ruleNamed } from "../../rules/index.ts";
import type { Twin } from "../../training/results.ts";
import { byId, element, say } from "../dom.ts";
import type { LearnerNews, News, Point } from "../messages.ts";
import { describe, Plot } from "../plots/canvas.ts";
import { type Axes, type Curve, curves, roundUp, wholeTicks } from "../plots/curves.ts";

const dashes: Readonly<Record<Twin, readonly number[]>> = { spike: [], rate: [6, 4], circuit: [2, 3] };
const twinWords: Readonly<Record<Twin, string>> = { rate: "rates", spike: "spikes", circuit: "circuit" };

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const thousands = (count: number) => (count < 10_000 ? String(count) : `${count / 1000}k`);
export const nameOf = ({ rule, twin }: LearnerNews) => `${ruleNamed(rule).title}, ${twinWords[twin]}`;

/** Accuracy, angle and spikes over time, and the numbers of each twin. */
export class Figures {
  readonly #scores = byId("scores");
  readonly #tiles = new Map<string, { value: HTMLElement; note: HTMLElement }>();
  readonly #plots = {
    accuracy: new Plot(byId<HTMLCanvasElement>("accuracy")),
    angle: new Plot(byId<HTMLCanvasElement>("angle")),
    spikes: new Plot(byId<HTMLCanvasElement>("spikes")),
  };

  /** Empties the list of numbers, for other twins. */
  begin(): void {
    this.#scores.replaceChildren();
    this.#tiles.clear();
  }

  show({ learners, total }: News, epochs: number): void {
    for (const learner of learners) this.#score(learner);
    const perEpoch = total / epochs;
    const across = { xMost: epochs, xLabel: "epochs", xTicks: wholeTicks(epochs) };
    const lines = (of: (point: Point) => number | null | undefined): Curve[] =>
      learners.map(({ lane, twin, points }) => {
        const some = points.filter(point => of(point) != null);
        return {
          ...{ lane, dash: dashes[twin] },
          x: some.map(({ samples }) => samples / perEpoch),
          y: some.map(point => of(point)!),
        };
      });
    const draw = (
      name: "accuracy" | "angle" | "spikes",
      what: string,
      axes: Axes,
      shown: Curve[],
      unit: (y: number) => string,
    ) => {
      this.#plots[name].draw(plot => curves(plot, axes, shown));
      const now = learners
        .map((learner, k) => ({ learner, last: shown[k].y.at(-1) }))
        .filter(({ last }) => last !== undefined)
        .map(({ learner, last }) => `${nameOf(learner)} ${unit(last!)}`);
      describe(
        this.#plots[name].canvas,
        now.length > 0 ? `${what} now: ${now.join("; ")}` : `${what}: none yet`,
      );
    };
    const accuracy = {
      from: 0,
      to: 1,
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: (v: number) => String(100 * v),
    };
    draw(
      "accuracy",
      "Accuracy",
      { ...across, ...accuracy },
      lines(({ accuracy }) => accuracy),
      percent,
    );
    const angle = { from: 0, to: 120, ticks: [0, 30, 60, 90, 120], format: (v: number) => `${v}°` };
    draw(
      "angle",
      "Angle",
      { ...across, ...angle },
      lines(({ degrees }) => degrees),
      y => `${y.toFixed(0)} degrees`,
    );
    const spikes = lines(({ spikes }) => spikes?.[1]);
    const most = roundUp(Math.max(10, ...spikes.flatMap(({ y }) => y)));
    const counts = { from: 0, to: most, ticks: [0, most / 2, most], format: thousands };
    draw("spikes", "Hidden spikes per sample", { ...across, ...counts }, spikes, y => y.toFixed(0));
  }

  #score(learner: LearnerNews): void {
    const { lane, twin, testAccuracy, points } = learner;
    const key = `${lane}-${twin}`;
    let tile = this.#tiles.get(key);
    if (!tile) {
      tile = { value: element("span", { id: `score-${key}` }), note: element("small") };
      const name = element("span", {}, nameOf(learner));
      const mark = element("i", { class: `mark ${twin}`, "aria-hidden": "true" });
      this.#scores.append(
        element("li", { class: `lane-${lane}` }, mark, name, element("strong", {}, tile.value, tile.note)),
      );
      this.#tiles.set(key, tile);
    }
    const shown = testAccuracy ?? points.at(-1)?.accuracy;
    say(tile.value, shown === undefined ? "–" : percent(shown));
    tile.value.dataset.accuracy = String(shown);
    say(tile.note, testAccuracy === null ? "held out" : "test");
  }
}
