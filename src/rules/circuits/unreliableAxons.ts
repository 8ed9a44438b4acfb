import { exp, log } from "../../math/elementary.ts";
import { type InPhases, type Parts, SETTLE } from "./circuit.ts";

/** Axons of a neuron. With four, what passes varies from sample to sample as one magnitude does that is drawn from 0 to a bound. */
export const AXONS = 4;
/** Share of them that fail in a sample, on average. */
const FAILING = 0.5;
/** Those that pass, on average. */
export const PASSING = AXONS * (1 - FAILING);
/** Time constants of an axon that a sample's time is, and those for which a spike of noise holds it down. */
const [LONG, HELD] = [12, 14];

export const axonsOf = (source: string) => `axons of ${source}`;

/**
 * Several axons of each neuron of a population, each of which passes its spikes on in half of the samples, by chance: a spike of
 * noise in a phase in which nothing is learned yet holds it down until the sample is over. A synapse pair's strength is that of
 * the axons that pass, another one for each sample, as if drawn.
 */
export function unreliableAxons(plan: InPhases, source: string, size: number): Parts {
  const { start, stop } = plan.phases![SETTLE];
  const [to, noise] = [axonsOf(source), `noise of ${source}`];
  const own = Array.from({ length: AXONS * size }, (_, a) => a);
  const rate = (-1000 * log(1 - FAILING)) / (stop - start);
  const connect = { kind: "pairs", pre: own.map(a => Math.floor(a / AXONS)), post: own };
  return {
    populations: {
      [to]: {
        size: AXONS * size,
        neuron: { tauMem: plan.periodMs / LONG, vThreshold: 1, reset: "fixed" },
      },
      [noise]: { size: AXONS * size, neuron: "input" },
    },
    projections: [
      { from: source, to, connect, weights: 2 },
      { from: noise, to, connect: { kind: "oneToOne" }, weights: -exp(HELD) },
    ],
    stimuli: [{ to: noise, kind: "phase", during: SETTLE, rate }],
  };
}

/** [rows, columns] of each axon, as weights of all of them: [rows, axons of columns]. */
export function ofAxons(weights: (axon: number) => Float32Array): Float32Array {
  const each = Array.from({ length: AXONS }, (_, axon) => weights(axon));
  return Float32Array.from({ length: AXONS * each[0].length }, (_, s) => {
    return each[s % AXONS][Math.floor(s / AXONS)];
  });
}
