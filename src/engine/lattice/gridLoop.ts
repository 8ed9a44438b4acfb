import { InputError } from "../../errors.ts";
import { Actors, expectInput, modulating } from "../actors.ts";
import type { EventQueue } from "../eventQueue.ts";
import { instant } from "../instant.ts";
import { Arena } from "../kernels/arena.ts";
import type { Act, Learning, Loop, OnSpikes } from "../loop.ts";
import { within } from "../network/expect.ts";
import type { Network } from "../network/network.ts";
import type { Stimulus } from "../network/stimuli/timing.ts";
import { PopulationState } from "../populationState.ts";
import { Crew } from "./crew.ts";
import { LatticeGroup } from "./latticeGroup.ts";
import { type Link, linksOf } from "./links.ts";
import { PoissonCounts } from "./poissonCounts.ts";
import { ShiftRows } from "./shiftRows.ts";
import { SpikeHistory } from "./spikeHistory.ts";

type State = PopulationState<LatticeGroup>;

/** A spike or input in fewer than one of so many steps is cheaper one by one than as a count in every step. */
const SPARSE = 0.02;

/** Steps are counted in 32 bits. */
const LAST_STEP = 2 ** 31 - 2;

/** Spikes of a step that fit into the arena, at least. */
const LIST = 4096;

/**
 * A network on a lattice of time, the clock-driven way: spikes are fired at multiples of dt alone, delays are rounded to
 * them, and every neuron moves by one exact step at a time (Rotter & Diesmann 1999, Biol. Cybern. 81:381). At each point
 * all inputs are added, then thresholds are tested, in the order of the exact mode; the difference between the modes is
 * only where spikes may lie. Potentials and weights are in single precision, or all but what the network holds in double.
 *
 * Events of stimuli, probes and callbacks come at the nearest point of the lattice, Poisson events at the next.
 */
export class GridLoop implements Loop {
  time = 0;
  readonly populations: readonly State[];
  readonly plastic: readonly (Learning | null)[];
  readonly lastRank: number;
  readonly dt: number;
  /** Steps per ms, where that is a whole number: then times are free of the rounding of dt. */
  readonly #perMs: number;
  readonly #actors: Actors;
  readonly #queue: EventQueue;
  readonly #arena: Arena;
  readonly #crew: Crew;
  /** Synapses reached one by one. */
  #events = 0;
  /** Whether a population's spikes must be known before the next one is looked at. */
  readonly #oneByOne: boolean;
  readonly #emitters: readonly ((fired: Int32Array, count: number) => void)[];
  readonly #byRank: readonly State[];
  readonly #histories: readonly SpikeHistory[];
  readonly #links: readonly Link[];
  /** By population: what reaches it, and what its spikes reach. */
  readonly #incoming: readonly (readonly Link[])[];
  readonly #outgoing: readonly (readonly Link[])[];
  /** Whether something that reaches it learns from its spikes one by one. */
  readonly #hears: readonly boolean[];
  /** Lets those arrive at a step that are reached one by one. */
  readonly #taking: readonly (readonly ((step: number) => void)[])[];
  readonly #counts: readonly PoissonCounts[][];
  readonly #late: { rank: number; source: number; item: number; extra: number }[] = [];
  /** The next point to handle, and whether the neurons have moved there already. */
  #step = 0;
  #advanced = true;
  #bound = false;
  /** The first step whose spikes are not all fired. */
  #reached = 0;
  /** Whether someone hears of spikes who may ask for more to happen at once. */
  readonly #watched: boolean;
  /** Synapses with rules that act after a spike has passed, and look at potentials then. */
  readonly #passing: readonly { pass(t: number): void }[];

  /**
   * @param dt        [ms]
   * @param onSpike   hears of every spike
   * @param onSpikes  hears of those in a part of a list, instead
   * @param watched   whether it may act on the simulation
   * @param workers   threads to share the work
   * @param double    whether to compute in double precision
   * @throws InputError for delays that the lattice would swallow
   */
  constructor(
    network: Network,
    dt: number,
    onSpike: (population: number, neuron: number, t: number) => void,
    onSpikes: OnSpikes,
    watched: boolean,
    workers: number,
    double = false,
  ) {
    const { populations, projections } = network;
    this.dt = dt;
    const perMs = 1 / dt;
    this.#perMs = Math.abs(perMs - Math.round(perMs)) < 1e-9 * perMs ? Math.round(perMs) : 0;
    this.#watched = watched;
    this.#arena = new Arena(workers > 1);
    const arena = this.#arena;
    const spikes = populations.reduce((sum, { size }) => sum + size, 0);
    this.#crew = new Crew(arena, workers, Math.max(LIST, spikes));
    const crew = this.#crew;
    this.populations = populations.map((population, p) => {
      const group = () => {
        const step = population.model?.step(dt, double);
        return step && new LatticeGroup(population.size, step, dt, arena, crew, double);
      };
      return new PopulationState(
        population,
        p,
        within(`populations.${population.name}.neuron`, group) ?? null,
      );
    });
    this.#emitters = this.populations.map(state => (fired, count) => this.emitAll(state, fired, 0, count));
    this.#byRank = this.populations.toSorted((a, b) => a.rank - b.rank);
    this.lastRank = 2 * populations.length;
    const groups = this.populations.map(({ group }) => group);
    const states = this.populations;
    const receiver = (p: number, gain: number, target: string | null) =>
      this.#receiver(states[p], gain, target);
    const links = linksOf(network, states, arena, crew, dt, receiver, () => this.#reached);
    this.#links = links;
    this.#passing = links.flatMap(({ plastic, learns }) => [
      ...(plastic?.passes ? [plastic] : []),
      ...(learns instanceof ShiftRows ? [learns] : []),
    ]);
    this.#incoming = groups.map((_, p) => links.filter(({ to }) => to === p));
    this.#outgoing = groups.map((_, p) => links.filter(({ from }) => from === p));
    this.#taking = this.#incoming.map(own => own.flatMap(link => this.#takes(link)));
    this.#counts = groups.map(() => []);
    this.#histories = groups.map((group, p) => {
      const delays = this.#outgoing[p].map(({ longest }) => longest);
      return new SpikeHistory(Math.max(group?.refractorySteps ?? 0, ...delays));
    });
    this.#oneByOne =
      watched || projections.some(({ synapses, from }) => synapses.minDelay === 0 && groups[from]);
    this.#hears = this.#incoming.map(own => own.some(({ learns }) => learns !== null));
    this.plastic = links.map(({ learns, plastic }) => learns ?? plastic);
    const learning = links.map(({ plastic }) => plastic);
    this.#actors = new Actors(network, this.populations, learning, onSpike, onSpikes);
    this.#queue = this.#actors.queue;
  }

  get synapticEvents(): number {
    return this.#links.reduce((sum, { rows }) => sum + (rows?.events ?? 0), this.#events);
  }

  get bytes(): number {
    return this.#links.reduce((sum, { rows }) => sum + (rows?.bytes ?? 0), 0);
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
    for (const { rows } of this.#links) rows?.bind();
    for (const counts of this.#counts.flat()) counts.bind();
    this.#crew.begin();
  }

  close(): void {
    this.#crew.end();
  }

  rest(): void {
    this.#crew.run();
    for (const { plastic, learns, arrivals } of this.#links) {
      plastic?.rest(this.time);
      if (learns instanceof ShiftRows) learns.rest(this.time);
      arrivals?.clear();
    }
    for (const history of this.#histories) history.clear();
    for (const state of this.populations) state.rest(this.time);
  }

  startAt(time: number): void {
    this.time = time;
    this.#step = Math.round(time / this.dt);
    this.#reached = this.#step;
  }

  addActor(act: Act): number {
    return this.#actors.add(act);
  }

  push(time: number, rank: number, source: number, item: number): void {
    this.#queue.push(time, rank, source, item, 0);
  }

  runUntil(end: number): void {
    const last = Math.floor(end / this.dt + 1e-9);
    if (last > LAST_STEP) {
      throw new InputError(
        `end: expected at most ${LAST_STEP} steps of dt = ${this.dt} ms, got ${end} ms; the exact mode has no such limit`,
      );
    }
    this.takeWeights();
    while (this.#step <= last) this.#runStep(this.#step === last);
    this.time = end;
    for (const { learns } of this.#links) learns?.update(this.#reached);
    this.giveWeights();
  }

  takeWeights(): void {
    for (const { rows, plastic } of this.#links) (rows ?? plastic)?.takeWeights();
  }

  giveWeights(): void {
    for (const { learns, plastic } of this.#links) (learns ?? plastic)?.giveWeights();
  }

  emit(state: State, i: number): void {
    this.#actors.fired(state, i, this.time);
    this.#histories[state.index].push(this.#step, i);
    for (const { learns } of this.#incoming[state.index]) learns?.postSpike(i, this.#step, this.time);
    for (const { arrivals } of this.#outgoing[state.index]) arrivals?.push(i, 0, this.#step);
  }

  emitAll(state: State, list: Int32Array, from: number, to: number): void {
    const { index } = state;
    // One by one where each may mean something to others.
    const heard = this.#watched || this.#hears[index];
    if (heard || !this.#actors.firedAll(state, list, from, to, this.time)) {
      for (let k = from; k < to; k++) this.emit(state, list[k]);
      return;
    }
    this.#histories[index].pushAll(this.#step, list, from, to);
    for (const { arrivals } of this.#outgoing[index])
      if (arrivals) for (let k = from; k < to; k++) arrivals.push(list[k], 0, this.#step);
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
    const asked =
      stay ||
      this.#watched ||
      this.#passing.length > 0 ||
      this.#late.some(({ rank }) => rank >= this.lastRank);
    this.#crew.beginStep();
    for (const state of this.#byRank) {
      if (!state.group) continue;
      this.#runPopulation(state, state.group, step, asked);
      if (this.#oneByOne) this.#hearSpikes(state, state.group);
    }
    if (!this.#oneByOne)
      for (const state of this.#byRank) if (state.group) this.#hearSpikes(state, state.group);
    if (this.#passing.length > 0) for (const { passing } of this.populations) passing.count++;
    for (const plastic of this.#passing) plastic.pass(time);
    this.#advanced = !asked;
    this.#reached = step + 1;
    this.#takeLate(time);
    this.#step++;
  }

  #runPopulation(state: State, group: LatticeGroup, step: number, stay: boolean): void {
    const incoming = this.#incoming[state.index];
    for (const counts of this.#counts[state.index]) counts.deliver(step, this.time);
    for (let k = 0; k < incoming.length; k++)
      incoming[k].rows?.deliver(step, this.#histories[incoming[k].from]);
    for (const take of this.#taking[state.index]) take(step);
    if (!stay) group.fireAndAdvance(step);
    else {
      this.#crew.run();
      group.fire(step);
    }
  }

  #takes({ arrive, arrivals }: Link): ((step: number) => void)[] {
    if (!arrive || !arrivals) return [];
    const reach = (row: number, cursor: number) => {
      const next = arrive(row, cursor, this.time);
      this.#events += next - cursor;
      return next;
    };
    return [
      step => {
        this.#crew.run();
        arrivals.take(step, reach);
      },
    ];
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
    this.#actors.act(source, item, extra, this.time);
  }

  #receiver(state: State, gain: number, target: string | null): (j: number, amount: number) => void {
    if (target !== null) return modulating(state, target, gain, () => this.time);
    return (j, amount) => {
      expectInput(state, j, this.time, amount);
      state.neurons.receive(j, this.time, amount);
    };
  }
}
