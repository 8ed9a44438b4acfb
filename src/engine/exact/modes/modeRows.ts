import { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { Network } from "../../network/network.ts";
import type { Projection } from "../../network/synapses/projection.ts";
import { WeightWatch } from "../../network/synapses/weightWatch.ts";
import { LifExpModes } from "./lifExpModes.ts";

/** Synapses of a projection that does not learn, laid out for delivery of whole rows to neurons that keep modes. */
export class ModeRows {
  readonly bytes: number;
  readonly #arena: Arena;
  readonly #synapses: Projection;
  readonly #group: LifExpModes;
  readonly #rowStart: Uint32Array;
  readonly #record: number;
  readonly #targets: number;
  readonly #wide: boolean;
  readonly #weights: number;
  readonly #watch: WeightWatch;
  /** The weights, where the arena has no room for one each. */
  #beside: Float32Array | null = null;

  /** @param path  of the projection, for errors */
  constructor(arena: Arena, synapses: Projection, group: LifExpModes, path: string) {
    const { runs, post, uniformWeight } = synapses;
    const { starts, targets } = runs;
    this.#group = group;
    this.#rowStart = starts;
    this.#wide = post > 65_536;
    const each = uniformWeight === null;
    this.#arena = arena;
    this.#synapses = synapses;
    this.#watch = new WeightWatch(synapses, path);
    this.#targets = arena.take((this.#wide ? 4 : 2) * targets.length);
    this.#weights = each ? arena.take(4 * targets.length) : 0;
    this.#record = arena.record(layout.ROWS_SIZE);
    this.bytes = ((this.#wide ? 0 : 2) + (each ? 4 : 0)) * targets.length;
    if (this.#wide) arena.view(Uint32Array, this.#targets, targets.length).set(targets);
    else arena.view(Uint16Array, this.#targets, targets.length).set(targets);
    if (each) arena.view(Float32Array, this.#weights, targets.length).set(synapses.heldWeights);
  }

  /** All space in the arena is taken: one list of targets serves the projection as well, where it is as wide. */
  begin(): void {
    const { synapses, gain, uniformWeight } = this.#synapses;
    this.#arena.integers(this.#record, {
      [layout.ROWS_TARGETS]: this.#targets,
      [layout.ROWS_WIDE]: this.#wide ? 1 : 0,
      [layout.ROWS_WEIGHTS]: this.#weights,
    });
    this.#arena.doubles(this.#record, {
      [layout.ROWS_WEIGHT]: (uniformWeight ?? 1) * gain,
    });
    if (this.#wide) this.#synapses.keepTargetsIn(this.#arena.view(Uint32Array, this.#targets, synapses));
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (!this.#watch.changed()) return;
    const { heldWeights, synapses } = this.#synapses;
    if (this.#weights) this.#arena.view(Float32Array, this.#weights, synapses).set(heldWeights);
    else this.#beside = heldWeights;
  }

  /** @returns number of synapses reached */
  deliver(row: number, t: number): number {
    const [from, to] = [this.#rowStart[row], this.#rowStart[row + 1]];
    if (from === to) return 0;
    if (this.#beside) {
      const { runs, gain } = this.#synapses;
      for (let s = from; s < to; s++) this.#group.receive(runs.targets[s], t, this.#beside[s] * gain);
      return to - from;
    }
    this.#group.deliver(t, this.#record, from, to);
    return to - from;
  }
}

/** A factor on weights from which sums of modes could overflow; other neurons then say which input is not finite. */
const HUGE = 1e60;

/**
 * The populations of a network that keep their state by modes, and the rows that reach them: all their synapses are
 * listed, do not learn, and have one delay per projection.
 */
export function modesOf(network: Network) {
  const { populations, projections } = network;
  const groups: (LifExpModes | null)[] = populations.map(() => null);
  const rows: (ModeRows | null)[] = projections.map(() => null);
  const reaching = populations.map((_, p) => projections.filter(({ to }) => to === p));
  const whole = populations.map(
    ({ model }, p) =>
      model?.modes &&
      LifExpModes.fits(model.modes) &&
      reaching[p].length > 0 &&
      reaching[p].every(
        ({ synapses, plasticity, target }) =>
          !plasticity &&
          target === null &&
          synapses.listed &&
          !synapses.delays &&
          Math.abs(synapses.gain) < HUGE,
      ),
  );
  // The kernels have 4 GiB at most: what is larger keeps potentials and currents.
  const neurons = populations.reduce((sum, { size }, p) => sum + (whole[p] ? size : 0), 0);
  const synapses = projections.reduce(
    (sum, { synapses, to }) => sum + (whole[to] ? synapses.synapses : 0),
    0,
  );
  if (neurons === 0 || 100 * neurons + 8 * synapses > 2 ** 32) return { groups, rows };
  const arena = new Arena(false, (p, x, m, e, i) => groups[p]!.timeToThreshold(x, m, e, i));
  populations.forEach(({ model, size }, p) => {
    if (whole[p]) groups[p] = new LifExpModes(size, model!.modes!, arena);
  });
  projections.forEach(({ synapses, to, place }, q) => {
    const group = groups[to];
    const path = `projections[${place}]`;
    if (group) rows[q] = new ModeRows(arena, synapses, group, path);
  });
  for (const [p, group] of groups.entries()) group?.begin(p);
  for (const each of rows) each?.begin();
  return { groups, rows };
}
