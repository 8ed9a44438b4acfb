/**
 * The pair window of STDP, and how the triplet rule depends on the frequency of pairing while a pair rule does not: one
 * synapse between two neurons with given spikes.
 *
 *     npm run build && node dist/experiments/stdp-window/experiment.js
 */
import { readFileSync, writeFileSync } from "node:fs";
import { network, type PlasticitySpec, pfisterGerstner2006, Simulation } from "../../src/index.ts";

const folder = new URL("../../../experiments/stdp-window/", import.meta.url);
const published = JSON.parse(readFileSync(new URL("published.json", folder), "utf8"));

/** Change of a weight of 1 by spikes at given times [ms]; a strong input makes the postsynaptic ones. */
function change(plasticity: PlasticitySpec, pre: number[], post: number[]): number {
  const net = network({
    populations: {
      pre: { size: 1, neuron: "input" },
      teacher: { size: 1, neuron: "input" },
      post: { size: 1, neuron: { tauMem: 1, vThreshold: 1000, reset: "fixed" } },
    },
    projections: [
      { name: "plastic", from: "pre", to: "post", weights: 1, plasticity },
      { from: "teacher", to: "post", weights: 2000 },
    ],
  });
  const simulation = new Simulation(net);
  const first = pre.map(() => 0);
  simulation.stimulate("pre", pre, first);
  simulation.stimulate("teacher", post, first);
  simulation.run(Math.max(...pre, ...post) + 1);
  return simulation.weights("plastic")[0] - 1;
}

const song: PlasticitySpec = {
  kind: "stdp-pair",
  aPlus: 0.005,
  aMinus: 0.00525,
  tauPlus: 20,
  tauMinus: 20,
  wMax: 2,
};
const intervals = Array.from({ length: 81 }, (_, k) => 2.5 * (k - 40)).filter(dt => dt !== 0);
const window = intervals.map(dt => ({ dt, percent: (100 * change(song, [200], [200 + dt])) / 2 }));
const deviation = Math.max(
  ...window.map(({ dt, percent }) =>
    Math.abs(percent - (dt > 0 ? 0.5 * Math.exp(-dt / 20) : -0.525 * Math.exp(dt / 20))),
  ),
);

const sets = pfisterGerstner2006.visualCortex;
const rules: Record<string, PlasticitySpec> = {
  "triplet, all-to-all, minimal": { kind: "stdp-triplet", ...sets.all.minimal },
  "triplet, all-to-all, full": { kind: "stdp-triplet", ...sets.all.full },
  "triplet, nearest, minimal": { kind: "stdp-triplet", pairing: "nearest", ...sets.nearest.minimal },
  "triplet, nearest, full": { kind: "stdp-triplet", pairing: "nearest", ...sets.nearest.full },
  // Of the size of the triplet rules; amplitudes are relative to the range of weights, which is 2.
  pair: { kind: "stdp-pair", aPlus: 0.00225, aMinus: 0.00355, tauPlus: 16.8, tauMinus: 33.7, wMax: 2 },
};
const PAIRS = 60;
const protocol = (rule: PlasticitySpec, hz: number, dt: number) => {
  const pre = Array.from({ length: PAIRS }, (_, k) => 100 + (1000 / hz) * k);
  return change(
    rule,
    pre,
    pre.map(t => t + dt),
  );
};
const { frequencies, data } = published.frequencyDependence;
const frequency = Object.entries(rules).map(([name, rule]) => {
  const model = data.map(({ dt }: { dt: number }) => frequencies.map((hz: number) => protocol(rule, hz, dt)));
  const errors = data.flatMap(({ change, error }: { change: number[]; error: number[] }, d: number) =>
    change.map((x, k) => ((model[d][k] - x) / error[k]) ** 2),
  ) as number[];
  return { name, plus10: model[0], minus10: model[1], error: errors.reduce((a, b) => a + b) / errors.length };
});

for (const { name, plus10, minus10, error } of frequency) {
  const row = (xs: number[]) => xs.map(x => x.toFixed(2).padStart(6)).join("");
  console.log(name.padEnd(30), "+10 ms", row(plus10), "  -10 ms", row(minus10), "  E", error.toFixed(2));
}
console.log("pair window: largest deviation from the formula", deviation.toExponential(1), "%");

const [W, H] = [360, 240];
const x1 = (dt: number) => 60 + ((dt + 100) / 200) * W;
const y1 = (percent: number) => 40 + H / 2 - (percent / 0.6) * (H / 2);
const x2 = (hz: number) => 510 + (hz / 55) * W;
const y2 = (dw: number) => 40 + H * 0.6 - dw * (H * 0.45);
const line = (xs: number[], ys: number[]) =>
  xs.map((x, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${ys[k].toFixed(1)}`).join("");
const fine = Array.from({ length: 56 }, (_, k) => (k === 0 ? 0.1 : k));
const curve = (name: string, dt: number, style: string) =>
  `<path d="${line(
    fine.map(x2),
    fine.map(hz => y2(protocol(rules[name], hz, dt))),
  )}" fill="none" ${style}/>`;
const points = data.map(({ dt, change, error }: { dt: number; change: number[]; error: number[] }) =>
  change
    .map((dw, k) => {
      const [x, y, e] = [x2(frequencies[k]), y2(dw), error[k] * H * 0.45];
      const color = dt > 0 ? "#0072b2" : "#d55e00";
      return `<path d="M${x} ${y - e}V${y + e}" stroke="${color}"/><circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`;
    })
    .join(""),
);
const ticks2 = [0, 10, 20, 30, 40, 50].map(
  hz => `<text x="${x2(hz)}" y="${58 + H}" text-anchor="middle">${hz}</text>`,
);
const marks2 = [-0.5, 0, 0.5, 1].map(dw => `<text x="502" y="${y2(dw) + 4}" text-anchor="end">${dw}</text>`);
const ticks1 = [-100, -50, 0, 50, 100].map(
  dt => `<text x="${x1(dt)}" y="${58 + H}" text-anchor="middle">${dt}</text>`,
);
const marks1 = [-0.5, 0, 0.5].map(p => `<text x="52" y="${y1(p) + 4}" text-anchor="end">${p}</text>`);
const half = (from: number, to: number, a: number, sign: number) => {
  const dts = Array.from({ length: 101 }, (_, k) => from + ((to - from) * k) / 100);
  return `<path d="${line(
    dts.map(x1),
    dts.map(dt => y1(sign * a * Math.exp(-Math.abs(dt) / 20))),
  )}" fill="none" stroke="#999"/>`;
};
writeFileSync(
  new URL("window.svg", folder),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 340" font-family="sans-serif" font-size="12">
<rect width="900" height="340" fill="#fff"/>
<text x="60" y="24" font-size="14">Pair rule: change of w by one pair (% of wMax)</text>
<text x="510" y="24" font-size="14">60 pairs: change of w against frequency</text>
<path d="M60 ${y1(0)}h${W}M${x1(0)} 40v${H}M510 ${y2(0)}h${W}M510 40v${H}" stroke="#ccc"/>
${half(0.01, 100, 0.5, 1)}${half(-100, -0.01, 0.525, -1)}
${window.map(({ dt, percent }) => `<circle cx="${x1(dt)}" cy="${y1(percent).toFixed(1)}" r="2" fill="#0072b2"/>`).join("")}
${curve("triplet, all-to-all, minimal", 10, 'stroke="#0072b2" stroke-width="2"')}
${curve("triplet, all-to-all, minimal", -10, 'stroke="#d55e00" stroke-width="2"')}
${curve("pair", 10, 'stroke="#0072b2" stroke-dasharray="4 4"')}
${curve("pair", -10, 'stroke="#d55e00" stroke-dasharray="4 4"')}
${points.join("")}${[...ticks1, ...ticks2, ...marks1, ...marks2].join("")}
<text x="${60 + W / 2}" y="${76 + H}" text-anchor="middle">tPost - tPre [ms]; points: simulation, line: formula</text>
<text x="${510 + W / 2}" y="${76 + H}" text-anchor="middle">pairs per second [Hz]</text>
<text x="522" y="56" fill="#0072b2">+10 ms</text><text x="570" y="56" fill="#d55e00">-10 ms</text>
<text x="622" y="56">points: data; solid: triplet; dashed: pair rule</text>
</svg>
`,
);
const rounded = (xs: number[]) => xs.map(x => Number(x.toFixed(4)));
writeFileSync(
  new URL("measured.json", folder),
  `${JSON.stringify(
    {
      pairs: PAIRS,
      windowDeviationPercent: deviation,
      frequencies,
      rules: frequency.map(f => ({
        ...f,
        plus10: rounded(f.plus10),
        minus10: rounded(f.minus10),
        error: Number(f.error.toFixed(3)),
      })),
    },
    null,
    2,
  )}\n`,
);
