/* md
# Excitation and inhibition in balance

Why do neurons in the cortex fire irregularly, although each of them sums up a thousand inputs and noise should average out?
One answer is balance: strong inhibition cancels the mean of the excitation, and the neuron is left with its fluctuations. We
build a small network after Brunel (2000, J. Comput. Neurosci. 8:183) and turn its inhibition up.
*/
import { writeFileSync } from "node:fs";
import {
  cv,
  intervals,
  network,
  pictureToSvg,
  populationRates,
  type Raster,
  rasterPicture,
  Simulation,
  spikeTrains,
} from "threefactor";

/* md
## The network

400 excitatory and 100 inhibitory neurons. Each gets 40 excitatory synapses that lift its potential by J = 0.5 mV, and 10
inhibitory ones that are g times as strong. From outside, each receives 3,000 excitatory spikes a second of the same size.
*/
const [J, cell] = [
  0.5,
  {
    model: "lif",
    tauMem: 20,
    vThreshold: 20,
    reset: "fixed",
    vReset: 10,
    tauRef: 2,
  },
] as const;

function balanced(g: number): Raster {
  const net = network({
    populations: {
      E: { size: 400, neuron: cell, initial: { v: rng => rng.uniformIn(0, 20) } },
      I: { size: 100, neuron: cell, initial: { v: rng => rng.uniformIn(0, 20) } },
    },
    projections: ["E", "I"].flatMap(to => [
      {
        from: "E",
        to,
        connect: { kind: "inDegree", n: 40 } as const,
        weights: J,
        delay: 1.5,
      },
      {
        from: "I",
        to,
        connect: { kind: "inDegree", n: 10 } as const,
        weights: -g * J,
        delay: 1.5,
      },
    ]),
    stimuli: ["E", "I"].map(
      to => ({ to, kind: "poisson", rate: 3000, weight: J }) as const,
    ),
  });
  const simulation = new Simulation(net, {
    record: { neurons: [{ population: "E", neurons: [0], interval: 0.2 }] },
  });
  simulation.run(400);
  return simulation.raster();
}

/* md
## Turn inhibition up

The coefficient of variation of the intervals between spikes is 0 for a clock and 1 for a Poisson process.
*/
function irregularity(raster: Raster): number {
  const cvs = spikeTrains(raster, "E").filter(train => train.length > 4);
  return cvs.reduce((sum, train) => sum + cv(intervals(train)), 0) / cvs.length;
}
const rasters = new Map([2, 4, 6, 8].map(g => [g, balanced(g)]));
for (const [g, raster] of rasters) {
  const [{ rateHz }] = populationRates(raster);
  console.log(
    `g = ${g}: ${rateHz.toFixed(1)} Hz, CV ${irregularity(raster).toFixed(2)}`,
  );
}
const share = (g: number) => rasters.get(g)!;

/* md
There are four excitatory synapses to an inhibitory one, so that at g = 4 both sides are equal. Below that, excitation feeds
itself: neurons fire as fast as their refractory period and their membranes let them, and nearly like clocks. Above it, the
recurrent input is inhibitory on balance, rates are low, and intervals are irregular.
*/
writeFileSync("balance-excited.svg", pictureToSvg(rasterPicture(share(2))));
writeFileSync("balance-inhibited.svg", pictureToSvg(rasterPicture(share(8))));

/* md
`threefactor simulate brunel --set parameters.g=6` runs the published network, which is much larger, and
[its regimes](../../experiments/brunel/README.md) are measured against the paper's.
*/
