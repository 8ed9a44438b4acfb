import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { initialParameters } from "../../src/training/initialise.ts";
import { recordSample } from "../../src/training/record.ts";
import { createTrainer } from "../../src/training/train.ts";

test.each(
  (["current", "rate", "poisson", "latency"] as const).flatMap(encoder =>
    (["spikes", "potential"] as const).map(readout => [encoder, readout] as const),
  ),
)(
  "%s, readout of %s: the recorded sample is what the network decided on, potentials and spikes of the same run",
  async (encoder, readout) => {
    const data = await loadDataset("digits", { testSamples: 5 });
    const sizes = [64, 20, 12, 10];
    const settings = {
      sizes,
      seed: 2,
      epochs: 1,
      batch: 1,
      learningRate: 0.1,
      schedule: "1",
      encoder,
      readout,
      eligibility: "trace",
      durationMs: 20,
      tauMem: encoder === "latency" ? Infinity : 20,
      vThreshold: 0.2,
      maxSpikes: 8,
    } as const;
    const raster = recordSample(
      { rule: "bp", twin: "spike", settings },
      data,
      initialParameters(sizes, 2),
      3,
    );
    expect(raster.populations.map(p => p.name)).toEqual(["input", "hidden 1", "hidden 2", "output"]);
    expect(raster.metadata).toMatchObject({ sample: 3, label: data.test.labels[3], encoder });
    const traces = raster.traces.filter(trace => trace.population === "output");
    const last = traces.map(trace => trace.values.at(-1)!);
    const fired = traces.map(({ neuron }) => {
      let trace = 0;
      raster.times.forEach((t, k) => {
        if (raster.populationIndex[k] === 3 && raster.neurons[k] === neuron)
          trace += Math.exp((t - 20) / settings.tauMem);
      });
      return trace;
    });
    const deciding = readout === "spikes" ? fired : last;
    expect(deciding.indexOf(Math.max(...deciding))).toBe(raster.metadata.decision);
    // What is left of the potential is less than one spike.
    for (const left of readout === "spikes" ? last : []) expect(left).toBeLessThan(1);
    if (readout === "potential") expect(raster.populationIndex.includes(3)).toBe(false);
    for (const trace of raster.traces) {
      expect(trace.times[0]).toBe(0);
      expect(trace.times.at(-1)).toBe(20);
    }
    if (encoder === "current") expect(raster.populationIndex.includes(0)).toBe(false);
  },
);

test.each(["ff", "ff:readout", "chance", "dfa"])(
  "%s: the decision that is shown is the rule's own",
  async name => {
    const data = await loadDataset("digits", { trainSamples: 60, testSamples: 12 });
    const settings = {
      sizes: [64, 20, 12, 10],
      seed: 2,
      epochs: 1,
      batch: 1,
      learningRate: 0.1,
      schedule: "1",
      encoder: "rate",
      eligibility: "trace",
      durationMs: 20,
      tauMem: 20,
      vThreshold: 0.1,
      maxSpikes: 8,
    } as const;
    const plan = { rule: name, twin: "spike", settings } as const;
    const trainer = createTrainer(plan, data);
    for (let n = 0; n < 60; n++) trainer.learn(Uint32Array.of(n), 0.05, 0);
    const { confusion } = trainer.evaluate(data.test);
    const shown = confusion.map(row => row.map(() => 0));
    for (let n = 0; n < data.test.count; n++) {
      const { label, decision } = recordSample(plan, data, trainer.parameters(), n).metadata;
      shown[Number(label)][Number(decision)]++;
    }
    expect(shown).toEqual(confusion);
  },
);
