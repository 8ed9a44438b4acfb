import { expect, test } from "vitest";
import {
  liveModels,
  networkSettingOf,
  networkWords,
  simulateLine,
  usualNetwork,
} from "../../src/web/networks/catalogue.ts";
import { live } from "../../src/web/worker/live.ts";
import { threefactor } from "../cli/process.ts";

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

test("a network goes through the page's address and back", () => {
  for (const { name, knobs } of liveModels) {
    const usual = usualNetwork(name);
    expect(networkWords(usual)).toEqual([["network", name]]);
    const values = Object.fromEntries(knobs.map(({ name, stops }) => [name, stops.at(-1)!]));
    const setting = { network: name, seed: 12, values };
    expect(networkSettingOf(networkWords(setting))).toEqual({ setting, wrong: [] });
  }
  const { setting, wrong } = networkSettingOf(
    new URLSearchParams("network=foo&g=99&eta=3&seed=x&__proto__=1"),
  );
  expect(setting).toEqual({ ...usualNetwork(), values: { g: 5, eta: 3 } });
  expect(wrong.map(line => line.split(":")[0])).toEqual(["network", "g", "seed", "__proto__"]);
});

test.each(["brunel", "cuba"])("the command line of %s fires the spikes of the page", async name => {
  const setting = { ...usualNetwork(name), seed: 3 };
  const words = simulateLine(setting)!.replace("--duration 1000", "--duration 12").split(" ");
  const { code, stdout, stderr } = await threefactor(...words.slice(1), "--json");
  expect([code, stderr]).toEqual([0, ""]);
  const network = live(setting);
  network.run(4);
  const first = sum(network.take().counts);
  network.run(8);
  const news = network.take();
  expect([news.since, news.time]).toEqual([4, 12]);
  const spikes = first + sum(news.counts);
  expect(spikes).toBeGreaterThan(100);
  expect(spikes).toBe(JSON.parse(stdout).spikes);
  // Those of a part of the neurons, each at its time.
  expect(news.times.length).toBeLessThan(spikes / 5);
  expect(news.times.every(t => t >= 0 && t <= 8)).toBe(true);
});

test("pairs of spikes draw the window of STDP", () => {
  const network = live({ ...usualNetwork("stdp"), seed: 2 });
  network.run(999);
  network.run(2);
  const points = network.take().points!;
  expect(points.length).toBe(2 * 81 * 2);
  for (let k = 0; k < points.length; k += 2) {
    const dt = points[k];
    const alone = dt > 0 ? 0.5 * Math.exp(-dt / 20) : -0.525 * Math.exp(dt / 20);
    expect(points[k + 1]).toBeCloseTo(alone, 4);
  }
  expect(network.take().points).toHaveLength(0);
});

test("of the synapses that dopamine reaches, the one that is rewarded begins with nothing", () => {
  const network = live(usualNetwork("distal-reward"));
  expect(network.take().weights![0]).toBe(0);
  network.run(20);
  network.reward!();
  network.run(200);
  const [, others] = network.take().weights!;
  expect(others).toBeGreaterThan(0.9);
  expect(others).not.toBe(1);
});
