import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import { within } from "../network/expect.ts";
import type { PlasticityModel, Shift, Site, SynapseRule } from "../network/plasticity/plasticity.ts";
import { noModulators, type Plasticity } from "../network/plasticity/plasticSynapses.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import type { Crew } from "./crew.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import { type ShiftLayout, ShiftList, ShiftMatrix } from "./shiftLayouts.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

/** The rules of a projection whose synapses `ShiftRows` can hold; null for others. */
export function shiftOf(
  synapses: Projection,
  { models, delayKind }: Plasticity,
  { step, double }: LatticeGroup,
): readonly PlasticityModel[] | null {
  const fits = models.every(({ shifts }) => shifts) && delayKind === "axonal";
  const rows = synapses.matrix || (synapses.listed && !synapses.delays);
  return fits && !double && !step.counts && rows ? models : null;
}

/** One of the rules. */
interface Way {
  readonly rule: SynapseRule;
  readonly shift: Shift;
  readonly check: PlasticityModel["check"];
  /** [targets] floats, what their synapses change by, and [sources], a factor on that; 0 where the shift has none. */
  readonly byAt: number;
  readonly factorsAt: number;
  by: Float32Array;
  factors: Float32Array | null;
  /** For each member of the crew. */
  readonly records: readonly number[];
}

/**
 * Synapses of one delay that spikes change after they have passed, each target's by one number (`Shift`): a spike adds a row
 * of weights to the state and, when thresholds have been tested, the changes to the row, those of one rule after the other.
 *
 * Weights are in single precision, and here the changes are as well. After each run they go into the network's list.
 */
export class ShiftRows {
  readonly bytes: number;
  /** Synapses reached so far. */
  events = 0;
  /** Changes of a weight so far. */
  changes = 0;
  readonly #arena: Arena;
  readonly #crew: Crew;
  readonly #synapses: Projection;
  readonly #ways: readonly Way[];
  readonly #watch: WeightWatch;
  readonly #path: string;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #layout: ShiftLayout;
  readonly #hear: ((changed: number) => void) | null;
  /** Records of the rules that change anything now. */
  readonly #open: (readonly number[])[] = [];
  /** Whether nothing has happened since the network's list was brought up to date. */
  #given = true;
  /** Where the spikes come from that arrive in this step, and when they were fired. */
  #history: SpikeHistory | null = null;
  #fired = 0;

  /** @param path  of the projection, for errors */
  constructor(
    arena: Arena,
    crew: Crew,
    synapses: Projection,
    models: readonly PlasticityModel[],
    targets: Pick<Site, "modulators" | "passing"> & { readonly neurons: LatticeGroup },
    dt: number,
    path: string,
  ) {
    const { pre, post } = synapses;
    this.#arena = arena;
    this.#crew = crew;
    this.#synapses = synapses;
    const { neurons, modulators, passing } = targets;
    const sides = { synapses: synapses.synapses, preSides: pre, postSides: post, shared: false };
    const site = { ...sides, weights: synapses.heldWeights, neurons, modulators };
    this.#watch = new WeightWatch(synapses, path);
    this.#path = path;
    this.#group = neurons;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    const Layout = synapses.matrix ? ShiftMatrix : ShiftList;
    this.#layout = new Layout(arena, synapses, crew.members);
    this.bytes = this.#layout.bytes;
    this.#ways = models.map(({ create, check }) => {
      const rule = create(passing ? { ...site, passing } : site);
      const shift = rule.shift!;
      return {
        ...{ rule, shift, check },
        byAt: arena.take(4 * Math.ceil(post / 4) * 4),
        factorsAt: shift.factor ? arena.take(4 * pre) : 0,
        ...{ by: new Float32Array(0), factors: null, records: this.#layout.records() },
      };
    });
    this.#hear = this.#layout.counts
      ? changed => {
          this.changes += changed;
        }
      : null;
  }

  bind(): void {
    const { excitatory, inhibitory } = this.#group.step;
    const { addresses } = this.#group;
    const { gain } = this.#synapses;
    // With a negative gain, positive weights inhibit.
    const [plus, minus] = gain < 0 ? [inhibitory, excitatory] : [excitatory, inhibitory];
    const view = this.#arena.view.bind(this.#arena);
    this.#layout.bind();
    for (const way of this.#ways) {
      const { byAt, factorsAt, records, shift } = way;
      way.by = view(Float32Array, byAt, this.#synapses.post);
      if (factorsAt) way.factors = view(Float32Array, factorsAt, this.#synapses.pre);
      const { wMin, wMax, keepsSign = false } = shift.bounds;
      records.forEach((record, m) => {
        const first = 4 * this.#layout.describe(record, m);
        this.#arena.integers(record, {
          [layout.DENSE_EXC]: addresses[plus.state] + first,
          [layout.DENSE_INH]: addresses[minus.state] + first,
          [layout.SHIFT_BY]: byAt + first,
          [layout.SHIFT_FACTORS]: factorsAt,
          [layout.SHIFT_KEEPS]: keepsSign ? 1 : 0,
        });
        this.#arena.floats(record, {
          [layout.DENSE_SCALE_EXC]: gain * plus.scale,
          [layout.DENSE_SCALE_INH]: gain * minus.scale,
          [layout.SHIFT_LOW]: wMin,
          [layout.SHIFT_HIGH]: wMax,
        });
      });
    }
    this.#layout.take(this.#synapses.heldWeights);
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (!this.#watch.changed()) return;
    for (const { check } of this.#ways) within(this.#path, () => check(this.#synapses.heldWeights));
    this.#layout.take(this.#synapses.heldWeights);
  }

  /** Brings the network's list of weights up to date. */
  giveWeights(): void {
    if (this.#given) return;
    this.#crew.run();
    this.#watch.expectSame();
    this.#layout.give(this.#synapses.heldWeights);
    this.#watch.mark();
    this.#given = true;
  }

  weights(): Float64Array {
    if (this.#given) this.takeWeights();
    else this.#crew.run();
    const weights = new Float64Array(this.#synapses.synapses);
    this.#layout.give(weights);
    return weights;
  }

  postSpike(j: number, _step: number, t: number): void {
    for (const { rule } of this.#ways) rule.postSpike?.(j, t);
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    this.#history = history;
    this.#fired = step - this.#delay;
    const fired = history.at(this.#fired);
    for (let k = history.count(this.#fired) - 1; k >= 0; k--) this.events += this.#layout.length(fired[k]);
    this.#run(this.#layout.deliver, this.#ways[0].records, null);
  }

  /** What has arrived has passed, and thresholds have been tested. */
  pass(t: number): void {
    const spikes = this.#history?.count(this.#fired) ?? 0;
    if (spikes === 0) return;
    const fired = this.#history!.at(this.#fired);
    const open = this.#open;
    open.length = 0;
    for (const way of this.#ways) {
      const { rule, shift, by, factors } = way;
      if (rule.preSpike) for (let k = 0; k < spikes; k++) rule.preSpike(fired[k], t);
      const neurons = shift.all(t, by);
      if (neurons === 0) continue;
      if (factors) for (let k = 0; k < spikes; k++) factors[fired[k]] = shift.factor!(fired[k], t);
      if (!this.#layout.counts) this.changes += spikes * neurons;
      open.push(way.records);
    }
    if (open.length === 0) return;
    this.#given = false;
    const { shift } = this.#layout;
    if (open.length === 1) this.#run(shift, open[0], this.#hear);
    // All rules have one spike, and then the next.
    else
      for (const { address, count } of this.#crew.spikes(this.#history!, this.#fired))
        for (let k = 0; k < count; k++)
          for (const records of open)
            for (let m = 0; m < records.length; m++)
              this.#crew.call(m, shift, this.#hear, records[m], address + 4 * k, 1);
  }

  #run(
    kernel: ShiftLayout["deliver" | "shift"],
    records: readonly number[],
    hear: ((result: number) => void) | null,
  ): void {
    for (const { address, count } of this.#crew.spikes(this.#history!, this.#fired))
      for (let m = 0; m < records.length; m++) this.#crew.call(m, kernel, hear, records[m], address, count);
  }

  rest(t: number): void {
    for (const { rule } of this.#ways) rule.rest?.(t);
  }

  /** Nothing waits to be made up for. */
  update(): void {}

  reward(): boolean {
    return false;
  }

  modulate(modulators: ArrayLike<number>): void {
    const standing = this.#ways.filter(({ rule }) => rule.stand);
    if (standing.length === 0) throw noModulators();
    for (const { rule } of standing) rule.stand!(modulators);
  }
}
