/* md
# PEPITA in rates and spikes

PEPITA (Dellaferrera & Kreiman 2022) has no backward pass. The sample is shown once, the output's error is projected onto the
input through fixed random weights, and the sample is shown again with it. A synapse learns from how far its neuron's activity
moved between the two. We train it on handwritten digits in both forms, from the same weights, feedback and order of samples.
*/
import { writeFileSync } from "node:fs";
import {
  curvesPicture,
  loadDataset,
  pictureToSvg,
  rasterPicture,
  recordSample,
  ruleNamed,
  selectBackend,
  type Trained,
  train,
} from "threefactor";

console.log(ruleNamed("pepita").equation);
console.log(ruleNamed("pepita").factors);

/* md
## Training

`loadDataset` has small digits in the package; we take 600 of them. `train` trains one rule in one form. `pepita:sparse` is a
variant for spikes, with feedback onto some of the inputs; `frozen` is the control that leaves hidden synapses alone.
*/
await selectBackend("wasm");
const data = await loadDataset("digits", { trainSamples: 600, testSamples: 300 });
const settings = {
  sizes: [data.inputs, 64, data.classes],
  seed: 1,
  epochs: 6,
  schedule: "linear",
  encoder: "rate",
  eligibility: "trace",
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.08,
  maxSpikes: 16,
} as const;
const results = new Map<string, Trained>();
for (const rule of ["pepita:sparse", "frozen"])
  for (const twin of ["rate", "spike"] as const) {
    // A spiking form changes its weights at every sample, with a fifth of the steps.
    const steps =
      twin === "rate"
        ? { batch: 10, learningRate: 0.5 }
        : { batch: 1, learningRate: 0.1 };
    const trained = await train(
      { rule, twin, settings: { ...settings, ...steps } },
      data,
    );
    results.set(`${rule} ${twin}`, trained);
    const { testAccuracy, hiddenSpikesPerSample: spikes } = trained.result;
    const cost =
      spikes === undefined ? "" : `, ${spikes.toFixed(0)} hidden spikes a sample`;
    console.log(`${rule}, ${twin}: ${(100 * testAccuracy).toFixed(1)} %${cost}`);
  }

/* md
Hidden synapses that learn are worth a few points over those that do not, in both forms, after six passes over few samples.

## While it learned

The curve of each run holds the accuracy on validation samples after every epoch, and the angle between the rule's update and
the exact gradient: below a right angle an update helps.
*/
const curveOf = (name: string) => results.get(name)!.result.curve;
writeFileSync(
  "pepita-curves.svg",
  pictureToSvg(
    curvesPicture({
      title: "Accuracy while PEPITA learns",
      x: "epoch",
      y: "validation accuracy [%]",
      curves: [...results.keys()].map(name => ({
        name,
        x: curveOf(name).map(({ epoch }) => epoch),
        y: curveOf(name).map(
          ({ validationAccuracy = Number.NaN }) => 100 * validationAccuracy,
        ),
      })),
    }),
  ),
);
for (const twin of ["rate", "spike"])
  console.log(
    `${twin}: angle to the gradient ${curveOf(`pepita:sparse ${twin}`).at(-1)!.alignmentDegrees[0].toFixed(0)} degrees`,
  );

/* md
## One digit through the network

`recordSample` shows a test sample to the trained network and keeps every spike.
*/
const plan = {
  rule: "pepita:sparse",
  twin: "spike",
  settings: { ...settings, batch: 1, learningRate: 0.1 },
} as const;
const raster = recordSample(
  plan,
  data,
  results.get("pepita:sparse spike")!.parameters,
  3,
);
console.log(raster.metadata);
writeFileSync("pepita-digit.svg", pictureToSvg(rasterPicture(raster)));

/* md
`npm start` does the same with the whole set, more epochs and more rules.
[Why](../explanation/identity.md) a spiking twin can be that close is explained in a page of its own, and
[`threefactor rules pepita`](../reference/rules.md) says all of the rule.
*/
