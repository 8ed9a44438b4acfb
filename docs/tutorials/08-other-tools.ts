/* md
# From a raster to Elephant, NWB and NIR

What ran here can go on elsewhere: spikes to analysis in Python, recordings to archives, trained networks to other simulators and to
hardware. We record a small network, write its spikes in four formats and read them back, and send a trained network through a
NIR file.
*/
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  collect,
  dense,
  loadDataset,
  network,
  networkToNir,
  nirToNetwork,
  openRaster,
  readNir,
  Simulation,
  summarise,
  tracePerSpike,
  train,
  writeNir,
  writeRaster,
} from "threefactor";

const folder = mkdtempSync(join(tmpdir(), "threefactor-"));

/* md
## Spikes

50 neurons under noisy input, for two seconds, and statistics of them.
*/
const simulation = new Simulation(
  network({
    populations: {
      cells: {
        size: 50,
        neuron: { tauMem: 20, vThreshold: 10, reset: "fixed", tauRef: 2 },
      },
    },
    stimuli: [{ to: "cells", kind: "poisson", rate: 1000, weight: 0.5 }],
  }),
);
simulation.run(2000);
const raster = simulation.raster();
for (const { statistic, value, unit } of summarise(raster)
  .filter(({ at }) => at === null)
  .slice(0, 8))
  console.log(statistic.padEnd(20), value?.toFixed(3), unit);

/* md
## Four formats

`writeRaster` writes each under a temporary name first. `openRaster` knows a file by its content. NWB has times in seconds, so that
a time in ms may come back with another last bit; the others keep every bit.
*/
for (const [format, name] of [
  ["npz", "spikes.npz"],
  ["nwb", "spikes.nwb"],
  ["csv", "spikes.csv"],
  ["sonata", "spikes-sonata"],
] as const) {
  const path = join(folder, name);
  await writeRaster(raster, format, path);
  const back = collect(await openRaster(path));
  const off = Math.max(...back.times.map((t, k) => Math.abs(t - raster.times[k])));
  console.log(
    `${name}: ${back.times.length} spikes, the largest difference ${off.toExponential(0)} ms`,
  );
}

/* md
In Python, [Elephant](https://elephant.readthedocs.io) takes trains of [Neo](https://neo.readthedocs.io), made in a line each:

```python
import numpy, neo, quantities as pq
from elephant.statistics import isi, cv

spikes = numpy.load("spikes.npz")
trains = [
    neo.SpikeTrain(spikes["times"][spikes["neuron"] == i], units="ms", t_stop=spikes["duration_ms"] * pq.ms)
    for i in range(50)
]
print(numpy.mean([cv(isi(train)) for train in trains]))
```

`spikes.nwb` opens in PyNWB as a table of units, and the folder of SONATA in BMTK.

## A trained network as a NIR graph

[NIR](https://neuroir.org) is read by snnTorch, Norse, Lava and others. We train a network on the digits and write it. NIR has no
reset that subtracts the threshold, so that the writer says what is lost, and does it only when told to.
*/
const data = await loadDataset("digits", { trainSamples: 400, testSamples: 100 });
const settings = {
  sizes: [data.inputs, 32, data.classes],
  seed: 1,
  epochs: 4,
  batch: 1,
  learningRate: 0.1,
  schedule: "linear",
  encoder: "rate",
  eligibility: "trace",
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.08,
  maxSpikes: 16,
} as const;
const { result, parameters } = await train(
  { rule: "dfa", twin: "spike", settings },
  data,
);
console.log(`trained: ${(100 * result.testAccuracy).toFixed(1)} %`);

const trained = {
  ...parameters,
  sizes: settings.sizes,
  layers: dense(settings.sizes).layers,
  neuron: { tauMem: 20, vThreshold: 0.08, tauRef: 0 },
  durationMs: 20,
  encoder: "rate",
  maxSpikes: 16,
  inputGain: 1 / (16 * tracePerSpike(20, 20)),
  metadata: { rule: "dfa", seed: 1 },
};
const { graph, warnings } = networkToNir(trained, { lossy: true });
for (const warning of warnings) console.log("lost:", warning);
await writeNir(graph, join(folder, "digits.nir"));

/* md
## And back

A graph that comes in is a network like any other: populations, projections, and constant currents for its biases.
*/
const read = await readNir(join(folder, "digits.nir"));
console.log(
  Object.entries(read.nodes)
    .map(([name, { type }]) => `${name}: ${type}`)
    .join(", "),
);
const { spec, notes } = nirToNetwork(read);
for (const [name, { size }] of Object.entries(spec.populations))
  console.log(name, size);
for (const note of notes) console.log("note:", note);

/* md
`threefactor simulate digits.nir --input spikes.nwb` runs such a file on a recording, and `threefactor compare --model digits.nir`
trains it further. [What each format keeps](../howto/export.md) is in a table.
*/
