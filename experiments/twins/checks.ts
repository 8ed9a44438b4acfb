/**
 * Why some spiking twins of the experiment differ from their rate twins: finer thresholds, and other seeds. Appends to
 * checks.json after every run; runs that it holds are not run again.
 *
 *     npm run build && node dist/experiments/twins/checks.js DATA_DIR
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../../src/files/atomic.ts";
import { loadDataset, selectBackend, train, twinModel } from "../../src/index.ts";

const [dataDir, file = fileURLToPath(new URL("../../../experiments/twins/checks.json", import.meta.url))] =
  process.argv.slice(2);
if (!dataDir) {
  console.error("expected the folder of the data sets");
  process.exit(2);
}
const epochsOf = (rule: string) => (rule.startsWith("f3") ? 10 : 5);
/** Learning rates: those of measured.json; a tenth for the time-local rule, which is run sample by sample. */
const rates: Readonly<Record<string, number>> = {
  "pepita:sparse": 0.5,
  frozen: 1,
  frsf: 1,
  ff: 1,
  wm: 0.2,
  "pepita-hebbian": 2,
  "pepita-tl": 0.0003,
  "f3:target": 1,
};
const batches: Readonly<Record<string, number>> = { "pepita-tl": 1 };
const about = (rule: string, form: string, vThreshold: number, seed: number, samples = 10_000) => ({
  ...{ rule, form, vThreshold, seed, samples },
});
const asked = [
  ...[0.25, 0.1, 0.05].map(theta => about("frozen", "current trace", theta, 1)),
  about("frozen", "rate", 0.25, 1),
  ...[0.25, 0.1, 0.05].map(theta => about("pepita:sparse", "current timing", theta, 1)),
  about("pepita:sparse", "rate", 0.25, 1),
  ...[2, 3].flatMap(seed => [about("frsf", "rate", 0.25, seed), about("frsf", "current trace", 0.25, seed)]),
  about("frsf", "current trace", 0.1, 1),
  ...[0.1, 0.05].map(theta => about("pepita-hebbian", "current timing", theta, 1)),
  about("pepita-tl", "rate", 0.25, 1),
  about("pepita-tl", "current trace", 0.25, 1),
  ...[2, 3].flatMap(seed => [about("wm", "rate", 0.25, seed), about("wm", "current trace", 0.25, seed)]),
  about("ff", "rate", 0.25, 2),
  about("ff", "current trace", 0.25, 2),
  ...[2, 3].flatMap(seed =>
    ["rate", "current trace"].map(form => about("f3:target", form, 0.25, seed, 5000)),
  ),
  ...[0.1, 0.03].map(theta => about("f3:target", "current trace", theta, 1, 5000)),
];
type Check = (typeof asked)[number] & { readonly testAccuracy: number };
const done: Check[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

await selectBackend();
const { durationMs, tauMem, maxSpikes, hidden, batch } = twinModel("mnist");
const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
for (const check of asked) {
  const { rule, form, vThreshold, seed, samples } = check;
  const same = (other: Check) =>
    (Object.keys(check) as (keyof typeof check)[]).every(key => other[key] === check[key]);
  if (done.some(same)) continue;
  const data = { ...(await loadDataset("mnist", { dataDir, trainSamples: samples })), validation: none };
  const [encoder, eligibility] = form === "rate" ? ["rate", "trace"] : form.split(" ");
  const settings = {
    ...{
      sizes: [data.inputs, ...hidden, data.classes],
      seed,
      epochs: epochsOf(rule),
      batch: batches[rule] ?? batch,
      vThreshold,
    },
    ...{ learningRate: rates[rule], schedule: "1 - 0.9 * progress", durationMs, tauMem, maxSpikes },
    ...{ reading: "drive" as const, replay: true, modulation: "current" as const },
    encoder: encoder as "current",
    eligibility: eligibility as "trace",
  };
  const twin = form === "rate" ? "rate" : "spike";
  const { testAccuracy, hiddenSpikesPerSample } = (await train({ rule, twin, settings }, data)).result;
  done.push({ ...check, testAccuracy, ...(hiddenSpikesPerSample && { hiddenSpikesPerSample }) });
  console.log(JSON.stringify(done.at(-1)));
  await writeAtomic(file, `[\n ${done.map(one => JSON.stringify(one)).join(",\n ")}\n]\n`);
}
