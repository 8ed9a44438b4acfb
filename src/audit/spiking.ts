import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { ThreeFactorSynapses } from "../engine/exact/threeFactorSynapses.ts";
import type { Eligibility } from "../engine/network/plasticity/threeFactor.ts";
import type { Rule } from "../rules/rule.ts";
import { Bench, isHidden, type RunSettings, SIZES } from "./bench.ts";
import { filtered, type Quantity, quantitiesRead, type Third, thirdFactor } from "./looks.ts";

/** How long a change waits: for other samples, to the sample's end or its next presentation, or not at all. */
export type Wait = (typeof waits)[number];
const waits = ["spike", "presentation", "sample", "batch"] as const;

/**
 * What the hidden synapses of a rule's spiking form use, and what is done for them. Obtained by training the rule as a
 * run would, on a small network in which neurons are made to fire or rest otherwise than they do when somebody reads
 * them; nothing is declared.
 */
export interface SpikingAudit {
  /** Presynaptic term: filtered spikes, or a value that no spike carried. */
  readonly pre: "spikes" | "graded";
  /** Whether the presynaptic term can fall below 0, of intensities from 0 to 1. */
  readonly signed: boolean;
  /** What is read of the postsynaptic neuron. */
  readonly post: Quantity;
  /** Third factor: none; of one size or absent, as a spike is; or a value of its own at each neuron and time. */
  readonly third: Third;
  /** What is read of other neurons, readout included, for the third factor or for what is presented next. */
  readonly others: Quantity;
  /** Whether the sample's input spikes come again as they were in its next presentation; null: it is shown once. */
  readonly replayed: boolean | null;
  /** Whether membranes and traces are put to rest when a sample comes. */
  readonly reset: boolean;
  readonly changesAfter: Wait;
}

/**
 * @returns null where the rule has no spiking form, or changes no hidden synapse
 * @throws InputError where the rule cannot be trained with these settings
 */
export function spikingAudit(rule: Rule, run: RunSettings = {}): SpikingAudit | null {
  if (rule.shallow || rule.rateOnly !== undefined) return null;
  const bench = new Bench(rule, run);
  const reset = rests(bench);
  const training = trained(bench, run.eligibility ?? "trace");
  if (!training) return null;
  // Where something is left of the past, it must be the same past each time.
  const same = () => (reset ? bench : withPast(new Bench(rule, run)));
  return { ...training, ...quantitiesRead(same), third: thirdFactor(same), reset };
}

function withPast(bench: Bench): Bench {
  bench.train();
  return bench;
}

/** Whether a sample's first presentation leaves the same, to the bit, before and after another sample has been there. */
function rests(bench: Bench): boolean {
  const first = (): string => {
    let found = "";
    bench.watch = {
      after({ seen }) {
        found ||= fingerprint(seen);
      },
    };
    bench.learn([0], 0);
    return found;
  };
  const fresh = first();
  bench.watch = {};
  bench.learn([1], 0);
  return first() === fresh;
}

function fingerprint({ spikes, potential, logits }: Presentation): string {
  const fired = spikes.map(({ times, neurons, length }) => [
    ...times.subarray(0, length),
    ...neurons.subarray(0, length),
  ]);
  return JSON.stringify([fired, potential.map(v => [...v]), [...logits]]);
}

type Training = Pick<SpikingAudit, "pre" | "signed" | "replayed" | "changesAfter">;

/** What is seen while the rule learns; null where it changes no hidden synapse. */
function trained(bench: Bench, eligibility: Eligibility): Training | null {
  let [learns, graded, signed] = [false, false, false];
  let replayed: boolean | null = null;
  let finest: number | null = null;
  let inBatch = 0;
  let shown = 0;
  const { net } = bench;
  /** What traces at sources were when their presentation began. */
  const past = new WeakMap<Float64Array, Float64Array>();
  const moved = hiddenWeightsMoved(net);
  const note = (wait: Wait) => {
    if (moved()) finest = Math.min(finest ?? Infinity, waits.indexOf(wait));
  };
  const eligibilities = new Eligibilities(net, eligibility);
  bench.watch = {
    begun() {
      // What has come before the batch is over has waited for no other sample.
      note(inBatch > 0 || bench.batch === 1 ? "sample" : "batch");
      inBatch++;
      shown = 0;
    },
    before() {
      if (shown++ > 0) note("presentation");
    },
    after({ seen, lowest, began }) {
      note("spike");
      seen.sourceTrace.forEach((trace, p) => {
        if (began?.[lowest + p]) past.set(trace, began[lowest + p].sources);
      });
    },
    descended(l, _, from) {
      if (!isHidden(l)) return;
      learns = true;
      const { sourceTrace, sourceSpikes } = from;
      graded ||= !filtered(sourceTrace[l], sourceSpikes[l], net, past.get(sourceTrace[l]));
      signed ||= eligibilities.fallBelowZero(l, from);
    },
    learned(times) {
      note("sample");
      if (times > 1) replayed = repeats(net);
    },
  };
  bench.train(() => {
    inBatch = 0;
  });
  note(bench.batch === 1 ? "sample" : "batch");
  if (!learns || finest === null) return null;
  return { pre: graded ? "graded" : "spikes", signed, replayed, changesAfter: waits[finest] };
}

/** Whether two further presentations of the waiting sample, unaltered, would be of the same input. */
function repeats({ input }: FeedForwardNetwork): boolean {
  const [a, b] = [0, 1].map(() => {
    input.next?.(null);
    const { times, neurons, length } = input.spikes;
    return JSON.stringify([
      [...times.subarray(0, length)],
      [...neurons.subarray(0, length)],
      [...(input.analogue ?? [])],
    ]);
  });
  return a === b;
}

/** Tells whether weights of hidden layers have changed since the last call. */
function hiddenWeightsMoved({ weights, biases }: FeedForwardNetwork): () => boolean {
  const watched = [...weights.filter((_, l) => isHidden(l)), ...biases.filter((_, l) => isHidden(l))];
  const last = watched.map(values => values.slice());
  return () => {
    let moved = false;
    watched.forEach((values, g) => {
      if (values.every((value, at) => value === last[g][at])) return;
      moved = true;
      last[g].set(values);
    });
    return moved;
  };
}

/** Eligibilities of synapses, one by one, as they are collected in training. */
class Eligibilities {
  readonly #net: FeedForwardNetwork;
  readonly #copy: FeedForwardNetwork;
  readonly #synapses: ThreeFactorSynapses;

  constructor(net: FeedForwardNetwork, eligibility: Eligibility) {
    const { architecture, weights, biases, neuron, durationMs } = net;
    const own = [weights, biases].map(groups => groups.map(values => values.slice()));
    this.#net = net;
    this.#copy = new FeedForwardNetwork(architecture, own[0], own[1], neuron, durationMs, {
      share: weights.map(() => null),
    });
    this.#synapses = new ThreeFactorSynapses(this.#copy, eligibility);
  }

  /** Beyond rounding. */
  fallBelowZero(l: number, from: Presentation): boolean {
    this.#copy.input.gain = this.#net.input.gain;
    this.#synapses.accumulate(l, new Float64Array(SIZES[l + 1]).fill(1), from);
    const fell = this.#synapses.changes().weights[l].some(value => value < -1e-6);
    this.#synapses.forget();
    return fell;
  }
}
