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

/** The rule of a projection whose synapses `ShiftRows` can hold; null for others. */
export function shiftOf(
  synapses: Projection,
  { models, delayKind }: Plasticity,
  { step, double }: LatticeGroup,
): PlasticityModel | null {
  const fits = models.length === 1 && models[0].shifts && delayKind === "axonal";
  const rows = synapses.matrix || (synapses.listed && !synapses.delays);
  return fits && !double && !step.counts && rows ? models[0] : null;
}

/**
 * Synapses of one delay that spikes change after they have passed, each target's by one number (`Shift`): a spike adds a row
 * of weights to the state and, when thresholds have been tested, the changes to the row.
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
  readonly #check: PlasticityModel["check"];
  readonly #rule: SynapseRule;
  readonly #shift: Shift;
  readonly #watch: WeightWatch;
  readonly #path: string;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #layout: ShiftLayout;
  readonly #byAt: number;
  /** [sources] floats; 0 where the shift has none. */
  readonly #factorsAt: number;
  readonly #hear: ((changed: number) => void) | null;
  #by!: Float32Array;
  #factors: Float32Array | null = null;
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
    model: PlasticityModel,
    targets: Pick<Site, "modulators" | "passing"> & { readonly neurons: LatticeGroup },
    dt: number,
    path: string,
  ) {
    const { pre, post } = synapses;
    this.#arena = arena;
    this.#crew = crew;
    this.#synapses = synapses;
    this.#check = model.check;
    const { neurons, modulators, passing } = targets;
    const sides = { synapses: synapses.synapses, preSides: pre, postSides: post, shared: false };
    const site = { ...sides, weights: synapses.heldWeights, neurons, modulators };
    this.#rule = model.create(passing ? { ...site, passing } : site);
    this.#shift = this.#rule.shift!;
    this.#watch = new WeightWatch(synapses, path);
    this.#path = path;
    this.#group = neurons;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    const Layout = synapses.matrix ? ShiftMatrix : ShiftList;
    this.#layout = new Layout(arena, synapses, crew.members);
    this.bytes = this.#layout.bytes;
    this.#byAt = arena.take(4 * Math.ceil(post / 4) * 4);
    this.#factorsAt = this.#shift.factor ? arena.take(4 * pre) : 0;
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
    this.#layout.bind();
    this.#by = this.#arena.view(Float32Array, this.#byAt, this.#synapses.post);
    if (this.#factorsAt) this.#factors = this.#arena.view(Float32Array, this.#factorsAt, this.#synapses.pre);
    // With a negative gain, positive weights inhibit.
    const [plus, minus] = gain < 0 ? [inhibitory, excitatory] : [excitatory, inhibitory];
    const { wMin, wMax, keepsSign = false } = this.#shift.bounds;
    this.#layout.records.forEach((record, m) => {
      const first = 4 * this.#layout.first(m);
      this.#arena.integers(record, {
        [layout.DENSE_EXC]: addresses[plus.state] + first,
        [layout.DENSE_INH]: addresses[minus.state] + first,
        [layout.SHIFT_BY]: this.#byAt + first,
        [layout.SHIFT_FACTORS]: this.#factorsAt,
        [layout.SHIFT_KEEPS]: keepsSign ? 1 : 0,
      });
      this.#arena.floats(record, {
        [layout.DENSE_SCALE_EXC]: gain * plus.scale,
        [layout.DENSE_SCALE_INH]: gain * minus.scale,
        [layout.SHIFT_LOW]: wMin,
        [layout.SHIFT_HIGH]: wMax,
      });
    });
    this.#layout.take(this.#synapses.heldWeights);
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (!this.#watch.changed()) return;
    within(this.#path, () => this.#check(this.#synapses.heldWeights));
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
    this.#rule.postSpike?.(j, t);
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    this.#history = history;
    this.#fired = step - this.#delay;
    const fired = history.at(this.#fired);
    for (let k = history.count(this.#fired) - 1; k >= 0; k--) this.events += this.#layout.length(fired[k]);
    this.#run(this.#layout.deliver, null);
  }

  /** What has arrived has passed, and thresholds have been tested. */
  pass(t: number): void {
    const spikes = this.#history?.count(this.#fired) ?? 0;
    if (spikes === 0) return;
    const { preSpike } = this.#rule;
    const fired = this.#history!.at(this.#fired);
    if (preSpike) for (let k = 0; k < spikes; k++) preSpike(fired[k], t);
    const open = this.#shift.all(t, this.#by);
    if (open === 0) return;
    if (!this.#layout.counts) this.changes += spikes * open;
    this.#given = false;
    if (this.#factors)
      for (let k = 0; k < spikes; k++) this.#factors[fired[k]] = this.#shift.factor!(fired[k], t);
    this.#run(this.#layout.shift, this.#hear);
  }

  #run(kernel: ShiftLayout["deliver" | "shift"], hear: ((result: number) => void) | null): void {
    for (const { address, count } of this.#crew.spikes(this.#history!, this.#fired)) {
      const { records } = this.#layout;
      for (let m = 0; m < records.length; m++) this.#crew.call(m, kernel, hear, records[m], address, count);
    }
  }

  rest(t: number): void {
    this.#rule.rest?.(t);
  }

  /** Nothing waits to be made up for. */
  update(): void {}

  reward(): boolean {
    return false;
  }

  modulate(modulators: ArrayLike<number>): void {
    if (!this.#rule.stand) throw noModulators();
    this.#rule.stand(modulators);
  }
}
