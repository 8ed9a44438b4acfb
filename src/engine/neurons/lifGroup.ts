import { exp } from "../../math/elementary.ts";
import { chargePerCurrent, type LatticeStep } from "./lattice.ts";
import { relax, timeToThreshold } from "./lif.ts";
import { MembraneGroup } from "./membraneGroup.ts";
import type { MembraneParameters } from "./parameters.ts";

/**
 * State of a population of LIF neurons for the general, queue-driven simulation (equation and source in `lif.ts`).
 * A neuron is touched only when an event reaches it.
 */
export class LifGroup extends MembraneGroup {
  potential(i: number, t: number): number {
    const { parameters: p } = this;
    let from = this.last[i]!;
    if (p.reset === "fixed") from = Math.min(t, Math.max(from, this.refractoryUntil[i]!));
    return relax(p, this.v[i]!, this.current[i]!, t - from);
  }

  protected advance(i: number, t: number): void {
    this.v[i] = this.potential(i, t);
    this.last[i] = t;
  }

  receive(i: number, t: number, amount: number): void {
    this.advance(i, t);
    const lost = this.parameters.reset === "fixed" && t < this.refractoryUntil[i]!;
    if (!lost) this.v[i]! += amount;
  }

  nextSpike(i: number): number {
    const p = this.parameters;
    const from = Math.max(this.last[i]!, this.refractoryUntil[i]!);
    const v = this.potential(i, from);
    return v >= p.vThreshold ? from : from + timeToThreshold(p, v, this.current[i]!);
  }
}

/** One step of `lif`, `if` and `li` on a lattice: an input moves the potential itself. */
export function membraneStep(parameters: MembraneParameters, dt: number): LatticeStep {
  const jump = { state: 0, scale: 1 };
  return {
    parameters,
    propagator: [[exp(-dt / parameters.tauMem)]],
    perCurrent: chargePerCurrent(parameters.tauMem, dt),
    excitatory: jump,
    inhibitory: jump,
    currents: [],
  };
}
