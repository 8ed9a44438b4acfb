/* md
# Spike-timing-dependent plasticity

A synapse grows when its spike came shortly before the neuron's own, and shrinks when it came after. We measure that window
with pairs of spikes, and then let it work: a neuron with many inputs sorts them by itself.
*/
import { writeFileSync } from "node:fs";
import { curvesPicture, network, pictureToSvg, Rng, Simulation } from "threefactor";

/* md
## The window

One synapse with `stdp-pair` plasticity, onto a neuron that a strong second synapse makes fire when we want it to. Both sides
fire once, with an interval between them, and we read the weight; then the same with another interval, from the start.
*/
const stdp = {
  kind: "stdp-pair",
  aPlus: 0.01,
  aMinus: 0.012,
  tauPlus: 20,
  tauMinus: 20,
  wMin: 0,
  wMax: 1,
} as const;

function change(interval: number): number {
  const net = network({
    populations: {
      input: { size: 2, neuron: "input" },
      cell: {
        size: 1,
        neuron: { model: "lif", tauMem: 10, vThreshold: 10, reset: "fixed" },
      },
    },
    projections: [
      {
        name: "plastic",
        from: "input",
        to: "cell",
        connect: { kind: "pairs", pre: [0], post: [0] },
        weights: 0.5,
        plasticity: stdp,
      },
      {
        name: "strong",
        from: "input",
        to: "cell",
        connect: { kind: "pairs", pre: [1], post: [0] },
        weights: 20,
      },
    ],
  });
  const simulation = new Simulation(net);
  simulation.stimulate("input", [200, 200 + interval], [0, 1]);
  simulation.run(400);
  return simulation.weights("plastic")[0] - 0.5;
}
const measured = Array.from({ length: 41 }, (_, k) => 4 * (k - 20)).filter(
  dt => dt !== 0,
);
const changes = measured.map(change);
for (const dt of [-40, -4, 4, 40])
  console.log(
    `pre ${dt > 0 ? "before" : "after"} post by ${Math.abs(dt)} ms: ${change(dt).toFixed(5)}`,
  );

const fine = Array.from({ length: 321 }, (_, k) => (k - 160) / 2).map(dt =>
  dt === 0 ? Number.NaN : dt,
);
writeFileSync(
  "stdp-window.svg",
  pictureToSvg(
    curvesPicture({
      title: "The window of pair-based STDP",
      x: "postsynaptic minus presynaptic spike [ms]",
      y: "change of the weight",
      curves: [
        { name: "measured", x: measured, y: changes, points: true },
        {
          name: "a exp(-|dt| / tau)",
          x: fine,
          y: fine.map(
            dt => (dt > 0 ? 0.01 : -0.012) * Math.exp(-Math.abs(dt) / 20),
          ),
        },
      ],
    }),
  ),
);

/* md
## A neuron that chooses

Now 200 inputs fire at random, 15 times a second each, onto one neuron. The window has a little more area on its side of weakening,
so that spikes which have nothing to do with each other weaken a synapse. What is left are inputs whose spikes make the neuron
fire (Song, Miller & Abbott 2000, Nat. Neurosci. 3:919).
*/
const rng = new Rng(1, "first weights");
const net = network({
  populations: {
    input: { size: 200, neuron: "input" },
    cell: {
      size: 1,
      neuron: { model: "lif", tauMem: 20, vThreshold: 20, reset: "fixed" },
    },
  },
  projections: [
    {
      from: "input",
      to: "cell",
      weights: Float32Array.from({ length: 200 }, () => rng.uniformIn(0, 1)),
      plasticity: { ...stdp, aPlus: 0.02, aMinus: 0.021 },
    },
  ],
  stimuli: [{ to: "input", kind: "poisson", rate: 15 }],
});
const simulation = new Simulation(net);
const learned = () => [...simulation.weights("input->cell")];
function histogram(weights: readonly number[]): number[] {
  const bins = Array.from({ length: 20 }, () => 0);
  for (const w of weights) bins[Math.min(19, Math.floor(w * 20))]++;
  return bins;
}
const [low, high] = [(w: number) => w < 0.2, (w: number) => w > 0.8];
const tell = (when: string) => {
  const weights = learned();
  const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
  console.log(
    `${when}: mean ${mean.toFixed(2)}, below 0.2: ${weights.filter(low).length}, above 0.8: ${weights.filter(high).length}`,
  );
};
tell("at first");
const before = histogram(learned());
simulation.run(200_000);
tell("after 200 s");

/* md
The weights that were spread evenly have gone to the ends: a few strong synapses drive the neuron, and most have let go.
*/
const edges = Array.from({ length: 20 }, (_, k) => (k + 0.5) / 20);
writeFileSync(
  "stdp-weights.svg",
  pictureToSvg(
    curvesPicture({
      title: "Weights before and after",
      x: "weight",
      y: "synapses",
      curves: [
        { name: "at first", x: edges, y: before },
        { name: "after 200 s", x: edges, y: histogram(learned()) },
      ],
    }),
  ),
);

/* md
The published experiment, with conductances and more inputs, is [measured](../../experiments/song-2000/README.md), as is
[the window](../../experiments/stdp-window/README.md). Other rules, among them triplets, reward and inhibition, are in
[the reference](../reference/models.md#plasticity).
*/
