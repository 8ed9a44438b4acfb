import { InputError } from "../../errors.ts";
import { EventQueue } from "../exact/eventQueue.ts";
import { instant } from "../instant.ts";
import { Arena } from "../kernels/arena.ts";
import type { Act, Learning, Loop } from "../loop.ts";
import { within } from "../network/expect.ts";
import type { Network } from "../network/network.ts";
import { PlasticSynapses } from "../network/plasticity/plasticSynapses.ts";
import type { Stimulus } from "../network/stimuli/stimulus.ts";
import { PopulationState } from "../populationState.ts";
import { spend } from "../spikeBudget.ts";
import { Arrivals } from "./arrivals.ts";
import { Crew } from "./crew.ts";
import { longestDelay } from "./delays.ts";
import { DenseRows } from "./denseRows.ts";
import { LatticeGroup } from "./latticeGroup.ts";
import { PoissonCounts } from "./poissonCounts.ts";
import { SpikeHistory } from "./spikeHistory.ts";
import { StaticProjection } from "./staticRows.ts";
import { pairsOf, StdpRows } from "./stdpRows.ts";

type State = PopulationState<LatticeGroup>;
type Rows = StaticProjection | DenseRows | StdpRows;

/** A spike or input in fewer than one of so many steps is cheaper one by one than as a count in every step. */
const SPARSE = 0.02;

/** Steps are counted in 32 bits. */
const LAST = 2 ** 31 - 2;

/** Spikes of a step that fit into the arena, at least. */
const LIST = 4096;

/**
 * A network on a lattice of time, the clock-driven way: spikes are fired at multiples of dt alone, delays are rounded to
 * them, and every neuron moves by one exact step at a time (Rotter & Diesmann 1999, Biol. Cybern. 81:381). At each point
 * all inputs are added, then thresholds are tested, in the order of the exact mode; the difference between the modes is
 * only where spikes may lie. Potentials and weights are in single precision.
 *
 * Events of stimuli, probes and callbacks come at the nearest point of the lattice, Poisson events at the next.
 */
export class GridLoop implements Loop {
  time = 0;
  readonly populations: readonly State[];
  readonly plastic: readonly (Learning | null)[];
  /** Synapses that learn by their general rules, by projection; those with loops of their own, by target population. */
  readonly #learning: readonly (PlasticSynapses | null)[];
  readonly #pairs: readonly (readonly StdpRows[])[];
  readonly lastRank: number;
  readonly dt: number;
  /** Steps per ms, where that is a whole number: then times are free of the rounding of dt. */
  readonly #perMs: number;
  readonly #onSpike: (population: number, neuron: number, t: number) => void;
  readonly #arena: Arena;
  readonly #crew: Crew;
  /** Synapses reached over general learning projections. */
  #events = 0;
  /** Whether a population's spikes must be known before the next one is looked at. */
  readonly #oneByOne: boolean;
  readonly #emitters: readonly ((i: number) => void)[];
  readonly #byRank: readonly State[];
  readonly #histories: readonly SpikeHistory[];
  /** What reaches each population: static rows by projection, spikes on their way to synapses that learn, Poisson counts. */
  readonly #static: readonly (readonly { readonly from: number; readonly rows: Rows }[])[];
  readonly #learningInto: readonly (readonly { q: number; arrivals: Arrivals }[])[];
  readonly #counts: readonly PoissonCounts[][];
  /** Projections that learn from the spikes of each population, as their targets and as their sources. */
  readonly #hearing: readonly (readonly number[])[];
  readonly #sending: readonly (readonly Arrivals[])[];
  readonly #queue = new EventQueue();
  readonly #actors: Act[] = [];
  readonly #late: { rank: number; source: number; item: number; extra: number }[] = [];
  /** The next point to handle, and whether the neurons have moved there already. */
  #step = 0;
  #advanced = true;
  #bound = false;
  /** The first step whose spikes are not all fired. */
  #reached = 0;
  /** Whether someone hears of spikes who may ask for more to happen at once. */
  readonly #watched: boolean;

  /**
   * @param dt        [ms]
   * @param onSpike   hears of every spike
   * @param watched   whether it may act on the simulation
   * @param workers   threads to share the work
   * @param compile   whether to use compiled loops; without them, the same bits come slower
   * @throws InputError for delays that the lattice would swallow
   */
  constructor(
    network: Network,
    dt: number,
    onSpike: (population: number, neuron: number, t: number) => void,
    watched: boolean,
    compile: boolean,
    workers: number,
  ) {
    const { populations, projections } = network;
    this.dt = dt;
    const perMs = 1 / dt;
    this.#perMs = Math.abs(perMs - Math.round(perMs)) < 1e-9 * perMs ? Math.round(perMs) : 0;
    this.#onSpike = onSpike;
    this.#watched = watched;
    this.#arena = new Arena(compile, workers > 1);
    const arena = this.#arena;
    const spikes = populations.reduce((sum, { size }) => sum + size, 0);
    this.#crew = new Crew(arena, workers, Math.max(LIST, spikes));
    const crew = this.#crew;
    this.populations = populations.map((population, p) => {
      const step = population.model?.lattice(dt);
      const group = () => step && new LatticeGroup(population.size, step, dt, arena, crew);
      return new PopulationState(
        population,
        p,
        within(`populations.${population.name}.neuron`, group) ?? null,
      );
    });
    this.#emitters = this.populations.map(state => i => this.emit(state, i));
    this.#byRank = this.populations.toSorted((a, b) => a.rank - b.rank);
    this.lastRank = 2 * populations.length;
    const paths = projections.map(({ place }) => `projections[${place}]`);
    const longest = projections.map(({ synapses }, q) => longestDelay(synapses, dt, paths[q]));
    const reach = populations.map((_, p) =>
      Math.max(
        this.populations[p].group?.refractorySteps ?? 0,
        ...projections.map(({ from }, q) => (from === p ? longest[q] : 0)),
      ),
    );
    this.#histories = reach.map(steps => new SpikeHistory(steps));
    this.#oneByOne =
      watched ||
      projections.some(({ synapses, from }) => synapses.minDelay === 0 && this.populations[from].group);

    const pairs = projections.map(({ synapses, plasticity, to }, q) => {
      const group = this.populations[to].group!;
      const rule = plasticity && pairsOf(synapses, plasticity, group);
      if (!rule) return null;
      const reached = () => this.#reached;
      return new StdpRows(arena, crew, synapses, rule, group, dt, paths[q], reached);
    });
    this.#learning = projections.map(({ synapses, plasticity, to }, q) =>
      plasticity && !pairs[q]
        ? new PlasticSynapses(synapses, plasticity, this.#receiver(this.populations[to]))
        : null,
    );
    this.plastic = projections.map((_, q) => pairs[q] ?? this.#learning[q]);
    const arrivals = projections.map(({ synapses }, q) =>
      this.#learning[q] ? new Arrivals(synapses, longest[q], dt, paths[q]) : null,
    );
    this.#pairs = populations.map((_, p) =>
      projections.flatMap(({ to }, q) => (to === p && pairs[q] ? [pairs[q]] : [])),
    );
    this.#static = populations.map((_, p) =>
      projections.flatMap(({ synapses, from, to }, q): { from: number; rows: Rows }[] => {
        if (to !== p || arrivals[q]) return [];
        if (pairs[q]) return [{ from, rows: pairs[q] }];
        const group = this.populations[p].group!;
        if (synapses.full && !group.step.counts) {
          return [{ from, rows: new DenseRows(arena, crew, synapses, group, dt, paths[q]) }];
        }
        return [{ from, rows: new StaticProjection(arena, crew, synapses, group, dt, paths[q]) }];
      }),
    );
    this.#learningInto = populations.map((_, p) =>
      projections.flatMap(({ to }, q) => (to === p && arrivals[q] ? [{ q, arrivals: arrivals[q] }] : [])),
    );
    this.#hearing = populations.map((_, p) =>
      [...projections.keys()].filter(q => projections[q].to === p && this.#learning[q]?.hearsPost),
    );
    this.#sending = populations.map((_, p) =>
      projections.flatMap(({ from }, q) => (from === p && arrivals[q] ? [arrivals[q]] : [])),
    );
    this.#counts = populations.map(() => []);
    projections.forEach(({ to }, q) => {
      this.addActor((j, cursor, t) => {
        const next = this.#learning[q]!.arrivePost(j, cursor, t);
        if (next < Infinity) {
          const fired = t - this.#learning[q]!.lag(j, cursor);
          this.#pushBack(q, this.populations[to], j, next, fired);
        }
      });
    });
  }

  get synapticEvents(): number {
    return this.#static.flat().reduce((sum, { rows }) => sum + rows.events, this.#events);
  }

  get bytes(): number {
    return this.#static.flat().reduce((sum, { rows }) => sum + rows.bytes, 0);
  }

  /** Poisson input becomes counts per step. */
  absorb({ population, effect, weight, bombardment }: Stimulus): boolean {
    const { group } = this.populations[population];
    if (!bombardment || !group || this.#bound || effect !== "input") return false;
    if (bombardment.perMs * this.dt < SPARSE) return false;
    this.#counts[population].push(
      new PoissonCounts(this.#arena, this.#crew, group, { ...bombardment, weight }, this.dt),
    );
    return true;
  }

  begin(): void {
    this.#bound = true;
    for (const { group } of this.populations) group?.bind();
    for (const { rows } of this.#static.flat()) rows.bind();
    for (const counts of this.#counts.flat()) counts.bind();
    this.#crew.begin();
  }

  close(): void {
    this.#crew.end();
  }

  addActor(act: Act): number {
    return -2 - (this.#actors.push(act) - 1);
  }

  push(time: number, rank: number, source: number, item: number): void {
    this.#queue.push(time, rank, source, item, 0);
  }

  runUntil(end: number): void {
    const last = Math.floor(end / this.dt + 1e-9);
    if (last > LAST) {
      throw new InputError(
        `end: expected at most ${LAST} steps of dt = ${this.dt} ms, got ${end} ms; the exact mode has no such limit`,
      );
    }
    this.takeWeights();
    while (this.#step <= last) this.#runStep(this.#step === last);
    this.time = end;
    for (const rows of this.#pairs.flat()) rows.update(this.#reached);
    this.giveWeights();
  }

  takeWeights(): void {
    for (const { rows } of this.#static.flat()) rows.takeWeights();
  }

  giveWeights(): void {
    for (const rows of this.#pairs.flat()) rows.giveWeights();
  }

  emit(state: State, i: number): void {
    const t = this.time;
    spend(state, i, t);
    this.#onSpike(state.index, i, t);
    state.trace?.bump(i, t);
    this.#histories[state.index].push(this.#step, i);
    for (const q of this.#hearing[state.index]) {
      const plastic = this.#learning[q]!;
      if (!plastic.dendritic) plastic.arrivePost(i, 0, t);
      else if (plastic.hasColumn(i)) this.#pushBack(q, state, i, 0, t);
    }
    for (const rows of this.#pairs[state.index]) rows.postSpike(i, this.#step);
    for (const arrivals of this.#sending[state.index]) arrivals.push(i, 0, this.#step);
  }

  receive(state: State, i: number, amount: number): void {
    state.neurons.receive(i, this.time, amount);
  }

  /** Every neuron is looked at in every step. */
  touch(): void {}
  predict(): void {}

  #timeOf(step: number): number {
    return instant(this.#perMs > 0 ? step / this.#perMs : step * this.dt);
  }

  /** @param stay  leaves the neurons at this point, where they can be read */
  #runStep(stay: boolean): void {
    const step = this.#step;
    const time = this.#timeOf(step);
    this.time = time;
    if (!this.#advanced) for (const { group } of this.#byRank) group?.advance();
    this.#advanced = true;
    for (const { group, index } of this.#byRank) {
      const history = this.#histories[index];
      if (group?.holds) {
        const fired = step - group.refractorySteps;
        const list = fired < 0 ? [] : history.at(fired);
        for (let k = history.count(fired) - 1; k >= 0; k--) group.release(list[k]);
      }
      history.begin(step);
    }
    this.#takeEvents(time);
    const asked = stay || this.#watched || this.#late.some(({ rank }) => rank >= this.lastRank);
    this.#crew.beginStep();
    for (const state of this.#byRank) {
      if (!state.group) continue;
      this.#runPopulation(state, state.group, step, asked);
      if (this.#oneByOne) this.#hearSpikes(state, state.group);
    }
    if (!this.#oneByOne)
      for (const state of this.#byRank) if (state.group) this.#hearSpikes(state, state.group);
    this.#advanced = !asked;
    this.#reached = step + 1;
    this.#takeLate(time);
    this.#step++;
  }

  #runPopulation(state: State, group: LatticeGroup, step: number, stay: boolean): void {
    const p = state.index;
    for (const counts of this.#counts[p]) counts.deliver(step, this.time);
    for (const { from, rows } of this.#static[p]) rows.deliver(step, this.#histories[from]);
    for (const { q, arrivals } of this.#learningInto[p]) {
      this.#crew.run();
      arrivals.take(step, (row, cursor) => {
        const next = this.#learning[q]!.arrive(row, cursor, this.time);
        this.#events += next - cursor;
        return next;
      });
    }
    if (!stay) group.fireAndAdvance(step);
    else {
      this.#crew.run();
      group.fire(step);
    }
  }

  #hearSpikes(state: State, group: LatticeGroup): void {
    this.#crew.run();
    if (!group.forEachFired(this.#emitters[state.index])) {
      throw new InputError(
        `${state.name}, t = ${this.time} ms: expected fewer spikes at one instant; the weights have diverged, ` +
          "lower them or the learning rate",
      );
    }
  }

  /** Lets happen what stimuli do at this point of the lattice; what follows the spikes is put aside. */
  #takeEvents(time: number): void {
    const queue = this.#queue;
    const until = instant(time + this.dt / 2);
    while (queue.nextTime < until) {
      queue.pop();
      const { rank, source, item, extra } = queue;
      if (rank & 1 || rank >= this.lastRank) this.#late.push({ rank, source, item, extra });
      else this.#act(source, item, extra);
    }
  }

  /** Then what follows them: returning spikes, probes, callbacks, and what these ask for at once. */
  #takeLate(time: number): void {
    const queue = this.#queue;
    const late = this.#late;
    for (;;) {
      while (queue.nextTime <= time) {
        queue.pop();
        const { rank, source, item, extra } = queue;
        late.push({ rank, source, item, extra });
      }
      if (late.length === 0) return;
      late.sort((a, b) => a.rank - b.rank);
      const { source, item, extra } = late.shift()!;
      this.#act(source, item, extra);
    }
  }

  #act(source: number, item: number, extra: number): void {
    this.#actors[-2 - source](item, extra, this.time);
  }

  #receiver(target: State): (j: number, amount: number) => void {
    return (j, amount) => {
      if (!(amount - amount === 0)) {
        throw new InputError(
          `${target.name}, neuron ${j}, t = ${this.time} ms: expected finite weights, got an input of ${amount}`,
        );
      }
      target.neurons.receive(j, this.time, amount);
    };
  }

  /** A spike on its way back from neuron j to its dendritic synapses from `cursor` on. */
  #pushBack(q: number, state: State, j: number, cursor: number, fired: number): void {
    this.#queue.push(fired + this.#learning[q]!.lag(j, cursor), state.lateRank, -2 - q, j, cursor);
  }
}
