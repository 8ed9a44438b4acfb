/** What a visitor may change of a network; values are those of its sliders or words. */
export interface Knob {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
  /** Places of a slider, or words. */
  readonly stops: readonly number[] | readonly string[];
  readonly usual: number | string;
}

/** A network that runs in the page. */
export interface LiveModel {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly source: string;
  readonly knobs: readonly Knob[];
  /** Values that have a name of their own. */
  readonly regimes?: readonly { readonly title: string; readonly values: Readonly<Record<string, number>> }[];
  /** As `threefactor simulate` takes it: fields of the model for values; null where it has no such network. */
  sets(values: Values): readonly string[] | null;
  /** Step of the grid mode [ms]; null for the exact one. */
  readonly dt: number | null;
  /** Of time that is seen at once [ms]. */
  readonly window: number;
  /** Of its own time in a second, at first [ms]; null for all that there can be. */
  readonly pace: number | null;
  /** What is plotted beside raster and rates. */
  readonly beside: "weights" | "window" | null;
}

export type Values = Readonly<Record<string, number | string>>;

const steps = (from: number, to: number, step: number) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, k) =>
    Number((from + k * step).toPrecision(6)),
  );

/** A smaller network of Brunel's whose synapses are stronger for being fewer, so that the mean input is the same. */
const SCALE = 0.4;

export const liveModels: readonly LiveModel[] = [
  {
    name: "brunel",
    title: "Brunel’s four regimes",
    about:
      "5,000 sparsely connected neurons. Inhibition g and external drive eta decide whether they fire together or each by itself.",
    source:
      "Brunel 2000, J. Comput. Neurosci. 8:183, model A, at 0.4 of its size with synapses as much stronger",
    knobs: [
      { name: "g", label: "Inhibition g", stops: steps(0, 8, 0.25), usual: 5 },
      { name: "eta", label: "External drive eta", stops: steps(0.5, 4, 0.1), usual: 2 },
    ],
    regimes: [
      { title: "synchronous regular", values: { g: 3, eta: 2 } },
      { title: "fast oscillation", values: { g: 6, eta: 4 } },
      { title: "asynchronous irregular", values: { g: 5, eta: 2 } },
      { title: "slow oscillation", values: { g: 4.5, eta: 0.9 } },
    ],
    sets: ({ g, eta }) => [
      `parameters.scale=${SCALE}`,
      `parameters.J=${0.1 / SCALE}mV`,
      `parameters.g=${g}`,
      `parameters.eta=${eta}`,
    ],
    ...{ dt: 0.1, window: 200, pace: 50, beside: null },
  },
  {
    name: "cuba",
    title: "CUBA, self-sustained activity",
    about: "4,000 neurons with exponential currents and no input: what they fire keeps them firing.",
    source: "Vogels & Abbott 2005, J. Neurosci. 25:10786; Brette et al. 2007, benchmark 2",
    knobs: [
      { name: "wE", label: "Excitatory weight", unit: "mV", stops: steps(0.2, 3, 0.02), usual: 1.62 },
      { name: "wI", label: "Inhibitory weight", unit: "mV", stops: steps(-20, 0, 0.5), usual: -9 },
    ],
    sets: ({ wE, wI }) => [`parameters.wE=${wE}mV`, `parameters.wI=${wI}mV`],
    ...{ dt: 0.1, window: 500, pace: 100, beside: null },
  },
  {
    name: "stdp",
    title: "The window of STDP",
    about:
      "81 synapses are shown pairs of spikes at intervals that are drawn. Each point is what one pair did to one weight.",
    source:
      "Song, Miller & Abbott 2000, Nature Neurosci. 3:919; triplets: Pfister & Gerstner 2006, J. Neurosci. 26:9673",
    knobs: [
      { name: "rule", label: "Plasticity", stops: ["pairs", "triplets"], usual: "pairs" },
      { name: "frequency", label: "Pairs per second", unit: "Hz", stops: [1, 2, 5, 10, 20, 40], usual: 2 },
      { name: "aPlus", label: "A+", stops: steps(0, 0.01, 0.0005), usual: 0.005 },
      { name: "aMinus", label: "A−", stops: steps(0, 0.01, 0.00025), usual: 0.00525 },
      { name: "tauPlus", label: "tau+", unit: "ms", stops: steps(5, 50, 2.5), usual: 20 },
      { name: "tauMinus", label: "tau−", unit: "ms", stops: steps(5, 50, 2.5), usual: 20 },
    ],
    sets: () => null,
    ...{ dt: null, window: 1000, pace: 500, beside: "window" },
  },
  {
    name: "distal-reward",
    title: "Distal reward",
    about:
      "Whenever one neuron fires soon after another, a reward comes to all synapses, seconds later. One of 72,000 finds out.",
    source: "after Izhikevich 2007, Cereb. Cortex 17:2443, with LIF neurons and larger rewards",
    knobs: [
      { name: "amount", label: "Dopamine of a reward", stops: [0, 0.25, 0.5, 1, 2, 3, 5], usual: 2 },
      { name: "within", label: "Fires within", unit: "ms", stops: [5, 10, 20, 30, 50], usual: 20 },
      { name: "delay", label: "Reward after, up to", unit: "s", stops: [0.5, 1, 2, 3, 5], usual: 3 },
    ],
    sets: () => [],
    ...{ dt: 1, window: 4000, pace: null, beside: "weights" },
  },
];

export function liveModel(name: string): LiveModel | undefined {
  return liveModels.find(model => model.name === name);
}

/** A network as a visitor has it. */
export interface NetworkSetting {
  readonly network: string;
  readonly seed: number;
  readonly values: Values;
}

export function usualNetwork(name = "brunel"): NetworkSetting {
  const { knobs } = liveModel(name)!;
  return {
    network: name,
    seed: 1,
    values: Object.fromEntries(knobs.map(({ name, usual }) => [name, usual])),
  };
}

/** In the address of the page. */
export function networkWords({ network, seed, values }: NetworkSetting): [string, string][] {
  const { knobs } = liveModel(network)!;
  const changed = knobs.filter(({ name, usual }) => values[name] !== usual);
  return [
    ["network", network],
    ...(seed === 1 ? [] : [["seed", String(seed)] as [string, string]]),
    ...changed.map(({ name }): [string, string] => [name, String(values[name])]),
  ];
}

/** @returns the setting, as usual where a word is missing or wrong, and a line for each wrong one */
export function networkSettingOf(words: Iterable<readonly [string, string]>): {
  setting: NetworkSetting;
  wrong: string[];
} {
  const given = [...words];
  const wrong: string[] = [];
  const named = given.find(([key]) => key === "network")?.[1] ?? "brunel";
  const known = liveModel(named) !== undefined;
  if (!known) wrong.push(`network: expected one of ${liveModels.map(m => m.name).join(", ")}, got ${named}`);
  const setting = usualNetwork(known ? named : "brunel");
  const { knobs } = liveModel(setting.network)!;
  const values: Record<string, number | string> = { ...setting.values };
  let { seed } = setting;
  for (const [key, text] of given) {
    if (key === "network") continue;
    if (key === "seed" && /^\d{1,3}$/.test(text)) {
      seed = Number(text);
      continue;
    }
    const knob = knobs.find(({ name }) => name === key);
    const value = knob && read(knob, text);
    if (value === undefined)
      wrong.push(`${key}: expected a value of ${setting.network}, got ${text.slice(0, 40)}`);
    else values[key] = value;
  }
  return { setting: { ...setting, seed, values }, wrong };
}

/** A word of the knob's, or a number within its ends. */
function read({ stops, usual }: Knob, text: string): number | string | undefined {
  if (typeof usual === "string") return (stops as readonly string[]).find(word => word === text);
  const value = Number(text);
  const [from, to] = [stops[0] as number, stops.at(-1) as number];
  return text.trim() !== "" && value >= from && value <= to ? value : undefined;
}

/** The same network from a terminal, for a second of its time; null where `simulate` has none. */
export function simulateLine({ network, seed, values }: NetworkSetting): string | null {
  const model = liveModel(network)!;
  const sets = model.sets(values);
  if (sets === null) return null;
  const words = ["threefactor simulate", network, "--duration 1000", `--seed ${seed}`];
  if (model.dt !== null) words.push("--mode grid", `--dt ${model.dt}`);
  if (sets.length > 0) words.push("--set", ...sets);
  return words.join(" ");
}
