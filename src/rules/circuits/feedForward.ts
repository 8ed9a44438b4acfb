import type { ModulatorSpec } from "../../engine/network/modulators.ts";
import {
  type During,
  eta,
  heights,
  type InPhases,
  LEARNING,
  layerNames,
  type Parts,
  refractory,
} from "./circuit.ts";

/** How the synapses of a layer learn; see `threeFactor`. */
export interface Learns {
  /** Modulator of the layer's neurons. */
  readonly modulator: string;
  /** Its time constant [ms]; that of the neurons by default. */
  readonly tau?: number;
  /** Those that permit it and bring it about, where the plan has no phase to learn in. */
  readonly permit?: string;
  readonly consolidate?: string;
  /** `drive`, of hidden neurons, stands for the derivative of the activation. */
  readonly gate?: "drive" | "none";
  /** On the learning rate, of hidden layers beside their own; below 0 a modulator above 0 strengthens. */
  readonly factor?: number;
  /** `kept`: no weight changes its sign; see `threeFactor`. */
  readonly signs?: "kept";
}

/** Time constant of modulators that a spike a ms keeps up [ms]. */
export const SIGNAL = 1;

/** When samples are shown, where not all the time. */
export interface Shown {
  readonly during?: During;
}

/**
 * The layers, with the samples' spikes at the input; a neuron that fires all the time, `bias`, stands for what else drives
 * them. Where the plan has a phase to learn in, `attention` fires in it, and permits it.
 * @param learns      how the synapses onto layer l + 1 do, those of `bias` among them, in one way or several; null: they
 *                    do not
 * @param saturation  activity that hidden neurons do not exceed, where it is less than that of others
 * @param alsoHidden  modulators of hidden neurons that other synapses read
 */
export function feedForward(
  plan: InPhases,
  learns: (l: number) => Learns | readonly Learns[] | null,
  {
    during,
    saturation,
    alsoHidden = {},
  }: Shown & {
    readonly saturation?: number;
    readonly alsoHidden?: Readonly<Record<string, ModulatorSpec>>;
  } = {},
): Parts {
  const { architecture, weights, biases, tau, interval, encoder, thresholds, hiddenRate } = plan;
  const { sizes } = architecture;
  const names = layerNames(architecture);
  const each = heights(plan);
  const depth = sizes.length - 1;
  const neuron = (p: number) => ({
    tauMem: tau,
    vThreshold: each[p],
    tauRef: p < depth ? refractory(plan, thresholds.hidden, saturation) : refractory(plan, thresholds.output),
  });
  const attends = plan.phases !== undefined && LEARNING in plan.phases;
  const ways = (l: number) => [learns(l) ?? []].flat() as readonly Learns[];
  const rule = (l: number, height: number, isBias = false) => {
    const plasticity = ways(l).map(({ modulator, permit, consolidate, factor = 1, gate, signs }) => ({
      ...{ kind: "three-factor", eligibility: "online", modulator, height },
      ...(attends ? { permit: LEARNING } : permit !== undefined && { permit }),
      ...(consolidate !== undefined && { consolidate }),
      ...(signs && !isBias && { signs }),
      gate: gate ?? (l < depth - 1 ? "drive" : "none"),
      eta: eta(plan, l < depth - 1 ? hiddenRate * factor : factor),
    }));
    return plasticity.length > 0 ? { plasticity: plasticity.length > 1 ? plasticity : plasticity[0] } : {};
  };
  /** Time constants of the modulators that they read. */
  const modulators = (l: number) => {
    const own = ways(l).flatMap(({ modulator, permit, consolidate, tau: own = tau }) => [
      [modulator, { tau: own }],
      ...[permit, consolidate].flatMap(signal => (signal === undefined ? [] : [[signal, { tau: SIGNAL }]])),
    ]);
    return {
      ...Object.fromEntries([...own, ...(attends ? [[LEARNING, { tau: SIGNAL }]] : [])]),
      ...(l < depth - 1 && alsoHidden),
    };
  };
  const taught = names.slice(1).filter((_, l) => attends && ways(l).length > 0);
  const bias = interval / tau;
  const shown = during && { during };
  return {
    populations: {
      input: { size: sizes[0], neuron: "input" },
      bias: { size: 1, neuron: "input" },
      ...(attends && { attention: { size: 1, neuron: "input" } }),
      ...Object.fromEntries(
        names.slice(1).map((name, l) => [
          name,
          {
            size: sizes[l + 1],
            neuron: neuron(l + 1),
            ...(ways(l).length > 0 && { modulators: modulators(l) }),
          },
        ]),
      ),
    },
    projections: [
      ...names.slice(1).flatMap((to, l) => [
        { from: names[l], to, weights: weights[l], gain: each[l], ...rule(l, each[l]) },
        { from: "bias", to, weights: biases[l], gain: bias, ...rule(l, bias, true) },
      ]),
      ...taught.map(to => ({ from: "attention", to, target: LEARNING, weights: 1 })),
    ],
    stimuli: [
      { to: "input", kind: "samples", encoder, interval, resolution: 1, ...shown },
      { to: "bias", kind: "phase", interval, ...shown },
      ...(attends ? [{ to: "attention", kind: "phase", interval: 1, during: LEARNING }] : []),
    ],
  };
}
