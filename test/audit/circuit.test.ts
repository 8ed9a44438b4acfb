import { describe, expect, test } from "vitest";
import { auditCircuit } from "../../src/audit/circuit.ts";

type Fields = Record<string, unknown>;
interface Circuit {
  readonly populations: Fields;
  readonly projections: Fields[];
  readonly stimuli: Fields[];
  readonly stream: Fields;
}

const learning = { kind: "three-factor", eligibility: "online", modulator: "error", gate: "drive" };
/** Two inputs, three hidden neurons, two outputs; an error neuron for each output reaches the hidden neurons. */
const usual: Circuit = {
  populations: Object.fromEntries(
    Object.entries({ input: 2, bias: 1, hidden: 3, output: 2, label: 2, error: 2, clock: 1 }).map(
      ([name, size]) => [name, { size }],
    ),
  ),
  projections: [
    { from: "input", to: "hidden", weights: [1, 2, 3, 4, 5, 6], plasticity: learning },
    { from: "bias", to: "hidden", weights: [0, 0, 0], plasticity: learning },
    {
      from: "hidden",
      to: "output",
      weights: [1, -2, 3, 4, -5, 6],
      plasticity: { ...learning, gate: "none" },
    },
    { from: "output", to: "error", weights: 1 },
    { from: "label", to: "error", weights: 1, gain: -1 },
    { from: "error", to: "output", target: "error", weights: 1 },
    { from: "error", to: "hidden", target: "error", weights: [1, 1, 1, 1, -1, 1], delay: "1 ms" },
  ],
  stimuli: [
    { to: "input", kind: "samples" },
    { to: "label", kind: "labels" },
  ],
  stream: { data: "digits", duration: 60 },
};

const seen = (circuit: Circuit) => auditCircuit(circuit);
const hidden = (circuit: Circuit) => seen(circuit).synapses[0];
/** The circuit with one projection, found by its ends, written otherwise. */
const changed = (from: string, to: string, as: Fields): Circuit => ({
  ...usual,
  projections: usual.projections.map(each =>
    each.from === from && each.to === to ? { ...each, ...as } : each,
  ),
});
const more = (projection: Fields, ...stimuli: Fields[]): Circuit => ({
  ...usual,
  projections: [...usual.projections, projection],
  stimuli: [...usual.stimuli, ...stimuli],
});

const read = {
  ...{ name: "input->hidden", post: "drive", third: ["error"], label: 2, output: 2, weightsAbove: "no" },
  ...{ sharesWith: [], feedbackLearns: false, delayMs: 1, phases: [], tag: false, mixedSigns: false },
};

test("each plastic projection is traced, those of the bias aside", () => {
  expect(seen(usual)).toEqual({
    synapses: [read, { ...read, name: "hidden->output", post: "nothing", delayMs: 0, mixedSigns: true }],
    rest: "samples",
  });
});

describe("what is seen changes with the circuit", () => {
  test("feedback that is the forward weights turned around, or has their signs", () => {
    const back = (weights: number[], gain = 1) =>
      hidden(changed("error", "hidden", { weights, gain })).weightsAbove;
    expect(back([1, 3, -5, -2, 4, 6])).toBe("values");
    expect(back([2, 6, -10, -4, 8, 12])).toBe("values");
    expect(back([1, 3, -5, -2, 4, 6], -1)).toBe("values");
    expect(back([1, 1, -1, -1, 1, 1])).toBe("signs");
    expect(back([1, 1, 1, -1, 1, 1])).toBe("no");
  });

  test("a label that reaches hidden neurons itself, an output that does not", () => {
    const direct = {
      ...usual,
      projections: usual.projections
        .filter(({ from, to }) => from !== "error" || to !== "hidden")
        .concat({ from: "label", to: "hidden", target: "error", weights: [1, 1, 1, 1, 1, 1] }),
    };
    expect(hidden(direct)).toEqual({ ...read, third: ["label"], label: 1, output: null, delayMs: 0 });
  });

  test("another neuron on the way, a longer delay, feedback that learns", () => {
    expect(hidden(changed("label", "error", { to: "clock" })).label).toBeNull();
    const detour = changed("label", "error", { to: "clock" });
    const through = {
      ...detour,
      projections: [...detour.projections, { from: "clock", to: "error", weights: 1 }],
    };
    expect(hidden(through).label).toBe(3);
    expect(hidden(changed("error", "hidden", { delay: "60 ms" })).delayMs).toBe(60);
    expect(hidden(changed("error", "hidden", { plasticity: { kind: "three-factor" } })).feedbackLearns).toBe(
      true,
    );
  });

  test("a signal that is bound to a phase, a tag, a gate by the potential", () => {
    const signal = { from: "clock", to: "hidden", target: "learn", weights: 1 };
    const clock = { to: "clock", kind: "phase", during: "second" };
    expect(hidden(more(signal, clock)).phases).toEqual([]);
    const permitted = { ...more(signal, clock), ...{ projections: [] as Fields[] } };
    const withSignal = (use: Fields) => ({
      ...permitted,
      projections: [
        ...changed("input", "hidden", { plasticity: { ...learning, ...use } }).projections,
        signal,
      ],
    });
    expect(hidden(withSignal({ permit: "learn" }))).toEqual({ ...read, phases: ["second"] });
    expect(hidden(withSignal({ consolidate: "learn" }))).toEqual({ ...read, phases: ["second"], tag: true });
    expect(hidden(withSignal({ gate: "window" })).post).toBe("potential");
  });

  test("several ways to learn, each of which may read something else", () => {
    const also = { from: "clock", to: "hidden", target: "own", weights: 1 };
    const clock = { to: "clock", kind: "phase", during: "second" };
    const both = [learning, { ...learning, modulator: "own", gate: "window", consolidate: "error" }];
    const circuit = more(also, clock);
    const projections = circuit.projections.map(each =>
      each.from === "input" ? { ...each, plasticity: both } : each,
    );
    expect(hidden({ ...circuit, projections })).toEqual({
      ...read,
      ...{ third: ["error", "clock"], phases: ["second"], tag: true },
    });
  });

  test("a projection with the same weights, presynaptic spikes and signals, which changes as another does", () => {
    const twin = (as: Fields, signal = "error") => {
      const circuit: Circuit = {
        ...usual,
        populations: { ...usual.populations, repeater: { size: 2 }, twin: { size: 6 } },
        projections: [
          ...usual.projections,
          { from: "input", to: "repeater", connect: { kind: "oneToOne" }, weights: 1 },
          {
            from: "repeater",
            to: "twin",
            weights: [1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, -6],
            plasticity: learning,
            ...as,
          },
          { from: signal, to: "twin", target: "error", weights: 1 },
        ],
      };
      return hidden(circuit).sharesWith;
    };
    expect(twin({})).toEqual(["repeater->twin"]);
    expect(twin({ weights: [1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, 6.5] })).toEqual([]);
    expect(twin({ plasticity: { ...learning, gate: "none" } })).toEqual([]);
    expect(twin({ from: "label" })).toEqual([]);
    expect(twin({}, "label")).toEqual([]);
  });

  test("a neuron that excites some and inhibits others; when all comes to rest", () => {
    expect(hidden(changed("input", "hidden", { weights: [1, -2, 3, 4, 5, 6] })).mixedSigns).toBe(true);
    expect(seen({ ...usual, stream: { ...usual.stream, rest: "never" } }).rest).toBe("never");
  });
});
