import { ruleNamed, rules } from "../../rules/index.ts";
import type { RuleOption } from "../../rules/options.ts";
import type { Twin } from "../../training/results.ts";
import { element } from "../dom.ts";
import { box, choice, group, number, slider } from "../fields.ts";
import { whyNot } from "../plans.ts";
import { encoderNames, lanesOf, ownRate, ranges, type Setting, twinNames } from "../setting.ts";

const rates = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2],
  ...[0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10],
];
const thresholds = [0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1];
const hidden = [4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const epochs = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50];
/** Of a number's default, the places of its slider. */
const factors = [0, 0.1, 0.2, 0.5, 1, 2, 5, 10];

const twinTitles: Readonly<Record<Twin, string>> = { rate: "rates", spike: "spikes", circuit: "circuit" };
const encoderTitles: Readonly<Record<string, string>> = {
  rate: "rate: evenly spread spikes",
  poisson: "Poisson: random spikes",
  latency: "latency: one spike, the sooner the brighter",
  current: "current: no spikes",
};
const optionTitles: Readonly<Record<string, string>> = {
  hiddenRate: "feedback scale",
  scale: "feedback scale",
};

/**
 * The form of a setting.
 * @param change  called with what a visitor has changed
 * @returns what brings the form to a setting
 */
export function controls(
  form: HTMLFormElement,
  change: (some: Partial<Setting>) => void,
): (to: Setting) => void {
  let now: Setting;
  const titles = rules.map(({ name, title }) => [name, title] as const);
  const rule = choice("rule", "Rule", titles, value => change({ rule: value }));
  const beside = choice("beside", "Compare with", [["", "no other rule"], ...titles], value =>
    change({ beside: value || null }),
  );
  const about = element("p", { class: "hint" });
  const boxes = twinNames.map(twin => ({
    twin,
    ...box(`twin-${twin}`, twinTitles[twin], on => {
      const twins = twinNames.filter(name => (name === twin ? on : now.twins.includes(name)));
      // The last one stays.
      change(twins.length > 0 ? { twins } : {});
    }),
  }));
  const missing = element("p", { class: "hint" });
  const rate = slider("rate", "Learning rate", rates, value => change({ learningRate: value }));
  const own = element("button", { type: "button", class: "quiet" }, "the rule’s own");
  own.addEventListener("click", () => change({ learningRate: null }));
  const length = slider("epochs", "Epochs", epochs, value => change({ epochs: value }));
  const seed = number("seed", "Seed", ranges.seed, value => change({ seed: value }));
  const size = slider("hidden", "Hidden neurons", hidden, value => change({ hidden: value }));
  const threshold = slider("threshold", "Threshold", thresholds, value => change({ vThreshold: value }));
  const code = choice(
    "encoder",
    "Encoder",
    encoderNames.map(name => [name, encoderTitles[name] ?? name] as const),
    value => change({ encoder: value }),
  );
  const options = element("div", { class: "options" });
  form.addEventListener("submit", event => event.preventDefault());
  form.append(
    group("Rule", rule.row, about, beside.row, options),
    group("Forms", element("div", { class: "boxes" }, ...boxes.map(({ row }) => row)), missing),
    group("Learning", rate.row, own, length.row, seed.row),
    group("Network", size.row, threshold.row, code.row),
  );
  let shownOptions = "";

  return setting => {
    now = setting;
    const lanes = lanesOf(setting);
    rule.set(setting.rule);
    beside.set(setting.beside ?? "");
    const { source, synapseKnows } = ruleNamed(setting.rule);
    about.textContent = `${source}. A hidden synapse knows: ${synapseKnows}.`;
    const without: string[] = [];
    for (const { twin, set } of boxes) {
      const lacking = lanes.filter(name => whyNot(name, twin) !== null);
      set(setting.twins.includes(twin), lacking.length < lanes.length);
      for (const name of lacking)
        without.push(`${ruleNamed(name).title}, no ${twinTitles[twin]}: ${whyNot(name, twin)}.`);
    }
    missing.textContent = without.join(" ");
    rate.set(setting.learningRate ?? ownRate(setting.rule));
    const owns = [...new Set(lanes.map(ownRate))];
    if (setting.learningRate === null && owns.length > 1)
      rate.row.querySelector("output")!.value = owns.join(", ");
    own.hidden = setting.learningRate === null;
    length.set(setting.epochs);
    seed.set(setting.seed);
    size.set(setting.hidden);
    threshold.set(setting.vThreshold);
    code.set(setting.encoder);
    // Left alone where it is the same, so that whoever moves a slider keeps it.
    const key = `${lanes}`;
    if (key !== shownOptions) options.replaceChildren();
    for (const name of lanes) {
      for (const [option, about] of Object.entries(ruleNamed(name).options ?? {})) {
        const id = `option-${name}-${option}`.replaceAll(":", "-");
        const value = setting.options[name]?.[option] ?? about.default;
        const field = optionField(id, option, about, lanes.length > 1 ? ruleNamed(name).title : null, value =>
          change({ options: { ...now.options, [name]: { ...now.options[name], [option]: value } } }),
        );
        const there = document.getElementById(id);
        if (there && key === shownOptions) setters.get(id)!(value);
        else {
          setters.set(id, field.set);
          field.set(value);
          options.append(field.row);
        }
      }
    }
    shownOptions = key;
  };
}

type OptionValue = number | string;
const setters = new Map<string, (value: OptionValue) => void>();

function optionField(
  id: string,
  name: string,
  option: RuleOption,
  of: string | null,
  hear: (value: OptionValue) => void,
): { row: HTMLElement; set: (value: OptionValue) => void } {
  const title = optionTitles[name] ?? name;
  const label = of === null ? title[0].toUpperCase() + title.slice(1) : `${of}: ${title}`;
  let made: { row: HTMLElement; set: (value: never) => void };
  if (option.words)
    made = choice(
      id,
      label,
      option.words.map(word => [word, word] as const),
      hear,
    );
  else {
    const stops = factors.map(factor => Number((factor * (option.default as number)).toPrecision(3)));
    const { from = 0, to = Infinity } = option;
    made = slider(
      id,
      label,
      stops.filter(stop => stop >= from && stop <= to),
      hear,
    );
  }
  made.row.title = option.doc;
  return made as { row: HTMLElement; set: (value: OptionValue) => void };
}
