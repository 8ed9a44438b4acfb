/**
 * What the synapses of one plastic projection of a circuit read, traced through the circuit's own description: in a circuit
 * nothing reaches a synapse but by spikes, and where these come from is written there. Nothing is declared.
 */
export interface CircuitSynapses {
  /** FROM->TO */
  readonly name: string;
  /** Of the postsynaptic neuron, beside its modulator: nothing, the sum of its inputs, or its potential. */
  readonly post: "nothing" | "drive" | "potential";
  /** Populations whose spikes are the modulator. */
  readonly third: readonly string[];
  /** Synapses on the shortest way from the label, and from the output neurons, to the modulator; null where there is none. */
  readonly label: number | null;
  readonly output: number | null;
  /** Whether the modulator comes over the forward weights above (weight transport): their values, or their signs. */
  readonly weightsAbove: "no" | "signs" | "values";
  /**
   * Plastic projections that share every change with this one: they begin with the same weights, up to their signs, hear the
   * same presynaptic spikes, and learn in the same way by the same signals.
   */
  readonly sharesWith: readonly string[];
  /** Whether synapses that carry the modulator learn too. */
  readonly feedbackLearns: boolean;
  /** The longest that a spike of the modulator is under way [ms]: an error that waits is kept so long. */
  readonly delayMs: number;
  /** Phases of a sample that a signal which the synapse reads is bound to: a clock that all synapses share. */
  readonly phases: readonly string[];
  /** Whether a change waits as a tag of the synapse for another signal. */
  readonly tag: boolean;
  /** Whether one neuron excites some targets and inhibits others (against Dale's principle). */
  readonly mixedSigns: boolean;
}

export interface CircuitAudit {
  readonly synapses: readonly CircuitSynapses[];
  /** When potentials, traces and modulators are brought to rest from outside: before samples, passes, or never. */
  readonly rest: string;
}

/** The part of a model's description that is traced. */
interface Described {
  readonly populations: Readonly<Record<string, unknown>>;
  readonly projections?: readonly unknown[];
  readonly stimuli?: readonly unknown[];
  readonly stream?: unknown;
}
interface Projection {
  readonly from: string;
  readonly to: string;
  readonly target?: string;
  readonly connect?: { readonly kind?: string };
  readonly weights?: ArrayLike<number> | number;
  readonly gain?: number;
  readonly delay?: string | number;
  readonly plasticity?: Plasticity | readonly Plasticity[];
}
interface Plasticity {
  readonly modulator?: string;
  readonly permit?: string;
  readonly consolidate?: string;
  readonly gate?: string;
}
interface Stimulus {
  readonly to: string;
  readonly kind: string;
  readonly during?: string | readonly string[];
}

/** Cosine from which two lists of weights count as the same. */
const ALIKE = 1 - 1e-9;

export function auditCircuit(description: Described): CircuitAudit {
  const projections = (description.projections ?? []) as readonly Projection[];
  const stimuli = (description.stimuli ?? []) as readonly Stimulus[];
  const sizeOf = (name: string) => (description.populations[name] as { size: number }).size;
  const { rest = "samples" } = (description.stream ?? {}) as { rest?: string };
  const learning = projections.filter(({ plasticity, from }) => plasticity && from !== "bias");
  const synapses = learning.map(projection => {
    const { from, to } = projection;
    // Several act one after the other.
    const ways = [projection.plasticity ?? []].flat() as readonly Plasticity[];
    const named = (signal: "modulator" | "permit" | "consolidate" | "gate") =>
      ways.flatMap(way => way[signal] ?? []);
    const reaching = (...signals: ("modulator" | "permit" | "consolidate")[]) => {
      const read = signals.flatMap(named);
      return projections.filter(
        each => each.to === to && each.target !== undefined && read.includes(each.target),
      );
    };
    const third = reaching("modulator");
    const signals = reaching("modulator", "permit", "consolidate");
    const gates = named("gate");
    const away = distances(
      projections,
      third.map(each => each.from),
    );
    const labels = stimuli.filter(({ kind }) => kind === "labels").map(each => each.to);
    const nearest = (names: readonly string[]) => {
      const found = names.flatMap(name => away.get(name) ?? []);
      return found.length > 0 ? Math.min(...found) : null;
    };
    const upstream = distances(
      projections,
      signals.map(each => each.from),
    );
    const bound = stimuli.filter(({ to: at, during }) => during !== undefined && upstream.has(at));
    return {
      name: `${from}->${to}`,
      post: gates.includes("drive") ? "drive" : gates.includes("window") ? "potential" : "nothing",
      third: [...new Set(third.map(each => each.from))],
      label: nearest(labels),
      output: nearest(["output"]),
      weightsAbove: transported(
        third,
        projections.filter(each => each.from === to && each.plasticity),
        sizeOf,
      ),
      sharesWith: learning
        .filter(other => other !== projection && shareChanges(projection, other, projections, sizeOf))
        .map(other => `${other.from}->${other.to}`),
      feedbackLearns: third.some(each => each.plasticity !== undefined),
      delayMs: Math.max(0, ...third.map(({ delay }) => Number.parseFloat(String(delay ?? 0)))),
      phases: [...new Set(bound.flatMap(({ during }) => during!))],
      tag: named("consolidate").length > 0,
      mixedSigns: mixed(projection),
    } satisfies CircuitSynapses;
  });
  return { synapses, rest };
}

/** Synapses from each population to a modulator that spikes of `near` are; over membranes further up. */
function distances(projections: readonly Projection[], near: readonly string[]): Map<string, number> {
  const away = new Map(near.map(name => [name, 1]));
  for (const [name, steps] of away)
    for (const { from, to, target } of projections)
      if (to === name && target === undefined && !away.has(from)) away.set(from, steps + 1);
  return away;
}

/** Whether the synapses of two plastic projections make the same changes. */
function shareChanges(
  one: Projection,
  other: Projection,
  projections: readonly Projection[],
  sizes: (name: string) => number,
): boolean {
  if (JSON.stringify(one.plasticity) !== JSON.stringify(other.plasticity)) return false;
  const meet = (left: readonly string[], right: readonly string[]) => left.some(name => right.includes(name));
  /** The population, and those whose spikes it repeats. */
  const heard = ({ from }: Projection) => [
    from,
    ...projections
      .filter(each => each.to === from && each.connect?.kind === "oneToOne")
      .map(each => each.from),
  ];
  const reaching = ({ to }: Projection, signal: string) =>
    projections.filter(each => each.to === to && each.target === signal).map(each => each.from);
  const signals = ([one.plasticity ?? []].flat() as readonly Plasticity[]).flatMap(
    ({ modulator, permit, consolidate }) => [modulator ?? [], permit ?? [], consolidate ?? []].flat(),
  );
  return (
    meet(heard(one), heard(other)) &&
    signals.every(signal => meet(reaching(one, signal), reaching(other, signal))) &&
    sameMagnitudes(one, other, sizes)
  );
}

/** Whether rows of weights are the same but for signs, those of the shorter ones as often as they fit into the longer. */
function sameMagnitudes(one: Projection, other: Projection, sizes: (name: string) => number): boolean {
  const [a, b] = [one.weights, other.weights];
  const [n, m] = [sizes(one.to), sizes(other.to)];
  const [long, rows] = [Math.max(n, m), sizes(one.from)];
  if (typeof a !== "object" || typeof b !== "object" || sizes(other.from) !== rows) return false;
  if (a.length !== rows * n || b.length !== rows * m || long % Math.min(n, m) !== 0) return false;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < long; j++)
      if (Math.abs(a[i * n + (j % n)]) !== Math.abs(b[i * m + (j % m)])) return false;
  return true;
}

/** Whether feedback [above, here] has the weights [here, above] of a forward projection, or their signs. */
function transported(
  feedback: readonly Projection[],
  forward: readonly Projection[],
  sizes: (name: string) => number,
): "no" | "signs" | "values" {
  let found: "no" | "signs" = "no";
  for (const { weights: back, gain = 1, from, to } of feedback) {
    const [above, here] = [sizes(from), sizes(to)];
    for (const { weights: ahead, to: next } of forward) {
      if (typeof back !== "object" || typeof ahead !== "object" || sizes(next) !== above) continue;
      if (back.length !== above * here || ahead.length !== above * here) continue;
      let [ab, aa, bb, agree] = [0, 0, 0, 0];
      for (let c = 0; c < above; c++) {
        for (let j = 0; j < here; j++) {
          const [a, b] = [back[c * here + j] * Math.sign(gain), ahead[j * above + c]];
          ab += a * b;
          aa += a * a;
          bb += b * b;
          agree += Math.sign(a) * Math.sign(b);
        }
      }
      if (Math.abs(ab) > ALIKE * Math.sqrt(aa * bb)) return "values";
      if (Math.abs(agree) === back.length) found = "signs";
    }
  }
  return found;
}

function mixed({ weights, to, from }: Projection): boolean {
  if (typeof weights !== "object" || from === to) return false;
  let [up, down] = [false, false];
  for (let at = 0; at < weights.length; at++) {
    up ||= weights[at] > 0;
    down ||= weights[at] < 0;
  }
  return up && down;
}
