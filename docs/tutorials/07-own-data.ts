/* md
# Your own data and your own encoder

A data set is two lists, samples and labels. An encoder makes spikes of a sample's numbers. We bring both: noisy bars, and a code
in which an input says how strong it is by a burst.
*/
import { writeFileSync } from "node:fs";
import {
  curvesPicture,
  datasetOf,
  defineEncoder,
  pictureToSvg,
  Rng,
  rasterPicture,
  recordSample,
  type Trained,
  train,
} from "threefactor";

/* md
## Data

Pictures of 6 x 6 pixels in [0, 1]: class k has bars in row k and column k, on a noisy ground. `shape` is for pictures; any other
sample is a row of numbers.
*/
const rng = new Rng(3, "bars");
function draw(count: number): { samples: number[][]; labels: number[] } {
  const labels = Array.from({ length: count }, (_, n) => n % 6);
  const samples = labels.map(label =>
    Array.from({ length: 36 }, (_, i) => {
      const bar = Math.floor(i / 6) === label || i % 6 === label;
      return 0.6 * rng.uniform() + (bar && rng.uniform() < 0.6 ? 0.4 : 0);
    }),
  );
  return { samples, labels };
}
const data = {
  train: draw(300),
  validation: draw(60),
  test: draw(300),
  shape: [6, 6],
};
console.log(
  data.train.samples.length,
  "samples of",
  data.train.samples[0].length,
  "numbers",
);

/* md
## An encoder

An encoder is a name and a function that makes one for an input population. `encode` writes the spikes of one presentation: here
an input of intensity x fires round(x · `maxSpikes`) times, 1 ms apart, and all begin together. `gain` is the trace that one
spike adds; it is chosen so that a full intensity ends at 1, as the rate form has it.
*/
defineEncoder({
  name: "burst",
  create({ durationMs, tauMem, maxSpikes }) {
    const traceOf = (spikes: number) => {
      let sum = 0;
      for (let k = 0; k < spikes; k++)
        sum += Math.exp(-(durationMs - 1 - k) / tauMem);
      return sum;
    };
    return {
      fixed: true, // the same in every presentation of a sample
      encode(intensities, _key, into) {
        into.gain = 1 / traceOf(maxSpikes);
        into.analogue = null;
        into.spikes.clear();
        intensities.forEach((x, i) => {
          for (let k = 0; k < Math.round(x * maxSpikes); k++)
            into.spikes.push(1 + k, i);
        });
        into.spikes.sort(durationMs);
      },
    };
  },
});

/* md
## Training on both

`train` takes plain arrays as they are. The encoder's name is a setting like any other.
*/
const results = new Map<string, Trained>();
const settings = (encoder: string) =>
  ({
    sizes: [36, 32, 6],
    seed: 1,
    epochs: 10,
    batch: 1,
    learningRate: 0.1,
    schedule: "linear",
    encoder,
    eligibility: "trace",
    durationMs: 20,
    tauMem: 20,
    vThreshold: 0.1,
    maxSpikes: 10,
  }) as const;
for (const encoder of ["rate", "burst"]) {
  const trained = await train(
    { rule: "dfa", twin: "spike", settings: settings(encoder) },
    data,
  );
  results.set(encoder, trained);
  const {
    testAccuracy,
    inputSpikesPerSample = 0,
    hiddenSpikesPerSample = 0,
  } = trained.result;
  console.log(
    `${encoder}: ${(100 * testAccuracy).toFixed(1)} %,`,
    `${inputSpikesPerSample.toFixed(0)} input spikes, ${hiddenSpikesPerSample.toFixed(0)} hidden spikes a sample`,
  );
}
writeFileSync(
  "bars-curves.svg",
  pictureToSvg(
    curvesPicture({
      title: "Two codes of the same bars",
      x: "epoch",
      y: "validation accuracy [%]",
      curves: [...results].map(([name, { result }]) => ({
        name,
        x: result.curve.map(({ epoch }) => epoch),
        y: result.curve.map(
          ({ validationAccuracy = Number.NaN }) => 100 * validationAccuracy,
        ),
      })),
    }),
  ),
);

/* md
Each code has its own spikes for the same numbers, which the raster of one sample shows.
*/
const plan = { rule: "dfa", twin: "spike", settings: settings("burst") } as const;
const raster = recordSample(
  plan,
  datasetOf(data),
  results.get("burst")!.parameters,
  0,
);
writeFileSync("bars-burst.svg", pictureToSvg(rasterPicture(raster)));

/* md
For the command line, `defineDataset` and `defineEncoder` stand in a file of their own:
`threefactor compare --plugin bars.js --dataset bars --encoder burst`. Pictures in folders by class need no program at all:
`--dataset folder:pictures`. Recordings of events have [a page of their own](../howto/recordings.md).
*/
