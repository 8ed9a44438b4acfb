import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import { type LatticeStep, type NumericStep, SPECK } from "../network/neurons/lattice.ts";
import { BURST, type NeuronState } from "../network/neurons/neuronGroup.ts";
import { type Crew, shares } from "./crew.ts";
import { stepsOf } from "./delays.ts";

const { fround } = Math;

type Numbers = Float32Array | Float64Array;

/** Neurons are handled eight at a time; those beyond the population never fire. */
const padded = (size: number) => Math.ceil(size / 8) * 8;

/**
 * State of a population on a lattice of time, in single or double precision. At each point of it inputs are added, then `fire`
 * tests thresholds; `advance` moves all neurons to the next point. Where nothing comes between the two, `fireAndAdvance`
 * does both in one walk over the memory, by kernels where these fit.
 *
 * A neuron whose potential is held after a spike has the potential -Infinity, or NaN where a kernel of `assembly/ode.ts`
 * moves it: no input brings it to threshold. `release` puts it to vReset when its refractory time is over.
 */
export class LatticeGroup implements NeuronState {
  readonly size: number;
  readonly step: LatticeStep | NumericStep;
  /** Whether the state is in double precision. */
  readonly double: boolean;
  /** Lattice steps of the refractory period. */
  readonly refractorySteps: number;
  /** Whether potentials are held while refractory, and must be released. */
  readonly holds: boolean;
  /** Addresses of the states. */
  readonly addresses: readonly number[];
  readonly #arena: Arena;
  readonly #crew: Crew;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  /** Who fired in each share, and how many, -1 for more than fit. */
  readonly #firedAt: readonly number[];
  #fired!: readonly Int32Array[];
  readonly #counts: Int32Array;
  /** The kernel for this model, where there is one, and its records, one for each share. */
  readonly #kernel: "stepMembrane" | "stepCurrents" | "stepDouble" | NumericStep["kernel"] | null;
  readonly #numeric: NumericStep | null;
  readonly #ends: boolean;
  readonly #records: readonly number[];
  readonly #hear: readonly ((count: number) => void)[];
  readonly #padded: number;
  /** Of a number of the state. */
  readonly #bytes: number;
  readonly #drivesAddress: number;
  #states!: readonly Numbers[];
  /** Potential that the input current adds in a step, where it differs between neurons. */
  #drives!: Numbers;
  #drivesDiffer = false;
  readonly #drive: number;
  readonly #threshold: number;
  /** Stands for a potential that is held, and keeps it below threshold. */
  readonly #held: number;
  readonly #reset: number;
  readonly #drop: number;
  readonly #rows: readonly Numbers[];
  /** Threshold above vThreshold of each neuron, for models that adapt. */
  readonly #raised: Numbers | null;
  readonly #adapt: readonly [decay: number, beta: number];
  /** First step at which a neuron may fire again, where its potential is not held. */
  #blockedUntil: Int32Array | null = null;
  /** Where that is, 0 where potentials are held or nobody waits. */
  readonly #blockedAt: number;

  constructor(
    size: number,
    step: LatticeStep | NumericStep,
    dt: number,
    arena: Arena,
    crew: Crew,
    double = false,
  ) {
    const { reset, vReset, vRest, vThreshold, tauRef, bias } = step.parameters;
    this.size = size;
    this.step = step;
    this.#arena = arena;
    this.double = double;
    const bytes = double ? 8 : 4;
    this.#bytes = bytes;
    const rounded = double ? (x: number) => x : fround;
    const Numbers = double ? Float64Array : Float32Array;
    this.refractorySteps = stepsOf("tauRef", tauRef, dt);
    this.holds = reset === "fixed" && this.refractorySteps > 0;
    this.#padded = padded(size);
    const linear = "propagator" in step ? step : null;
    this.#numeric = linear ? null : (step as NumericStep);
    this.#ends = this.#numeric?.ends === true;
    const states = linear?.propagator.length ?? this.#numeric!.states.length;
    this.addresses = Array.from({ length: states }, () => arena.take(bytes * this.#padded));
    this.#drivesAddress = arena.take(bytes * this.#padded);
    this.#crew = crew;
    this.#shares = shares(size, crew.members);
    // Room for a burst of one neuron on top of a spike of each.
    this.#firedAt = this.#shares.map(([first, last]) => arena.take(4 * (last - first + BURST)));
    this.#counts = new Int32Array(crew.members);
    this.#hear = this.#shares.map((_, m) => count => {
      this.#counts[m] = count;
    });
    this.#threshold = rounded(vThreshold - vRest);
    this.#held = linear ? -Infinity : Number.NaN;
    this.#reset = this.holds ? this.#held : rounded(vReset - vRest);
    this.#drop = this.#threshold;
    this.#drive = this.#charge(bias);
    const adaptation = linear?.adaptation;
    this.#rows = (linear?.propagator ?? []).map(row => Numbers.from(row));
    this.#kernel = this.#numeric?.kernel ?? exactKernel(states, adaptation !== undefined, double);
    const places = linear ? layout.STEP_SIZE : layout.ODE_SIZE;
    this.#records = this.#kernel ? this.#shares.map(() => arena.record(places)) : [];
    this.#raised = adaptation ? new Numbers(size) : null;
    this.#adapt = [rounded(adaptation?.decay ?? 0), rounded(adaptation?.beta ?? 0)];
    const waits = reset === "subtract" && this.refractorySteps > 0;
    this.#blockedAt = waits ? arena.take(4 * this.#padded) : 0;
  }

  /** Makes the views, when all space in the arena is taken. */
  bind(): void {
    const Numbers = this.double ? Float64Array : Float32Array;
    const view = (at: number) => this.#arena.view<Numbers>(Numbers, at, this.#padded);
    this.#states = this.addresses.map(view);
    this.#states[0].fill(this.#held, this.size);
    this.#drives = view(this.#drivesAddress);
    this.#drives.fill(this.#drive);
    if (this.#blockedAt) this.#blockedUntil = this.#arena.view(Int32Array, this.#blockedAt, this.#padded);
    this.#fired = this.#shares.map(([first, last], m) =>
      this.#arena.view(Int32Array, this.#firedAt[m], last - first + BURST),
    );
    this.#records.forEach((record, m) => {
      this.#describe(record, m);
    });
  }

  /** Writes what the kernel reads of one share. */
  #describe(record: number, share: number): void {
    const [first, last] = this.#shares[share];
    const numeric = this.#numeric;
    const places = numeric?.states ?? [layout.STEP_V, layout.STEP_E, layout.STEP_I];
    const subtracts = this.step.parameters.reset === "subtract";
    this.#arena.integers(record, {
      [layout.STEP_NEURONS]: last - first,
      ...Object.fromEntries(
        // That of the potential where there is no other: so the kernel in double precision knows.
        places.map((place, k) => [place, (this.addresses[k] ?? this.addresses[0]) + this.#bytes * first]),
      ),
      [layout.STEP_SUBTRACTS]: subtracts ? 1 : 0,
      [layout.STEP_FIRST]: first,
      [layout.STEP_OUT]: this.#firedAt[share],
      [layout.STEP_ROOM]: this.#fired[share].length,
      ...(this.#kernel === "stepMembrane" && {
        [layout.STEP_BLOCKED]: this.#blockedAt && this.#blockedAt + 4 * first,
        [layout.STEP_WAIT]: this.refractorySteps,
      }),
    });
    this.#arena[this.double ? "doubles" : "floats"](record, {
      ...(numeric ? numericConstants(numeric) : exactConstants(this.#rows)),
      [layout.STEP_SPECK]: SPECK,
      [layout.STEP_DRIVE]: this.#drive,
      [layout.STEP_RESET]: subtracts ? this.#drop : this.#reset,
    });
  }

  receive(i: number, _t: number, amount: number): void {
    const { counts, excitatory, inhibitory } = this.step;
    const { state, scale } = amount > 0 || counts ? excitatory : inhibitory;
    this.#states[state][i] += counts ? 1 : amount * scale;
  }

  setCurrent(i: number, _t: number, current: number): void {
    this.#drives[i] = this.#charge(this.step.parameters.bias + current);
    if (this.#drivesDiffer) return;
    this.#drivesDiffer = true;
    this.#records.forEach((record, m) => {
      this.#arena.integers(record, {
        [layout.STEP_DRIVES]: this.#drivesAddress + this.#bytes * this.#shares[m][0],
      });
    });
  }

  setPotential(i: number, t: number, v: number): void {
    const x = v - this.step.parameters.vRest;
    this.#states[0][i] = x;
    const { follows } = this.#numeric ?? {};
    if (follows !== undefined && t === 0) this.#states[1][i] = x * follows;
  }

  /** Of exact steps alone: where the states of others begin depends on their model. */
  get rest(): (() => void) | undefined {
    if (this.#numeric) return undefined;
    return () => {
      for (const state of this.#states) state.fill(0, 0, this.size);
      this.#raised?.fill(0);
      this.#blockedUntil?.fill(0);
    };
  }

  get parameters(): LatticeStep["parameters"] {
    return this.step.parameters;
  }

  potential(i: number): number {
    const { vRest, vReset } = this.step.parameters;
    const v = this.#states[0][i];
    return Object.is(v, this.#held) ? vReset : this.step.counts ? 0 : vRest + v;
  }

  potentials(_t: number, into: Float64Array): void {
    const { vRest } = this.step.parameters;
    const v = this.#states[0];
    if (this.holds || this.#numeric || this.step.counts)
      for (let i = 0; i < this.size; i++) into[i] = this.potential(i);
    else for (let i = 0; i < this.size; i++) into[i] = vRest + v[i];
  }

  synapticCurrent(i: number): number {
    const { step } = this;
    if (!("propagator" in step)) {
      const [, ...others] = this.#states.map(state => state[i]);
      return step.current([this.potential(i) - step.parameters.vRest, ...others]);
    }
    let sum = 0;
    for (const state of step.currents) sum += this.#states[state][i];
    return sum;
  }

  /** Tests the thresholds at a step of the lattice and resets; where the step ends there, neurons move before. */
  fire(step: number): void {
    if (this.#ends && step > 0) {
      this.#call(this.#threshold, step);
      this.#crew.run();
      return;
    }
    if (this.#kernel === "stepMembrane") {
      for (let m = 0; m < this.#records.length; m++)
        this.#crew.call(m, "fireMembrane", this.#hear[m], this.#records[m], this.#threshold, step);
      this.#crew.run();
      return;
    }
    this.#shares.forEach(([first, last], m) => {
      this.#counts[m] = this.#fireShare(step, first, Math.min(last, this.size), this.#fired[m]);
    });
  }

  /** Moves all neurons to the next point of the lattice. */
  advance(): void {
    if (this.#ends) return;
    if (!this.#kernel) this.double ? this.#advanceDouble() : this.#advanceAll();
    else {
      // With a threshold that nobody reaches they only move.
      for (let m = 0; m < this.#records.length; m++)
        this.#crew.call(m, this.#kernel, null, this.#records[m], Infinity, 0);
      this.#crew.run();
    }
  }

  /** `fire`, then `advance`; each member of the crew its share, when it comes to it. */
  fireAndAdvance(step: number): void {
    const fits = this.#kernel === "stepMembrane" || (this.#kernel && !this.#blockedAt);
    if (fits && !(this.#ends && step === 0)) {
      this.#call(this.#threshold, step);
      return;
    }
    this.#crew.run();
    this.fire(step);
    this.advance();
  }

  #call(threshold: number, step: number): void {
    for (let m = 0; m < this.#records.length; m++)
      this.#crew.call(m, this.#kernel!, this.#hear[m], this.#records[m], threshold, step);
  }

  /**
   * Hears who fired, in ascending order, a list at a time.
   * @returns false for more spikes than fit, which only diverged weights make
   */
  forEachFired(hear: (fired: Int32Array, count: number) => void): boolean {
    for (let m = 0; m < this.#shares.length; m++) {
      const fired = this.#fired[m];
      const count = this.#counts[m];
      if (count < 0) return false;
      if (count > 0) hear(fired, count);
    }
    return true;
  }

  #fireShare(step: number, first: number, last: number, fired: Int32Array): number {
    const v = this.#states[0];
    const threshold = this.#threshold;
    const fixed = this.step.parameters.reset === "fixed";
    const blocked = this.#blockedUntil;
    const raised = this.#raised;
    const [, beta] = this.#adapt;
    const jump = this.#numeric?.jump ?? 0;
    const { double } = this;
    const limitOf = (above: number) => (double ? threshold + above : fround(threshold + above));
    let count = 0;
    for (let i = first; i < last; i++) {
      let limit = raised ? limitOf(raised[i]) : threshold;
      if (!(v[i] >= limit) || (blocked && blocked[i] > step)) continue;
      do {
        if (count === fired.length) return -1;
        fired[count++] = i;
        v[i] = fixed ? this.#reset : v[i] - this.#drop;
        if (raised) {
          raised[i] += beta;
          limit = limitOf(raised[i]);
        }
        if (jump !== 0) this.#states[1][i] += jump;
        if (blocked) blocked[i] = step + this.refractorySteps;
      } while (!fixed && !blocked && v[i] >= limit);
    }
    return count;
  }

  #advanceAll(): void {
    const states = this.#states;
    const rows = this.#rows;
    const drives = this.#drives;
    const n = states.length;
    for (let j = 0; j < this.size; j++) {
      for (let r = 0; r < n; r++) {
        const row = rows[r];
        // A state depends on itself and on those after it, which have not moved yet.
        let sum = fround(states[r][j] * row[r]);
        sum = fround(sum + (r === 0 ? drives[j] : SPECK));
        for (let c = r + 1; c < n; c++) if (row[c] !== 0) sum = fround(sum + fround(states[c][j] * row[c]));
        states[r][j] = sum;
      }
    }
    if (this.#raised) {
      const [decay] = this.#adapt;
      const raised = this.#raised;
      for (let j = 0; j < this.size; j++) raised[j] = fround(fround(raised[j] * decay) + SPECK);
    }
  }

  #advanceDouble(): void {
    const [states, rows, drives, raised] = [this.#states, this.#rows, this.#drives, this.#raised];
    const [decay] = this.#adapt;
    for (let j = 0; j < this.size; j++) {
      for (let r = 0; r < states.length; r++) {
        const row = rows[r];
        let sum = states[r][j] * row[r] + (r === 0 ? drives[j] : SPECK);
        for (let c = r + 1; c < states.length; c++) if (row[c] !== 0) sum += states[c][j] * row[c];
        states[r][j] = sum;
      }
      if (raised) raised[j] = raised[j] * decay + SPECK;
    }
  }

  /** The refractory time of a neuron whose potential is held is over. */
  release(i: number): void {
    const { vReset, vRest } = this.step.parameters;
    this.#states[0][i] = vReset - vRest;
  }

  #charge(current: number): number {
    const charge = current * this.step.perCurrent + SPECK;
    return this.double ? charge : fround(charge);
  }
}

/** The kernel for exact steps of so many states, where there is one. */
function exactKernel(states: number, adapts: boolean, double: boolean) {
  if (adapts || states > 3) return null;
  if (double) return "stepDouble";
  return states === 1 ? "stepMembrane" : "stepCurrents";
}

function exactConstants([row, second = row, third = row]: readonly Numbers[]): Record<number, number> {
  return {
    [layout.STEP_DECAY]: row[0],
    [layout.STEP_FROM_E]: row[1],
    [layout.STEP_FROM_I]: row[2],
    [layout.STEP_DECAY_E]: second[1],
    [layout.STEP_DECAY_I]: third[2],
  };
}

function numericConstants({ constants, jump = 0 }: NumericStep): Record<number, number> {
  return { ...constants, [layout.ODE_TWO]: 2, [layout.ODE_THIRD]: 1 / 3, [layout.ODE_JUMP]: jump };
}
