import type { ModelDescription } from "../../description/describe.ts";
import {
  type CircuitPlan,
  circuitOf,
  DELAY,
  eta,
  type InPhases,
  inPhases,
  LEARNING,
  layerNames,
  type Parts,
  refractory,
  settled,
  transposed,
} from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward, SIGNAL } from "./feedForward.ts";
import { beginnings, passedOn, raising, signal } from "./passing.ts";

const each = { connect: { kind: "oneToOne" }, weights: 1 } as const;
/** The phase in which error spikes come again, each over the synapses of the other sign. */
const CROSS = "cross";
const carrier = (source: string) => source.replace("error", "sent");
/** Error neurons of layer p, by what those of the output are called. */
const errorsOf = ({ architecture }: CircuitPlan, p: number, sign: string) =>
  p === architecture.sizes.length - 1 ? sign : `${sign} of ${layerNames(architecture)[p]}`;

/**
 * The chain of `chainCircuit` in which feedback synapses learn by the product that the forward ones do: at each error spike, by
 * the activity of the hidden neuron that it reaches, which raises a modulator `own` there.
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
  const { architecture, tau } = plan;
  const hidden = layerNames(architecture).slice(1, -1);
  return circuitOf(
    plan,
    feedForward(plan, () => ({ modulator: "error" }), {
      during: shown,
      alsoHidden: { own: { tau }, [CROSS]: { tau: SIGNAL } },
    }),
    labelNeurons(plan, shown),
    errorNeurons(plan),
    signal(`in ${CROSS}`, [CROSS]),
    beginnings("beginning", [shown[0]]),
    ...hidden.flatMap((name, k): Parts[] => [
      ...carried(plan, k + 2, start, stop),
      ...heardBy(plan, name, name),
      ...received(plan, k + 1, name, "error", 1, B[k + 1]),
      // What is sent on to the layer below, where there is one that learns.
      ...(k > 0
        ? SIGNS.flatMap(([own, other, sign]) => [
            errorsBetween(plan, k + 1, own, other),
            ...heardBy(plan, name, errorsOf(plan, k + 1, own)),
            ...received(plan, k + 1, errorsOf(plan, k + 1, own), undefined, sign, B[k + 1]),
          ])
        : []),
    ]),
  );
}

/** Error spikes of layer p on their way to the layer below: at once in `learn`, each over the other's axons in `cross`. */
function carried(plan: CircuitPlan, p: number, start: number, stop: number): Parts[] {
  const size = plan.architecture.sizes[p];
  const begun = { size, settling: "beginning" };
  const ways = (source: string) => [`${source} straight`, `${source} crossed`];
  return SIGNS.flatMap(([own, other]): Parts[] => {
    const [source, twin] = [own, other].map(sign => errorsOf(plan, p, sign));
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

/** What synapses onto a population read: the activity of its hidden neuron, and the phase. */
function heardBy({ thresholds }: CircuitPlan, name: string, to: string): Parts[] {
  const phases = [
    ["attention", LEARNING],
    [`in ${CROSS}`, CROSS],
  ].filter(
    // Hidden neurons hear `attention` as it is.
    ([from]) => to !== name || from !== "attention",
  );
  return [
    raising(name, to, "own", thresholds.hidden),
    { projections: phases.map(([from, target]) => ({ from, to, target, weights: 1 })) },
  ];
}

/** Feedback synapses of layer p onto a population. */
function received(
  plan: InPhases,
  p: number,
  to: string,
  target: string | undefined,
  sign: number,
  B: Float32Array,
): Parts[] {
  const { sizes } = plan.architecture;
  const { error: height } = plan.thresholds;
  const rate = (factor: number) => eta(plan, factor * (p < sizes.length - 2 ? plan.hiddenRate : 1));
  const learns = { kind: "three-factor", eligibility: "online", modulator: "own", gate: "none", height };
  return SIGNS.map(([own, , from]) => ({
    projections: [
      {
        ...{ from: carrier(errorsOf(plan, p + 1, own)), to, ...(target !== undefined && { target }) },
        ...{ weights: transposed(B, sizes[p], sizes[p + 1]), gain: from * sign * height, delay: DELAY },
        plasticity: [
          { ...learns, permit: LEARNING, eta: rate(from) },
          { ...learns, permit: CROSS, eta: rate(-from) },
        ],
      },
    ],
  }));
}

/** Error neurons of hidden layer p of one sign. */
function errorsBetween(plan: CircuitPlan, p: number, own: string, other: string): Parts {
  const { architecture, tau, thresholds } = plan;
  const { error } = thresholds;
  return {
    populations: {
      [errorsOf(plan, p, own)]: {
        size: architecture.sizes[p],
        neuron: { tauMem: tau, vThreshold: error, tauRef: refractory(plan, error) },
        modulators: { own: { tau }, [LEARNING]: { tau: SIGNAL }, [CROSS]: { tau: SIGNAL } },
      },
    },
    projections: [
      {
        ...{ from: errorsOf(plan, p, own), to: errorsOf(plan, p, other) },
        ...each,
        weights: error,
        delay: DELAY,
      },
    ],
  };
}

/**
 * Feedback weights of such a circuit: the mean of those of either sign.
 * @param weights  of a projection
 */
export function twoWayFeedback(
  architecture: CircuitPlan["architecture"],
  weights: (name: string) => ArrayLike<number>,
): Float32Array[] {
  const { sizes } = architecture;
  const names = layerNames(architecture);
  return sizes.slice(1).map((columns, l) => {
    if (l === 0) return new Float32Array(0);
    const source = (sign: string) => carrier(l === sizes.length - 2 ? sign : `${sign} of ${names[l + 1]}`);
    const [up, down] = SIGNS.map(([sign]) => weights(`${source(sign)}->${names[l]} error`));
    return transposed(
      Float32Array.from(up, (w, s) => (w + down[s]) / 2),
      columns,
      sizes[l],
    );
  });
}
