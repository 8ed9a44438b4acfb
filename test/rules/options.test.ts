import { beforeAll, expect, test } from "vitest";
import { dense } from "../../src/engine/network/architecture.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed, rules } from "../../src/rules/index.ts";
import { type Chosen, filled } from "../../src/rules/options.ts";
import { everySample, formsOn, settings, smallData } from "./small.ts";

const data = smallData();
const all = everySample(data);
const { rateForm, spikingForm } = formsOn(data, settings);

beforeAll(async () => {
  await selectBackend("wasm");
});

const forms = [rateForm, spikingForm];
const update = (form: (typeof forms)[0], name: string, ruleOptions?: Chosen) => {
  const trainer = form(ruleNamed(name), ruleOptions && { ruleOptions });
  const changes = trainer.update(all);
  trainer.dispose();
  return changes;
};
const ratio = (a: Float32Array, b: Float32Array) => Math.hypot(...a) / Math.hypot(...b);

test("every option has a default, the paper's value and a line about it", () => {
  for (const { options = {}, name } of rules) {
    for (const [key, { paper, doc, ...option }] of Object.entries(options)) {
      expect(paper, `${name}.${key}`).not.toBe("");
      expect(doc.length, `${name}.${key}`).toBeGreaterThan(10);
      expect(filled(options, { [key]: option.default }, name)[key]).toBe(option.default);
    }
  }
});

test.each(["dfa", "sdfa", "drtp", "f3:target"])("%s: hiddenRate is a factor on hidden steps alone", name => {
  for (const form of forms) {
    const [plain, times] = [update(form, name), update(form, name, { hiddenRate: 32 })];
    for (const l of [0, 1]) expect(ratio(times[l], plain[l])).toBeCloseTo(32, 3);
    expect(times[2]).toEqual(plain[2]);
  }
});

test("uSF's magnitudes are the rms of the initial weights, or BioTorch's, sqrt(2 / (in + out))", () => {
  for (const form of forms) {
    const [plain, biotorch] = [update(form, "usf"), update(form, "usf", { scale: "biotorch" })];
    // The feedback of layer 2 is half of sqrt(2 / in), as its weights are; each step down passes one more layer.
    const [, hidden, out] = settings.sizes.slice(1);
    const factor = Math.sqrt(2 / (hidden + out)) / (0.5 * Math.sqrt(2 / hidden));
    expect(ratio(biotorch[1], plain[1])).toBeCloseTo(factor, 3);
    expect(biotorch[2]).toEqual(plain[2]);
  }
});

test("scale, share and deviation are those of PEPITA's feedback", () => {
  const F = (name: string, chosen: Chosen) => {
    const forms = ruleNamed(name).create(dense([1000, 5, 4]), new Rng(1, "F"), 1, chosen);
    return forms.feedbackDegrees!([new Float32Array(5000).fill(1), new Float32Array(20).fill(1)], {});
  };
  // Its scale has no effect on its direction.
  expect(F("pepita", { scale: 3 })[0]).toBeCloseTo(F("pepita", {})[0], 5);
  for (const form of forms) {
    const [small, large] = [update(form, "afa"), update(form, "afa", { scale: 2 })];
    expect(ratio(large[0], small[0])).toBeCloseTo(2, 3);
  }
  expect(
    ratio(
      update(rateForm, "pepita:sparse", { gain: 4, decay: 0 })[0],
      update(rateForm, "pepita:sparse", { decay: 0 })[0],
    ),
  ).toBeCloseTo(2, 4);
});

test("Forward-Forward's threshold and slope are those of its probabilities", () => {
  for (const form of forms) {
    // Far below the threshold every positive pushes by its full step, and no negative does.
    const [far, farther] = [update(form, "ff", { theta: 1e3 }), update(form, "ff", { theta: 1e4 })];
    expect(ratio(far[0], farther[0])).toBeCloseTo(1, 6);
    expect(ratio(update(form, "ff", { theta: 1e3, slope: 3 })[0], far[0])).toBeCloseTo(0.5, 6);
    expect(ratio(update(form, "ff", { label: 1 })[0], update(form, "ff")[0])).not.toBeCloseTo(1, 2);
  }
});

test.each<[string, Chosen, string]>([
  ["ff", { thetta: 2 }, 'ff: option "thetta": expected one of theta, slope, label, neutral'],
  ["ff", { theta: "high" }, 'ff.theta: expected a number of 0 or more, got "high"'],
  ["ff", { theta: -1 }, "ff.theta: expected a number of 0 or more, got -1"],
  ["pepita:sparse", { share: 2 }, "pepita:sparse.share: expected a number of 0 or more, at most 1, got 2"],
  ["usf", { scale: 3 }, "usf.scale: expected one of initial, biotorch, got 3"],
  ["bp", { scale: 1 }, 'bp: option "scale": expected none, as the rule has no options'],
])("%s refuses %s", (name, chosen, message) => {
  expect(() => filled(ruleNamed(name).options ?? {}, chosen, name)).toThrow(message);
});

test("the paper's PEPITA is called pepita, and its old name says so", () => {
  expect(() => ruleNamed("pepita:textbook")).toThrow(
    "rule: expected pepita, as the paper's rule is called now (the one with sparse feedback is pepita:sparse), got pepita:textbook",
  );
});
