import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Inference, type Inferred } from "../../../../src/engine/lattice/batch/inference.ts";
import type { InputSpikes } from "../../../../src/engine/lattice/batch/inputSpikes.ts";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import type { SpikeTrain } from "../../../../src/engine/record/spikeTrain.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";
import { sized } from "../../../long.ts";
import { plainly } from "../../../plain/plainly.ts";

const dt = 0.1;

const cases = fc.record({
  seed: fc.nat(1e6),
  inputs: fc.integer({ min: 1, max: 12 }),
  sizes: fc.array(fc.integer({ min: 1, max: 35 }), { minLength: 1, maxLength: 3 }),
  model: fc.constantFrom("lif", "if", "lif-exp", "two currents"),
  tauMem: fc.constantFrom(2, 20),
  reset: fc.constantFrom("fixed" as const, "subtract" as const),
  tauRef: fc.constantFrom(0, 0, 0.1, 1, 4),
  drive: fc.constantFrom("none", "bias", "each", "rest above threshold"),
  delay: fc.constantFrom(0, 0, 0.3),
  skip: fc.boolean(),
  sparse: fc.boolean(),
  steps: fc.constantFrom(40, 200, 400),
  spikes: fc.constantFrom(3, 30, 150),
  weight: fc.constantFrom(0.5, 1, 2),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const restOf = ({ drive, reset }: Case) =>
  drive === "rest above threshold" && reset === "fixed" ? 1.3 : 0.1;

/** Layers 1 to n behind the input, each hearing the one before, the last one the input too where `skip` is set. */
function build(c: Case): {
  spec: NetworkSpec;
  currents: Record<string, Float64Array>;
  samples: InputSpikes[];
  durationMs: number;
} {
  const rng = new Rng(c.seed, "inference test");
  const { reset, tauRef } = c;
  const common = {
    vThreshold: 1,
    vRest: restOf(c),
    reset,
    tauRef,
    ...(reset === "fixed" && { vReset: -0.2 }),
  };
  const bias = c.drive === "bias" && c.model !== "if" ? 0.8 / c.tauMem : 0;
  const neuron: NeuronSpec =
    c.model === "if"
      ? { model: "if", ...common }
      : c.model === "lif"
        ? { tauMem: c.tauMem, bias, ...common }
        : {
            ...{ model: "lif-exp", tauMem: c.tauMem, bias, ...common },
            ...{ tauExc: 5, tauInh: c.model === "lif-exp" ? 5 : 3, weightAs: "drive" as const },
          };
  const sizes = [c.inputs, ...c.sizes];
  // A subtractive reset passes on all that comes in: less of it, lest activity grow from layer to layer.
  const gain =
    c.weight * (c.model === "lif" || c.model === "if" ? 0.4 : 1) * (c.reset === "subtract" ? 0.4 : 1);
  const weights = (pre: number, post: number) =>
    Float32Array.from({ length: pre * post }, () => (gain * rng.normal(0.1, 1)) / Math.sqrt(pre));
  const projections: NetworkSpec["projections"] = c.sizes.map((post, l) => ({
    ...{ from: `${l}`, to: `${l + 1}`, delay: c.delay },
    ...(c.sparse && l > 0
      ? { connect: { kind: "probability", p: 0.5 }, weights: (r: Rng) => (gain * r.normal(0.1, 1)) / 3 }
      : { weights: weights(sizes[l], post) }),
  }));
  const last = c.sizes.length;
  const spec: NetworkSpec = {
    populations: Object.fromEntries(
      sizes.map((size, p) => [`${p}`, { size, neuron: p === 0 ? "input" : neuron }]),
    ),
    projections: [
      ...projections,
      ...(c.skip
        ? [{ name: "skip", from: "0", to: `${last}`, weights: weights(c.inputs, sizes[last]) }]
        : []),
    ],
  };
  const currents: Record<string, Float64Array> =
    c.drive === "each" && c.model !== "if"
      ? { 1: Float64Array.from({ length: c.sizes[0] }, () => rng.uniformIn(-1.5, 1.5) / c.tauMem) }
      : {};
  const samples = Array.from({ length: 3 }, (_, s) => {
    const end = s === 2 ? c.steps : Math.ceil(c.steps / 3);
    return {
      times: Array.from({ length: c.spikes }, () => rng.integer(end + 1) * dt),
      neurons: Array.from({ length: c.spikes }, () => rng.integer(c.inputs)),
    };
  });
  return { spec, currents, samples, durationMs: c.steps * dt };
}

/**
 * The definition, step by step in double precision: exact steps, then input, then thresholds, a layer after the other.
 * @returns spikes as [step, neuron] by layer, and how near any potential has come to the threshold
 */
function reference(c: Case, sample: InputSpikes): { spikes: number[][][]; margin: number } {
  const { spec, currents } = build(c);
  const { projections } = network(spec);
  const syn = c.model === "lif-exp" || c.model === "two currents";
  const [tauExc, tauInh] = [5, c.model === "lif-exp" ? 5 : 3];
  const p = c.model === "if" ? 1 : Math.exp(-dt / c.tauMem);
  const rise = (tau: number) => (tau / (tau - c.tauMem)) * (Math.exp(-dt / tau) - Math.exp(-dt / c.tauMem));
  const spikes: number[][][] = [Array.from(sample.times, (t, k) => [Math.round(t / dt), sample.neurons[k]])];
  let margin = Infinity;
  c.sizes.forEach((size, l) => {
    const own: number[][] = [];
    const arriving = Array.from({ length: c.steps + 1 }, () => Array.from({ length: size }, () => [0, 0]));
    for (const { from, to, synapses } of projections) {
      if (to !== l + 1) continue;
      for (const [n, i] of spikes[from]) {
        for (let cursor = 0; cursor < synapses.rowLength(i); ) {
          const at = n + Math.round(synapses.delayAt(i, cursor) / dt);
          cursor = synapses.deliver(i, cursor, (j, w) => {
            if (at <= c.steps) arriving[at][j][w > 0 ? 0 : 1] += w;
          });
        }
      }
    }
    for (let j = 0; j < size; j++) {
      const bias = c.drive === "bias" && c.model !== "if" ? 0.8 / c.tauMem : 0;
      const settled = restOf(c) + (bias + (currents[`${l + 1}`]?.[j] ?? 0)) * c.tauMem;
      let [v, e, i, until, held, largest] = [restOf(c), 0, 0, 0, false, 1];
      for (let n = 0; n <= c.steps; n++) {
        if (n > 0) {
          v = settled + (v - settled) * p + (syn ? e * rise(tauExc) + i * rise(tauInh) : 0);
          e *= Math.exp(-dt / tauExc);
          i *= Math.exp(-dt / tauInh);
        }
        if (held) v = -0.2;
        const lost = held && n < until;
        if (held && n === until) held = false;
        const [exc, inh] = arriving[n][j] as [number, number];
        if (syn) {
          e += exc;
          i += inh;
        } else if (!lost) v += exc + inh;
        if (lost || (c.reset === "subtract" && n < until)) continue;
        largest = Math.max(largest, Math.abs(v), Math.abs(settled), Math.abs(e), Math.abs(i));
        margin = Math.min(margin, Math.abs(v - 1) / largest);
        while (v >= 1) {
          own.push([n, j]);
          until = n + Math.round(c.tauRef / dt);
          if (c.reset === "fixed") {
            v = -0.2;
            held = c.tauRef > 0;
            break;
          }
          v -= 0.9;
          if (c.tauRef > 0) break;
          margin = Math.min(margin, Math.abs(v - 1) / largest);
        }
      }
    }
    spikes.push(own.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  });
  return { spikes, margin };
}

const listed = ({ times, neurons, length }: SpikeTrain) =>
  Array.from({ length }, (_, k) => [Math.round(times[k] / dt), neurons[k]]);

function infer(c: Case): Inferred {
  const { spec, currents, samples, durationMs } = build(c);
  const layers = c.sizes.map((_, l) => `${l + 1}`);
  const options = { durationMs, dt, currents, counts: layers, spikes: layers };
  return new Inference(network(spec), options).run(samples);
}

describe("inference", () => {
  test("the kernel gives the bits of plain loops, which look at every step", () => {
    let total = 0;
    fc.assert(
      fc.property(cases, c => {
        const compiled = infer(c);
        total += compiled.totals[1];
        expect(compiled).toEqual(plainly(() => infer(c)));
      }),
      { numRuns: sized(20, 50) },
    );
    expect(total).toBeGreaterThan(sized(600, 1600));
  });

  test("gives the spikes of the definition in double precision where no potential grazes the threshold", () => {
    let [compared, total] = [0, 0];
    fc.assert(
      fc.property(cases, c => {
        const { spikes, counts } = infer(c);
        build(c).samples.forEach((sample, s) => {
          const { spikes: expected, margin } = reference(c, sample);
          if (margin < 1e-5) return;
          compared++;
          c.sizes.forEach((size, l) => {
            const own = spikes[l + 1][s];
            expect(listed(own)).toEqual(expected[l + 1]);
            total += own.length;
            const sums = counts[l + 1].slice(s * size, (s + 1) * size);
            expect(sums.reduce((a, b) => a + b, 0)).toBe(own.length);
          });
        });
      }),
      { numRuns: sized(15, 40) },
    );
    expect(compared).toBeGreaterThan(sized(15, 40));
    expect(total).toBeGreaterThan(sized(350, 1000));
  });

  const cell: NeuronSpec = {
    ...{ model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 5, weightAs: "drive" },
    ...{ vThreshold: 1, reset: "fixed", tauRef: 1 },
  };
  const drawn = (rng: Rng, pre: number, post: number) =>
    Float32Array.from({ length: pre * post }, () => rng.normal(0.1, 0.6));
  const layered = (rng: Rng, output: NeuronSpec = cell): NetworkSpec => ({
    populations: {
      in: { size: 60, neuron: "input" },
      hidden: { size: 50, neuron: cell },
      out: { size: 7, neuron: output },
    },
    projections: [
      { from: "in", to: "hidden", weights: drawn(rng, 60, 50) },
      { from: "hidden", to: "out", weights: drawn(rng, 50, 7) },
    ],
  });
  const drawSamples = (rng: Rng, count: number, spikes = 40): InputSpikes[] =>
    Array.from({ length: count }, () => ({
      times: Array.from({ length: spikes }, () => rng.integer(100) / 10),
      neurons: Array.from({ length: spikes }, () => rng.integer(60)),
    }));

  test("gives the spikes of the grid mode", () => {
    const rng = new Rng(3, "grid");
    const net = network(layered(rng));
    const samples = drawSamples(rng, 20);
    const { spikes, synapticEvents } = new Inference(net, { durationMs: 20, spikes: ["hidden", "out"] }).run(
      samples,
    );
    let [total, events] = [0, 0];
    samples.forEach(({ times, neurons }, s) => {
      const simulation = new Simulation(net, { mode: "grid", dt });
      simulation.stimulate("in", times, neurons);
      simulation.run(20);
      events += simulation.synapticEvents;
      const { times: at, neurons: who, populationIndex } = simulation.raster();
      for (const p of [1, 2]) {
        const expected = Array.from(at, (t, k) => [t, who[k]]).filter((_, k) => populationIndex[k] === p);
        const { times: t, neurons: j, length } = spikes[p === 1 ? "hidden" : "out"][s];
        expect(Array.from({ length }, (_, k) => [t[k], j[k]])).toEqual(expected);
        total += length;
      }
    });
    expect(total).toBeGreaterThan(300);
    // The last spikes of a simulation reach nobody in time, but have been delivered.
    expect(synapticEvents).toBe(events);
  });

  test("a readout that never fires ends at the potential of a simulation", () => {
    const rng = new Rng(5, "readout");
    for (const output of [
      { model: "li", tauMem: 10, bias: 0.02, vRest: -1 },
      { ...cell, vThreshold: Infinity },
    ]) {
      const net = network(layered(rng, output as NeuronSpec));
      const samples = drawSamples(rng, 5);
      const { potentials, counts } = new Inference(net, { durationMs: 20, currents: { out: 0.03 } }).run(
        samples,
      );
      samples.forEach(({ times, neurons }, s) => {
        const simulation = new Simulation(net, { mode: "grid", dt });
        simulation.setCurrent("out", 0.03);
        simulation.stimulate("in", times, neurons);
        simulation.run(20);
        for (let j = 0; j < 7; j++) {
          expect(Math.abs(potentials.out[s * 7 + j] - simulation.potential("out", j))).toBeLessThan(1e-4);
        }
      });
      expect(counts.out.every(n => n === 0)).toBe(true);
    }
  });

  test("a sample's result does not depend on the others, nor on a time without room for all", () => {
    const rng = new Rng(7, "batches");
    const net = network(layered(rng));
    const samples = drawSamples(rng, 1100, 12);
    const inference = new Inference(net, { durationMs: 12, counts: ["hidden"] });
    const all = inference.run(samples).counts.hidden;
    for (const s of [0, 511, 512, 1099]) {
      expect(inference.run([samples[s]]).counts.hidden).toEqual(all.slice(50 * s, 50 * (s + 1)));
    }
    expect(inference.run([]).counts.hidden).toHaveLength(0);
  });

  test("a burst of many spikes at one instant is counted in full", () => {
    const net = network({
      populations: {
        in: { size: 1, neuron: "input" },
        n: { size: 3, neuron: { model: "if", vThreshold: 1 } },
      },
      projections: [{ from: "in", to: "n", weights: [1000, 0.5, 300] }],
    });
    const run = () => new Inference(net, { durationMs: 5 }).run([{ times: [1], neurons: [0] }]);
    for (const { counts, totals } of [run(), plainly(run)]) {
      expect(Array.from(counts.n)).toEqual([1000, 0, 300]);
      expect(totals).toEqual({ in: 1, n: 1300 });
    }
  });

  test("says what does not fit", () => {
    const rng = new Rng(9, "faults");
    const spec = layered(rng);
    const run = (of: NetworkSpec, options: object = {}, samples: InputSpikes[] = []) =>
      new Inference(network(of), { durationMs: 20, ...options }).run(samples);
    const [, second] = spec.projections!;
    const and = (...more: NonNullable<NetworkSpec["projections"]>) => ({
      ...spec,
      projections: [...spec.projections!, ...more],
    });
    const hidden = (neuron: NeuronSpec): NetworkSpec => ({
      ...spec,
      populations: { ...spec.populations, hidden: { size: 50, neuron } },
    });
    expect(() => run(spec, { durationMs: 0.01 })).toThrow(
      "durationMs: expected a time of dt (0.1 ms) or more, got 0.01",
    );
    expect(() => run(spec, { duration: 3 })).toThrow("duration: expected a field of the options");
    expect(() => run(spec, { counts: ["in"] })).toThrow("counts: expected some of hidden, out, got in");
    expect(() => run(spec, { currents: { hiden: 1 } })).toThrow(
      "currents: expected some of hidden, out, got hiden",
    );
    expect(() => run(spec, { currents: { out: [1, 2] } })).toThrow(
      "populations.out: currents: expected one or 7, got 2",
    );
    expect(() => run(hidden({ model: "if", vThreshold: 1 }), { currents: { hidden: 1 } })).toThrow(
      "expected 0 without a leak, got 1",
    );
    expect(() => run(and({ from: "out", to: "hidden", weights: 1, delay: 1 }))).toThrow(
      "projections: expected a feed-forward network, got a loop among hidden, out",
    );
    expect(() => run(and({ ...second, name: "x", delay: (r: Rng) => r.uniformIn(1, 3) }))).toThrow(
      "projections[2].delay: expected one for all synapses",
    );
    expect(() =>
      run(
        and({
          ...second,
          name: "x",
          plasticity: { kind: "stdp-pair", aPlus: 0.1, aMinus: 0.1, wMax: 9, wMin: -9 },
        }),
      ),
    ).toThrow("projections[2].plasticity: expected none");
    expect(() => run({ ...spec, stimuli: [{ to: "in", kind: "poisson", rate: 1 }] })).toThrow(
      "stimuli: expected none",
    );
    expect(() => run(hidden({ model: "alif", vThreshold: 1, tauAdapt: 10, beta: 1 }))).toThrow(
      "populations.hidden: neuron: expected lif, lif-exp, if or li, got alif",
    );
    expect(() =>
      run(spec, {}, [
        { times: [], neurons: [] },
        { times: [3, 21], neurons: [0, 0] },
      ]),
    ).toThrow("samples[1].times[1]: expected a time of the presentation, got 21 (of in, in 20 ms)");
    expect(() => run(spec, {}, [{ times: [3], neurons: [60] }])).toThrow(
      "samples[0].neurons[0]: expected 0 to 59, got 60",
    );
    expect(() => run(spec, {}, [{ times: [3, 4], neurons: [1] }])).toThrow(
      "expected one for each of 2 times, got 1",
    );
    const single = (weights: number[]): NetworkSpec => ({
      populations: {
        in: { size: 1, neuron: "input" },
        n: { size: 1, neuron: { model: "if", vThreshold: 1 } },
      },
      projections: weights.map((w, q) => ({ name: `${q}`, from: "in", to: "n", weights: [w] })),
    });
    const one = [{ times: [1], neurons: [0] }];
    expect(() => run(single([1e30]), {}, one)).toThrow("n: expected fewer spikes; the weights have diverged");
    expect(() => run(single([3e38, 3e38]), {}, one)).toThrow("n: expected finite potentials");
  });
});
