import { expect, test } from "vitest";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import { loadDigits } from "../../src/data/digits.ts";
import { rules } from "../../src/rules/index.ts";
import { commandLine } from "../../src/web/command.ts";
import { plansOf } from "../../src/web/plans.ts";
import { type Setting, settingOf, settingWords, usual } from "../../src/web/setting.ts";

const other: Setting = {
  rule: "pepita:sparse",
  beside: "dfa",
  twins: ["rate", "spike", "circuit"],
  learningRate: 0.03,
  vThreshold: 0.1,
  encoder: "poisson",
  hidden: 32,
  seed: 7,
  epochs: 2,
  options: { "pepita:sparse": { gain: 1, pre: "modulated" }, dfa: { hiddenRate: 2 } },
};

test("a setting goes through the page's address and back; what is usual is not said", () => {
  expect(settingWords(usual)).toEqual([]);
  expect(settingOf([])).toEqual({ setting: usual, wrong: [] });
  const address = new URLSearchParams(settingWords(other)).toString();
  expect(address).toContain("rule=pepita%3Asparse&beside=dfa");
  expect(settingOf(new URLSearchParams(address))).toEqual({ setting: other, wrong: [] });
});

test("what an address says wrongly is left out, and named", () => {
  const { setting, wrong } = settingOf(
    new URLSearchParams(
      "rule=foo&hidden=1e9&epochs=2.5&seed=&vThreshold=NaN&twins=rate,x&colour=red&__proto__=1&dfa.foo=1" +
        "&x.y=1&usf.scale=wide&dfa.hiddenRate=-1&learningRate=0.2",
    ),
  );
  expect(setting).toEqual({ ...usual, learningRate: 0.2 });
  expect(wrong.map(line => line.split(":")[0])).toEqual([
    ...["rule", "hidden", "epochs", "seed", "vThreshold", "twins", "colour", "__proto__"],
    ...["dfa.foo", "x.y", "usf.scale", "dfa.hiddenRate"],
  ]);
  expect(wrong[1]).toBe("hidden: expected a whole number from 4 to 256, got 1e9");
});

test("the same rule is not beside itself", () => {
  expect(settingOf(new URLSearchParams("rule=bp&beside=bp")).setting.beside).toBeNull();
});

test("the command line of a setting makes the runs of the page", async () => {
  const data = await loadDigits();
  const settings = [
    usual,
    other,
    ...rules.map(({ name }): Setting => ({ ...usual, rule: name, twins: ["rate", "spike", "circuit"] })),
    { ...usual, encoder: "latency" },
    { ...usual, rule: "mempepita", beside: "bp", twins: ["rate", "spike", "circuit"] } as const,
  ];
  for (const setting of settings) {
    const [name, command, ...words] = commandLine(setting).split(" ");
    expect([name, command]).toEqual(["threefactor", "compare"]);
    const flags: Record<string, string> = {};
    for (let k = 0; k < words.length; k += 2)
      flags[words[k].slice(2).replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = words[k + 1];
    const typed = plans(compareOptions(flags), data);
    const own = plansOf(setting);
    expect(own.map(({ rule, twin }) => [rule, twin])).toEqual(typed.map(({ rule, twin }) => [rule, twin]));
    own.forEach((plan, k) => {
      // What the page leaves out is as the trainers have it.
      expect(typed[k].settings, `${commandLine(setting)}: ${plan.rule} ${plan.twin}`).toMatchObject({
        ...plan.settings,
        ...(plan.settings.circuit && { circuit: { mode: "grid", durationMs: 60, rest: "samples" } }),
      });
    });
  }
});
