/** Samples that a network is shown one after the other. */
import { expect, test } from "vitest";
import { describe } from "../../../src/description/describe.ts";
import { type Network, type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { passOrder } from "../../../src/engine/network/stream.ts";
import { Simulation } from "../../../src/engine/simulation.ts";

/** Three samples of four inputs: the first two inputs, the last two, and none. */
const data = {
  samples: [
    [1, 0.5, 0, 0],
    [0, 0, 0.5, 1],
    [0, 0, 0, 0],
  ],
  labels: [0, 1, 1],
};

function model(stream: object = {}, more: object = {}) {
  return {
    name: "stream",
    populations: {
      input: { size: 4, neuron: "input" },
      label: { size: 2, neuron: "input" },
      clock: { size: 1, neuron: "input" },
      n: { size: 3, neuron: { vThreshold: 0.4 }, modulators: { m: { tau: 10 } } },
    },
    projections: [
      {
        ...{ from: "input", to: "n", weights: "0.2 + 0.02 * pre + 0.01 * post" },
        plasticity: {
          kind: "three-factor",
          eligibility: "online",
          modulator: "m",
          eta: "-0.01 * (1 - t / (2000 ms))",
        },
      },
      { from: "label", to: "n", target: "m", weights: "0.1 * (pre - post)", delay: "1 ms" },
    ],
    stimuli: [
      { to: "input", kind: "samples", encoder: "rate", interval: "5 ms" },
      { to: "label", kind: "labels", interval: "4 ms", during: "learn" },
      { to: "clock", kind: "phase", during: "learn" },
    ],
    stream: {
      data,
      duration: 40,
      pause: "10 ms",
      phases: { learn: { start: "20 ms", stop: 40 } },
      ...stream,
    },
    ...more,
  };
}

const built = (stream?: object, more?: object): Network =>
  network(describe(model(stream, more)).spec, { seed: 3 });

function spikesOf(simulation: Simulation, population: string): [number, number][] {
  const { times, neurons, populations, populationIndex } = simulation.raster();
  const p = populations.findIndex(({ name }) => name === population);
  return [...times.keys()].filter(k => populationIndex[k] === p).map(k => [times[k], neurons[k]]);
}

test("samples are shown in the order of each pass, each in its time", () => {
  const places: number[] = [];
  const simulation = new Simulation(built({ passes: 2 }), { onSample: ({ place }) => places.push(place) });
  simulation.runSamples(6);
  expect(places).toEqual([...passOrder(3, 3, 0), ...passOrder(3, 3, 1)]);
  expect(() => simulation.runSamples(1)).toThrow("samples: expected 0 to 0, which are left, got 1");
  places.forEach((place, n) => {
    const own = spikesOf(simulation, "input").filter(([t]) => t >= 50 * n && t < 50 * (n + 1));
    expect(new Set(own.map(([, i]) => i))).toEqual(new Set([[0, 1], [2, 3], []][place]));
    // A full intensity fires every 5 ms, a half one every 10.
    expect(own.length === 0 || own.length === 12 || own.length === 11).toBe(true);
    expect(own.every(([t]) => t < 50 * n + 40)).toBe(true);
    const labels = spikesOf(simulation, "label").filter(([t]) => t >= 50 * n && t < 50 * (n + 1));
    const [[first]] = labels;
    expect(first).toBeGreaterThanOrEqual(50 * n + 20);
    expect(first).toBeLessThan(50 * n + 24);
    expect(labels.map(([, i]) => i)).toEqual(Array(5).fill(data.labels[place]));
    labels.forEach(([t], k) => {
      expect(t).toBeCloseTo(first + 4 * k, 9);
    });
  });
  expect(spikesOf(simulation, "clock")).toEqual([0, 1, 2, 3, 4, 5].map(n => [50 * n + 20, 0]));
});

test("spikes of a random code are those of the sample's number, however a run is cut and begun", () => {
  const stimuli = [{ to: "input", kind: "samples", encoder: "poisson", interval: 5 }];
  const whole = new Simulation(built({}, { stimuli, projections: [] }));
  whole.run(300);
  const late = new Simulation(built({}, { stimuli, projections: [] }), { firstSample: 3 });
  expect(late.time).toBe(150);
  late.runSamples(2);
  late.runSamples(1);
  expect(spikesOf(late, "input")).toEqual(spikesOf(whole, "input").filter(([t]) => t >= 150 && t < 300));
});

test("a phase's noise is a Poisson process of each neuron, within the phase, and that of the sample's number", () => {
  const stimuli = [{ to: "input", kind: "phase", during: "learn", rate: "250 Hz" }];
  const long = {
    data: { samples: Array.from({ length: 50 }, () => [0, 0, 0, 0]), labels: Array(50).fill(0) },
  };
  const whole = new Simulation(built({ ...long, passes: 2 }, { stimuli, projections: [] }));
  whole.runSamples(100);
  const spikes = spikesOf(whole, "input");
  expect(spikes.every(([t]) => t % 50 >= 20 && t % 50 < 40)).toBe(true);
  const counts = Array.from({ length: 400 }, () => 0);
  for (const [t, i] of spikes) counts[4 * Math.floor(t / 50) + i]++;
  // 5 each, as 250 Hz for 20 ms, with the variance of a Poisson count.
  const mean = spikes.length / 400;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / 400;
  expect(Math.abs(mean - 5)).toBeLessThan(0.4);
  expect(Math.abs(variance - 5)).toBeLessThan(1.2);
  const late = new Simulation(built({ ...long, passes: 2 }, { stimuli, projections: [] }), {
    firstSample: 70,
  });
  late.runSamples(30);
  expect(spikesOf(late, "input")).toEqual(spikes.filter(([t]) => t >= 3500));
});

test("during several phases the same spikes come in each, as far as it lasts", () => {
  const phases = {
    first: { start: 2, stop: 17 },
    short: { start: 20, stop: 26 },
    again: { start: 26, stop: 40 },
  };
  const during = ["first", "again", "short"];
  const stimuli = [
    { to: "input", kind: "samples", encoder: "poisson", interval: 3, during },
    { to: "label", kind: "labels", interval: 2, which: "wrong", during },
    { to: "clock", kind: "phase", interval: 4, during },
    { name: "noise", to: "clock", kind: "phase", rate: 200, during },
  ];
  const simulation = new Simulation(built({ phases }, { stimuli, projections: [] }));
  simulation.runSamples(2);
  for (const name of ["input", "label", "clock"])
    for (const n of [0, 1]) {
      const within = ({ start, stop }: { start: number; stop: number }) =>
        spikesOf(simulation, name)
          .map(([t, i]) => [t - 50 * n - start, i] as const)
          .filter(([t]) => t >= 0 && t < stop - start);
      const own = within(phases.first);
      if (name !== "input") expect(own.length).toBeGreaterThan(3);
      for (const later of [phases.short, phases.again]) {
        const expected = own.filter(([t]) => t < later.stop - later.start);
        expect(within(later).map(([, i]) => i)).toEqual(expected.map(([, i]) => i));
        within(later).forEach(([t], k) => {
          expect(t).toBeCloseTo(expected[k][0], 9);
        });
      }
    }
  expect(spikesOf(simulation, "input").length).toBeGreaterThan(9);
});

test("recordings of events are shown as they are, from the beginning of their samples and as long as these last", () => {
  const recordings = [
    { times: [0, 1.5, 7.25, 39.5, 40, 41], inputs: [3, 0, 2, 1, 1, 0] },
    { times: [2], inputs: [1] },
  ];
  const own = { recordings, samples: [data.samples[0], data.samples[1]], labels: [0, 1] };
  const stimuli = [{ to: "input", kind: "samples", encoder: "recording", interval: 5 }];
  const simulation = new Simulation(
    built({ data: own, order: "given", passes: 2 }, { stimuli, projections: [] }),
  );
  simulation.runSamples(4);
  const shown = [
    [0, 3],
    [1.5, 0],
    [7.25, 2],
    [39.5, 1],
    [52, 1],
  ];
  expect(spikesOf(simulation, "input")).toEqual([...shown, ...shown.map(([t, i]) => [t + 100, i])]);
  const without = { ...own, recordings: undefined };
  expect(() => new Simulation(built({ data: without }, { stimuli, projections: [] })).runSamples(1)).toThrow(
    "encoder recording: expected samples that are recordings of events, got intensities alone",
  );
});

test("wrong labels are those of another class", () => {
  const stimuli = [{ to: "label", kind: "labels", interval: 10, which: "wrong" }];
  const simulation = new Simulation(built({ order: "given", passes: 1 }, { stimuli, projections: [] }));
  simulation.runSamples(3);
  expect(new Set(spikesOf(simulation, "label").map(([t, i]) => `${Math.floor(t / 50)} ${i}`))).toEqual(
    new Set(["0 1", "1 0", "2 0"]),
  );
});

test("of a population with further neurons, those of the classes alone fire", () => {
  const stimuli = [{ to: "input", kind: "labels", interval: 10, which: "wrong", classes: 2 }];
  const simulation = new Simulation(built({ order: "given", passes: 1 }, { stimuli, projections: [] }));
  simulation.runSamples(3);
  expect(new Set(spikesOf(simulation, "input").map(([t, i]) => `${Math.floor(t / 50)} ${i}`))).toEqual(
    new Set(["0 1", "1 0", "2 0"]),
  );
  for (const [classes, message] of [
    [5, "classes: expected 4 or less, as there are neurons, got 5"],
    [1, "to: class of sample 1: expected one of 1, as there are classes, got 1"],
  ] as const) {
    const bad = [{ ...stimuli[0], classes }];
    expect(() => new Simulation(built({}, { stimuli: bad, projections: [] })).runSamples(1)).toThrow(message);
  }
});

test("a phase's signal of some neurons is theirs alone", () => {
  const stimuli = [{ to: "input", kind: "phase", interval: 10, neurons: [1, 3] }];
  const simulation = new Simulation(built({}, { stimuli, projections: [] }));
  simulation.runSamples(1);
  expect(spikesOf(simulation, "input").slice(0, 4)).toEqual([
    [5, 1],
    [5, 3],
    [15, 1],
    [15, 3],
  ]);
});

test.each(["exact", "grid"] as const)("%s mode: at rest, nothing is left of the sample before", mode => {
  const net = built({ pause: 0 });
  const simulation = new Simulation(net, { mode, ...(mode === "grid" && { dt: 1 }) });
  simulation.runSamples(5);
  expect(simulation.modulator("n", "m").some(m => m !== 0)).toBe(true);
  simulation.runUntil(200);
  expect([...simulation.modulator("n", "m")]).toEqual([0, 0, 0]);
});

test.each([
  ["exact", "samples"],
  ["exact", "passes"],
  ["grid", "samples"],
  ["grid", "passes"],
] as const)(
  "%s mode, rest before %s: beginning with a pass gives the same bits as all before",
  (mode, rest) => {
    const options = { mode, ...(mode === "grid" && { dt: 0.5 }) };
    const whole = new Simulation(built({ rest }), options);
    whole.runSamples(9);
    const part = new Simulation(built({ rest }), options);
    part.runSamples(6);
    const weights = Float32Array.from(part.weights("input->n"));
    const spec = describe(model({ rest })).spec;
    const projections = spec.projections!.map((p, q) => (q === 0 ? { ...p, weights } : p));
    const rested = new Simulation(network({ ...spec, projections } as NetworkSpec, { seed: 3 }), {
      ...options,
      firstSample: 6,
    });
    rested.runSamples(3);
    expect(rested.weights("input->n")).toEqual(whole.weights("input->n"));
    expect(part.weights("input->n")).not.toEqual(whole.weights("input->n"));
    expect(spikesOf(rested, "n")).toEqual(spikesOf(whole, "n").filter(([t]) => t >= 300));
  },
);

test("what carries on is not what rests", () => {
  const [rested, carried] = ["samples", "never"].map(rest => {
    const simulation = new Simulation(built({ rest, pause: 0 }));
    simulation.runSamples(6);
    return simulation.weights("input->n");
  });
  expect(rested).not.toEqual(carried);
});

test.each([
  [{ duration: 0 }, "stream.duration: expected a time in ms above 0, got 0"],
  [{ rest: "always" }, "stream.rest: expected one of samples, passes, never, got always"],
  [{ passes: 0 }, "stream.passes: expected an integer of 1 or more, got 0"],
  [
    { phases: { a: { start: 0, stop: 20 }, learn: { start: 19, stop: 40 } } },
    "stream.phases.learn.start: expected 20 ms or later, where a stops, as phases do not overlap, got 19",
  ],
  [
    { phases: { learn: { start: 20, stop: 41 } } },
    "stream.phases.learn.stop: expected later than start (20 ms), up to 40 ms, got 41",
  ],
  [{ phases: {} }, 'stimuli[1].during: expected a phase of the stream, which are none; got "learn"'],
  [
    { data: "digits" },
    'stream.data: expected samples and labels, or the samples of "digits" as an option of describe, got none',
  ],
  [
    { data: { samples: [[1]], labels: [0] } },
    "stimuli[0].to: expected a population of 1, as samples have inputs, got 4",
  ],
  [
    { data: { ...data, labels: [0, 1, 2] } },
    "stimuli[1].to: class of sample 2: expected one of 2, as there are neurons, got 2",
  ],
  [{ part: "train" }, 'stream.part: expected it with the name of a data set, got "train"'],
  [{ length: 3 }, "stream.length: expected one of data, duration"],
])("%j is refused by its field", (stream, message) => {
  expect(() => built(stream)).toThrow(message);
});

test("stimuli of samples, and what begins with one, are refused without a stream", () => {
  const { stream, ...rest } = model();
  expect(() => network(describe(rest).spec)).toThrow(
    "stimuli[0].kind: expected a network with a stream for samples, got none",
  );
  const bare = network(describe({ ...rest, stimuli: [] }).spec);
  expect(() => new Simulation(bare, { firstSample: 1 })).toThrow(
    "firstSample: expected it of a network with a stream, got 1",
  );
  expect(() => new Simulation(built(), { mode: "grid", dt: 0.3 })).toThrow(
    "stream.duration: expected, with the pause, a multiple of dt (0.3 ms), got 50",
  );
  const none = [{ to: "clock", kind: "phase", during: [] }];
  expect(() => built({}, { stimuli: none })).toThrow(
    "stimuli[0].during: expected a phase of the stream, or a list of phases, got a list of 0",
  );
  for (const [more, expected] of [
    [{ rate: -1 }, "stimuli[0].rate: expected 0 Hz or more, got -1"],
    [{ rate: 10, interval: 4 }, "stimuli[0].rate: expected none with an interval, got 10"],
  ] as const)
    expect(() => built({}, { stimuli: [{ to: "clock", kind: "phase", ...more }] })).toThrow(expected);
  const stimuli = [{ to: "input", kind: "samples", encoder: "current", interval: 5 }];
  expect(() => built({}, { stimuli })).toThrow(
    "stimuli[0].encoder: expected one that makes spikes, got current",
  );
});

test("what cannot be brought to rest must not be asked to", () => {
  const populations = {
    input: { size: 4, neuron: "input" },
    n: { size: 3, neuron: { model: "lif-exp", vThreshold: 1 } },
  };
  const more = { populations, projections: [], stimuli: [] };
  expect(() => new Simulation(built({}, more))).toThrow(
    "stream.rest: expected never, as neurons of n cannot be brought to rest, got samples or passes",
  );
  new Simulation(built({ rest: "never" }, more)).runSamples(1);
  const plasticity = { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.01, wMax: 1 };
  const learns = { projections: [{ from: "input", to: "n", weights: 0, plasticity }], stimuli: [] };
  expect(() => new Simulation(built({}, learns))).toThrow(
    "stream.rest: expected never, as plasticity of projections[0] (stdp-pair)",
  );
});

test("a rate that changes with time does so by its expression", () => {
  const run = (eta: unknown) => {
    const own = model({ order: "given" });
    const [first, ...rest] = own.projections as Record<string, unknown>[];
    const plasticity = { ...(first.plasticity as object), eta };
    const simulation = new Simulation(
      network(describe({ ...own, projections: [{ ...first, plasticity }, ...rest] }).spec),
    );
    simulation.runSamples(1);
    return simulation.weights("input->n");
  };
  expect(run("-0.01 * (t < 1000 ms ? 1 : 0)")).toEqual(run(-0.01));
  expect(run("-0.01 * (t < 30 ms ? 1 : 0)")).not.toEqual(run(-0.01));
  expect(() => run("-0.01 / (30 - t)")).not.toThrow();
});

test("on a lattice, spikes of one instant are the same taken together or, where someone hears them, one by one", () => {
  const run = (more: object) => {
    const { stimuli } = model();
    const together = [{ ...stimuli[0], resolution: "5 ms" }, ...stimuli.slice(1)];
    const network = built({ passes: 4 }, { stimuli: together });
    const simulation = new Simulation(network, { mode: "grid", dt: 1, ...more });
    simulation.runSamples(12);
    const { times, neurons } = simulation.raster();
    return [times, neurons, simulation.weights("input->n"), simulation.synapticEvents];
  };
  let heard = 0;
  const together = run({});
  expect(run({ onSpike: () => heard++ })).toEqual(together);
  expect(heard).toBe((together[0] as Float64Array).length);
  const [times, neurons] = together as [Float64Array, Uint16Array];
  expect(
    times.filter((t, k) => k > 0 && t === times[k - 1] && neurons[k] !== neurons[k - 1]).length,
  ).toBeGreaterThan(20);
});
