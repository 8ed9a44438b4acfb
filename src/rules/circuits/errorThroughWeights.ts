import type { ModelDescription } from "../../description/describe.ts";
import {
  ACTIVITY_DECAY,
  type CircuitPlan,
  circuitOf,
  DELAY,
  eta,
  heights,
  type InPhases,
  inPhases,
  layerNames,
  type Parts,
  refractory,
  SETTLE,
  settled,
  transposed,
} from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";
import { beginnings, passedOn, signal } from "./passing.ts";

const each = { connect: { kind: "oneToOne" } } as const;

/** The phases after the one in which activities settle. */
const [CARRY, ADAPT] = ["carry", "adapt"];
/** Share of a membrane time constant, for the time in which a spike lets its neuron's synapses learn. */
const ACTIVE = 0.5;
/**
 * Factor on hidden steps, below 0 as c strengthens: what adapts is not seen by the error that it adapts to, so that a step
 * that would be undone at once in other circuits goes too far here.
 */
const STEP = -0.1;

/** As in the rule's equation: c0 is F e, in two halves, and c1 what has come to the first hidden layer of it. */
const atInputOf = (sign: string) => `c0${sign.at(-1)}`;
const carrierOf = (sign: string, name: string) => `${name}${sign.at(-1)}`;
const carriedTo = (p: number) => `c${p}`;
/** Nothing of an error is sent on in `adapt`, whatever a neuron's refractory period has kept back. */
const sent = (name: string) => `${name} sent`;
const adapting = (name: string) => `${name} adapting`;

/**
 * The error is carried up from the input by the forward weights (Srinivasan et al. 2024, arXiv:2302.05440, sec. 3), which a
 * synapse that carries the sample to a membrane cannot do: it would mix the two. So each has twins that carry the error, begin
 * with its weight, and change as it does: they hear the same presynaptic spikes, and what permits and directs a change reaches both.
 *
 * `carry`: error spikes drive neurons at the input, as F says, in pairs of opposite sign. Each layer has carriers for either
 *     sign, which repeat its own spikes and those of the errors that have come so far. Their synapses, the twins, reach pairs of
 *     neurons of the layer above with opposite signs, so that sample spikes cancel there, and what is left is c.
 *     These raise the modulator `carried` of their hidden neuron, and their own. The readout learns from error neurons.
 * `adapt`: no errors reach the input, the sample is shown again, and hidden synapses and their twins learn by what is left in
 *     `carried`, less a share of the neuron's own activity. Where the neuron does not fire, they do not.
 * @param F  [inputs, classes]
 */
export function errorThroughWeights(given: CircuitPlan, F: Float32Array): ModelDescription {
  const { start, stop } = settled(given).phases![SETTLE];
  const end = given.durationMs;
  const phases = {
    [SETTLE]: { start, stop },
    [CARRY]: { start: stop, stop: end },
    [ADAPT]: { start: end, stop: 2 * end - stop },
  };
  const plan = { ...inPhases(given, phases), learningMs: end - stop };
  const shown = Object.keys(phases);
  const { architecture } = plan;
  const names = layerNames(architecture);
  const readout = names.length - 2;
  return circuitOf(
    plan,
    feedForward(
      plan,
      l =>
        l === readout
          ? { modulator: "error", permit: CARRY }
          : { modulator: "carried", permit: "active", gate: "none", factor: STEP },
      { during: shown, alsoHidden: { active: active(plan) } },
    ),
    labelNeurons(plan, shown),
    errorNeurons(plan),
    ...shown.map(name => signal(`in ${name}`, [name])),
    beginnings("beginning", [SETTLE]),
    { projections: [{ from: `in ${CARRY}`, to: "output", target: CARRY, weights: 1 }] },
    ...errorsAtInput(plan, F, stop),
    ...names
      .slice(1, -1)
      .flatMap((name, l) => [...carriers(plan, l, names[l]), ...twins(plan, l, names[l], name)]),
  );
}

const active = ({ tau }: CircuitPlan) => ({ tau: ACTIVE * tau });

/** Two neurons for each input, one for what F makes of the error that is above 0, one for what is below. */
function errorsAtInput(plan: InPhases, F: Float32Array, settleMs: number): Parts[] {
  const { architecture, tau } = plan;
  const [inputs, classes] = [architecture.sizes[0], architecture.sizes.at(-1)!];
  const weights = transposed(F, inputs, classes);
  // One error spike makes those fire that it reaches by more than the others.
  const vThreshold = Math.sqrt(F.reduce((sum, f) => sum + f * f, 0) / F.length);
  const neuron = { tauMem: tau, vThreshold, tauRef: refractory(plan, vThreshold) };
  return SIGNS.flatMap(([sign, , factor]): Parts[] => [
    {
      populations: { [atInputOf(sign)]: { size: inputs, neuron } },
      projections: SIGNS.map(([from, , own]) => ({
        ...{ from, to: atInputOf(sign), weights, gain: factor * own, delay: DELAY },
      })),
    },
    passedOn(sent(atInputOf(sign)), {
      ...{ from: atInputOf(sign), size: inputs, settling: "beginning", settleMs, closedBy: [`in ${ADAPT}`] },
    }),
  ]);
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const pairs = (pre: readonly number[], post: readonly number[]) => ({ kind: "pairs", pre, post });

/** For either sign of error a neuron for each of layer l, which repeats its spikes and the errors that it has been brought. */
function carriers({ architecture }: InPhases, l: number, name: string): Parts[] {
  const own = range(architecture.sizes[l]);
  return SIGNS.map(([sign], half): Parts => {
    const to = carrierOf(sign, name);
    const errors =
      l === 0
        ? { from: sent(atInputOf(sign)), ...each }
        : {
            from: sent(carriedTo(l)),
            connect: pairs(
              own.map(j => half * own.length + j),
              own,
            ),
            delay: DELAY,
          };
    return {
      populations: { [to]: { size: own.length, neuron: { model: "parrot" } } },
      projections: [
        { from: name, to, ...each, weights: 1 },
        { ...errors, to, weights: 1 },
      ],
    };
  });
}

/** The twins of layer l's synapses, the pairs of neurons that they reach, and what all of them learn by. */
function twins(plan: InPhases, l: number, below: string, name: string): Parts[] {
  const { architecture, weights, hiddenRate, thresholds, tau } = plan;
  const own = range(architecture.sizes[l + 1]);
  const n = own.length;
  const to = carriedTo(l + 1);
  const [height, { hidden: spike }] = [heights(plan)[l], thresholds];
  const [both, opposite] = [range(2 * n), range(2 * n).map(j => (j + n) % (2 * n))];
  const signs = both.map(j => (j < n ? 1 : -1));
  /** Spikes of the layer, or of what repeats it, onto a modulator of its neurons and of the pairs. */
  const heard = (target: string, weight: number, opposed: boolean) => [
    { from: adapting(name), to: name, target, ...each, weights: weight, delay: DELAY },
    {
      ...{ from: adapting(name), to, target, connect: pairs([...own, ...own], both), delay: DELAY },
      weights: signs.map(sign => (opposed ? sign * weight : weight)),
    },
  ];
  const learns = {
    ...{ kind: "three-factor", eligibility: "online", modulator: "carried", height, permit: "active" },
    ...{ gate: "none", eta: eta(plan, hiddenRate * STEP) },
  };
  const twin = Float32Array.from({ length: 2 * weights[l].length }, (_, s) => {
    return signs[s % (2 * n)] * weights[l][Math.floor(s / (2 * n)) * n + (s % n)];
  });
  return [
    ...(l + 2 < architecture.sizes.length - 1
      ? [passedOn(sent(to), { from: to, size: 2 * n, closedBy: [`in ${ADAPT}`] })]
      : []),
    passedOn(adapting(name), { from: name, size: n, closedBy: [`in ${SETTLE}`, `in ${CARRY}`] }),
    {
      populations: {
        [to]: {
          size: 2 * n,
          neuron: { tauMem: tau, vThreshold: spike, tauRef: refractory(plan, spike) },
          modulators: { carried: { tau }, active: active(plan) },
        },
      },
      projections: [
        ...SIGNS.map(([sign, , factor]) => ({
          ...{ from: carrierOf(sign, below), to, weights: twin.slice(), gain: factor * height },
          plasticity: learns,
        })),
        // As error neurons do: what a spike takes off one brings the other up.
        { from: to, to, connect: pairs(both, opposite), weights: spike, delay: DELAY },
        {
          ...{ from: to, to: name, target: "carried", connect: pairs(both, [...own, ...own]), delay: DELAY },
          weights: signs.map(sign => sign * spike),
        },
        {
          ...{ name: `${to} itself`, from: to, to, target: "carried", delay: DELAY },
          connect: pairs([...both, ...both], [...both, ...opposite]),
          weights: [...both.map(() => spike), ...both.map(() => -spike)],
        },
        ...heard("active", 1, false),
        ...heard("carried", -ACTIVITY_DECAY * spike, true),
      ],
    },
  ];
}
