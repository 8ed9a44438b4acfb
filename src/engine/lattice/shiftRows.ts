import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import { within } from "../network/expect.ts";
import type { PlasticityModel, Shift, Site, SynapseRule } from "../network/plasticity/plasticity.ts";
import { noModulators, type Plasticity } from "../network/plasticity/plasticSynapses.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import { type Crew, shares } from "./crew.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

/** The rule of a projection whose synapses `ShiftRows` can hold; null for others. */
export function shiftOf(
  synapses: Projection,
  { models, delayKind }: Plasticity,
  { step, double }: LatticeGroup,
): PlasticityModel | null {
  const fits = models.length === 1 && models[0].shifts && delayKind === "axonal";
  return fits && !double && !step.counts && synapses.matrix ? models[0] : null;
}

/**
 * All-to-all synapses of one delay that spikes change after they have passed, each neuron's by one number (`Shift`): a
 * spike adds a row of the matrix to the state and, when thresholds have been tested, the changes to the row, four
 * synapses at a time.
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
  readonly #columns: number;
  readonly #matrix: number;
  readonly #byAt: number;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  /** One for each share. */
  readonly #records: readonly number[];
  #weights!: Float32Array;
  #by!: Float32Array;
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
    this.#columns = Math.ceil(post / 4) * 4;
    this.#shares = shares(post, crew.members);
    this.#records = this.#shares.map(() => arena.record(layout.SHIFT_SIZE));
    this.bytes = 4 * pre * this.#columns;
    this.#matrix = arena.take(this.bytes);
    this.#byAt = arena.take(4 * this.#columns);
  }

  bind(): void {
    const { excitatory, inhibitory } = this.#group.step;
    const { addresses } = this.#group;
    const { gain, pre } = this.#synapses;
    const [matrix, columns] = [this.#matrix, this.#columns];
    this.#weights = this.#arena.view(Float32Array, matrix, pre * columns);
    this.#by = this.#arena.view(Float32Array, this.#byAt, this.#synapses.post);
    // With a negative gain, positive weights inhibit.
    const [plus, minus] = gain < 0 ? [inhibitory, excitatory] : [excitatory, inhibitory];
    const { wMin, wMax, keepsSign = false } = this.#shift.bounds;
    this.#shares.forEach(([first, last], m) => {
      this.#arena.integers(this.#records[m], {
        [layout.DENSE_WEIGHTS]: matrix + 4 * first,
        [layout.DENSE_STRIDE]: columns,
        [layout.DENSE_COLUMNS]: Math.min(last, columns) - first,
        [layout.DENSE_EXC]: addresses[plus.state] + 4 * first,
        [layout.DENSE_INH]: addresses[minus.state] + 4 * first,
        [layout.SHIFT_BY]: this.#byAt + 4 * first,
        [layout.SHIFT_KEEPS]: keepsSign ? 1 : 0,
      });
      this.#arena.floats(this.#records[m], {
        [layout.DENSE_SCALE_EXC]: gain * plus.scale,
        [layout.DENSE_SCALE_INH]: gain * minus.scale,
        [layout.SHIFT_LOW]: wMin,
        [layout.SHIFT_HIGH]: wMax,
      });
    });
    this.#fill();
  }

  #fill(): void {
    const { pre, post, heldWeights } = this.#synapses;
    for (let row = 0; row < pre; row++)
      this.#weights.set(heldWeights.subarray(row * post, (row + 1) * post), row * this.#columns);
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (!this.#watch.changed()) return;
    within(this.#path, () => this.#check(this.#synapses.heldWeights));
    this.#fill();
  }

  /** Brings the network's list of weights up to date. */
  giveWeights(): void {
    if (this.#given) return;
    this.#crew.run();
    this.#watch.expectSame();
    const { pre, post, heldWeights } = this.#synapses;
    for (let row = 0; row < pre; row++) heldWeights.set(this.#row(row), row * post);
    this.#watch.mark();
    this.#given = true;
  }

  weights(): Float64Array {
    if (this.#given) this.takeWeights();
    else this.#crew.run();
    const { pre, post, synapses } = this.#synapses;
    const weights = new Float64Array(synapses);
    for (let row = 0; row < pre; row++) weights.set(this.#row(row), row * post);
    return weights;
  }

  #row(row: number): Float32Array {
    const at = row * this.#columns;
    return this.#weights.subarray(at, at + this.#synapses.post);
  }

  postSpike(j: number, _step: number, t: number): void {
    this.#rule.postSpike?.(j, t);
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    this.#history = history;
    this.#fired = step - this.#delay;
    this.events += history.count(this.#fired) * this.#synapses.post;
    this.#run("deliverDense");
  }

  /** What has arrived has passed, and thresholds have been tested. */
  pass(t: number): void {
    const spikes = this.#history?.count(this.#fired) ?? 0;
    if (spikes === 0) return;
    const open = this.#shift.all(t, this.#by);
    this.changes += spikes * open;
    if (open === 0) return;
    this.#given = false;
    this.#run("shiftDense");
  }

  #run(kernel: "deliverDense" | "shiftDense"): void {
    for (const { address, count } of this.#crew.spikes(this.#history!, this.#fired)) {
      for (let m = 0; m < this.#records.length; m++)
        this.#crew.call(m, kernel, null, this.#records[m], address, count);
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
