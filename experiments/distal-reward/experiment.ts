/**
 * The distal reward problem (Izhikevich 2007, first experiment): whenever neuron n2 fires within 20 ms of neuron n1, a
 * reward comes 1 to 3 s later, to all synapses alike. Of 80,000 plastic synapses the one from n1 to n2 finds out.
 *
 *     npm run build && node dist/experiments/distal-reward/experiment.js [seconds] [seed] [--izhikevich]
 *
 * `--izhikevich`: with the neurons and background of the paper, by its steps of 1 ms.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describe, network, networkModels, Rng, Simulation } from "../../src/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { izhikevich: { type: "boolean", default: false } },
});
const seconds = Number(positionals[0] ?? 3600);
const seed = Number(positionals[1] ?? 1);
const suffix = values.izhikevich ? "-izhikevich" : "";
const [WINDOW, AMOUNT, MAX] = [20, 0.5, 4];

const net = network(describe(networkModels[`distal-reward${suffix}`]).spec, { seed });
const { synapses } = net.projections.find(({ name }) => name === "E->E")!;
const n1 = 0;
let rewarded = -1;
let n2 = -1;
synapses.deliver(n1, 0, (target, _weight, synapse) => {
  if (rewarded >= 0) return;
  [rewarded, n2] = [synapse, target];
});
synapses.weights[rewarded] = 0;

const rng = new Rng(seed, "rewards");
const coincidences: number[] = [];
let spikes = 0;
let last = -Infinity;
const simulation = new Simulation(net, {
  ...(values.izhikevich ? { mode: "grid", dt: 1 } : {}),
  record: {
    spikes: false,
    weights: [{ projection: "E->E", synapses: [rewarded], interval: 10_000 }],
    rates: [{ population: "E", bin: 100_000 }],
  },
  onSpike(population, neuron, t) {
    spikes++;
    if (population !== "E") return;
    if (neuron === n1) last = t;
    if (neuron === n2 && t - last < WINDOW) {
      coincidences.push(t);
      simulation.reward(AMOUNT, t + rng.uniformIn(1000, 3000));
    }
  },
});

for (let s = 100; s <= seconds; s += 100) {
  simulation.runUntil(1000 * s);
  const { rewarded, others } = save(s);
  console.log(
    `${s} s: rewarded ${rewarded.end.toFixed(2)} mV, mean ${others.mean.toFixed(2)} mV, ${coincidences.length} coincidences`,
  );
}

/** Writes what there is after so many seconds: a long run may be watched. */
function save(seconds: number) {
  const weights = simulation.weights("E->E");
  const { traces } = simulation.raster();
  const [own, rate] = ["weight", "rate"].map(what =>
    traces.find(({ quantity }) => quantity.startsWith(what)),
  );
  const others = weights.filter((_, s) => s !== rewarded);
  const bins = new Array<number>(40).fill(0);
  for (const w of others) bins[Math.min(39, Math.floor((w / MAX) * 40))]++;
  const reached = own!.values.findIndex(w => w >= 0.99 * MAX);
  const perHundred = (from: number) =>
    coincidences.filter(t => t >= 1000 * from && t < 1000 * (from + 100)).length;

  const measured = {
    seed,
    seconds,
    n1,
    n2,
    rateE: Array.from(rate!.values, hz => Number(hz.toFixed(3))),
    rewards: coincidences.length,
    rewardsPer100s: Array.from({ length: Math.floor(seconds / 100) }, (_, k) => perHundred(100 * k)),
    rewarded: {
      start: 0,
      end: weights[rewarded],
      reachesMaximumAt: reached < 0 ? null : own!.times[reached] / 1000,
    },
    others: {
      start: 1,
      mean: others.reduce((a, b) => a + b) / others.length,
      largest: others.reduce((a, b) => Math.max(a, b)),
      shareAboveRewarded: others.filter(w => w >= weights[rewarded]).length / others.length,
      bins,
    },
    spikes,
  };

  const [x0, y0, width, height] = [60, 210, 380, 170];
  const line = Array.from(own!.times, (t, k) => {
    const [x, y] = [x0 + (t / 1000 / seconds) * width, y0 - (own!.values[k] / MAX) * height];
    return `${k === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
  const ticks = coincidences
    .map(t => `M${(x0 + (t / 1000 / seconds) * width).toFixed(1)} ${y0 + 6}v7`)
    .join("");
  // Bars of a logarithmic axis: the one synapse of interest would be lost among thousands.
  const most = Math.log10(Math.max(...bins) + 1);
  const bars = bins.map((n, b) => {
    const h = (Math.log10(n + 1) / most) * height;
    return `<rect x="${530 + b * 8}" y="${(y0 - h).toFixed(1)}" width="7" height="${h.toFixed(1)}" fill="#999"/>`;
  });
  const at = 530 + (Math.min(MAX, weights[rewarded]) / MAX) * 320;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 890 270" font-family="sans-serif" font-size="13">
<title>One synapse of a network is rewarded seconds after its neurons fire together, and grows</title>
<rect width="890" height="270" fill="#fff"/>
<text x="${x0}" y="26">weight of the rewarded synapse [mV]; ticks: coincidences</text>
<path d="M${x0} ${y0 - height}V${y0}h${width}" fill="none" stroke="#999"/>
<path d="${line}" fill="none" stroke="#0072b2" stroke-width="1.5"/><path d="${ticks}" stroke="#d55e00" stroke-width="0.6"/>
<text x="${x0 - 6}" y="${y0 - height + 5}" text-anchor="end">4</text><text x="${x0 - 6}" y="${y0}" text-anchor="end">0</text>
<text x="${x0}" y="${y0 + 30}">0</text><text x="${x0 + width}" y="${y0 + 30}" text-anchor="end">${seconds} s</text>
<text x="530" y="26">weights at the end [mV], number (logarithmic)</text>
${bars.join("")}
<path d="M${at.toFixed(1)} ${y0 - height}V${y0}" stroke="#0072b2" stroke-width="2"/>
<text x="${(at - 5).toFixed(1)}" y="${y0 - height + 12}" text-anchor="end" fill="#0072b2">rewarded</text>
<path d="M530 ${y0}h320" stroke="#999"/><text x="530" y="${y0 + 18}">0</text><text x="850" y="${y0 + 18}" text-anchor="end">4</text>
</svg>
`;
  const folder = new URL("../../../experiments/distal-reward/", import.meta.url);
  writeFileSync(new URL(`weights${suffix}.svg`, folder), svg);
  writeFileSync(new URL(`measured${suffix}.json`, folder), `${JSON.stringify(measured, null, 2)}\n`);
  return measured;
}
