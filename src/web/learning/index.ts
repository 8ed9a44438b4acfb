import { commandLine } from "../command.ts";
import { byId, copy, say, sayCommand } from "../dom.ts";
import { Pad } from "../drawing/pad.ts";
import type { FromLearning, News, Shown, ToLearning } from "../messages.ts";
import { lanesOf, type Setting, usual } from "../setting.ts";
import { controls } from "./controls.ts";
import { Figures, nameOf, percent } from "./figures.ts";
import { Lane } from "./lane.ts";

/** The tab in which rules learn. */
export class Learning {
  readonly #worker: Worker;
  readonly #figures = new Figures();
  readonly #pad: Pad;
  readonly #changed: (setting: Setting) => void;
  readonly #fill: (to: Setting) => void;
  #setting: Setting = usual;
  #session = 0;
  #lanes: Lane[] = [];
  #playing = false;
  #done = false;
  #request = 0;
  /** What the page was shown last, so that spikes come slowly only once. */
  #shownRequest = -1;
  #sample: Shown = 0;
  #spokenEpoch = -1;

  /** @param changed  called when a visitor has changed the setting */
  constructor(makeWorker: () => Worker, changed: (setting: Setting) => void) {
    this.#changed = changed;
    this.#worker = makeWorker();
    this.#worker.postMessage("learning");
    this.#worker.onmessage = ({ data }: MessageEvent<FromLearning>) => this.#hear(data);
    this.#worker.onerror = ({ message }) => this.#complain(message || "the worker has ended");
    this.#fill = controls(byId<HTMLFormElement>("setting"), some => this.#change(some));
    this.#pad = new Pad(drawn => this.#show(drawn));
    this.#buttons();
  }

  #buttons(): void {
    const on = (id: string, act: () => void) => byId(id).addEventListener("click", act);
    on("play", () => {
      if (this.#done) this.begin(this.#setting);
      this.play(!this.#playing);
    });
    on("step", () => {
      this.play(false);
      if (!this.#done) this.#send({ kind: "step" });
    });
    on("restart", () => this.begin(this.#setting));
    on("usual", () => this.#change(usual));
    on("clear", () => this.#pad.clear());
    on("previous", () => this.#next(-1));
    on("next", () => this.#next(1));
    const link = byId<HTMLButtonElement>("copy-link");
    link.addEventListener("click", () => copy(location.href, link));
    const command = byId<HTMLButtonElement>("copy-command");
    command.addEventListener("click", () => copy(commandLine(this.#setting), command));
    byId("pace").addEventListener("change", () => this.play(this.#playing));
    byId("shown-of").addEventListener("change", () => this.#show(this.#sample));
  }

  #send(message: ToLearning): void {
    this.#worker.postMessage(message);
  }

  #change(some: Partial<Setting>): void {
    const setting = { ...this.#setting, ...some };
    if (setting.beside === setting.rule) setting.beside = null;
    const playing = this.#playing;
    this.begin(setting);
    this.#changed(this.#setting);
    this.play(playing);
  }

  /** Begins anew, and waits. */
  begin(setting: Setting): void {
    this.#setting = setting;
    this.#fill(setting);
    sayCommand(byId("command"), commandLine(setting));
    byId("notice").hidden = true;
    this.play(false);
    this.#done = false;
    this.#spokenEpoch = -1;
    this.#figures.begin();
    for (const lane of this.#lanes) lane.dispose();
    this.#lanes = lanesOf(setting).map((rule, lane) => new Lane(rule, lane));
    byId("lanes").replaceChildren(...this.#lanes.map(({ root }) => root));
    byId("shown-of-label").hidden = !setting.twins.includes("circuit");
    this.#send({ kind: "begin", session: ++this.#session, setting });
    this.#show(this.#sample);
  }

  play(on: boolean): void {
    this.#playing = on && !this.#done;
    say(byId("play"), this.#playing ? "Pause" : this.#done ? "Train again" : "Train");
    const { value } = byId<HTMLSelectElement>("pace");
    const pace = this.#playing ? (value === "max" ? null : Number(value)) : 0;
    this.#send({ kind: "pace", pace });
  }

  #show(sample: Shown): void {
    this.#sample = sample;
    const circuit = byId<HTMLSelectElement>("shown-of").value === "circuit";
    this.#send({ kind: "show", request: ++this.#request, sample, circuit });
  }

  #next(step: number): void {
    this.#pad.forget();
    this.#show(((typeof this.#sample === "number" ? this.#sample : -step) + step + 500) % 500);
  }

  #hear(message: FromLearning): void {
    if (message.session !== this.#session) return;
    if (message.kind === "failed") {
      this.#done = true;
      this.#complain(message.message);
    } else this.#draw(message);
  }

  #draw(message: News): void {
    this.#figures.show(message, this.#setting.epochs);
    for (const picture of message.pictures) this.#lanes[picture.lane]?.picture(picture);
    this.#place(message);
    const { showing } = message;
    if (showing && showing.request === this.#request) {
      const slowly = showing.request !== this.#shownRequest;
      this.#shownRequest = showing.request;
      for (const answer of showing.answers) this.#lanes[answer.lane]?.show(answer, showing.label, slowly);
      if (typeof this.#sample === "number")
        this.#pad.show(showing.intensities, `Test digit ${this.#sample + 1} of 500, a ${showing.label}.`);
    }
    requestAnimationFrame(() => this.#send({ kind: "seen" }));
  }

  #place({ samples, total, done, learners }: News): void {
    const { epochs } = this.#setting;
    const epoch = Math.floor((samples / total) * epochs);
    byId<HTMLProgressElement>("progress").value = samples / total;
    const where = done
      ? `${epochs === 1 ? "1 epoch" : `${epochs} epochs`} done`
      : `epoch ${epoch + 1} of ${epochs}, ${samples.toLocaleString("en")} ${samples === 1 ? "sample" : "samples"}`;
    say(byId("where"), where);
    if (epoch !== this.#spokenEpoch && samples > 0) {
      this.#spokenEpoch = epoch;
      const numbers = learners.map(
        l => `${nameOf(l)} ${percent(l.testAccuracy ?? l.points.at(-1)!.accuracy)}`,
      );
      say(byId("spoken"), `After ${epoch} of ${epochs} epochs: ${numbers.join("; ")}`);
    }
    if (done && !this.#done) {
      this.#done = true;
      this.play(false);
    }
    byId("learning").dataset.done = String(done);
  }

  #complain(text: string): void {
    this.play(false);
    const notice = byId("notice");
    notice.hidden = false;
    say(notice, text);
  }

  notice(lines: readonly string[]): void {
    if (lines.length > 0) this.#complain(`Left out of the address: ${lines.join("; ")}`);
  }
}
