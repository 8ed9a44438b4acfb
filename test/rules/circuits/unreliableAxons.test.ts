import { expect, test } from "vitest";
import { describe } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { type CircuitPlan, circuitOf, settled } from "../../../src/rules/circuits/circuit.ts";
import { AXONS, ofAxons, unreliableAxons } from "../../../src/rules/circuits/unreliableAxons.ts";

const SAMPLES = 100;
const SIZE = 5;
const plan = settled({
  ...{ name: "circuit", architecture: dense([1, SIZE, 1]), learningRate: 0, hiddenRate: 1, schedule: "1" },
  ...{
    weights: [],
    biases: [],
    durationMs: 60,
    periodMs: 60,
    count: SAMPLES,
    epochs: 1,
    tau: 20,
    interval: 5,
  },
  ...{ encoder: "rate", thresholds: { hidden: 1, output: 1, error: 1 } },
  samples: {
    data: { samples: Array.from({ length: SAMPLES }, () => [0]), labels: Array(SAMPLES).fill(0) },
    ...{ passes: 1, seed: 1 },
  },
} satisfies CircuitPlan);

test.each(["exact", "grid"] as const)(
  "%s mode: an axon passes all spikes of the time in which something is learned, or none, in half of the samples",
  mode => {
    const source = {
      populations: { source: { size: SIZE, neuron: "input" } },
      stimuli: [{ to: "source", kind: "phase", interval: 4, during: "learn" }],
    };
    const description = circuitOf(plan, source, unreliableAxons(plan, "source", SIZE));
    const passed = Array.from({ length: SAMPLES }, () => Array(AXONS * SIZE).fill(0) as number[]);
    const simulation = new Simulation(network(describe(description).spec, { seed: 1 }), {
      ...(mode === "grid" ? { mode, dt: 1 } : { mode }),
      onSample: ({ number, counts }) => {
        passed[number] = [...counts("axons of source")];
      },
    });
    simulation.runSamples(SAMPLES);
    expect(new Set(passed.flat())).toEqual(new Set([0, 10]));
    const share = (axons: readonly number[]) => axons.filter(n => n > 0).length / axons.length;
    expect(Math.abs(share(passed.flat()) - 0.5)).toBeLessThan(0.03);
    // Each for itself: two of a neuron agree in half of the samples.
    const agree = passed.map(([one, other]) => (one === other ? 1 : 0));
    expect(Math.abs(share(agree) - 0.5)).toBeLessThan(0.15);
  },
);

test("weights of all axons of a column lie side by side", () => {
  const [rows, columns] = [3, 2];
  const own = (axon: number) => Float32Array.from({ length: rows * columns }, (_, s) => 100 * axon + s);
  const all = ofAxons(own);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let axon = 0; axon < AXONS; axon++)
        expect(all[r * columns * AXONS + c * AXONS + axon]).toBe(own(axon)[r * columns + c]);
});
