/**
 * Competition between the synapses of one neuron under additive STDP (Song, Miller & Abbott 2000, figures 2 and 3):
 * from equal weights, most end near one of the two bounds. Beside it the paper's own neuron, with conductances, in a
 * program of its own.
 *
 *     npm run build && node dist/experiments/song-2000/experiment.js [seconds]
 */
import { writeFileSync } from "node:fs";
import { describe, network, networkModels, override, Simulation } from "../../src/index.ts";
import { conductanceNeuron } from "./conductances.ts";

const seconds = Number(process.argv[2] ?? 2000);
const BINS = 20;

const wMax = 0.015 * 58;

function currents(rate: number) {
  const { spec } = describe(override(networkModels.song, `parameters.rate=${rate} Hz`));
  const net = network(spec, { seed: 1 });
  const simulation = new Simulation(net, { record: { spikes: ["cell"] } });
  simulation.run(1000 * seconds);
  const late = simulation.raster().times.filter(t => t >= 500 * seconds);
  const intervals = Array.from(late.slice(1), (t, k) => t - late[k]);
  return { weights: simulation.weights("plastic").map(w => w / wMax), intervals };
}

function summary({ weights, intervals }: { weights: Float64Array; intervals: readonly number[] }) {
  const bins = new Array<number>(BINS).fill(0);
  for (const w of weights) bins[Math.min(BINS - 1, Math.floor(w * BINS))]++;
  const share = (of: (w: number) => boolean) => weights.filter(of).length / weights.length;
  const mean = intervals.reduce((a, b) => a + b) / intervals.length;
  return {
    postRateHz: 1000 / mean,
    cvIsi: Math.sqrt(intervals.reduce((a, x) => a + (x - mean) ** 2, 0) / intervals.length) / mean,
    weak: share(w => w < 0.1),
    between: share(w => w >= 0.1 && w <= 0.9),
    strong: share(w => w > 0.9),
    bins,
  };
}

function reported(name: string, rate: number, run: () => Parameters<typeof summary>[0]) {
  const start = performance.now();
  const result = summary(run());
  const took = ((performance.now() - start) / 1000).toFixed(0);
  const shares = [result.weak, result.between, result.strong].map(x => `${(100 * x).toFixed(0)} %`);
  console.log(
    `${name}, ${rate} Hz in: ${result.postRateHz.toFixed(1)} Hz out, CV ${result.cvIsi.toFixed(2)}, ` +
      `weak / between / strong ${shares.join(" / ")}, ${took} s`,
  );
  return result;
}

const results = [10, 20, 40].map(rate => ({
  rate,
  seconds,
  ...reported("currents", rate, () => currents(rate)),
  conductances: reported("conductances", rate, () => conductanceNeuron(rate, seconds, 1)),
}));

const panels = results.map(({ rate, postRateHz, bins }, k) => {
  const [x, y, height] = [40 + 290 * k, 220, 170];
  const most = Math.max(...results.flatMap(r => r.bins));
  const bars = bins.map((n, b) => {
    const h = (n / most) * height;
    return `<rect x="${x + b * 12}" y="${(y - h).toFixed(1)}" width="11" height="${h.toFixed(1)}" fill="#0072b2"/>`;
  });
  return `<text x="${x}" y="28">input ${rate} Hz, output ${postRateHz.toFixed(1)} Hz</text>${bars.join("")}
<path d="M${x} ${y}h240" stroke="#999"/><text x="${x}" y="${y + 16}">0</text>
<text x="${x + 240}" y="${y + 16}" text-anchor="end">1</text><text x="${x + 120}" y="${y + 32}" text-anchor="middle">w / wMax</text>`;
});
const folder = new URL("../../../experiments/song-2000/", import.meta.url);
writeFileSync(
  new URL("weights.svg", folder),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 890 270" font-family="sans-serif" font-size="13">
<rect width="890" height="270" fill="#fff"/>
${panels.join("\n")}
</svg>
`,
);
writeFileSync(new URL("measured.json", folder), `${JSON.stringify(results, null, 2)}\n`);
