import { expect, test } from "vitest";
import { presets } from "../../models/presets.ts";
import { compareOptions } from "../../src/cli/compareOptions.ts";
import { presetNotes, withPreset } from "../../src/cli/presets.ts";
import { schedule } from "../../src/training/schedule.ts";

test("every preset is made of options that compare takes, and says where they are from", () => {
  for (const [name, { options, source }] of presets) {
    const read = compareOptions(withPreset({ preset: name })) as Record<string, unknown>;
    for (const [key, text] of Object.entries(options))
      expect([read[key]].flat().map(String).join(","), key).toBe(text);
    expect(source).toMatch(/\b(19|20)\d\d\b/);
  }
});

test("what is typed counts, and leaves out what it is another word for", () => {
  const flags = { preset: "pepita-fc-mnist", epochs: "2", model: "lenet" };
  expect(withPreset(flags)).toMatchObject({ epochs: "2", model: "lenet", batch: "64" });
  expect(withPreset(flags)).not.toHaveProperty("hidden");
  expect(withPreset({ preset: "biotorch-mnist", hidden: "8" })).not.toHaveProperty("model");
  expect(withPreset({ epochs: "2" })).toEqual({ epochs: "2" });
  expect(presetNotes(withPreset({ preset: "pepita-fc-mnist", epochs: "2" }))[0]).toMatch(
    /^preset pepita-fc-mnist: Dellaferrera .* 2022.*; given otherwise: epochs$/,
  );
  expect(presetNotes({})).toEqual([]);
});

test("PEPITA's steps fall to a tenth at its epochs 60 and 90", () => {
  const { options } = presets.get("pepita-fc-mnist")!;
  const factor = schedule(options.schedule, Number(options.epochs));
  const at = (epoch: number) => Number(factor(epoch / 100).toPrecision(6));
  expect([0, 59, 60, 89, 90, 99].map(at)).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01]);
});

test("another name is refused with those that there are", () => {
  expect(() => withPreset({ preset: "pepita" })).toThrow(
    /--preset: expected one of pepita-fc-mnist, .*, got pepita$/,
  );
});
