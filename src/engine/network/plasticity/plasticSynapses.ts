import { InputError } from "../../../errors.ts";
import { delayOf } from "../../instant.ts";
import type { Projection } from "../synapses/projection.ts";
import { type Edges, edges } from "./edges.ts";
import type { PlasticityModel, Site, SynapseRule } from "./plasticity.ts";
import { Shifts } from "./shifts.ts";

/** What is wrong with modulators for synapses that take none from outside. */
export function noModulators(): InputError {
  return new InputError("plasticity: expected three-factor, which takes modulators where it names none");
}

type ReceiveAll = (t: number, weights: Float32Array | Float64Array, from: number, gain: number) => void;

/** A checked `plasticity` field of a projection. */
export interface Plasticity {
  readonly models: readonly PlasticityModel[];
  /** Their names. */
  readonly kinds: readonly string[];
  /** All of their tables, filled in. */
  readonly parameters: readonly Readonly<Record<string, unknown>>[];
  readonly delayKind: "axonal" | "dendritic";
}

/**
 * The synapses of one projection with their rules, which act one after the other: their changes of the weight in order,
 * their efficacies as a product.
 */
export class PlasticSynapses {
  readonly dendritic: boolean;
  /** Whether postsynaptic spikes matter to any rule. */
  readonly hearsPost: boolean;
  /** Whether any rule acts at each synapse then. */
  readonly #actsPost: boolean;
  /** Whether rules act after a presynaptic spike has passed; see `pass`. */
  readonly passes: boolean;
  /** Changes of a weight then. */
  changes = 0;
  /** Rows and cursors of spikes that have arrived since. */
  readonly #arrived: number[] = [];
  readonly #synapses: Projection;
  /** The network's list, or one in double precision. */
  readonly #weights: Float32Array | Float64Array;
  readonly #rules: readonly SynapseRule[];
  /** Made when they are asked for. */
  #listed: Edges | null = null;
  readonly #sharesPre: boolean;
  readonly #sharesPost: boolean;
  /** Synapses of each postsynaptic neuron, in order of delay: columns of the matrix; null when no rule needs them. */
  readonly #columns: { start: Uint32Array; synapses: Uint32Array } | null;
  readonly #shifts: readonly (Shifts | null)[];
  /** Whether a spike passes as over synapses that do not learn, and only afterwards means something to the rules. */
  readonly #passesBy: boolean;
  /** What takes a spike over a row of a matrix to all neurons, where they take it at once. */
  readonly #receiveAll: ReceiveAll | null;
  readonly #transmit: (target: number, weight: number, synapse: number) => void;
  // The arrival that #transmit is part of.
  #row = 0;
  #time = 0;
  #next = 0;

  /**
   * @param targets  the postsynaptic neurons and their modulators
   * @param receive  takes a spike's effect to them
   * @param receiveAll  takes that of a row of a matrix to all of them, where that can be done at once
   * @param double   whether weights are kept in double precision, and given to the network rounded
   */
  constructor(
    synapses: Projection,
    { models, delayKind }: Plasticity,
    targets: Pick<Site, "neurons" | "modulators" | "passing">,
    receive: (target: number, amount: number) => void,
    receiveAll: ReceiveAll | null,
    double = false,
  ) {
    this.#synapses = synapses;
    this.#weights = double ? Float64Array.from(synapses.heldWeights) : synapses.weights;
    const uniform = synapses.delays?.every(delay => delayOf(delay) === synapses.minDelay) ?? true;
    this.dendritic = delayKind === "dendritic";
    this.#sharesPre = uniform;
    this.#sharesPost = uniform || !this.dendritic;
    const site = {
      synapses: synapses.synapses,
      preSides: this.#sharesPre ? synapses.pre : synapses.synapses,
      postSides: this.#sharesPost ? synapses.post : synapses.synapses,
      weights: this.#weights,
      shared: synapses.shared,
      neurons: targets.neurons,
      modulators: targets.modulators,
      ...(targets.passing && { passing: targets.passing }),
    };
    this.#rules = models.map(model => model.create(site));
    this.#actsPost = this.#rules.some(rule => rule.atPost);
    const walks = this.#actsPost || this.#rules.some(rule => rule.modulate);
    this.hearsPost = this.#actsPost || this.#rules.some(rule => rule.postSpike);
    this.#shifts = this.#rules
      .map(rule => !rule.passed && rule.shift && new Shifts(rule.shift, synapses.post, this.#weights))
      .map(s => s || null);
    this.passes = this.#rules.some(rule => rule.passed || rule.shift);
    this.#passesBy = !this.#rules.some(
      ({ preSpike, atPre, weightAt, efficacy }) => preSpike || atPre || weightAt || efficacy,
    );
    this.#receiveAll = this.#passesBy && synapses.full ? receiveAll : null;
    this.#columns = walks || !this.#sharesPost ? columns(this.#edges, synapses.post) : null;
    for (const rule of this.#rules)
      rule.modulatedBy?.follow((j, t, amount) => this.#modulateColumn([rule], j, t, amount));
    const { gain } = synapses;
    const weights = this.#weights;
    const { shared } = synapses;
    this.#transmit = this.#passesBy
      ? (j, _, s) => receive(j, weights[s] * gain)
      : (j, _, s) => {
          const [rules, t] = [this.#rules, this.#time];
          const own = shared ? this.#next++ : s;
          const pre = this.#sharesPre ? this.#row : s;
          const post = this.#sharesPost ? j : s;
          let efficacy = gain;
          for (const rule of rules) {
            if (!this.#sharesPre) rule.preSpike?.(s, t);
            rule.atPre?.(s, pre, post, t, own);
            if (rule.efficacy) efficacy *= rule.efficacy(pre);
          }
          let weight = weights[s];
          for (const rule of rules) if (rule.weightAt) weight = rule.weightAt(s, pre, post, t, weight);
          receive(j, weight * efficacy);
        };
  }

  get #edges(): Edges {
    this.#listed ??= edges(this.#synapses);
    return this.#listed;
  }

  /** Delivers a spike as `Projection.deliver` does, and lets the synapses learn from it. */
  arrive(row: number, cursor: number, t: number): number {
    this.#row = row;
    this.#time = t;
    if (this.passes) this.#arrived.push(row, cursor);
    if (this.#receiveAll) {
      const { post, gain } = this.#synapses;
      this.#receiveAll(t, this.#weights, row * post, gain);
      return post;
    }
    if (this.#passesBy) return this.#synapses.deliver(row, cursor, this.#transmit);
    // All its delays are the same.
    if (this.#synapses.shared) this.#next = this.#edges.shared!.starts[row];
    if (this.#sharesPre) for (const rule of this.#rules) rule.preSpike?.(row, t);
    return this.#synapses.deliver(row, cursor, this.#transmit);
  }

  /** Spikes that have arrived have passed, and thresholds have been tested. */
  pass(t: number): void {
    const arrived = this.#arrived;
    for (const shifts of this.#shifts) shifts?.begin(t);
    for (let k = 0; k < arrived.length; k += 2) {
      for (let r = 0; r < this.#rules.length; r++) {
        const shifts = this.#shifts[r];
        if (shifts) this.changes += shifts.act(this.#synapses, arrived[k], arrived[k + 1]);
        else if (this.#rules[r].passed) this.#passRow(this.#rules[r], arrived[k], arrived[k + 1], t);
      }
    }
    arrived.length = 0;
  }

  #passRow(rule: SynapseRule, row: number, cursor: number, t: number): void {
    const { shared } = this.#synapses;
    let next = shared ? this.#edges.shared!.starts[row] : 0;
    this.#synapses.deliver(row, cursor, (j, _, s) => {
      const own = shared ? next++ : s;
      const [pre, post] = [this.#sharesPre ? row : s, this.#sharesPost ? j : s];
      if (rule.passed!(s, pre, post, t, own)) this.changes++;
    });
  }

  /** How late a postsynaptic spike comes to the synapse that the cursor of a column points at, in the rules' frame [ms]. */
  lag(j: number, cursor: number): number {
    if (!this.dendritic) return 0;
    const { delays } = this.#edges;
    if (!delays) return 2 * this.#synapses.minDelay;
    const { start, synapses } = this.#columns!;
    return 2 * delays[synapses[start[j] + cursor]];
  }

  /**
   * A spike of postsynaptic neuron j reaches those of its synapses from `cursor` on that see it now.
   * @returns the cursor of the next, or Infinity when there is none
   */
  arrivePost(j: number, cursor: number, t: number): number {
    if (this.#sharesPost) for (const rule of this.#rules) rule.postSpike?.(j, t);
    if (!this.#columns || (this.#sharesPost && !this.#actsPost)) return Infinity;
    const { start, synapses } = this.#columns;
    const { pre, delays, shared } = this.#edges;
    const end = start[j + 1];
    const first = start[j] + cursor;
    const walksAll = this.#sharesPost;
    let k = first;
    for (; k < end && (walksAll || delays![synapses[k]] === delays![synapses[first]]); k++) {
      const own = synapses[k];
      const s = shared ? shared.places[own] : own;
      const preSide = this.#sharesPre ? pre[own] : own;
      const postSide = this.#sharesPost ? j : own;
      for (const rule of this.#rules) {
        if (!this.#sharesPost) rule.postSpike?.(s, t);
        rule.atPost?.(s, preSide, postSide, t, own);
      }
    }
    return k < end ? k - start[j] : Infinity;
  }

  /** Whether a spike of postsynaptic neuron j reaches any synapse. */
  hasColumn(j: number): boolean {
    return !this.#columns || this.#columns.start[j + 1] > this.#columns.start[j];
  }

  /** Spikes until now [ms] leave nothing. */
  rest(t: number): void {
    this.#arrived.length = 0;
    for (const rule of this.#rules) rule.rest?.(t);
  }

  /** Takes in weights of the network's list that are not what has been given to it. */
  takeWeights(): void {
    const { heldWeights } = this.#synapses;
    const weights = this.#weights;
    if (weights === heldWeights) return;
    for (let s = 0; s < weights.length; s++) {
      if (Math.fround(weights[s]) !== heldWeights[s]) weights[s] = heldWeights[s];
    }
  }

  /** Brings the network's list of weights up to date. */
  giveWeights(): void {
    const { heldWeights } = this.#synapses;
    if (this.#weights !== heldWeights) heldWeights.set(this.#weights);
  }

  /** Weights at t, one per synapse in their order, or those that they share. */
  weights(t: number): Float64Array {
    const { pre, post, shared } = this.#edges;
    return Float64Array.from(this.#weights, (stored, s) => {
      let weight = stored;
      const sides = shared
        ? ([0, 0] as const)
        : ([this.#sharesPre ? pre[s] : s, this.#sharesPost ? post[s] : s] as const);
      for (const rule of this.#rules) if (rule.weightAt) weight = rule.weightAt(s, ...sides, t, weight);
      return weight;
    });
  }

  /** @returns whether any rule takes rewards */
  reward(t: number, amount: number): boolean {
    for (const rule of this.#rules) rule.reward?.(t, amount);
    return this.#rules.some(rule => rule.reward);
  }

  /** @param modulators  one per postsynaptic neuron; synapses of a neuron with 0 are not touched */
  modulate(modulators: ArrayLike<number>, t: number): void {
    const rules = this.#rules.filter(rule => rule.modulate && !rule.modulatedBy);
    const standing = this.#rules.filter(rule => rule.stand);
    if (rules.length + standing.length === 0) throw noModulators();
    for (const rule of standing) rule.stand!(modulators);
    if (rules.length === 0) return;
    for (let j = 0; j < modulators.length; j++)
      if (modulators[j] !== 0) this.#modulateColumn(rules, j, t, modulators[j]);
  }

  /** A modulator reaches the synapses of postsynaptic neuron j. */
  #modulateColumn(rules: readonly SynapseRule[], j: number, t: number, modulator: number): void {
    const { start, synapses } = this.#columns!;
    const { pre, shared } = this.#edges;
    for (let k = start[j]; k < start[j + 1]; k++) {
      const own = synapses[k];
      const s = shared ? shared.places[own] : own;
      const sides = [this.#sharesPre ? pre[own] : own, this.#sharesPost ? j : own] as const;
      for (const rule of rules) rule.modulate!(s, ...sides, t, own, modulator);
    }
  }
}

function columns({ post, delays }: Edges, size: number) {
  const start = new Uint32Array(size + 1);
  for (const j of post) start[j + 1]++;
  for (let j = 0; j < size; j++) start[j + 1] += start[j];
  const next = start.slice();
  const synapses = new Uint32Array(post.length);
  post.forEach((j, s) => {
    synapses[next[j]++] = s;
  });
  if (delays) {
    for (let j = 0; j < size; j++) {
      synapses.subarray(start[j], start[j + 1]).sort((a, b) => delays[a] - delays[b] || a - b);
    }
  }
  return { start, synapses };
}
