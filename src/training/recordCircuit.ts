import type { Dataset } from "../data/dataset.ts";
import { range } from "../data/subset.ts";
import type { ModelDescription } from "../description/describe.ts";
import type { Raster } from "../engine/record/raster.ts";
import { Simulation } from "../engine/simulation.ts";
import { argmax } from "../math/softmax.ts";
import { ruleOf } from "../rules/index.ts";
import { circuitForm, formsOf, networkIn, planOf } from "./circuit.ts";
import { usualCircuit } from "./circuitSettings.ts";
import type { Parameters } from "./initialise.ts";
import type { RunPlan } from "./train.ts";

/**
 * One test sample in a trained circuit, with the spikes of all its populations: those of labels, errors and what else it
 * learns by are there, and no weight changes.
 */
export function recordCircuit(plan: RunPlan, data: Dataset, parameters: Parameters, sample = 0): Raster {
  const { settings } = plan;
  const { seed, tauMem, vThreshold, encoder } = settings;
  const { mode, dt, output } = { ...usualCircuit, ...settings.circuit };
  const rule = ruleOf(plan.rule);
  const { count } = data.train;
  const shown = { passes: 1, order: "given" };
  const form = circuitForm(rule, formsOf(rule, settings, count));
  const description = withoutPlasticity(form(planOf(rule, settings, parameters, count, shown)));
  const samples = range(data.test, data.inputs, sample, sample + 1);
  let decision = 0;
  const simulation = new Simulation(networkIn(description, samples, seed), {
    ...(mode === "grid" ? { mode, dt } : { mode }),
    onSample(shown) {
      decision = argmax(shown.counts("output"));
    },
  });
  simulation.runSamples(1);
  const label = data.test.labels[sample];
  return simulation.raster({
    ...{ rule: rule.name, seed, dataset: data.name, sample, label, decision },
    ...(data.classNames && { labelName: data.classNames[label], decisionName: data.classNames[decision] }),
    ...{ form: "circuit", encoder, vThreshold, tauMem, outputThreshold: output },
  });
}

function withoutPlasticity(description: ModelDescription): ModelDescription {
  const projections = description.projections!.map(projection => {
    const { plasticity, ...rest } = projection as Record<string, unknown>;
    return rest;
  });
  return { ...description, projections };
}
