import type { Raster } from "../../engine/record/raster.ts";
import { type Expect, expecting, InputError } from "../../errors.ts";

/** Spikes that follow each other; three arrays of one length, as in a Raster. */
export interface SpikeBlock {
  readonly times: Float64Array;
  readonly populationIndex: Uint16Array;
  readonly neurons: Uint32Array;
}

/**
 * A raster whose spikes need not be in memory at once: all but the spikes, and a way to walk through them in blocks,
 * as often as a format needs. Every writer takes one, so that memory is bounded by a block and not by the recording.
 */
export interface RasterStream extends Omit<Raster, "times" | "populationIndex" | "neurons"> {
  readonly spikeCount: number;
  /** What was taken where a file leaves a choice. */
  readonly notes?: readonly string[];
  /** From the first spike on, in the order of a Raster; a block is overwritten by nobody. */
  spikes(): Iterable<SpikeBlock>;
}

/** Spikes per block: about 0.9 MB. */
export const SPIKES_PER_BLOCK = 65_536;

/** A raster in memory as a stream; the blocks are views. */
export function streamOf(raster: Raster): RasterStream {
  const { durationMs, populations, traces, metadata, times, populationIndex, neurons } = raster;
  return {
    durationMs,
    populations,
    traces,
    metadata,
    spikeCount: times.length,
    *spikes() {
      for (let k = 0; k < times.length; k += SPIKES_PER_BLOCK) {
        yield {
          times: times.subarray(k, k + SPIKES_PER_BLOCK),
          populationIndex: populationIndex.subarray(k, k + SPIKES_PER_BLOCK),
          neurons: neurons.subarray(k, k + SPIKES_PER_BLOCK),
        };
      }
    },
  };
}

/** A stream of either. */
export function asStream(raster: Raster | RasterStream): RasterStream {
  return "spikes" in raster ? raster : streamOf(raster);
}

/** The whole of a stream in memory: 14 bytes per spike. */
export function collect(stream: RasterStream): Raster {
  const { durationMs, populations, traces, metadata, spikeCount } = stream;
  const times = new Float64Array(spikeCount);
  const populationIndex = new Uint16Array(spikeCount);
  const neurons = new Uint32Array(spikeCount);
  let at = 0;
  for (const block of stream.spikes()) {
    times.set(block.times, at);
    populationIndex.set(block.populationIndex, at);
    neurons.set(block.neurons, at);
    at += block.times.length;
  }
  return { durationMs, populations, times, populationIndex, neurons, traces, metadata };
}

/**
 * A raster from spikes in any order, such as formats that store them by neuron hold them.
 * @throws InputError when a spike is none of its population or has no time
 */
export function rasterFrom(raster: Raster, file: string): Raster {
  const { times, populationIndex, neurons, populations } = raster;
  checkParts(raster, file);
  let sorted = true;
  for (let k = 0; k < times.length; k++) {
    checkSpike(populations, raster, k, file);
    if (k > 0 && compare(raster, k - 1, k) > 0) sorted = false;
  }
  if (sorted) return raster;
  const order = Uint32Array.from(times, (_, k) => k).sort((a, b) => compare(raster, a, b) || a - b);
  return {
    ...raster,
    times: Float64Array.from(order, k => times[k]),
    populationIndex: Uint16Array.from(order, k => populationIndex[k]),
    neurons: Uint32Array.from(order, k => neurons[k]),
  };
}

function compare({ times, populationIndex, neurons }: SpikeBlock, a: number, b: number): number {
  return times[a] - times[b] || populationIndex[a] - populationIndex[b] || neurons[a] - neurons[b];
}

/**
 * Checks all of a raster but its spikes.
 * @throws InputError that names the file, the field, what was expected and what was found
 */
export function checkParts(parts: Omit<Raster, keyof SpikeBlock>, file: string): void {
  const { durationMs, populations, traces, metadata } = parts;
  const expect: Expect = expecting(file);
  expect(
    typeof durationMs === "number" && durationMs >= 0 && durationMs < Infinity,
    "durationMs",
    "0 or more",
    durationMs,
  );
  expect(Array.isArray(populations), "populations", "a list", populations);
  expect(populations.length <= 65_536, "populations", "at most 65536", populations.length);
  const names = new Set<string>();
  populations.forEach((population, p) => {
    const field = `populations[${p}]`;
    expect(typeof population?.name === "string", `${field}.name`, "text", population?.name);
    expect(!names.has(population.name), `${field}.name`, "another than those before", population.name);
    names.add(population.name);
    const { size } = population;
    expect(
      Number.isInteger(size) && size >= 0 && size <= 2 ** 32,
      `${field}.size`,
      "a number of neurons",
      size,
    );
  });
  expect(Array.isArray(traces), "traces", "a list", traces);
  const owners = new Set<string>();
  traces.forEach((trace, k) => {
    const field = `traces[${k}]`;
    const population = populations.find(({ name }) => name === trace?.population);
    expect(population !== undefined, `${field}.population`, "a population of the raster", trace?.population);
    expect(
      Number.isInteger(trace.neuron) && trace.neuron >= 0 && trace.neuron < population!.size,
      `${field}.neuron`,
      `a neuron below ${population!.size}`,
      trace.neuron,
    );
    expect(typeof trace.quantity === "string", `${field}.quantity`, "text", trace.quantity);
    const owner = JSON.stringify([trace.population, trace.neuron, trace.quantity]);
    expect(!owners.has(owner), field, "one trace of each quantity and neuron", `${owner} twice`);
    owners.add(owner);
    expect(trace.times instanceof Float64Array, `${field}.times`, "64-bit floats", trace.times);
    expect(
      trace.values instanceof Float64Array && trace.values.length === trace.times.length,
      `${field}.values`,
      `${trace.times.length} numbers`,
      trace.values?.length,
    );
  });
  expect(metadata !== null && typeof metadata === "object", "metadata", "a map", metadata);
  for (const [key, value] of Object.entries(metadata)) {
    expect(
      ["string", "number", "boolean"].includes(typeof value),
      `metadata.${key}`,
      "text, number or boolean",
      value,
    );
  }
}

/** @throws InputError when spike k of the block has no time or is none of its population */
export function checkSpike(
  populations: Raster["populations"],
  { times, populationIndex, neurons }: SpikeBlock,
  k: number,
  file: string,
): void {
  // Short on purpose: this runs for every spike.
  const size = populations[populationIndex[k]]?.size;
  if (size !== undefined && neurons[k] < size && Number.isFinite(times[k])) return;
  const expect = size === undefined ? "population" : neurons[k] < size ? "time" : "neuron";
  const [expected, got] = {
    population: [`a population below ${populations.length}`, populationIndex[k]],
    neuron: [`a neuron below ${size}`, neurons[k]],
    time: ["a finite time", times[k]],
  }[expect];
  throw new InputError(`${file}: ${expect} of spike ${k}: expected ${expected}, got ${got}`);
}
