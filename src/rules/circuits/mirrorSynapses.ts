import type { ModelDescription } from "../../description/describe.ts";
import { type CircuitPlan, circuitOf, eta, inPhases, layerNames, type Parts, settled } from "./circuit.ts";
import { errorNeurons, labelNeurons, SIGNS } from "./errorNeurons.ts";
import { feedForward } from "./feedForward.ts";
import { carrier, errorsOf, learnedFeedback, modulatorsOf } from "./learnedFeedback.ts";
import { passedOn, signal } from "./passing.ts";

const each = { connect: { kind: "oneToOne" }, weights: 1 } as const;

const MIRROR = "mirror";
/** How long a layer is driven by noise [ms], how often each of its neurons [Hz], and spikes that it fires each time. */
const [MIRROR_MS, NOISE, BURST] = [40, 25, 4];
/** Activity of the layer above that does not come from the noise, from which inhibition can lower it. */
const BACKGROUND = 0.2;
/** Learning rate of feedback, whatever that of the other synapses is. */
const RATE = 0.05;

/**
 * The chain of `chainCircuit` whose feedback synapses mirror the forward ones (Akrout et al. 2019, arXiv:1904.05391, sec. 3).
 * A sample begins with a phase for each hidden layer, from the top down, in which noise makes its neurons fire in bursts, each
 * at times of its own. What they make the layer above fire passes on to the layer's feedback synapses, and each
 * of these changes at such a spike by the activity that it finds.
 *
 * That product has a sign, as every spike of a layer lowers what each of its neurons brings to it by an equal share: one
 * that fires more than its layer does strengthens the synapse, one that fires less weakens it. As all are driven alike, and by
 * nothing else, what they have in common cancels, and what is left is the covariance of noise and answer: the forward weight,
 * less the mean of its row.
 *
 * The mirrored spikes go over the synapses of both signs of error, which stay equal. There is no decay: what
 * feedback began with is outgrown.
 * @param B  feedback of each layer but the first at the beginning, [sources, targets] as its weights
 */
export function mirrorCircuit(given: CircuitPlan, B: readonly Float32Array[]): ModelDescription {
  const engaged = settled(given);
  const shown = Object.entries(engaged.phases!);
  const { architecture, tau, thresholds } = engaged;
  const { sizes } = architecture;
  const names = layerNames(architecture);
  const mirrors = names.slice(1, -1).reverse();
  const phaseOf = (name: string) => `${MIRROR} ${name}`;
  const begin = mirrors.length * MIRROR_MS;
  const plan = inPhases(engaged, {
    ...Object.fromEntries(
      mirrors.map((name, k) => [phaseOf(name), { start: k * MIRROR_MS, stop: (k + 1) * MIRROR_MS }]),
    ),
    ...Object.fromEntries(
      shown.map(([name, { start, stop }]) => [name, { start: begin + start, stop: begin + stop }]),
    ),
  });
  const showing = shown.map(([name]) => name);
  const signals = [...mirrors.map(phaseOf), "showing"].map(name => `in ${name}`);
  const lessons = (p: number) => [
    {
      permit: MIRROR,
      signal: `in ${phaseOf(names[p])}`,
      step: () => eta({ ...plan, learningRate: RATE, learningMs: MIRROR_MS }, -1),
    },
  ];
  /** While a sample is shown, errors of layer p; when the layer below is mirrored, what it fires itself. */
  const carried = (p: number): Parts[] => {
    const { [p]: size } = sizes;
    const opened = (name: string, from: string, by: string) =>
      passedOn(name, { from, size, closedBy: signals.filter(each => each !== by) });
    const mirrored = `${names[p]} mirrored`;
    return [
      opened(mirrored, names[p], `in ${phaseOf(names[p - 1])}`),
      ...SIGNS.flatMap(([sign]): Parts[] => {
        const source = errorsOf(architecture, p, sign);
        const [straight, to] = [`${source} straight`, carrier(source)];
        return [
          opened(straight, source, "in showing"),
          {
            populations: { [to]: { size, neuron: { model: "parrot" } } },
            projections: [straight, mirrored].map(from => ({ from, to, ...each })),
          },
        ];
      }),
    ];
  };
  return circuitOf(
    plan,
    feedForward(plan, () => ({ modulator: "error" }), {
      during: showing,
      alsoHidden: modulatorsOf(plan, [MIRROR]),
    }),
    labelNeurons(plan, showing),
    errorNeurons(plan),
    signal("in showing", showing),
    ...learnedFeedback(plan, B, lessons, carried, { centred: true }),
    ...mirrors.flatMap((name): Parts[] => {
      const p = names.indexOf(name);
      const noise = `noise of ${name}`;
      return [
        signal(`in ${phaseOf(name)}`, [phaseOf(name)]),
        {
          populations: { [noise]: { size: sizes[p], neuron: "input" } },
          stimuli: [{ to: noise, kind: "phase", rate: NOISE, during: phaseOf(name) }],
          projections: [
            { from: noise, to: name, ...each, gain: BURST * thresholds.hidden },
            { from: `in ${phaseOf(name)}`, to: names[p + 1], weights: BACKGROUND / tau },
          ],
        },
      ];
    }),
  );
}
