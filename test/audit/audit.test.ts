import { beforeAll, describe, expect, test } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed, rules } from "../../src/rules/index.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

/** What the papers claim of their rules, found by watching them. */
const known: Readonly<Record<string, Partial<ReturnType<typeof audit>>>> = {
  bp: {
    weightsAbove: "values",
    activityAbove: true,
    output: "direct",
    waitsFor: "layers above",
    holdsActivity: true,
  },
  fa: { weightsAbove: "no", activityAbove: true, waitsFor: "layers above", holdsActivity: true },
  usf: { weightsAbove: "signs", waitsFor: "layers above" },
  "brsf:strict": { weightsAbove: "signs" },
  wm: { weightsAbove: "no", presentations: 2 },
  kp: { weightsAbove: "no" },
  dfa: {
    weightsAbove: "no",
    activityAbove: false,
    output: "direct",
    waitsFor: "output",
    holdsActivity: true,
  },
  drtp: { weightsAbove: "no", output: "no", label: "direct", waitsFor: "nothing", holdsActivity: false },
  f3: { output: "no", label: "no", waitsFor: "nothing", holdsActivity: false, numbersPerSample: 3 },
  pepita: {
    weightsAbove: "no",
    ownWeights: false,
    activityAbove: false,
    output: "presented",
    label: "presented",
    waitsFor: "output",
    holdsActivity: true,
    presentations: 2,
  },
  "pepita-tl": { output: "presented", label: "presented", holdsActivity: false },
  afa: { weightsAbove: "no", ownWeights: true, output: "direct" },
  ff: { weightsAbove: "no", activityAbove: false, output: "presented", label: "presented", presentations: 3 },
};

describe.each(["rate", "spike"] as const)("in the %s form", form => {
  test.each(Object.entries(known))("%s is seen to read what is known of it", (name, answers) => {
    expect(audit(ruleNamed(name), form)).toMatchObject(answers!);
  });

  test("controls change no hidden synapse", () => {
    for (const name of ["frozen", "shallow", "chance"]) expect(audit(ruleNamed(name), form)).toBeNull();
  });

  test("every rule makes as many presentations as it says", () => {
    for (const rule of rules) {
      const seen = audit(rule, form);
      if (seen) expect(seen.presentations, rule.name).toBe(rule.presentations);
    }
  });
});

test("both forms of a rule need the same", () => {
  for (const rule of rules) {
    const [rate, spike] = [audit(rule, "rate"), audit(rule, "spike")];
    // Layer by layer, rates run side by side; one network of spiking neurons shows the sample twice.
    if (rule.name.startsWith("mempepita")) expect({ ...spike, holdsActivity: false }).toEqual(rate);
    else expect(spike, rule.name).toEqual(rate);
  }
});
