import type { Architecture } from "../../engine/network/architecture.ts";
import {
  type CircuitPlan,
  DELAY,
  type eta,
  type InPhases,
  LEARNING,
  layerNames,
  type Parts,
  refractory,
  transposed,
} from "./circuit.ts";
import { SIGNS } from "./errorNeurons.ts";
import { SIGNAL } from "./feedForward.ts";
import { raising } from "./passing.ts";

const each = { connect: { kind: "oneToOne" } } as const;

/** When the feedback synapses of a layer learn. */
export interface Lesson {
  /** The modulator that permits it. */
  readonly permit: string;
  /** Population that fires then, and raises it. */
  readonly signal: string;
  /** `eta` of the synapses that carry errors of a sign. */
  readonly step: (sign: number) => ReturnType<typeof eta>;
}

/** What fires where an error of layer p is, by what error neurons of the output are called. */
export function errorsOf(architecture: Architecture, p: number, sign: string): string {
  return p === architecture.sizes.length - 1 ? sign : `${sign} of ${layerNames(architecture)[p]}`;
}

/** What brings their spikes to the layer below. */
export const carrier = (source: string) => source.replace("error", "sent");

/** What synapses that learn in lessons of these names read. */
export function modulatorsOf({ tau }: CircuitPlan, permits: readonly string[]) {
  return { own: { tau }, ...Object.fromEntries(permits.map(permit => [permit, { tau: SIGNAL }])) };
}

/**
 * The chain of `chainCircuit` in which feedback synapses learn: at each spike that they carry, by the activity of the
 * hidden neuron that it reaches, which raises a modulator `own` there.
 * @param B        feedback of each layer but the first at the beginning, [sources, targets] as its weights
 * @param lessons  of the feedback synapses of layer p
 * @param carried  what reaches the carriers of layer p
 * @param centred  whether all neurons of a layer lower that modulator: it is then what one fires more than the others do
 */
export function learnedFeedback(
  plan: InPhases,
  B: readonly Float32Array[],
  lessons: (p: number) => readonly Lesson[],
  carried: (p: number) => readonly Parts[],
  { centred = false }: { readonly centred?: boolean } = {},
): Parts[] {
  const { architecture, thresholds } = plan;
  const { sizes } = architecture;
  const names = layerNames(architecture);
  return names.slice(1, -1).flatMap((name, k): Parts[] => {
    const p = k + 1;
    const heardBy = (to: string): Parts[] => [
      raising(name, to, "own", thresholds.hidden),
      {
        projections: [
          ...(centred ? [centring(plan, name, to, sizes[p])] : []),
          ...lessons(p)
            // Hidden neurons hear `attention` as it is.
            .filter(({ permit }) => to !== name || permit !== LEARNING)
            .map(({ signal, permit }) => ({ from: signal, to, target: permit, weights: 1 })),
        ],
      },
    ];
    const receivedBy = (to: string, sign: number, target?: string) => ({
      projections: SIGNS.map(([own, , from]) => ({
        ...{ from: carrier(errorsOf(architecture, p + 1, own)), to, ...(target !== undefined && { target }) },
        ...{ weights: transposed(B[p], sizes[p], sizes[p + 1]), gain: from * sign * thresholds.error },
        delay: DELAY,
        plasticity: lessons(p).map(({ permit, step }) => ({
          ...{ kind: "three-factor", eligibility: "online", modulator: "own", permit, gate: "none" },
          ...{ height: thresholds.error, eta: step(from) },
        })),
      })),
    });
    return [
      ...carried(p + 1),
      ...heardBy(name),
      receivedBy(name, 1, "error"),
      // What is sent on to the layer below, where there is one that learns.
      ...(p > 1
        ? SIGNS.flatMap(([sign, other, factor]) => {
            const own = errorsOf(architecture, p, sign);
            return [
              errorsBetween(plan, p, own, errorsOf(architecture, p, other), lessons(p)),
              ...heardBy(own),
              receivedBy(own, factor),
            ];
          })
        : []),
    ];
  });
}

/** Spikes of a layer onto what each of its own raises. */
function centring({ thresholds }: CircuitPlan, from: string, to: string, size: number) {
  const weights = -thresholds.hidden / size;
  return { name: `${from}->${to} own, all`, from, to, target: "own", weights, delay: DELAY };
}

/** Error neurons of hidden layer p of one sign. */
function errorsBetween(
  plan: CircuitPlan,
  p: number,
  own: string,
  other: string,
  lessons: readonly Lesson[],
): Parts {
  const { architecture, tau, thresholds } = plan;
  const { error } = thresholds;
  return {
    populations: {
      [own]: {
        size: architecture.sizes[p],
        neuron: { tauMem: tau, vThreshold: error, tauRef: refractory(plan, error) },
        modulators: modulatorsOf(
          plan,
          lessons.map(({ permit }) => permit),
        ),
      },
    },
    projections: [{ from: own, to: other, ...each, weights: error, delay: DELAY }],
  };
}

/**
 * Feedback weights of such a circuit: the mean of those of either sign.
 * @param weights  of a projection
 */
export function feedbackLearned(
  architecture: Architecture,
  weights: (name: string) => ArrayLike<number>,
): Float32Array[] {
  const { sizes } = architecture;
  const names = layerNames(architecture);
  return sizes.slice(1).map((columns, l) => {
    if (l === 0) return new Float32Array(0);
    const [up, down] = SIGNS.map(([sign]) =>
      weights(`${carrier(errorsOf(architecture, l + 1, sign))}->${names[l]} error`),
    );
    return transposed(
      Float32Array.from(up, (w, s) => (w + down[s]) / 2),
      columns,
      sizes[l],
    );
  });
}
