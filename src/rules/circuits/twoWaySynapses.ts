import type { ModelDescription } from "../../description/describe.ts";
import {
  type CircuitPlan,
  circuitOf,
  eta,
  type InPhases,
  inPhases,
  LEARNING,
  type Parts,
  settled,
} from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";
import { carrier, errorsOf, learnedFeedback, modulatorsOf } from "./learnedFeedback.ts";
import { beginnings, passedOn, signal } from "./passing.ts";

const each = { connect: { kind: "oneToOne" }, weights: 1 } as const;
/** The phase in which error spikes come again, each over the synapses of the other sign. */
const CROSS = "cross";

/**
 * Feedback synapses that learn by the product that the forward ones do: error spikes and the activity that they find.
 *
 * A spike has no sign, so errors of either sign have synapses of their own, and these would see half of all errors each:
 * what all hidden neurons have in common would not cancel. So a third phase follows `learn`, in which the same error spikes
 * arrive once more, late, those of `error+` over the synapses of `error-` and the reverse, and these change the other
 * way; nothing else learns in it. Each synapse has then seen both.
 * @param B  feedback of each layer but the first at the beginning, [sources, targets] as its weights
 */
export function twoWayCircuit(given: CircuitPlan, B: readonly Float32Array[]): ModelDescription {
  const first = settled(given);
  const { start, stop } = first.phases![LEARNING];
  const crossing = { start: stop, stop: 2 * stop - start };
  const plan = { ...inPhases(first, { ...first.phases, [CROSS]: crossing }), learningMs: stop - start };
  const shown = Object.keys(plan.phases!);
  const { sizes } = plan.architecture;
  const lessons = (p: number) => {
    const rate = p < sizes.length - 2 ? plan.hiddenRate : 1;
    return [
      { permit: LEARNING, signal: "attention", step: (sign: number) => eta(plan, sign * rate) },
      { permit: CROSS, signal: `in ${CROSS}`, step: (sign: number) => eta(plan, -sign * rate) },
    ];
  };
  return circuitOf(
    plan,
    feedForward(plan, () => ({ modulator: "error" }), {
      during: shown,
      alsoHidden: modulatorsOf(plan, [CROSS]),
    }),
    labelNeurons(plan, shown),
    errorNeurons(plan),
    signal(`in ${CROSS}`, [CROSS]),
    beginnings("beginning", [shown[0]]),
    ...learnedFeedback(plan, B, lessons, p => carried(plan, p, start, stop)),
  );
}

/** Error spikes of layer p on their way to the layer below: at once in `learn`, each over the other's axons in `cross`. */
function carried(plan: InPhases, p: number, start: number, stop: number): Parts[] {
  const size = plan.architecture.sizes[p];
  const begun = { size, settling: "beginning" };
  const ways = (source: string) => [`${source} straight`, `${source} crossed`];
  return SIGNS.flatMap(([own, other]): Parts[] => {
    const [source, twin] = [own, other].map(sign => errorsOf(plan.architecture, p, sign));
    const [straight, crossed] = ways(source);
    const to = carrier(source);
    return [
      passedOn(straight, { ...begun, from: source, closedBy: [`in ${CROSS}`], settleMs: start }),
      passedOn(crossed, { ...begun, from: source, settleMs: stop, delay: `${stop - start} ms` }),
      {
        populations: { [to]: { size, neuron: { model: "parrot" } } },
        projections: [
          { from: straight, to, ...each },
          { from: ways(twin)[1], to, ...each },
        ],
      },
    ];
  });
}
