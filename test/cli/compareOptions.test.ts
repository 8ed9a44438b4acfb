import { expect, test } from "vitest";
import { compareCommand } from "../../src/cli/compare.ts";
import { compareOptions, plans, recordedOptions } from "../../src/cli/compareOptions.ts";
import { comparison } from "../../src/cli/compareTable.ts";
import { defineDataset, loadDataset } from "../../src/data/index.ts";
import { defineEncoder, encoderNamed } from "../../src/encoding/index.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { defineRule, ruleNamed } from "../../src/rules/index.ts";
import { createTrainer } from "../../src/training/train.ts";

test("optimiser, decays and dropout reach both twins; without them, each rule has its own weight decay", async () => {
  const data = await loadDataset("digits");
  const asked = { rules: "kp", optimiser: "adam", weightDecay: "0", activityDecay: "0.01", dropout: "0.1" };
  for (const { settings } of plans(compareOptions(asked), data)) {
    expect(settings).toMatchObject({ optimiser: "adam", weightDecay: 0, activityDecay: 0.01, dropout: 0.1 });
  }
  for (const { settings } of plans(compareOptions({ rules: "kp" }), data)) {
    expect(settings).toMatchObject({ optimiser: "sgd", activityDecay: 0, dropout: 0 });
    expect(settings).not.toHaveProperty("weightDecay");
  }
});

test("a run folder from before these options goes on with plain gradient descent", async () => {
  const { optimiser, weightDecay, activityDecay, dropout, ...before } = compareOptions({ rules: "bp" });
  expect([optimiser, weightDecay, activityDecay, dropout]).toEqual(["sgd", null, 0, 0]);
  const [plan] = plans(recordedOptions(before, "run.json"), await loadDataset("digits"));
  expect(plan.settings).toMatchObject({ optimiser: "sgd", activityDecay: 0, dropout: 0 });
});

test("spikes are in single precision where the network allows it, unless asked otherwise or begun in double", () => {
  const dense = JSON.stringify({ name: "two", layers: [{ kind: "dense", units: 3 }] });
  const late = JSON.stringify({ name: "late", layers: [{ kind: "dense", units: 3, delay: "1 ms" }] });
  for (const [asked, expected] of [
    [{}, "single"],
    [{ twins: "spike", encoder: "current", batch: "10" }, "single"],
    [{ twins: "rate,circuit" }, "double"],
    [{ model: dense }, "single"],
    [{ model: late }, "double"],
    [{ model: "lenet" }, "single"],
    [{ eligibility: "timing" }, "double"],
    [{ presentations: "queue" }, "double"],
    [{ noReset: true }, "double"],
    [{ precision: "double" }, "double"],
    [{ precision: "single", eligibility: "timing" }, "single"],
  ] as const) {
    const options = compareOptions(asked);
    expect(options.precision, JSON.stringify(asked)).toBe(expected);
    const { precision: _, ...before } = options;
    expect(recordedOptions(options, "run.json").precision).toBe(expected);
    expect(recordedOptions(before, "run.json").precision).toBe("double");
  }
});

test("single precision that is asked for where it cannot be is refused by name, before a folder is made", async () => {
  const data = await loadDataset("digits", { trainSamples: 12, testSamples: 1 });
  const asked = { rules: "bp,dfa", precision: "single", eligibility: "timing" };
  expect(() => plans(compareOptions(asked), data)).toThrow(
    "--precision single: bp: precision: expected double with the eligibility timing, got single",
  );
});

test("each option of the table is in the help once, with its default, and is read back from run.json", () => {
  const help = compareCommand().configureHelp({ helpWidth: 1000 }).helpInformation();
  const typed = {
    ...{ dataset: "mnist", rules: "bp,dfa", twins: "rate", model: "lenet", hidden: "3,4", epochs: "2" },
    ...{ batch: "7", learningRate: "0.1", schedule: "1 - progress", optimiser: "adam" },
    ...{ activation: "tanh", loss: "binary", ruleOptions: "ff.theta=2", weightDecay: "0.1" },
    ...{ activityDecay: "0.2", dropout: "0.3", encoder: "poisson", modulation: "spikes" },
    ...{ replay: true, noReset: true, eligibility: "timing", presentations: "queue" },
    ...{ precision: "double", reading: "drive", readout: "spikes", vThreshold: "0.4" },
    ...{
      maxSpikes: "9",
      circuitMode: "grid",
      circuitDuration: "30",
      circuitRest: "passes",
      trainSamples: "11",
      testSamples: "12",
      measure: "validation",
    },
    ...{ augment: "crop:8+1,flip", seeds: "3,4" },
  };
  expect(Object.keys(typed)).toEqual(Object.keys(comparison));
  const options = compareOptions(typed);
  expect(recordedOptions(JSON.parse(JSON.stringify(options)), "run.json")).toEqual(options);
  for (const [key, row] of Object.entries(comparison)) {
    const flag = `--${key.replace(/[A-Z]/g, c => `-${c.toLowerCase()}`)}${"takes" in row ? ` ${row.takes}` : ""}`;
    expect(
      help.split("\n").filter(line => line.trim().startsWith(`${flag} `)),
      flag,
    ).toHaveLength(1);
    expect(JSON.stringify(options[key as keyof typeof options]), key).not.toBe(
      JSON.stringify(compareOptions({})[key as keyof typeof options]),
    );
  }
  expect(help).toMatch(/--dropout <p> .*\(default: 0\)\n/);
  expect(help).toMatch(/--schedule <expression> .*\(default: "1 - 0.9 \* progress"\)\n/);
  expect(help).toMatch(/--epochs <n> +passes over the training part\n/);
});

test("on the digits a spiking form changes its weights at each sample, by shorter steps, unless --batch says otherwise", async () => {
  const data = await loadDataset("digits", { trainSamples: 12, testSamples: 1 });
  const stepsOf = (more: Parameters<typeof compareOptions>[0]) =>
    plans(compareOptions({ rules: "dfa", ...more }), data).map(({ twin, settings }) => [
      twin,
      settings.batch,
      settings.learningRate,
    ]);
  expect(stepsOf({})).toEqual([
    ["rate", 10, 0.5],
    ["spike", 1, 0.1],
  ]);
  expect(stepsOf({ learningRate: "2" })).toEqual([
    ["rate", 10, 2],
    ["spike", 1, 0.4],
  ]);
  expect(stepsOf({ batch: "10" })).toEqual([
    ["rate", 10, 0.5],
    ["spike", 10, 0.5],
  ]);
});

test("what was defined stands in the help, is read and is recorded, and encoders say what they can show", async () => {
  const data = await loadDataset("digits", { trainSamples: 12, testSamples: 1 });
  defineRule({ ...ruleNamed("dfa"), name: "option-rule" });
  defineEncoder({ ...encoderNamed("latency"), name: "option-code" });
  defineDataset({ name: "option-data", load: () => data });
  const help = compareCommand().configureHelp({ helpWidth: 1000 }).helpInformation();
  expect(help).toMatch(/--rules .*, chance, option-rule \(default/);
  expect(help).toMatch(/--encoder .*, latency, recording, option-code; .* \(default/);
  expect(help).toMatch(/--dataset .*, ssc, option-data, folder:PATH/);
  const asked = { rules: "option-rule", encoder: "option-code", dataset: "option-data" };
  const options = compareOptions(asked);
  expect(options).toMatchObject({ ...asked, rules: ["option-rule"] });
  expect(recordedOptions(JSON.parse(JSON.stringify(options)), "run.json")).toEqual(options);
  expect(compareOptions({ rules: "all" }).rules).toContain("option-rule");
  for (const { settings } of plans(options, data)) expect(settings.tauMem).toBe(Infinity);
  expect(() => plans(compareOptions({ ...asked, augment: "standardise" }), data)).toThrow(
    /only --encoder current can show in spikes, got option-code$/,
  );
  defineEncoder({ ...encoderNamed("current"), name: "option-signed" });
  const signed = { ...asked, augment: "standardise", encoder: "option-signed" };
  expect(plans(compareOptions(signed), data)).toHaveLength(2);
});

test("learning in a form reads the settings that the table says it does, and no other form's", async () => {
  await selectBackend("wasm");
  const data = await loadDataset("digits", { trainSamples: 12, testSamples: 1 });
  const options = compareOptions({ rules: "dfa", hidden: "5", learningRate: "0.1", weightDecay: "0.1" });
  const rows = Object.entries(comparison).flatMap(([key, row]) =>
    "form" in row && key !== "epochs" ? [{ key, form: row.form }] : [],
  );
  for (const { settings, ...plan } of plans(options, data)) {
    const read = new Set<string | symbol>();
    const watched = new Proxy(settings, {
      get: (of, key) => {
        read.add(key);
        return of[key as keyof typeof of];
      },
    });
    const trainer = createTrainer({ ...plan, settings: watched }, data);
    trainer.learn(Uint32Array.of(0, 1), 0.1, 0);
    trainer.dispose();
    // What `train` reads itself, for both.
    for (const key of ["batch", "learningRate", "schedule"]) read.add(key);
    const expected = rows.filter(({ form }) => form === "both" || form === plan.twin);
    // Of these a form that has no choice asks whether one was made, and refuses it.
    const refused = plan.twin === "rate" ? [] : ["activation", "loss"];
    const own = rows.filter(({ key }) => read.has(key) && !refused.includes(key));
    expect(own, plan.twin).toEqual(expected);
  }
});

test("what is not one of them is named", () => {
  expect(() => compareOptions({ optimiser: "rmsprop" })).toThrow(/optimiser.*sgd.*momentum.*nesterov.*adam/);
  expect(() => compareOptions({ weightDecay: "-1" })).toThrow(/weight-decay/);
  expect(() => compareOptions({ activityDecay: "much" })).toThrow(/activity-decay/);
  for (const dropout of ["1", "-0.1", "half"]) expect(() => compareOptions({ dropout })).toThrow(/dropout/);
});
