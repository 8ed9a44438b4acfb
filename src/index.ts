/** The public API of threefactor. */

export { type TwinModel, twinModel } from "../models/index.ts";
export * from "./browser.ts";
export type { Dataset, Samples } from "./data/dataset.ts";
export { datasets, loadDataset, type NamedDataset } from "./data/index.ts";
export * from "./io/index.ts";
export { type BackendName, backendTitle, selectBackend } from "./rate/backend.ts";
export { RateNetwork } from "./rate/network.ts";
export { renderReport } from "./report/report.ts";
export { formatTable } from "./report/table.ts";
export { ruleNamed, rules } from "./rules/index.ts";
export type { Forms, RateLearner, Rule, SpikingLearner } from "./rules/rule.ts";
export { alignmentDegrees } from "./training/alignment.ts";
export { initialParameters, type Parameters } from "./training/initialise.ts";
export { recordSample } from "./training/record.ts";
export type { CurvePoint, Results, RunRecord, RunResult, Twin } from "./training/results.ts";
export type { RunState } from "./training/runState.ts";
export { createTrainer, type RunPlan, type Trained, train } from "./training/train.ts";
export type { Trainer, TrainingSettings } from "./training/trainer.ts";
export { spread } from "./training/workers.ts";
