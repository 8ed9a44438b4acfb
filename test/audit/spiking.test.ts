import { describe, expect, test } from "vitest";
import type { RunSettings } from "../../src/audit/bench.ts";
import { type SpikingAudit, spikingAudit } from "../../src/audit/spiking.ts";
import type { FeedForwardNetwork } from "../../src/engine/exact/feedForward.ts";
import type { Presentation } from "../../src/engine/exact/presentation.ts";
import { ruleNamed, rules } from "../../src/rules/index.ts";
import type { Forms, Rule, SpikingLearner } from "../../src/rules/rule.ts";

const run: RunSettings = {
  ...{ encoder: "rate", modulation: "current", replay: false },
  ...{ reading: "spikes", eligibility: "trace", batch: 2 },
};
const seen = (rule: string | Rule, more: RunSettings = {}) =>
  spikingAudit(typeof rule === "string" ? ruleNamed(rule) : rule, { ...run, ...more })!;

test("DFA and PEPITA are seen to read what their spiking forms say", () => {
  const dfa: SpikingAudit = {
    ...{ pre: "spikes", signed: false, post: "window", third: "graded", others: "spikes" },
    ...{ replayed: null, reset: true, changesAfter: "batch" },
  };
  expect(seen("dfa")).toEqual(dfa);
  const pepita: SpikingAudit = {
    ...{ pre: "graded", signed: true, post: "spikes", third: "nothing", others: "spikes" },
    ...{ replayed: true, reset: true, changesAfter: "batch" },
  };
  expect(seen("pepita")).toEqual(pepita);
  // The sample alone is its first presynaptic factor.
  expect(seen("pepita:sparse")).toEqual({ ...pepita, pre: "spikes", signed: false });
});

test("others: gates of layers above, goodness of its own layer, a label without any output", () => {
  for (const name of ["bp", "fa", "usf", "wm", "kp", "afa"]) expect(seen(name).others, name).toBe("window");
  expect(seen("ff")).toMatchObject({ post: "spikes", others: "spikes", third: "graded" });
  expect(seen("f3")).toMatchObject({ others: "spikes", third: "graded" });
  for (const name of ["drtp", "sdfa"])
    expect(seen(name)).toMatchObject({ others: "nothing", third: "graded" });
});

test("controls change no hidden synapse, and what has no spiking form has no such audit", () => {
  for (const name of ["frozen", "shallow", "chance"]) expect(seen(name)).toBeNull();
  expect(seen({ ...ruleNamed("dfa"), rateOnly: "so" })).toBeNull();
});

test("no rule that is said to read spikes reads a potential, and all that decide by drives do", () => {
  for (const rule of rules) {
    const [spikes, drive] = [seen(rule), seen(rule, { reading: "drive" })];
    if (!spikes) continue;
    expect([spikes.post, spikes.others], rule.name).not.toContain("potential");
    const told = spikes.others !== "nothing" || spikes.post === "spikes";
    expect([drive.post, drive.others].includes("potential"), rule.name).toBe(told);
  }
});

describe("settings that flip one column, and no other", () => {
  const flips: [string, RunSettings, RunSettings, Partial<SpikingAudit>][] = [
    ["dfa", {}, { encoder: "current" }, { pre: "graded" }],
    ["dfa", {}, { readout: "potential" }, { others: "potential" }],
    ["dfa", {}, { batch: 1 }, { changesAfter: "sample" }],
    ["dfa", {}, { batch: 10 }, {}],
    ["dfa", {}, { noReset: true }, { reset: false }],
    ["pepita", {}, { noReset: true }, { reset: false }],
    ["ff", {}, { noReset: true }, { reset: false }],
    ["pepita", {}, { modulation: "pair" }, { pre: "spikes" }],
    ["pepita", {}, { modulation: "spikes" }, { pre: "spikes", signed: false }],
    ["pepita", {}, { reading: "drive", readout: "spikes" }, { post: "potential" }],
    ["pepita", {}, { encoder: "poisson" }, { replayed: false }],
    ["pepita", {}, { encoder: "poisson", replay: true }, {}],
    ["drtp", {}, { eligibility: "online" }, { changesAfter: "spike" }],
    ["drtp", {}, { eligibility: "timing" }, {}],
  ];
  test.each(flips)("%s, %o to %o", (name, before, after, change) => {
    expect(seen(name, after)).toEqual({ ...seen(name, before), ...change });
  });

  test("a rule that writes between its presentations changes after one of them", () => {
    expect(seen("pepita-tl")).toEqual({ ...seen("pepita-hebbian"), changesAfter: "presentation" });
  });
});

describe("an alteration of the rule flips one column, and no other", () => {
  test("pre: a constant current beside the sample", () => {
    const more = (net: FeedForwardNetwork) => new Float64Array(net.sizes[0]).fill(0.1);
    const rule = withNetwork("dfa", net => ({ present: into => net.present(into, more(net)) }));
    flipped("dfa", rule, { pre: "graded" });
  });

  test("signed: only what the modulation adds", () => {
    const rule = withNetwork("pepita", net => ({
      present: (into, modulation) => net.present(into, modulation?.map(Math.abs) ?? null),
    }));
    flipped("pepita", rule, { signed: false });
  });

  test.each([
    ["nothing", () => 1],
    ["spikes", (now: Presentation, p: number, j: number) => (now.trace[p][j] > 0 ? 1 : 0)],
    ["potential", (now: Presentation, p: number, j: number) => 1 + now.potential[p][j]],
  ] as const)("post: a gate that reads %s", (post, gate) => {
    const rule = afterwards("dfa", now => {
      for (const p of [1, 2]) now.gate[p].set(now.gate[p].map((_, j) => gate(now, p, j)));
    });
    flipped("dfa", rule, { post });
  });

  test("third: the same sign for all sizes, and a factor where there was none", () => {
    flipped(
      "dfa",
      withPosts("dfa", ({ post }) => post.map(Math.sign)),
      { third: "event" },
    );
    flipped(
      "pepita",
      withPosts("pepita", ({ post, label }) => post.map(value => value * (1 + label))),
      {
        third: "graded",
      },
    );
    flipped(
      "pepita",
      withPosts("pepita", ({ post, label }) => post.map(value => (label ? value : 0))),
      {
        third: "event",
      },
    );
  });

  test("others: outputs that nobody looks at", () => {
    flipped(
      "dfa",
      afterwards("dfa", now => now.logits.fill(0)),
      { others: "nothing" },
    );
  });

  test("replayed: the sample once more", () => {
    const rule = withNetwork("dfa", net => ({
      present(into) {
        net.present(into);
        return net.present(into);
      },
    }));
    flipped("dfa", rule, { replayed: true });
  });

  test("reset: inputs that fired before fire at once when the next sample comes", () => {
    const rule = withNetwork("dfa", net => {
      let last: number[] = [];
      return {
        present(into) {
          const { spikes } = net.input;
          const fired = [...new Set(spikes.neurons.subarray(0, spikes.length))];
          for (const i of last) spikes.push(0, i);
          spikes.sort(net.durationMs);
          last = fired;
          return net.present(into);
        },
      };
    });
    flipped("dfa", rule, { reset: false });
  });

  test("changesAfter: what a sample asks for is done before the next one comes", () => {
    const rule = withLearner("dfa", learner => (sample, descend, steps) => {
      const now = learner.learn(sample, descend, steps);
      steps.settle();
      return now;
    });
    flipped("dfa", rule, { changesAfter: "sample" });
  });
});

function flipped(before: string, after: Rule, change: Partial<SpikingAudit>): void {
  expect(seen(after)).toEqual({ ...seen(before), ...change });
}

type Present = FeedForwardNetwork["present"];

type Spiking = NonNullable<Forms["spiking"]>;

/** The rule with another learner. */
function withLearners(name: string, made: (spiking: Spiking) => Spiking): Rule {
  const rule = ruleNamed(name);
  return {
    ...rule,
    create(...given) {
      const forms = rule.create(...given);
      return { ...forms, spiking: made(forms.spiking!) };
    },
  };
}

/** The rule on a network that presents otherwise. */
function withNetwork(name: string, altered: (net: FeedForwardNetwork) => { present: Present }): Rule {
  return withLearners(name, spiking => net => {
    const { present } = altered(net);
    return spiking(
      new Proxy(net, {
        get(target, key) {
          if (key === "present") return present;
          const value = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    );
  });
}

/** The rule where something is done to every presentation before the rule reads it. */
function afterwards(name: string, change: (now: Presentation) => void): Rule {
  return withNetwork(name, net => ({
    present(into, modulation) {
      change(net.present(into, modulation));
      return into;
    },
  }));
}

function withLearner(name: string, altered: (learner: SpikingLearner) => SpikingLearner["learn"]): Rule {
  return withLearners(name, spiking => net => {
    const learner = spiking(net);
    return { ...learner, learn: altered(learner) };
  });
}

/** The rule with other third factors at hidden layers. */
function withPosts(
  name: string,
  altered: (asked: { post: Float64Array; label: number }) => Float64Array,
): Rule {
  return withLearner(name, learner => (sample, descend, steps) => {
    const { label } = sample;
    const alter = (l: number, post: Float64Array) => (l < 2 ? altered({ post, label }) : post);
    return learner.learn(sample, (l, post, from) => descend(l, alter(l, post), from), steps);
  });
}
