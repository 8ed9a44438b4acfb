/**
 * The four regimes of Brunel's sparse network (Brunel 2000, figure 8) on the full 12,500 neurons, in exact mode: rates,
 * irregularity and how strongly the population rate fluctuates, and a figure.
 *
 *     npm run build && node dist/experiments/brunel/experiment.js [milliseconds]
 */
import { writeFileSync } from "node:fs";
import { describe, network, networkModels, override, type Raster, Simulation } from "../../src/index.ts";

const SETTLING = 100;
const durationMs = Number(process.argv[2] ?? 300);
const regimes = [
  { name: "A synchronous regular", g: 3, eta: 2 },
  { name: "B fast oscillation", g: 6, eta: 4 },
  { name: "C asynchronous irregular", g: 5, eta: 2 },
  { name: "D slow oscillation", g: 4.5, eta: 0.9 },
];

function measure({ times, neurons, populationIndex, populations }: Raster) {
  const size = populations.reduce((sum, p) => sum + p.size, 0);
  const seen = [...times.keys()].filter(k => times[k] >= SETTLING);
  const bins = new Float64Array(Math.round(durationMs - SETTLING));
  const trains = new Map<number, number[]>();
  for (const k of seen) {
    bins[Math.min(bins.length - 1, Math.floor(times[k] - SETTLING))]++;
    const id = populationIndex[k] * 100_000 + neurons[k];
    const train = trains.get(id) ?? [];
    train.push(times[k]);
    trains.set(id, train);
  }
  const cvs = [...trains.values()].flatMap(train => {
    const isi = train.slice(1).map((t, k) => t - train[k]);
    if (isi.length < 3) return [];
    const mean = isi.reduce((a, b) => a + b) / isi.length;
    return [Math.sqrt(isi.reduce((a, x) => a + (x - mean) ** 2, 0) / isi.length) / mean];
  });
  const mean = bins.reduce((a, b) => a + b) / bins.length;
  const sd = Math.sqrt(bins.reduce((a, b) => a + (b - mean) ** 2, 0) / bins.length);
  return {
    rateHz: (seen.length / size / (durationMs - SETTLING)) * 1000,
    cvIsi: cvs.length > 0 ? cvs.reduce((a, b) => a + b) / cvs.length : null,
    /** Standard deviation over mean of the population's spikes per ms: about 1 / sqrt(mean) when asynchronous. */
    fluctuation: sd / mean,
    bins,
  };
}

const results = regimes.map(({ name, g, eta }) => {
  const sets = [`parameters.g=${g}`, `parameters.eta=${eta}`];
  const { spec } = describe(sets.reduce<unknown>(override, networkModels.brunel));
  const simulation = new Simulation(network(spec, { seed: 1 }));
  const start = performance.now();
  simulation.run(durationMs);
  const seconds = (performance.now() - start) / 1000;
  const raster = simulation.raster();
  const result = {
    name,
    g,
    eta,
    seed: 1,
    durationMs,
    synapticEvents: simulation.synapticEvents,
    seconds,
    ...measure(raster),
  };
  console.log(
    name,
    result.rateHz.toFixed(1),
    "Hz, CV",
    result.cvIsi?.toFixed(2),
    "fluctuation",
    result.fluctuation.toFixed(2),
  );
  return { result, raster };
});

function panel({ result, raster }: (typeof results)[number], k: number): string {
  const [x, y, width, height] = [50 + (k % 2) * 430, 40 + Math.floor(k / 2) * 270, 380, 130];
  const from = durationMs - 100;
  const at = (t: number) => (x + ((t - from) / 100) * width).toFixed(1);
  let dots = "";
  raster.times.forEach((t, s) => {
    const i = raster.neurons[s];
    if (t >= from && raster.populationIndex[s] === 0 && i < 50) {
      dots += `M${at(t)} ${(y + (i / 50) * height).toFixed(1)}v2.2`;
    }
  });
  const last = Array.from(result.bins.subarray(-100));
  const most = Math.max(...last);
  const bars = last
    .map((n, b) => `M${at(from + b + 0.5)} ${y + height + 70}v${(-(n / most) * 55).toFixed(1)}`)
    .join("");
  const label = `${result.name}: g = ${result.g}, η = ${result.eta}, ${result.rateHz.toFixed(1)} Hz, CV ${result.cvIsi?.toFixed(2) ?? "-"}`;
  return `<text x="${x}" y="${y - 8}">${label}</text>
<rect x="${x}" y="${y}" width="${width}" height="${height + 3}" fill="none" stroke="#999"/>
<path d="${dots}" stroke="#0072b2" stroke-width="1"/>
<path d="${bars}" stroke="#555" stroke-width="3"/>
<text x="${x}" y="${y + height + 84}" class="s">last 100 ms: 50 excitatory neurons above, spikes of all per ms below (highest ${most})</text>`;
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 560" font-family="sans-serif" font-size="13">
<title>Four regimes of a sparse network of excitatory and inhibitory neurons</title><style>.s{font-size:10px;fill:#555}</style><rect width="880" height="560" fill="#fff"/>
${results.map(panel).join("\n")}
</svg>
`;
const folder = new URL("../../../experiments/brunel/", import.meta.url);
writeFileSync(new URL("regimes.svg", folder), svg);
const measured = results.map(({ result: { bins: _, ...rest } }) => rest);
writeFileSync(new URL("measured.json", folder), `${JSON.stringify(measured, null, 2)}\n`);
