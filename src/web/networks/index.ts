import { byId, copy, element, say, sayCommand } from "../dom.ts";
import { choice, type Field, group, number, slider } from "../fields.ts";
import type { FromRunning, Running, ToRunning } from "../messages.ts";
import { describe } from "../plots/canvas.ts";
import { PlasticityPlot } from "../plots/plasticity.ts";
import { Rates, Scroller } from "../plots/scroller.ts";
import {
  type Knob,
  liveModel,
  liveModels,
  type NetworkSetting,
  simulateLine,
  usualNetwork,
  type Values,
} from "./catalogue.ts";

const besideTitles = { weights: "Weights", window: "What each pair did" } as const;

/** The tab in which networks run. */
export class Networks {
  readonly #makeWorker: () => Worker;
  readonly #changed: (setting: NetworkSetting) => void;
  readonly #scroller = new Scroller(byId("live-raster"), byId("live-axis"));
  readonly #rates = new Rates(byId("live-rates"));
  readonly #beside = new PlasticityPlot(byId("live-beside"));
  readonly #network: Field<string>;
  readonly #seed: Field<number>;
  #worker: Worker | null = null;
  #setting: NetworkSetting = usualNetwork();
  #fields = new Map<string, Field<never>>();
  #regimes: readonly { readonly button: HTMLButtonElement; readonly values: Values }[] = [];
  #session = 0;
  #running = false;
  #spoken = 0;

  /** @param makeWorker  asked when the first network is to run */
  constructor(makeWorker: () => Worker, changed: (setting: NetworkSetting) => void) {
    [this.#makeWorker, this.#changed] = [makeWorker, changed];
    const titles = liveModels.map(({ name, title }) => [name, title] as const);
    this.#network = choice("network", "Network", titles, name => {
      this.#begin({ ...usualNetwork(name), seed: this.#setting.seed });
      this.run(true);
    });
    this.#seed = number("network-seed", "Seed", [0, 999], seed => this.#change({ seed }));
    byId("network-setting").append(
      group("Network", this.#network.row, element("p", { class: "hint", id: "network-about" })),
      element("div", { id: "network-knobs" }),
      group("Draws", this.#seed.row),
    );
    byId("network-setting").addEventListener("submit", event => event.preventDefault());
    const on = (id: string, act: () => void) => byId(id).addEventListener("click", act);
    on("run", () => this.run(!this.#running));
    on("rerun", () => {
      this.#begin(this.#setting);
      this.run(true);
    });
    on("reward", () => this.#send({ kind: "reward" }));
    byId("network-pace").addEventListener("change", () => this.run(this.#running));
    const button = byId<HTMLButtonElement>("copy-simulate");
    button.addEventListener("click", () => copy(byId("simulate").textContent!, button));
  }

  /** Shows a network, and lets it run; one that has been shown goes on. */
  show(setting: NetworkSetting): void {
    if (this.#session > 0 && setting === this.#setting) this.#changed(setting);
    else this.#begin(setting);
    this.run(true);
  }

  #change(some: Partial<NetworkSetting>): void {
    const running = this.#running;
    this.#begin({ ...this.#setting, ...some });
    this.run(running);
  }

  #begin(setting: NetworkSetting): void {
    const model = liveModel(setting.network)!;
    const other = setting.network !== this.#setting.network || this.#fields.size === 0;
    this.#setting = setting;
    this.#network.set(setting.network);
    this.#seed.set(setting.seed);
    say(byId("network-lead"), model.about);
    say(byId("network-about"), model.source);
    if (other) {
      this.#knobs();
      byId<HTMLSelectElement>("network-pace").value = model.pace === null ? "max" : String(model.pace);
    }
    for (const { button, values } of this.#regimes) {
      const chosen = Object.entries(values).every(([name, value]) => setting.values[name] === value);
      button.setAttribute("aria-pressed", String(chosen));
    }
    for (const { name } of model.knobs) this.#fields.get(name)!.set(setting.values[name] as never);
    byId("network-notice").hidden = true;
    // Pairs have no rates worth a look.
    for (const id of ["live-rates", "network-now"]) byId(id).hidden = model.beside === "window";
    byId("live-beside-figure").hidden = model.beside === null;
    if (model.beside) say(byId("live-beside-title"), besideTitles[model.beside]);
    byId("reward").hidden = setting.network !== "distal-reward";
    const line = simulateLine(setting);
    byId("simulate-line").hidden = line === null;
    sayCommand(byId("simulate"), line ?? "");
    this.#scroller.begin(model.window);
    this.#rates.begin(model.window);
    this.#beside.begin(model.beside, setting.values);
    this.#send({ kind: "run", session: ++this.#session, setting });
    this.#changed(setting);
  }

  #knobs(): void {
    const { knobs, regimes = [] } = liveModel(this.#setting.network)!;
    this.#fields = new Map();
    const rows = knobs.map(knob => {
      const field = this.#knob(knob);
      this.#fields.set(knob.name, field as Field<never>);
      return field.row;
    });
    this.#regimes = regimes.map(({ title, values }) => {
      const button = element("button", { type: "button" }, title);
      button.addEventListener("click", () =>
        this.#change({ values: { ...this.#setting.values, ...values } }),
      );
      return { button, values };
    });
    const buttons = this.#regimes.map(({ button }) => button);
    const more = buttons.length > 0 ? [element("div", { class: "regimes" }, ...buttons)] : [];
    byId("network-knobs").replaceChildren(group("Parameters", ...rows, ...more));
  }

  #knob({ name, label, unit, stops, usual }: Knob): Field<never> {
    const hear = (value: number | string) =>
      this.#change({ values: { ...this.#setting.values, [name]: value } });
    const id = `knob-${name}`;
    if (typeof usual === "string")
      return choice(
        id,
        label,
        (stops as readonly string[]).map(word => [word, word] as const),
        hear,
      );
    return slider(id, label, stops as readonly number[], hear, value =>
      unit ? `${value} ${unit}` : `${value}`,
    );
  }

  run(on: boolean): void {
    this.#running = on;
    say(byId("run"), on ? "Pause" : "Run");
    const { value } = byId<HTMLSelectElement>("network-pace");
    this.#send({ kind: "pace", pace: on ? (value === "max" ? null : Number(value)) : 0 });
  }

  #send(message: ToRunning): void {
    if (!this.#worker) {
      if (message.kind !== "run") return;
      this.#worker = this.#makeWorker();
      this.#worker.postMessage("running");
      this.#worker.onerror = ({ message }) => this.#complain(message || "the worker has ended");
      this.#worker.onmessage = ({ data }: MessageEvent<FromRunning>) => this.#hear(data);
    }
    this.#worker.postMessage(message);
  }

  #complain(text: string): void {
    byId("network-notice").hidden = false;
    say(byId("network-notice"), text);
  }

  notice(lines: readonly string[]): void {
    if (lines.length > 0) this.#complain(`Left out of the address: ${lines.join("; ")}`);
  }

  #hear(message: FromRunning): void {
    if (message.session !== this.#session) return;
    if (message.kind === "failed") {
      this.run(false);
      this.#complain(message.message);
      return;
    }
    requestAnimationFrame(() => {
      if (message.session === this.#session) this.#draw(message);
      this.#send({ kind: "seen" });
    });
  }

  #draw(news: Running): void {
    this.#scroller.add(news);
    this.#rates.add(news);
    this.#beside.add(news);
    const rates = this.#rates.now.map(({ name, rate }) => `${name} ${rate.toFixed(1)} Hz`).join(", ");
    byId("network-now").textContent = rates;
    byId("networks").dataset.time = String(news.time);
    describe(byId<HTMLCanvasElement>("live-rates"), `Rates now: ${rates}`);
    // Not more often than can be listened to.
    if (performance.now() - this.#spoken < 8000) return;
    this.#spoken = performance.now();
    say(byId("network-spoken"), `${(news.time / 1000).toFixed(2)} seconds: ${rates}`);
  }
}
