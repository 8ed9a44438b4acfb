import { InputError } from "../../../errors.ts";
import { Actors } from "../../actors.ts";
import { EventQueue } from "../../eventQueue.ts";
import { instant } from "../../instant.ts";
import { Arena } from "../../kernels/arena.ts";
import type { Act, Loop } from "../../loop.ts";
import { within } from "../../network/expect.ts";
import type { Network } from "../../network/network.ts";
import type { NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import type { Stimulus } from "../../network/stimuli/timing.ts";
import { PopulationState } from "../../populationState.ts";
import { LifExpModes } from "../modes/lifExpModes.ts";
import { HeardSpikes } from "./heardSpikes.ts";
import { LifExpWindows } from "./lifExpWindows.ts";
import { LifWindows } from "./lifWindows.ts";
import { PairRows } from "./pairRows.ts";
import { QueuedWindows } from "./queuedWindows.ts";
import { Shots } from "./shots.ts";
import { Window } from "./window.ts";
import { byKernels } from "./windowOf.ts";
import { WindowRows } from "./windowRows.ts";

type State = PopulationState<NeuronGroup>;

type Group = LifExpModes | LifWindows | LifExpWindows | QueuedWindows;

/** A population, what moves it, and what reaches it. */
interface Part {
  readonly state: State;
  readonly group: Group;
  readonly window: Window;
  readonly rows: readonly WindowRows[];
  readonly shots: Shots[];
}

/** Input that comes to the way to threshold in so many windows makes few neurons worth a close look. */
const WINDOWS = 40;
/** Where packets of direct inputs begin among those of one time. */
const FIRST = -(2 ** 30);

/**
 * The exact mode by windows of time. No spike fired in a window arrives in it, as it is no longer than the shortest delay; so
 * all that reaches a population in a window is known when it begins, and each population goes through it by itself, in one call
 * of a kernel, however many events it holds. Spikes are heard of in the order of time when all populations are through.
 *
 * What comes from the queue, stimuli that are not taken over, probes and callbacks, ends a window: all before it has happened
 * then.
 */
export class WindowLoop implements Loop {
  time = 0;
  readonly populations: readonly State[];
  readonly plastic: readonly (PairRows | null)[];
  readonly lastRank: number;
  readonly #arena: Arena;
  readonly #actors: Actors;
  readonly #queue: EventQueue;
  #parts: readonly Part[] = [];
  readonly #partOf: (Part | undefined)[] = [];
  /** What leaves each population. */
  readonly #outgoing: readonly (readonly WindowRows[])[];
  readonly #rows: readonly WindowRows[];
  /** Spikes of input populations, of stimuli of the network: its time, and which stimulus. */
  readonly #inputs = new EventQueue();
  readonly #emitters: { readonly stimulus: Stimulus; readonly state: State; readonly due: Float64Array }[] =
    [];
  /** Width of the lattice of windows [ms], the present one, and up to where all has happened. */
  #width: number;
  #number = 0;
  #reached = 0;
  #began = false;
  /** Whether anything has happened in the last window. */
  #active = false;
  #direct = FIRST;
  /** How many windows each potential's origin stays. */
  readonly #periods: { readonly group: LifWindows; readonly windows: number }[] = [];
  readonly #spikes: HeardSpikes;

  /**
   * @param width    of windows at most [ms]; see `windowOf`
   * @param dense    populations that get much Poisson input; see `denseOf`
   * @param onSpike  hears of every spike when its window is over
   */
  constructor(
    network: Network,
    width: number,
    dense: ReadonlySet<number>,
    onSpike: (population: number, neuron: number, t: number) => void,
  ) {
    const { populations, projections } = network;
    this.#width = width;
    this.lastRank = 2 * populations.length;
    const groups: (NeuronGroup | null)[] = [];
    const arena: Arena = new Arena(false, (p, x, m, e, i) =>
      (groups[p] as LifExpModes | LifExpWindows).timeToThreshold(x, m, e, i),
    );
    this.#arena = arena;
    for (const [p, { model, size, name }] of populations.entries()) {
      if (!model || !byKernels(model)) {
        const make = () => model?.create(size) ?? null;
        groups.push(within(`populations.${name}.neuron`, make));
      } else if (model.modes && dense.has(p)) {
        groups.push(new LifExpWindows(size, model.modes, arena));
        this.#width = Math.min(this.#width, LifExpWindows.widest(model.modes));
      } else if (model.modes) groups.push(new LifExpModes(size, model.modes, arena));
      else groups.push(new LifWindows(size, model.jumps!, arena));
    }
    this.populations = populations.map(
      (population, p) => new PopulationState<NeuronGroup>(population, p, groups[p]),
    );
    this.#rows = projections.map(({ synapses, place, from, plasticity }, q) => {
      const outside = populations[from].model === null;
      return new WindowRows(arena, synapses, q, outside, plasticity !== null, `projections[${place}]`);
    });
    this.plastic = projections.map(({ plasticity, place }, q) => {
      if (!plasticity) return null;
      const [model] = plasticity.models;
      return new PairRows(arena, this.#rows[q], model, `projections[${place}]`, () => this.#reached);
    });
    this.#outgoing = populations.map((_, p) => this.#rows.filter((_, q) => projections[q].from === p));
    const parts = this.populations.flatMap((state, p) => {
      if (!state.group) return [];
      const rows = this.#rows.filter((_, q) => projections[q].to === p);
      const window = new Window(arena, 2 * state.size + 64, 256);
      const hear = (t: number, i: number) => this.#spikes.hear(t, p, i);
      const group = byKernels(state.population.model!)
        ? (state.group as LifExpModes | LifWindows | LifExpWindows)
        : new QueuedWindows(state, window, this.#rows, hear);
      return [{ state, group, window, rows, shots: [] }];
    });
    this.#parts = parts.sort((a, b) => a.state.rank - b.state.rank);
    for (const part of this.#parts) this.#partOf[part.state.index] = part;
    this.#rows.forEach((rows, q) => {
      rows.begin();
      rows.pairs = this.plastic[q];
    });
    for (const { group, rows, state } of this.#parts) {
      const learning = rows.flatMap(({ pairs }) => pairs ?? []);
      learning.forEach((pairs, k) => {
        pairs.begin(learning[k + 1]?.record ?? 0);
      });
      const largest = Math.max(0, ...rows.map(({ largest }) => largest));
      if (group instanceof QueuedWindows) continue;
      if (group instanceof LifExpWindows) {
        group.begin(state.index, largest);
        for (const each of rows) group.gain(each.order, each.unit);
        for (const each of rows) if (each.synapses.delays) each.arrivals = group.arrivals;
        continue;
      }
      group.learnBy(learning[0]?.record ?? 0);
      if (group instanceof LifExpModes) group.begin(state.index);
      else group.begin(largest);
    }
    this.#spikes = new HeardSpikes(this.populations.map(state => this.#place(state)));
    this.#actors = new Actors(
      network,
      this.populations,
      projections.map(() => null),
      onSpike,
    );
    this.#queue = this.#actors.queue;
    this.#bind();
  }

  get synapticEvents(): number {
    return this.#parts.reduce((sum, { window }) => sum + window.events, 0);
  }

  get bytes(): number {
    return this.#rows.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  addActor(act: Act): number {
    return this.#actors.add(act);
  }

  push(time: number, rank: number, source: number, item: number): void {
    this.#queue.push(time, rank, source, item, 0);
  }

  absorb(stimulus: Stimulus): boolean {
    if (this.#began) return false;
    const { effect, shots, weight, weights, population } = stimulus;
    const state = this.populations[population];
    if (effect === "spike") {
      const due = stimulus.first();
      const k = this.#emitters.push({ stimulus, state, due }) - 1;
      due.forEach((t, entry) => {
        if (t < Infinity) this.#inputs.push(t, state.rank, k, entry, 0);
      });
      return true;
    }
    if (effect !== "input" || !shots || weights) return false;
    const part = this.#partOf[population]!;
    if (part.group instanceof LifWindows) {
      if (!part.group.shoot(shots, weight)) return false;
      const { vThreshold, vReset } = part.group.parameters;
      const passage = ((vThreshold - vReset) * shots.wait) / Math.abs(weight);
      this.#width = Math.min(this.#width, passage / WINDOWS);
      return true;
    }
    if (part.group instanceof LifExpWindows) {
      part.group.shoot(shots, weight, this.#width);
      return true;
    }
    part.shots.push(new Shots(this.#arena, state.size, shots, weight, -2 - part.shots.length, this.#width));
    return true;
  }

  begin(): void {
    this.#began = true;
    this.#bind();
    for (const { group, rows } of this.#parts) {
      if (group instanceof LifExpWindows) {
        group.start(this.#width, Math.max(0, ...rows.map(({ longest }) => longest)));
        this.#bind();
      }
      if (!(group instanceof LifWindows)) continue;
      group.start(this.#width);
      this.#periods.push({ group, windows: Math.max(1, Math.floor(group.parameters.tauMem / this.#width)) });
    }
  }

  runUntil(end: number): void {
    this.takeWeights();
    const queue = this.#queue;
    for (;;) {
      const next = queue.nextTime;
      if (next > end) break;
      this.#advance(next, next);
      this.time = next;
      this.#direct = FIRST;
      while (queue.nextTime === next) {
        queue.pop();
        const { rank, source, item, extra } = queue;
        // What follows all else of an instant.
        if (rank & 1 || rank >= this.lastRank) this.#advance(after(next), next);
        this.time = next;
        this.#actors.act(source, item, extra, next);
      }
    }
    this.#advance(after(end), end);
    this.time = end;
    this.giveWeights();
  }

  giveWeights(): void {
    for (const pairs of this.plastic) pairs?.giveWeights();
  }

  takeWeights(): void {
    let changed = false;
    for (const rows of this.#rows) changed = rows.takeWeights() || changed;
    if (!changed) return;
    this.#bind();
    for (const { group, rows } of this.#parts) {
      if (group instanceof LifWindows) for (const { largest } of rows) group.expectWeight(largest);
      if (group instanceof LifExpWindows) this.#sendAgain(group, rows);
    }
  }

  /** What is on its way has other weights. */
  #sendAgain(group: LifExpWindows, rows: readonly WindowRows[]): void {
    this.#arena.kernels.clearArrivals(group.arrivals.record);
    for (const each of rows) each.sendAgain(this.#reached);
    this.#bind();
    for (const each of rows) group.gain(each.order, each.unit);
  }

  /** An input neuron fires now. */
  emit(state: State, i: number): void {
    this.#actors.fired(state, i, this.time);
    this.#send(state.index, i, this.time);
  }

  receive(state: State, i: number, amount: number): void {
    const { window, group } = this.#partOf[state.index]!;
    if (group instanceof LifWindows) group.expectWeight(amount);
    if (window.full) {
      window.grow();
      this.#bind();
    }
    window.addInput(this.time, i, amount, this.#direct++);
  }

  touch(state: State, i: number): void {
    const { group } = this.#partOf[state.index]!;
    if (group instanceof QueuedWindows) group.touch(i, this.time);
  }

  predict(state: State, i: number): void {
    const { group } = this.#partOf[state.index]!;
    if (group instanceof LifExpModes) group.judge(i);
    if (group instanceof QueuedWindows) group.predict(i);
  }

  /** Views of the memory end where it grows. */
  #bind(): void {
    for (const rows of this.#rows) rows.bind();
    for (const { window, group } of this.#parts) {
      window.bind();
      if (!(group instanceof QueuedWindows)) group.bind();
    }
  }

  /**
   * Lets happen all before a time [ms].
   * @param last  time up to which thresholds may be crossed
   */
  #advance(until: number, last: number): void {
    while (this.#reached < until) {
      this.#skip(until, last);
      const edge = instant((this.#number + 1) * this.#width);
      const to = Math.min(until, edge);
      if (this.#reached < to) this.#run(this.#reached, to, Math.min(to, last));
      this.#reached = to;
      if (to < edge) return;
      this.#goOn(this.#number + 1);
    }
  }

  /** To another window of the lattice. */
  #goOn(number: number): void {
    for (const { group } of this.#parts) if (group instanceof LifExpWindows) group.enter(number);
    for (const { group, windows } of this.#periods) {
      const moves = Math.floor(number / windows) - Math.floor(this.#number / windows);
      for (let k = 0; k < moves; k++) group.moveOrigin(windows * this.#width);
    }
    this.#number = number;
  }

  /** Passes over windows in which nothing happens, before a time. */
  #skip(until: number, last: number): void {
    if (this.#active) return;
    let next = Math.min(until, this.#inputs.nextTime);
    for (const { group, window, rows, shots } of this.#parts) {
      if (window.count > 0 || group instanceof LifExpWindows || (group instanceof LifWindows && group.busy))
        return;
      if (group instanceof QueuedWindows) next = Math.min(next, group.nextTime);
      for (const { nextTime } of rows) next = Math.min(next, nextTime);
      for (const { nextTime } of shots) next = Math.min(next, nextTime);
    }
    const { kernels } = this.#arena;
    for (const { group } of this.#parts) {
      if (group instanceof LifExpModes)
        next = Math.min(next, kernels.nextCrossing(group.record, Math.min(next, last)));
    }
    const whole = Math.floor(next / this.#width) - 1;
    if (whole > this.#number) this.#goOn(whole);
    this.#reached = Math.max(this.#reached, instant(this.#number * this.#width));
  }

  #run(from: number, until: number, last: number): void {
    let active = false;
    for (const pairs of this.plastic) pairs?.enter(from);
    this.#foresee(until);
    for (const part of this.#parts) {
      const { window, rows, shots, state } = part;
      for (const each of rows) {
        while (!each.take(window, until)) {
          window.grow();
          this.#bind();
        }
      }
      for (const { pairs } of rows) if (pairs?.expectLog()) this.#bind();
      for (const { record } of shots) {
        while (!this.#arena.kernels.takeShots(record, window.record, until)) {
          window.grow();
          this.#bind();
        }
      }
      const { count } = window;
      active ||= count > 0;
      if (!this.#move(part, from, until, last))
        throw new InputError(
          `${state.name}, t = ${until} ms: expected fewer spikes at once; the weights have diverged, lower them`,
        );
      window.takeSpikes((t, neuron) => this.#spikes.hear(t, state.index, neuron));
    }
    this.#active = active || this.#spikes.count > 0;
    if (this.#spikes.count > 0) this.#tell();
  }

  /** Moves a population through a window; returns whether there was room for all that happened. */
  #move({ group, window, rows }: Part, from: number, until: number, last: number): boolean {
    const { kernels } = this.#arena;
    const { count } = window;
    if (group instanceof LifExpWindows) {
      const ends = until === instant((this.#number + 1) * this.#width);
      const most = mostInputs(rows, count);
      return group.run(window.record, most, from, until, last, ends, () => this.#bind());
    }
    if (count > 1) kernels.sortPackets(window.record, from, until);
    if (group instanceof LifExpModes) {
      kernels.modesInOrder(group.record, window.record, last);
      return true;
    }
    if (group instanceof QueuedWindows) {
      group.run(until);
      return true;
    }
    if (count === 0 && !group.busy) return true;
    if (group.expectInputs(mostInputs(rows, count))) this.#bind();
    return group.run(window.record, from, until);
  }

  /** Lets input neurons fire before a time. */
  #foresee(until: number): void {
    const queue = this.#inputs;
    while (queue.nextTime < until) {
      queue.pop();
      const { time, source, item } = queue;
      const { stimulus, state, due } = this.#emitters[source];
      const i = stimulus.neuron(item, due[item]);
      due[item] = stimulus.next(item, due[item]);
      if (due[item] < Infinity) queue.push(due[item], state.rank, source, item, 0);
      if (i < 0) continue;
      this.#spikes.hear(time, state.index, i);
      this.#send(state.index, i, time);
    }
  }

  #send(population: number, i: number, t: number): void {
    let grown = false;
    for (const rows of this.#outgoing[population]) grown = rows.fired(i, t) || grown;
    if (grown) this.#bind();
  }

  /** Spikes of a window are heard of when all populations are through. */
  #tell(): void {
    this.#spikes.tell((t, p, i) => {
      this.time = t;
      const state = this.populations[p];
      this.#actors.fired(state, i, t);
      if (state.group) this.#send(p, i, t);
    });
  }

  /** Crossings that modes foresee come before what else happens at an instant. */
  #place({ index, rank }: State): number {
    const group = this.#partOf[index]?.group;
    return group instanceof LifWindows || group instanceof QueuedWindows ? this.lastRank + rank : rank;
  }
}

/** How many inputs one neuron gets from so many packets, at most. */
function mostInputs(rows: readonly WindowRows[], packets: number): number {
  let most = 1;
  let [degree, outside] = [0, false];
  for (const each of rows) {
    most = Math.max(most, each.inputs.most);
    degree += each.inputs.degree;
    outside ||= each.outside;
  }
  // A neuron fires twice in a window at most, as that is no longer than its refractory period; an input, however often.
  return outside ? packets * most : Math.min(packets * most, packets + 2 * degree);
}

const bits = new Float64Array(1);
const word = new BigInt64Array(bits.buffer);

/** The next number above t, 0 or more. */
function after(t: number): number {
  bits[0] = t + 0;
  word[0]++;
  return bits[0];
}
