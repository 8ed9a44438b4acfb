import type { ModelDescription } from "../description/describe.ts";
import { dense } from "../engine/network/architecture.ts";
import { MEMBRANE } from "../engine/network/modulators.ts";
import { Rng } from "../math/rng.ts";
import type { CircuitPlan } from "../rules/circuits/circuit.ts";
import type { Rule } from "../rules/rule.ts";

/**
 * What the synapses onto the first hidden layer of a circuit read, each by itself and by what reaches its neuron's
 * modulators: followed through the network's populations and projections, whatever rule they were made by.
 */
export interface CircuitAudit {
  /** Of the presynaptic neuron: each spike alone, or what its spikes have left. */
  readonly pre: "spikes" | "trace";
  /** Of the postsynaptic neuron beside its modulators: `drive` and `window` are those of the gate. */
  readonly post: "nothing" | "spikes" | "drive" | "window";
  /** Populations whose spikes raise the modulator that is the third factor. */
  readonly third: readonly string[];
  /** Whether the neuron's own spikes are among what reaches it there, over whatever number of relays. */
  readonly ownSpikes: boolean;
  /** Whether the class of the sample comes to the modulator as such; `errors`: as what output neurons are compared with. */
  readonly label: "no" | "errors" | "direct";
  /** Whether a signal that knows of phases and not of the sample decides when something is learned, or what passes on. */
  readonly phases: boolean;
  /** Longest time that spikes are on their way to the modulator [ms]: what is kept of a sample is kept there. */
  readonly keptMs: number;
  /** Whether feedback synapses have the signs, or the weights, of forward ones that are held to theirs. */
  readonly shared: "no" | "signs" | "weights";
  /** Whether synapses on the way of the third factor learn. */
  readonly feedbackLearns: boolean;
  /** When the network is put to rest from outside. */
  readonly rest: "samples" | "passes" | "never";
  /** How often a sample is shown. */
  readonly shown: number;
}

interface Plastic {
  readonly eligibility?: string;
  readonly modulator?: string;
  readonly read?: string;
  readonly permit?: string;
  readonly consolidate?: string;
  readonly gate?: string;
  readonly signs?: string;
}
interface Link {
  readonly from: string;
  readonly to: string;
  readonly target?: string;
  readonly delay?: string | number;
  readonly weights?: ArrayLike<number> | number;
  readonly gain?: number;
  readonly plasticity?: Plastic;
}
interface Driven {
  readonly to: string;
  readonly kind: string;
}

/** Sizes that differ, so that matrices tell which way they go. */
const SIZES = [6, 5, 4, 3];

/** @returns null for a rule without a circuit, or whose circuit changes no synapse onto a hidden layer */
export function circuitAudit(rule: Rule): CircuitAudit | null {
  const description = smallCircuit(rule);
  return description && (rule.shallow ? null : auditCircuit(description, "input", "hidden 1"));
}

/** The circuit of a rule on a small network with two hidden layers. */
export function smallCircuit(rule: Rule): ModelDescription | null {
  const architecture = dense(rule.shallow ? [SIZES[0], SIZES[3]] : SIZES);
  const rng = new Rng(1, "audit");
  const { circuit } = rule.create(architecture, new Rng(1, "feedback"), 2);
  if (!circuit) return null;
  const plan: CircuitPlan = {
    ...{ name: rule.name, architecture, learningRate: 0.1, hiddenRate: 1, schedule: "1", encoder: "rate" },
    weights: architecture.layers.map(({ rows, columns }) =>
      Float32Array.from({ length: rows * columns }, () => rng.normal()),
    ),
    biases: architecture.layers.map(({ columns }) => new Float32Array(columns)),
    ...{ durationMs: 60, periodMs: 60, count: 2, epochs: 1, tau: 20, interval: 5 },
    thresholds: { hidden: 0.25, output: 0.1, error: 0.2 },
    samples: { rest: "samples" },
  };
  return circuit(plan);
}

/**
 * The same of any network whose stream shows samples.
 * @param from  presynaptic population of the synapses that are looked at
 * @param to    their postsynaptic one
 */
export function auditCircuit(description: ModelDescription, from: string, to: string): CircuitAudit | null {
  const links = (description.projections ?? []) as readonly Link[];
  const stimuli = (description.stimuli ?? []) as readonly Driven[];
  const stream = (description.stream ?? {}) as { readonly rest?: CircuitAudit["rest"] };
  const own = links.find(link => link.from === from && link.to === to && link.plasticity);
  if (!own?.plasticity) return null;
  const { eligibility = "trace", gate, read, modulator, permit, consolidate } = own.plasticity;
  const onto = (target: string | undefined) =>
    target === undefined ? [] : links.filter(link => link.to === to && link.target === target);
  const third = onto(modulator);
  const sources = [...new Set(third.map(link => link.from))];
  const kinds = (name: string) => stimuli.filter(one => one.to === name).map(({ kind }) => kind);
  const isSignal = (name: string) => {
    const all = kinds(name);
    return all.length > 0 && all.every(kind => kind === "phase");
  };
  const relays = upstream(links, sources, name => name !== to && !isLayer(name));
  const feedback = links.filter(
    link => (relays.has(link.to) || third.includes(link)) && link.target !== undefined,
  );
  const reached = [...relays];
  return {
    pre: eligibility === "online" ? "spikes" : "trace",
    post:
      read === "post"
        ? "spikes"
        : gate === "window"
          ? "window"
          : (gate ?? (eligibility === "online" ? "drive" : "none")) === "drive"
            ? "drive"
            : "nothing",
    third: sources,
    ownSpikes: sources.includes(to) || reached.some(name => fedBy(links, name).includes(to)),
    label: sources.some(name => kinds(name).includes("labels"))
      ? "direct"
      : reached.some(name => fedBy(links, name).some(one => kinds(one).includes("labels")))
        ? "errors"
        : "no",
    phases: [...onto(permit), ...onto(consolidate), ...links.filter(({ to: t }) => relays.has(t))].some(
      link => isSignal(link.from),
    ),
    keptMs: Math.max(0, ...third.map(link => longest(links, link, relays))),
    shared: sharing(links, feedback),
    feedbackLearns: feedback.some(({ plasticity }) => plasticity !== undefined),
    rest: stream.rest ?? "samples",
    shown: stimuli.filter(one => one.to === from && one.kind === "samples").length,
  };
}

const isLayer = (name: string) => /^(input|bias|hidden( \d+)?|output)$/.test(name);
const isMembrane = ({ target = MEMBRANE }: Link) => target === MEMBRANE;
const fedBy = (links: readonly Link[], name: string) =>
  links.filter(link => link.to === name && isMembrane(link)).map(({ from }) => from);

/** Populations that spikes come from, and those before them, as far as they are to be followed. */
function upstream(
  links: readonly Link[],
  sources: readonly string[],
  follow: (name: string) => boolean,
): Set<string> {
  const found = new Set(sources.filter(follow));
  for (const name of found) for (const before of fedBy(links, name)) if (follow(before)) found.add(before);
  return found;
}

const milliseconds = (delay: string | number = 0) => Number.parseFloat(String(delay));

/** Delays on the longest way over such populations to the end of a projection. */
function longest(
  links: readonly Link[],
  last: Link,
  relays: ReadonlySet<string>,
  seen: readonly string[] = [],
): number {
  const before = relays.has(last.from)
    ? links.filter(link => link.to === last.from && isMembrane(link) && !seen.includes(link.from))
    : [];
  const way = before.map(link => longest(links, link, relays, [...seen, last.from]));
  return milliseconds(last.delay) + Math.max(0, ...way);
}

/** What weights onto modulators have of those that are held to their signs. */
function sharing(links: readonly Link[], feedback: readonly Link[]): CircuitAudit["shared"] {
  const held = links.filter(({ plasticity }) => plasticity?.signs === "kept");
  let found: CircuitAudit["shared"] = "no";
  for (const { weights: forward } of held) {
    for (const { weights: back } of feedback) {
      if (!isList(forward) || !isList(back) || forward.length !== back.length) continue;
      const turned = turns(forward.length).some(rows => agrees(forward, back, rows, Math.sign));
      if (!turned) continue;
      if (turns(forward.length).some(rows => agrees(forward, back, rows, w => w))) return "weights";
      found = "signs";
    }
  }
  return found;
}

const isList = (weights: Link["weights"]): weights is ArrayLike<number> => typeof weights === "object";

/** Numbers of rows that a matrix may have. */
function turns(length: number): number[] {
  return Array.from({ length }, (_, k) => k + 1).filter(rows => length % rows === 0);
}

/** Whether one is the other's transpose, as far as `look` tells. */
function agrees(
  forward: ArrayLike<number>,
  back: ArrayLike<number>,
  rows: number,
  look: (w: number) => number,
): boolean {
  const columns = forward.length / rows;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      if (look(forward[r * columns + c]) !== look(back[c * rows + r])) return false;
  return true;
}
