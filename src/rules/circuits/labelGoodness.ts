import type { ModelDescription } from "../../description/describe.ts";
import {
  type CircuitPlan,
  circuitOf,
  DELAY,
  inPhases,
  layerNames,
  type Parts,
  type Phases,
} from "./circuit.ts";
import { feedForward } from "./feedForward.ts";
import { signal } from "./passing.ts";

/** Showings of a sample that is learned. */
const [RIGHT, WRONG] = ["right", "wrong"];
/** Share of a showing in which activities settle. */
const SETTLING = 1 / 3;
/** Of the label, where a full intensity of the sample is 1. */
const INTENSITY = 2.5;
/**
 * Mean activity that a layer is brought to under the right label, and that it is brought down to under a wrong one; and what
 * a mean activity of 1 stands for in the third factor.
 */
const [HIGH, LOW, SLOPE] = [0.42, 0.25, 6];
/** Factor on hidden steps: each of these errors reaches every neuron of its layer. */
const STEP = 0.2;
/** What a mean activity of 1 is in the input of an output neuron. */
const COUNTING = 20;
/** Time constant of output neurons [ms], and how much shorter than others that of the third factor is: it must not outlast a label. */
const [TAU, BRIEF] = [5, 2];

const settling = (name: string) => `settle ${name}`;

/** Showings of a sample, one right after the other. */
function inTurn({ durationMs }: CircuitPlan, names: readonly string[]): Phases {
  const settled = Math.round(SETTLING * durationMs);
  return Object.fromEntries(
    names.flatMap((name, k) => {
      const [start, stop] = [k * durationMs, (k + 1) * durationMs];
      return [
        [settling(name), { start, stop: start + settled }],
        [name, { start: start + settled, stop }],
      ];
    }),
  );
}

/** The layers whose goodness decides: all hidden ones but the first, or the only one. */
function judged({ architecture }: CircuitPlan): string[] {
  const hidden = layerNames(architecture).slice(1, -1);
  return hidden.length > 1 ? hidden.slice(1) : hidden;
}

/** Spikes of a layer count for as much as those of any other, whatever its size. */
const mean = (size: number, targets = 1) => new Float32Array(size * targets).fill(1 / size);

/**
 * Output neurons fire as often as the mean activity of the judged layers says, all of them alike, but while they are held
 * down: `closed` does so to each in all phases but one. A neuron that counts has no refractory period.
 * @param opened  the phase of each class, where there is one
 */
function counting(plan: CircuitPlan, phases: Phases, opened: readonly string[]): Parts {
  const { architecture, thresholds, tau } = plan;
  const names = layerNames(architecture);
  const classes = architecture.sizes.at(-1)!;
  return {
    populations: {
      output: { size: classes, neuron: { tauMem: TAU, vThreshold: thresholds.output } },
      closed: { size: classes, neuron: "input" },
    },
    projections: [
      ...judged(plan)
        .slice(0, -1)
        .map(from => {
          const size = architecture.sizes[names.indexOf(from)];
          return { from, to: "output", weights: mean(size, classes), gain: COUNTING * thresholds.hidden };
        }),
      // Enough for layers of an activity of 2.
      {
        ...{ from: "closed", to: "output", connect: { kind: "oneToOne" } },
        ...{ weights: (-2 * COUNTING * judged(plan).length) / tau },
      },
    ],
    stimuli: Array.from({ length: classes }, (_, k) => ({
      ...{ to: "closed", kind: "phase", interval: 1, neurons: [k] },
      during: Object.keys(phases).filter(name => name !== opened[k]),
    })),
  };
}

/** The layers, with what counts in the place of a readout. */
function layersOf(
  given: CircuitPlan,
  phases: Phases,
  learns: Parameters<typeof feedForward>[1] = () => null,
): Parts {
  const { sizes } = given.architecture;
  const [last, classes] = sizes.slice(-2);
  const plan = {
    ...inPhases(given, phases),
    weights: [...given.weights.slice(0, -1), mean(last, classes).map(w => COUNTING * w)],
    biases: [...given.biases.slice(0, -1), new Float32Array(classes)],
    learningMs: given.durationMs - Math.round(SETTLING * given.durationMs),
  };
  return feedForward(plan, learns);
}

/**
 * A sample is shown twice, first with the right label and then with a wrong one that is drawn, as spikes of the first inputs
 * beside its own. Each hidden layer has two neurons that compare its mean activity with a level: `under` fires while it is
 * below the one that a right label should bring it to, `over` while it is above that of a wrong one. Their spikes reach the
 * modulators of all neurons of the layer, and signals of the two showings permit synapses of driven neurons to strengthen by
 * the first in the one and to weaken by the second in the other. Nothing else is learned: output neurons count.
 */
export function labelGoodness(given: CircuitPlan): ModelDescription {
  const { architecture, thresholds, tau, interval } = given;
  const phases = inTurn(given, [RIGHT, WRONG]);
  const { hidden: spike, error } = thresholds;
  const hidden = layerNames(architecture).slice(1, -1);
  const ways = [
    { compares: "under", sign: -1, level: HIGH, permit: RIGHT },
    { compares: "over", sign: 1, level: LOW, permit: WRONG },
  ];
  const learns = ways.map(({ compares, sign, permit }) => ({
    modulator: compares,
    permit,
    tau: tau / BRIEF,
    factor: sign * STEP * BRIEF,
  }));
  const neuron = { tauMem: tau, vThreshold: error, tauRef: 1 };
  return circuitOf(
    inPhases(given, phases),
    layersOf(given, phases, l => (l < hidden.length ? learns : null)),
    counting(given, phases, []),
    signal("level", Object.keys(phases)),
    ...ways.map(({ permit }) => signal(permit, [permit])),
    {
      populations: Object.fromEntries(
        hidden.flatMap(name => ways.map(({ compares }) => [`${name} ${compares}`, { size: 1, neuron }])),
      ),
      projections: hidden.flatMap((name, l) =>
        ways.flatMap(({ compares, sign, level, permit }) => {
          const own = `${name} ${compares}`;
          return [
            { from: name, to: own, weights: mean(architecture.sizes[l + 1]), gain: sign * SLOPE * spike },
            { from: "level", to: own, weights: (-sign * SLOPE * level) / tau },
            { from: own, to: name, target: compares, weights: error, delay: DELAY },
            { from: permit, to: name, target: permit, weights: 1 },
          ];
        }),
      ),
      stimuli: ways.map(({ permit }) => ({
        ...{ to: "input", kind: "labels", which: permit, interval: interval / INTENSITY, resolution: 1 },
        ...{ classes: architecture.sizes.at(-1)!, during: [settling(permit), permit] },
      })),
    },
  );
}

/** The circuit as it decides: a sample is shown with each label in turn, while the output neuron of that class counts. */
export function eachLabel(given: CircuitPlan): ModelDescription {
  const { architecture, interval } = given;
  const labels = Array.from({ length: architecture.sizes.at(-1)! }, (_, k) => `label ${k}`);
  const phases = inTurn(given, labels);
  return circuitOf(inPhases(given, phases), layersOf(given, phases), counting(given, phases, labels), {
    stimuli: labels.map((label, k) => ({
      ...{ to: "input", kind: "phase", neurons: [k], interval: interval / INTENSITY },
      during: [settling(label), label],
    })),
  });
}
