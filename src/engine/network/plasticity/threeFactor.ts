import { InputError, shown } from "../../../errors.ts";
import { exp } from "../../../math/elementary.ts";
import type { SpikeTrain } from "../../record/spikeTrain.ts";
import { decay, type Given, table, time, type Values } from "../parameters.ts";
import type { Projection } from "../synapses/projection.ts";
import { type Bounds, bounds, checkWeights, moved } from "./bounds.ts";
import { continuouslyShared } from "./continuousKernel.ts";
import { continuously, type Raise } from "./continuousReading.ts";
import { type Gate, gateOf, gateParameters } from "./gate.ts";
import type { Modulator } from "./modulator.ts";
import type { PlasticityDefinition, PlasticityModel, Site, SynapseRule } from "./plasticity.ts";
import { tagged } from "./tag.ts";
import { PERMITTED, ThirdFactor } from "./thirdFactor.ts";
import { Trace } from "./trace.ts";

/**
 * Three-factor synapses (Fremaux & Gerstner 2016, eq. 5 and 6): an eligibility e that the spikes of both sides leave, and
 * a modulator M of the postsynaptic neuron that comes at an event and changes
 *
 *     w += eta M e.
 *
 * Eligibilities, here and in the layers of the learning rules, which read them at the end of a presentation:
 * `trace`: the presynaptic trace x, raised by `height` at a presynaptic spike; dx/dt = -x / tauPlus;
 * `timing`: that trace read at postsynaptic spikes, e += x, summed; de/dt = -e / tauEligibility. In rules a
 *     spike counts for what it has left of the neuron's own trace at the end (`ThreeFactorSynapses`);
 * `pair`: the same with e += aPlus x at a postsynaptic, e -= aMinus y at a presynaptic spike (STDP);
 * `online`: nothing is left. Each presynaptic spike that arrives changes the weight at once, after it has passed and
 *     thresholds have been tested, by eta M x where the gate is open, with the x that it adds and will have left at
 *     `end`; under a modulator that stands these sum to `trace` over a presentation, if the gate stays as it is.
 *
 * Where M comes from. `Simulation.modulate` gives it, at an event or, for `online`, to stand from then on. Or it is an input:
 * `modulator` names one that projections of the network reach (`Modulator`, U below), and nothing comes from outside.
 * `read` says when it acts:
 * `pre`: at presynaptic spikes, w += eta U e after each has passed and thresholds have been tested; with `online` that is
 *     all, w += eta height U, for a negative eta the rule of Neftci et al. 2017 (eRBP);
 * `post`: at postsynaptic spikes, after what they leave themselves;
 * `continuous`: dw/dt = eta U e, in closed form between events;
 * `arrival`: at the spikes onto the modulator themselves, w += eta M e with a spike's weight as M: U does not matter, and a
 *     presynaptic spike of the same instant counts as earlier.
 * With `permit`, the name of another modulator, it acts at spikes only while that one is above a half: signals that come in
 * some phases of time say when there is something to learn.
 * With `consolidate`, the name of another modulator, these changes wait as a tag of the synapse until a spike reaches that
 * one; see `tagged`.
 */
const parameters = table({
  eligibility: {
    words: ["trace", "timing", "pair", "online"],
    default: "trace",
    doc: "what spikes leave at a synapse; online: nothing, weights change at presynaptic spikes",
  },
  modulator: {
    default: "",
    doc: "modulator of the postsynaptic neurons that is the third factor; without it Simulation.modulate gives it",
  },
  read: {
    words: ["pre", "post", "continuous", "arrival"],
    default: "pre",
    doc: "when that modulator acts: at presynaptic spikes, at postsynaptic ones, always, or when its own spikes arrive",
  },
  consolidate: {
    default: "",
    doc: "modulator whose spikes make changes of the weight of those that wait; without it they come at once",
  },
  permit: {
    default: "",
    doc: "modulator without which, at a half or less, nothing acts at spikes; without a name it always does",
  },
  ...gateParameters,
  eta: {
    unit: "1",
    varies: "time",
    doc: "change of the weight per modulator and eligibility, or what it is at a time; with continuous, per ms, and a number",
  },
  height: { unit: "1", default: 1, doc: "what a presynaptic spike raises its trace by" },
  tauPlus: { ...decay, default: 20, doc: "time constant of the presynaptic trace; Infinity counts spikes" },
  tauMinus: { ...time, default: 20, doc: "time constant of the postsynaptic trace, for pair" },
  tauEligibility: {
    ...decay,
    default: 1000,
    doc: "time constant of the eligibility, for timing and pair; Infinity keeps all",
  },
  aPlus: { unit: "1", default: 1, doc: "what a pair adds to the eligibility, for pair" },
  aMinus: { unit: "1", default: 1, doc: "what a pair in the other order takes off it, for pair" },
  end: {
    unit: "ms",
    default: Infinity,
    check: t => t >= 0 || "a time in ms, 0 or later",
    doc: "when it counts what a spike has left of its trace, for online; Infinity: it counts for all of it",
  },
  wMin: { ...bounds.wMin, default: -Infinity },
  wMax: bounds.wMax,
  signs: {
    words: ["free", "kept"],
    default: "free",
    doc: "whether a weight may change its sign; kept: one that would pass 0 stops there (Dale's law, synapse by synapse)",
  },
});

type Parameters = Values<typeof parameters>;

/** Those of the learning rules: `pair` has no share of a neuron's modulator that its own spikes would not undo. */
export type Eligibility = "trace" | "timing" | "online";

/** Parameters of `three-factor` plasticity as they are described. */
export type ThreeFactorSpec = { readonly kind: "three-factor" } & Given<typeof parameters>;

export const threeFactor: PlasticityDefinition<typeof parameters, "three-factor"> = {
  name: "three-factor",
  parameters,
  create: modulated,
};

function modulated(p: Parameters): PlasticityModel {
  expectReadable(p);
  const { modulator, consolidate, permit, read, eligibility } = p;
  const bounds = { wMin: p.wMin, wMax: p.wMax, keepsSign: p.signs === "kept" };
  const waits = consolidate !== "";
  return {
    // The modulator comes at its own time, whatever the delay: the frame cannot be moved.
    dendritic: false,
    rests: true,
    shares: true,
    shifts:
      !waits && (eligibility === "online" || (eligibility === "trace" && read === "pre" && modulator !== "")),
    modulators: {
      ...(modulator !== "" && { modulator }),
      ...(waits && { consolidate }),
      ...(permit !== "" && { permit }),
    },
    check: weights => checkWeights(weights, bounds),
    create(site) {
      const { weights, modulators } = site;
      const input = modulators.get(modulator);
      if (waits)
        return tagged(site, modulators.get(consolidate)!, bounds, change =>
          eligibility === "online"
            ? each(online(p, site, bounds, input), change)
            : atEvents(p, site, change, input),
        );
      if (eligibility === "online") return online(p, site, bounds, input);
      if (input && read === "continuous") {
        const tau = eligibility === "trace" ? p.tauPlus : p.tauEligibility;
        const reading = site.shared ? continuouslyShared : continuously;
        return reading(site, input, { eta: p.eta as number, tau, bounds }, raise => leaving(p, site, raise));
      }
      const change = (s: number, by: number) => {
        weights[s] = moved(weights[s], by, bounds);
      };
      return atEvents(p, site, change, input, bounds);
    },
  };
}

/** @throws InputError for parameters that have no meaning together */
function expectReadable({ eligibility, modulator, read, gate, consolidate, permit, eta }: Parameters): void {
  const online = eligibility === "online";
  const fail = (field: string, expected: string, got: string) =>
    new InputError(`${field}: expected ${expected}, got ${got}`);
  for (const [field, name] of Object.entries({ modulator, consolidate, permit }))
    if (typeof name !== "string") throw fail(field, "a name", shown(name));
  if (read !== "pre" && (online || modulator === ""))
    throw fail("read", `pre ${online ? "with online" : "without a modulator"}`, read);
  if (consolidate !== "" && (modulator === "" || consolidate === modulator))
    throw fail(
      "consolidate",
      modulator === "" ? "none without a modulator" : "another modulator",
      consolidate,
    );
  if (consolidate !== "" && read !== "pre" && read !== "post")
    throw fail("read", "pre or post with consolidate", read);
  if (permit !== "" && (modulator === "" || (read !== "pre" && read !== "post")))
    throw fail("permit", modulator === "" ? "none without a modulator" : `none with ${read}`, permit);
  if (typeof eta === "function" && read === "continuous")
    throw fail("eta", "a number with continuous", "a function of the time");
  const gated = online || (modulator !== "" && (read === "pre" || read === "post"));
  if (gate !== "none" && !gated)
    throw fail("gate", `none ${modulator === "" ? "without online or a modulator" : `with ${read}`}`, gate);
}

/** What `permit` asks of a neuron. */
function permission({ permit }: Parameters, { modulators }: Site): (post: number, t: number) => boolean {
  const signal = modulators.get(permit);
  return signal ? (post, t) => signal.at(post, t) > PERMITTED : () => true;
}

/** eta at a time [ms], asked once for each. */
function rateOf({ eta }: Parameters): (t: number) => number {
  if (typeof eta === "number") return () => eta;
  let [now, rate] = [Number.NaN, 0];
  return t => {
    if (t !== now) {
      rate = eta(t);
      if (!Number.isFinite(rate))
        throw new InputError(`eta: expected a finite number at t = ${t} ms, got ${rate}`);
      now = t;
    }
    return rate;
  };
}

/** @param own  of the synapse, where several share a weight */
type Change = (weight: number, by: number, own: number) => void;

/** What spikes leave at a synapse: `raise` adds it to its eligibility. */
function leaving(
  { eligibility, height, tauPlus, tauMinus, aPlus, aMinus }: Parameters,
  site: Site,
  raise: Raise,
): SynapseRule {
  if (eligibility === "trace") return { atPre: (s, _pre, post, t, own) => raise(own, post, t, height, s) };
  const [up, down] = eligibility === "pair" ? [aPlus, aMinus] : [1, 0];
  const [x, y] = [new Trace(site.preSides, tauPlus), new Trace(site.postSides, tauMinus)];
  return {
    rest() {
      x.clear();
      y.clear();
    },
    preSpike: (pre, t) => x.bump(pre, t, height),
    ...(down !== 0 && {
      postSpike: (post: number, t: number) => y.bump(post, t),
      atPre: (s: number, _pre: number, post: number, t: number, own: number) =>
        raise(own, post, t, -down * y.at(post, t), s),
    }),
    atPost: (s, pre, post, t, own) => raise(own, post, t, up * x.at(pre, t), s),
  };
}

/** The eligibility of a synapse, and the spikes that leave it. */
function eligibilityOf(p: Parameters, site: Site) {
  if (p.eligibility === "trace") {
    const x = new Trace(site.preSides, p.tauPlus);
    const spikes: SynapseRule = {
      rest: () => x.clear(),
      preSpike: (pre, t) => x.bump(pre, t, p.height),
    };
    return { spikes, at: (pre: number, _own: number, t: number) => x.at(pre, t) };
  }
  const e = new Trace(site.synapses, p.tauEligibility);
  const left = leaving(p, site, (own, _post, t, by) => e.bump(own, t, by));
  const spikes: SynapseRule = {
    ...left,
    rest(t) {
      left.rest?.(t);
      e.clear();
    },
  };
  return { spikes, at: (_pre: number, own: number, t: number) => e.at(own, t) };
}

/**
 * @param modulator  without it, it comes from outside
 * @param bounds     where changes are those of weights
 */
function atEvents(
  p: Parameters,
  site: Site,
  change: Change,
  modulator?: Modulator,
  bounds?: Bounds,
): SynapseRule {
  if (modulator && p.read !== "arrival") return readAtSpikes(p, site, change, modulator, bounds);
  const { spikes, at } = eligibilityOf(p, site);
  const eta = rateOf(p);
  return {
    ...spikes,
    ...(modulator && { modulatedBy: modulator }),
    modulate: (s, pre, _post, t, own, m) => change(s, eta(t) * (m * at(pre, own, t)), own),
  };
}

function readAtSpikes(
  p: Parameters,
  site: Site,
  change: Change,
  modulator: Modulator,
  bounds?: Bounds,
): SynapseRule {
  const { spikes, at } = eligibilityOf(p, site);
  const gate = gateOf(p, site);
  const eta = rateOf(p);
  const permitted = permission(p, site);
  const third = (post: number, t: number) => {
    const m = modulator.at(post, t);
    return m !== 0 && permitted(post, t) && gate.isOpen(post, t) ? m : 0;
  };
  const act = (s: number, pre: number, post: number, t: number, own: number) => {
    const m = third(post, t);
    if (m === 0) return false;
    change(s, eta(t) * (m * at(pre, own, t)), own);
    return true;
  };
  const both = (post: number, t: number) => {
    spikes.postSpike?.(post, t);
    gate.postSpike?.(post, t);
  };
  const hears = spikes.postSpike || gate.postSpike;
  const rest = (t: number) => {
    spikes.rest?.(t);
    gate.rest?.(t);
  };
  if (p.read === "pre") {
    const rule = { ...spikes, rest, ...(hears && { postSpike: both }), passed: act };
    if (p.eligibility !== "trace" || !bounds) return rule;
    const thirds = thirdFactorOf(p, site, gate, modulator);
    const shift = {
      bounds,
      by: (post: number, t: number) => eta(t) * third(post, t) || Number.NaN,
      all: (t: number, into: Float32Array | Float64Array) => scaled(thirds, t, () => eta(t), into),
      factor: (pre: number, t: number) => at(pre, 0, t),
    };
    return { ...rule, shift };
  }
  return {
    ...spikes,
    rest,
    ...(hears && { postSpike: both }),
    atPost(s, pre, post, t, own) {
      spikes.atPost?.(s, pre, post, t, own);
      act(s, pre, post, t, own);
    },
  };
}

/** Of all neurons at once. @param held  those that stand, without a modulator */
function thirdFactorOf(
  p: Parameters,
  { passing, modulators }: Site,
  { through }: Gate,
  modulator?: Modulator,
  held = new Float64Array(0),
): ThirdFactor {
  // Of a modulator by name, projections that read it alike read it once.
  const shared = (modulator && passing) ?? null;
  const reading = JSON.stringify([p.modulator, p.permit, p.gate, `${p.vMin}`, `${p.vMax}`]);
  const permit = modulators.get(p.permit) ?? null;
  const third =
    shared?.read.get(reading) ?? new ThirdFactor(modulator ?? null, held, permit, through, shared);
  shared?.read.set(reading, third);
  return third;
}

/** `all` of a shift. */
function scaled(
  third: ThirdFactor,
  t: number,
  rateAt: () => number,
  into: Float32Array | Float64Array,
): number {
  const open = third.read(t);
  if (open === 0) return 0;
  const { each } = third;
  const rate = rateAt();
  for (let j = 0; j < each.length; j++) into[j] = rate * each[j];
  return open;
}

/** @param modulator  or, without, those that stand */
function online(p: Parameters, site: Site, bounds: Bounds, modulator?: Modulator): SynapseRule {
  const { height, tauPlus, end } = p;
  const eta = rateOf(p);
  const gate = gateOf(p, site);
  const { isOpen, through: _, ...heard } = gate;
  const held = new Float64Array(modulator ? 0 : site.postSides);
  const permitted = permission(p, site);
  const by = (post: number, t: number) => {
    const m = modulator ? modulator.at(post, t) : held[post];
    return m === 0 || !permitted(post, t) || !isOpen(post, t)
      ? Number.NaN
      : eta(t) * leftAt(end, height, t, tauPlus) * m;
  };
  const third = thirdFactorOf(p, site, gate, modulator, held);
  const all = (t: number, into: Float32Array | Float64Array) =>
    scaled(third, t, () => eta(t) * leftAt(end, height, t, tauPlus), into);
  return {
    ...heard,
    ...(!modulator && { stand: (modulators: ArrayLike<number>) => held.set(modulators) }),
    shift: { bounds, by, all },
  };
}

/** A rule that shifts, which changes something else than weights. */
function each({ shift, ...rule }: SynapseRule, change: Change): SynapseRule {
  return {
    ...rule,
    passed(s, _pre, post, t, own) {
      const by = shift!.by(post, t);
      if (Number.isNaN(by)) return false;
      change(s, by, own);
      return true;
    },
  };
}

/** What a spike at t has left of its height at the end [ms]; Infinity: all. */
export function leftAt(end: number, height: number, t: number, tau: number): number {
  return tau === Infinity || end === Infinity ? height : height * exp(t / tau) * exp(-end / tau);
}

/** What an arrival at a time [ms] counts for in the eligibility at neuron j at the end, per its height. */
export type Reading = (j: number, arrival: number) => number;

/** `trace` */
export function atEnd(tau: number, end: number): Reading {
  return (_, arrival) => exp((arrival - end) / tau);
}

/** `timing` of the rules: as `atEnd`, once for each spike of neuron j from then on. */
export function atSpikes(post: SpikeTrain, neurons: number, tau: number, end: number): Reading {
  const times = Array.from({ length: neurons }, () => [] as number[]);
  for (let k = 0; k < post.length; k++) times[post.neurons[k]].push(post.times[k]);
  const left = atEnd(tau, end);
  return (j, arrival) => {
    let spikes = 0;
    const own = times[j];
    while (spikes < own.length && own[own.length - 1 - spikes] >= arrival) spikes++;
    return spikes * left(j, arrival);
  };
}

/**
 * changes += modulator (x) eligibility of synapses with any delays: each spike counts from when it arrives.
 * @param spikes     of the sources; what arrives after `end` [ms] does not count
 * @param height     what a spike stands for
 * @param modulator  one number per target
 * @param changes    in the order of the weights
 * @returns          synapses that were given a change, once for each arrival
 */
export function addArrivals(
  synapses: Projection,
  spikes: SpikeTrain,
  height: number,
  end: number,
  modulator: ArrayLike<number>,
  reading: Reading,
  changes: Float32Array,
): number {
  let updates = 0;
  for (let k = 0; k < spikes.length; k++) {
    const [t, neuron] = [spikes.times[k], spikes.neurons[k]];
    // Beyond the sources, their twins of opposite sign.
    const [row, left] = neuron < synapses.pre ? [neuron, height] : [neuron - synapses.pre, -height];
    const length = synapses.rowLength(row);
    for (let cursor = 0; cursor < length; ) {
      const arrival = t + synapses.delayAt(row, cursor);
      if (arrival > end) break;
      const first = cursor;
      cursor = synapses.deliver(row, cursor, (j, _, s) => {
        changes[s] += modulator[j] * left * reading(j, arrival);
      });
      updates += cursor - first;
    }
  }
  return updates;
}
