import type { ModelDescription } from "../../description/describe.ts";
import { ACTIVITY_DECAY, type CircuitPlan, circuitOf, layerNames, type Parts } from "./circuit.ts";
import { type ErrorInput, errorSentBack, heldFor, inShowings } from "./errorAtInput.ts";
import { feedForward, type Learns } from "./feedForward.ts";
import { passedOn, raising, signal } from "./passing.ts";

const SHOWN = ["clean", "modulated"] as const;
/** Signals that let synapses weaken in the first showing and strengthen in the second, and one that ends both. */
const [WEAKEN, STRENGTHEN, END] = ["weaken", "strengthen", "end"];
/** How long after the second showing that one comes, when no change is permitted any more, and how long it lasts [ms]. */
const [AFTER, ENDING] = [4, 1];
/** Factor on hidden steps: each half of a change is many times their difference, and so is what is wrong with it. */
const HALVES = 0.2;

/**
 * A sample is shown twice, each time from rest and with the same spikes, the second time with its error at the input
 * (`errorSentBack`). A hidden neuron's own spikes raise its modulator, so that a synapse changes by the product of the two
 * activities that it finds: it weakens in the first showing, by a share more that holds activity down, and strengthens in the
 * second. Signals permit one or the other, a membrane time constant after each showing begins, when activities have settled.
 * The readout learns from error neurons in the first.
 * @param waiting  whether changes wait as tags of the synapses until the second showing is over, or are made at once
 */
export function ownProducts(whole: CircuitPlan, input: ErrorInput, waiting: boolean): ModelDescription {
  const { architecture, thresholds, durationMs, tau } = whole;
  const { plan: showings, step } = inShowings(whole, SHOWN);
  const start = showings.periodMs + AFTER;
  const end = { start, stop: start + ENDING };
  const plan = {
    ...showings,
    ...(waiting && { phases: { ...showings.phases, [END]: end }, periodMs: end.stop }),
    learningMs: durationMs - tau,
  };
  const names = layerNames(architecture);
  const readout = names.length - 2;
  const when: Partial<Learns> = { gate: "none", ...(waiting && { consolidate: END }) };
  const own = { modulator: "own", ...when };
  const learns = [
    { ...own, permit: WEAKEN, factor: HALVES * (1 + ACTIVITY_DECAY) },
    { ...own, permit: STRENGTHEN, factor: -HALVES },
  ];
  const permitting = (name: string, showing: string) =>
    passedOn(name, { from: `in ${showing}`, size: 1, ...heldFor(tau) });
  const reach = (to: string, signals: readonly string[]): Parts => ({
    projections: signals.map(from => ({ from, to, target: from, weights: 1 })),
  });
  const last = waiting ? [END] : [];
  return circuitOf(
    plan,
    feedForward(plan, l => (l < readout ? learns : { modulator: "error", permit: WEAKEN, ...when }), {
      during: SHOWN,
    }),
    ...errorSentBack(plan, input, SHOWN, step),
    permitting(WEAKEN, "clean"),
    permitting(STRENGTHEN, "modulated"),
    ...last.map(name => signal(name, [name])),
    ...names
      .slice(1, -1)
      .flatMap(name => [
        raising(name, name, "own", thresholds.hidden),
        reach(name, [WEAKEN, STRENGTHEN, ...last]),
      ]),
    reach("output", [WEAKEN, ...last]),
  );
}
