/* md
# A first network

Two inputs drive one neuron. We say when the inputs fire, look at the neuron's potential, and see when it fires. Then we put
twenty such neurons beside each other and draw their spikes.

Times are in ms, potentials in mV, rates in Hz.
*/
import { writeFileSync } from "node:fs";
import {
  curvesPicture,
  network,
  pictureToSvg,
  rasterPicture,
  Simulation,
  summarise,
} from "threefactor";

/* md
## One neuron

A network is a description: populations by name, and projections between them. An `input` population has no dynamics; it
emits the spikes that it is given. The other one is a leaky integrate-and-fire neuron: each input spike moves its potential by
the synapse's weight, the potential decays with a time constant of 20 ms, and at 1 mV the neuron fires and goes back to 0.
*/
const one = network({
  populations: {
    input: { size: 2, neuron: "input" },
    cell: {
      size: 1,
      neuron: {
        model: "lif",
        tauMem: 20,
        vThreshold: 1,
        reset: "fixed",
        tauRef: 2,
      },
    },
  },
  projections: [{ from: "input", to: "cell", weights: [0.6, 0.7], delay: 1.5 }],
});

/* md
A `Simulation` holds the network's state. Input 0 fires at 5 and 40 ms, input 1 at 8 and 70 ms, and every spike takes 1.5 ms to
arrive. The probe reads the potential every tenth of a millisecond, which disturbs nothing: between events the neuron moves by
its exact solution.
*/
const simulation = new Simulation(one, {
  record: { neurons: [{ population: "cell", neurons: [0], interval: 0.1 }] },
});
simulation.stimulate("input", [5, 8, 40, 70], [0, 1, 0, 1]); // times, and which neuron fires then
simulation.run(100);

const raster = simulation.raster();
const cell = raster.populations.findIndex(({ name }) => name === "cell");
const fired = [...raster.times].filter(
  (_, k) => raster.populationIndex[k] === cell,
);
console.log("the cell fires at", fired, "ms");
console.log(
  "its potential at 100 ms is",
  simulation.potential("cell", 0).toFixed(4),
  "mV",
);

/* md
It fires once, at 9.5 ms, when the second spike arrives while the first is still felt: 0.6 has decayed for 3 ms by then, and
0.7 more is enough. The spikes at 40 and 70 ms come alone, and pass without effect.
*/
const [{ times, values }] = raster.traces;
writeFileSync(
  "potential.svg",
  pictureToSvg(
    curvesPicture({
      title: "Potential of one neuron",
      x: "time [ms]",
      y: "potential [mV]",
      curves: [
        { name: "potential", x: times, y: values },
        { name: "threshold", x: [0, 100], y: [1, 1] },
      ],
    }),
  ),
);

/* md
## Twenty neurons, and noise

Now 100 inputs fire at random, 20 times a second each, and every one of 20 neurons listens to ten of them. What is drawn
comes from the seed, and is the same every time.
*/
const many = network(
  {
    populations: {
      input: { size: 100, neuron: "input" },
      cells: {
        size: 20,
        neuron: {
          model: "lif",
          tauMem: 20,
          vThreshold: 1,
          reset: "fixed",
          tauRef: 2,
        },
      },
    },
    projections: [
      {
        from: "input",
        to: "cells",
        connect: { kind: "inDegree", n: 10 },
        weights: 0.3,
        delay: rng => rng.uniformIn(1, 3),
      },
    ],
    stimuli: [{ to: "input", kind: "poisson", rate: 20 }],
  },
  { seed: 1 },
);
const noisy = new Simulation(many);
noisy.run(500);
writeFileSync("twenty.svg", pictureToSvg(rasterPicture(noisy.raster())));
for (const { population, statistic, value, unit } of summarise(noisy.raster()))
  if (population === "cells" && ["rate", "CV"].includes(statistic))
    console.log(statistic, value?.toFixed(2), unit);
console.log(noisy.synapticEvents, "synaptic events");

/* md
`summarise` gives rates, the irregularity of intervals, correlations and distances between spike trains. The next tutorial asks
when such activity is irregular, and why.
*/
