import type { Network } from "../../network/network.ts";
import type { NeuronModel } from "../../network/neurons/neuronModel.ts";
import type { Stimulus } from "../../network/stimuli/timing.ts";
import { LifExpModes } from "../modes/lifExpModes.ts";
import { LifExpWindows } from "./lifExpWindows.ts";
import { LifWindows } from "./lifWindows.ts";
import { pairsOf } from "./pairRows.ts";

/** A factor on weights from which sums could overflow; other neurons then say which input is not finite. */
const HUGE = 1e60;
/** The part of a time constant that a window spans at most. */
const PART = 0.25;
/** The longest window [ms]. */
const LONGEST = 5;

/** Models whose neurons `QueuedWindows` moves where no kernel does. */
const QUEUED = new Set(["if", "lif", "alif", "lif-exp", "lif-alpha"]);

/** Whether a kernel moves neurons of a model. */
export function byKernels({ jumps, modes }: NeuronModel): boolean {
  const fits = (jumps && LifWindows.fits(jumps)) || (modes && LifExpModes.fits(modes));
  return !!fits && (jumps ?? modes)!.tauRef > 0;
}

/** The longest window in which no spike of a neuron reaches another [ms]; 0 where `WindowLoop` is not for a network. */
export function windowOf({ populations, projections, stream }: Network): number {
  // Which is brought to rest between samples.
  if (stream) return 0;
  let longest = LONGEST;
  for (const { model } of populations) {
    if (!model) continue;
    if (!byKernels(model)) {
      if (QUEUED.has(model.model)) continue;
      return 0;
    }
    const p = (model.jumps ?? model.modes)!;
    // So that no neuron fires twice in a window.
    longest = Math.min(longest, 0.99 * p.tauRef, PART * p.tauMem);
  }
  const neurons = populations.reduce((sum, { model, size }) => sum + (model ? size : 0), 0);
  const reached = projections.reduce((sum, { synapses }) => sum + synapses.synapses, 0);
  // The kernels have 4 GiB at most.
  if (400 * neurons + 12 * reached > 2 ** 32) return 0;
  for (const { synapses, from, to, plasticity, target } of projections) {
    const { listed, lines, delays, gain, minDelay } = synapses;
    if (target !== null || !listed || lines || Math.abs(gain) >= HUGE) return 0;
    if (plasticity) {
      const pairs = pairsOf(synapses, plasticity);
      // Inhibition that learns has no sign of its own.
      if (!pairs || !(pairs.bounds.wMin >= 0) || !(pairs.bounds.wMax < Infinity)) return 0;
      // Inputs may fire twice in a window.
      if (!populations[from].model || !byKernels(populations[to].model!)) return 0;
    }
    if (delays && !(delays instanceof Float32Array)) return 0;
    if (populations[from].model && synapses.synapses > 0) longest = Math.min(longest, minDelay);
  }
  return longest;
}

/** Populations whose neurons `LifExpWindows` moves: all get much Poisson input, and no synapse onto them learns. */
export function denseOf(
  { populations, projections }: Network,
  stimuli: readonly Stimulus[],
  width: number,
): ReadonlySet<number> {
  const dense = new Set<number>();
  for (const [p, { model, size }] of populations.entries()) {
    if (!model?.modes || !byKernels(model) || !LifExpWindows.fits(projections.length, size)) continue;
    if (projections.some(({ to, plasticity }) => to === p && plasticity)) continue;
    const waits = stimuli.flatMap(({ population, effect, shots, weights }) =>
      population === p && effect === "input" && shots && !weights ? shots.wait : [],
    );
    if (LifExpWindows.dense(waits, Math.min(width, LifExpWindows.widest(model.modes)))) dense.add(p);
  }
  return dense;
}
