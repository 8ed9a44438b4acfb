import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { exp } from "../math/elementary.ts";
import { type Bench, isHidden, SIZES, samples } from "./bench.ts";
import type { Left } from "./shadows.ts";

/** What is read of neurons: seen by letting some look otherwise than they are. */

/**
 * What is read of a neuron: its spikes, filtered or not; whether its potential lies within bounds, yes or no, as well;
 * or the value of its potential, which changes with its input whether it fires or not.
 */
export type Quantity = (typeof quantities)[number];
const quantities = ["nothing", "spikes", "window", "potential"] as const;

export type Third = "nothing" | "event" | "graded";

/** What one neuron is made to look like to whoever reads it. */
interface Look {
  readonly fires: boolean;
  /** Over the threshold. */
  readonly potential: number;
}

const silent = (potential: number): Look => ({ fires: false, potential });
const firing = (potential: number): Look => ({ fires: true, potential });
/** Two looks, and what is read where they make a difference. */
const DIFFERENT: readonly (readonly [Quantity, Look, readonly Look[]])[] = [
  ["spikes", silent(0.3), [firing(0.3)]],
  ["window", silent(0.3), [silent(-0.5), silent(0.8)]],
  ["window", firing(0.3), [firing(1.2), firing(-3)]],
  ["potential", firing(0.3), [firing(0.301)]],
];

const hiddenPopulations = [...SIZES.keys()].slice(1, -1);

/**
 * What is read of the postsynaptic neuron, and of others: the first neuron of each hidden population is made to look
 * otherwise, in every other presentation so that contrasts show; and so are the outputs.
 * @param bench  the same rule with the same past whenever it is asked for
 */
export function quantitiesRead(bench: () => Bench): { post: Quantity; others: Quantity } {
  let [post, others] = [0, 0];
  const index = samples.find(sample => teaches(bench(), sample)) ?? 0;
  for (const p of hiddenPopulations) {
    const known = new Map<Look, Update>();
    for (const [quantity, look, otherwise] of DIFFERENT) {
      const before = known.get(look) ?? seenAs(bench(), index, p, () => look);
      known.set(look, before);
      const found = quantities.indexOf(quantity);
      for (const other of otherwise) {
        for (const parity of [0, 1]) {
          const now = seenAs(bench(), index, p, presentation => (presentation % 2 === parity ? other : look));
          const [own, elsewhere] = differences(before, now, p);
          if (own) post = Math.max(post, found);
          if (elsewhere) others = Math.max(others, found);
        }
      }
    }
  }
  for (const index of samples) others = Math.max(others, quantities.indexOf(outputsRead(bench, index)));
  return { post: quantities[post], others: quantities[others] };
}

type Update = ReturnType<Bench["update"]>;

/** Whether a sample changes hidden synapses: a rule may learn from some only. */
function teaches(bench: Bench, index: number): boolean {
  bench.watch = {};
  return bench.update(index).changes.some((change, l) => isHidden(l) && change.some(value => value !== 0));
}

function seenAs(bench: Bench, index: number, p: number, look: (presentation: number) => Look): Update {
  let presentation = 0;
  bench.watch = {
    after(left) {
      if (holds(left, p)) put(bench.net, left, p, look(presentation++));
    },
  };
  return bench.update(index);
}

function outputsRead(bench: () => Bench, index: number): Quantity {
  let inSpikes = true;
  const look = (what: (left: Left, net: FeedForwardNetwork) => void) => {
    const at = bench();
    at.watch = {
      after(left) {
        if (left.top) what(left, at.net);
      },
    };
    return at.update(index);
  };
  const before = look(({ seen, began }, net) => {
    inSpikes &&= filtered(seen.logits, seen.outputSpikes, net, began?.at(-1)?.trace);
  });
  // Its class is the sample's number: another becomes more likely.
  const now = look(({ seen }) => {
    seen.logits[(index + 1) % seen.logits.length] += 3;
  });
  if (!differences(before, now, null).some(Boolean)) return "nothing";
  return inSpikes ? "spikes" : "potential";
}

const holds = ({ seen, lowest }: Left, p: number) => p > lowest && p - lowest < seen.trace.length;

/** Makes the first neuron of population p look so. */
function put(net: FeedForwardNetwork, { seen, lowest }: Left, p: number, { fires, potential }: Look): void {
  const q = p - lowest;
  const { durationMs, neuron } = net;
  const [train, times] = [seen.spikes[q], fires ? [0.5 * durationMs, 0.9 * durationMs] : []];
  const spikes = Array.from(train.neurons.subarray(0, train.length), (j, k) => [train.times[k], j] as const);
  train.clear();
  for (const [t, j] of spikes) if (j !== 0) train.push(t, j);
  for (const t of times) train.push(t, 0);
  train.sort(durationMs);
  const height = (t: number) => net.spikeGain * exp((t - durationMs) / neuron.tauMem);
  seen.trace[q][0] = times.reduce((sum, t) => sum + height(t), 0);
  seen.potential[q][0] = potential * neuron.vThreshold;
  net.read(seen, q);
}

/** Whether changes differ at the hidden synapses of the first neuron of population p, and elsewhere. */
function differences(a: Update, b: Update, p: number | null): [own: boolean, elsewhere: boolean] {
  let [own, elsewhere] = [false, a.memory?.some((value, at) => value !== b.memory![at]) === true];
  a.changes.forEach((change, l) => {
    if (!isHidden(l)) return;
    change.forEach((value, at) => {
      if (value === b.changes[l][at]) return;
      if (p === l + 1 && at % SIZES[p] === 0) own = true;
      else elsewhere = true;
    });
  });
  return [own, elsewhere];
}

/**
 * What changes from sample to sample in a neuron's post term when the neuron itself always looks the same: firing in
 * every other presentation, so that contrasts of presentations are left.
 */
export function thirdFactor(bench: () => Bench): Third {
  let [varies, graded] = [false, false];
  for (const p of hiddenPopulations) {
    for (const parity of [0, 1]) {
      const terms = samples.map(index => termsOf(bench(), index, p, parity));
      const different = terms.some(found => found.join() !== terms[0].join());
      varies ||= different;
      if (!different) continue;
      for (let n = 0; n < Math.max(...terms.map(found => found.length)); n++) {
        const there = terms.map(found => Math.abs(found[n] ?? 0)).filter(size => size > 0);
        graded ||= Math.max(...there) > (1 + 1e-6) * Math.min(...there);
      }
    }
  }
  if (!varies) return "nothing";
  return graded ? "graded" : "event";
}

function termsOf(bench: Bench, index: number, p: number, parity: number): number[] {
  const found: number[] = [];
  let presentation = 0;
  bench.watch = {
    after(left) {
      if (holds(left, p)) put(bench.net, left, p, (presentation++ % 2 === parity ? firing : silent)(0.3));
    },
    descended(l, post) {
      if (l === p - 1) found.push(post[0]);
    },
  };
  bench.update(index);
  return found;
}

/**
 * Whether a trace is what these spikes leave, all of the same height; those of twins, numbered after all, turned.
 * @param began  what the trace was before them; by default 0
 */
export function filtered(
  trace: Float64Array,
  { times, neurons, length }: SpikeTrain,
  { neuron, durationMs }: FeedForwardNetwork,
  began: Float64Array = new Float64Array(trace.length),
): boolean {
  const decay = exp(-durationMs / neuron.tauMem);
  const added = trace.map((value, i) => value - decay * began[i]);
  const left = new Float64Array(trace.length);
  for (let k = 0; k < length; k++) {
    const [i, twin] = [neurons[k] % trace.length, neurons[k] >= trace.length];
    left[i] += (twin ? -1 : 1) * exp((times[k] - durationMs) / neuron.tauMem);
  }
  const sizes = left.map(Math.abs);
  const most = sizes.indexOf(Math.max(...sizes));
  const height = sizes[most] > 0 ? added[most] / left[most] : 0;
  const size = Math.max(...trace.map(Math.abs));
  return added.every((value, i) => Math.abs(value - height * left[i]) <= 1e-9 * size);
}
