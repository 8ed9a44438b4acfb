/* md
# A three-factor rule by hand

Hebbian plasticity has two factors, what the presynaptic and the postsynaptic neuron do. A third one, the modulator, says
whether what they did was any good. Here we write the whole of such learning ourselves: three neurons learn to tell three
patterns apart, Δw = η · presynaptic trace · modulator, and the modulator is what each neuron should have done, less what it did.
*/
import { writeFileSync } from "node:fs";
import { curvesPicture, network, pictureToSvg, Rng, Simulation } from "threefactor";

/* md
## Patterns of spikes

30 inputs; each pattern lets ten of them fire, five times in 50 ms, and of the others one in three by mistake.
*/
const rng = new Rng(7, "patterns");
function pattern(label: number): { times: number[]; neurons: number[] } {
  const [times, neurons]: number[][] = [[], []];
  for (let i = 0; i < 30; i++) {
    const member = Math.floor(i / 10) === label;
    if (!member && rng.uniform() > 1 / 3) continue;
    for (let k = 0; k < 5; k++) {
      times.push(10 * k + 10 * rng.uniform());
      neurons.push(i);
    }
  }
  return { times, neurons };
}

/* md
## The synapses

`three-factor` plasticity remembers at each synapse what spikes left there, the eligibility, and changes the weight when the
modulator is delivered. With `trace` the eligibility is the presynaptic trace at that moment, so that all a synapse needs is what
reaches it. Neurons are leaky, with the same time constant as the traces.
*/
const net = network({
  populations: {
    input: { size: 30, neuron: "input" },
    output: {
      size: 3,
      neuron: { model: "lif", tauMem: 50, vThreshold: 1, reset: "subtract" },
    },
  },
  projections: [
    {
      from: "input",
      to: "output",
      weights: Float32Array.from({ length: 90 }, () => rng.uniformIn(0.02, 0.06)),
      plasticity: {
        kind: "three-factor",
        eligibility: "trace",
        tauPlus: 50,
        eta: 0.002,
      },
    },
  ],
});
const simulation = new Simulation(net);

/* md
## Learning

One pattern after the other, each followed by 400 ms of silence in which potentials and traces fade. At the end of a pattern we
count each neuron's spikes and say to each how many it lacks: the right one should fire five times, the others never.
*/
const wanted = 5;
const right: number[] = [];
for (let trial = 0; trial < 90; trial++) {
  const label = trial % 3;
  const start = simulation.time;
  const { times, neurons } = pattern(label);
  simulation.stimulate(
    "input",
    times.map(t => start + t),
    neurons,
  );
  const before = counts();
  simulation.run(50);
  const fired = counts().map((n, j) => n - before[j]);
  right.push(fired.indexOf(Math.max(...fired)) === label ? 1 : 0);
  simulation.modulate(
    "input->output",
    fired.map((n, j) => (j === label ? wanted : 0) - n),
  );
  simulation.run(400);
}
function counts(): number[] {
  const { populations, populationIndex, neurons } = simulation.raster();
  const output = populations.findIndex(({ name }) => name === "output");
  return [0, 1, 2].map(j =>
    neurons.reduce(
      (sum: number, i, k) =>
        sum + (populationIndex[k] === output && i === j ? 1 : 0),
      0,
    ),
  );
}
const share = (from: number, to: number) =>
  right.slice(from, to).reduce((sum, n) => sum + n, 0) / (to - from);
console.log(`right answers, trials 1 to 15: ${(100 * share(0, 15)).toFixed(0)} %`);
console.log(
  `right answers, trials 76 to 90: ${(100 * share(75, 90)).toFixed(0)} %`,
);

/* md
## What it has learned

Each neuron listens to its own ten inputs, and the others have gone to nothing or below.
*/
const weights = simulation.weights("input->output");
const mean = (j: number, own: boolean) => {
  const picked = Array.from({ length: 30 }, (_, i) => i).filter(
    i => (Math.floor(i / 10) === j) === own,
  );
  return picked.reduce((sum, i) => sum + weights[3 * i + j], 0) / picked.length;
};
for (const j of [0, 1, 2])
  console.log(
    `neuron ${j}: own inputs ${mean(j, true).toFixed(3)}, others ${mean(j, false).toFixed(3)}`,
  );
writeFileSync(
  "three-factors.svg",
  pictureToSvg(
    curvesPicture({
      title: "Weights of three neurons that learned three patterns",
      x: "input",
      y: "weight",
      curves: [0, 1, 2].map(j => ({
        name: `neuron ${j}`,
        x: Array.from({ length: 30 }, (_, i) => i),
        y: Array.from({ length: 30 }, (_, i) => weights[3 * i + j]),
      })),
    }),
  ),
);

/* md
The modulator came from our script. It can come as spikes too: a population names `modulators`, and a projection whose `target` is
one of them carries errors from other neurons; then [nothing is done by hand](../howto/model-file.md#third-factors-that-are-spikes).
The delta rule that we wrote is the readout of every rule here; what hidden neurons get as their third factor is where
[rules](../reference/rules.md) differ.
*/
